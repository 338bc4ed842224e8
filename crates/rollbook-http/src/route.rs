//! From a path to what it names.

use std::borrow::Cow;

use rollbook_schema::{Registry, ResourceType};

/// A SCIM base path that a request came by, and what follows it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Located<'p> {
    /// The prefix as the client wrote it, such as `/scim/v2/acme`: answers use the same one.
    pub(crate) prefix: Cow<'p, str>,
    /// Which SCIM the path is of.
    pub(crate) version: Version,
    /// The directory named in the path; `None` where the token picks it.
    pub(crate) directory: Option<Cow<'p, str>>,
    /// The rest, percent-decoded, without empty parts (decision D34); `None` when it is not UTF-8.
    rest: Option<Vec<Cow<'p, str>>>,
}

/// The version in a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Version {
    /// `/v1`: SCIM 1.1, which is not served (decision D33).
    One,
    /// `/v2`.
    Two,
}

/// What a path below a SCIM base names.
#[derive(Debug)]
pub(crate) enum Endpoint<'r> {
    /// The base itself: all resource types.
    Root,
    ServiceProviderConfig,
    Schemas(Option<String>),
    ResourceTypes(Option<String>),
    Me,
    Bulk,
    /// `/.search`, of one type or of all.
    Search(Option<&'r ResourceType>),
    Collection(&'r ResourceType),
    Resource(&'r ResourceType, String),
}

/// Finds the SCIM base in a path: `/scim/v2/{directory}`, `/usergroup/scim/v2` or `/usergroup/t/{tenant}/scim/v2`, or
/// one of these with `v1`; `None` for any other path.
pub(crate) fn locate(path: &str) -> Option<Located<'_>> {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (prefix, version, directory) = match parts.next()? {
        "scim" => {
            let version = parts.next()?;
            let directory = parts.next()?;
            // What is not UTF-8 is no directory: it stays as it is, and no token opens it.
            let decoded = decode(directory).unwrap_or(Cow::Borrowed(directory));
            (joined(path, &["scim", version, directory]), version, Some(decoded))
        }
        "usergroup" => {
            let (tenant, scim) = match parts.next()? {
                "t" => (Some(parts.next()?), parts.next()?),
                scim => (None, scim),
            };
            (scim == "scim").then_some(())?;
            let version = parts.next()?;
            let prefix = match tenant {
                Some(tenant) => joined(path, &["usergroup", "t", tenant, "scim", version]),
                None => joined(path, &["usergroup", "scim", version]),
            };
            (prefix, version, None)
        }
        _ => return None,
    };
    let version = match version {
        "v1" => Version::One,
        "v2" => Version::Two,
        _ => return None,
    };
    let rest = parts.map(decode).collect();
    Some(Located { prefix, version, directory, rest })
}

impl Located<'_> {
    /// The endpoint below the base; `None` is 404.
    pub(crate) fn endpoint<'r>(&self, registry: &'r Registry) -> Option<Endpoint<'r>> {
        let rest: Vec<_> = self.rest.as_ref()?.iter().map(AsRef::as_ref).collect();
        if self.version == Version::One {
            return None;
        }
        match rest.as_slice() {
            [] => Some(Endpoint::Root),
            ["ServiceProviderConfig" | "serviceConfiguration"] => Some(Endpoint::ServiceProviderConfig),
            ["Schemas"] => Some(Endpoint::Schemas(None)),
            ["Schemas", id] => Some(Endpoint::Schemas(Some((*id).to_owned()))),
            ["ResourceTypes"] => Some(Endpoint::ResourceTypes(None)),
            ["ResourceTypes", name] => Some(Endpoint::ResourceTypes(Some((*name).to_owned()))),
            ["Me"] => Some(Endpoint::Me),
            ["Bulk"] => Some(Endpoint::Bulk),
            [".search"] => Some(Endpoint::Search(None)),
            [name] => registry.resource_type_by_endpoint(name).map(Endpoint::Collection),
            [name, ".search"] => {
                registry.resource_type_by_endpoint(name).map(|ty| Endpoint::Search(Some(ty)))
            }
            [name, id] => {
                let resource_type = registry.resource_type_by_endpoint(name)?;
                Some(Endpoint::Resource(resource_type, (*id).to_owned()))
            }
            _ => None,
        }
    }
}

/// The first parts of a path, joined again: of the path itself where it has no empty parts before them.
fn joined<'p>(path: &'p str, parts: &[&str]) -> Cow<'p, str> {
    let length = parts.iter().map(|part| 1 + part.len()).sum();
    let is_it = |prefix: &&str| {
        prefix.strip_prefix('/').is_some_and(|rest| rest.split('/').eq(parts.iter().copied()))
    };
    match path.get(..length).filter(is_it) {
        Some(prefix) => Cow::Borrowed(prefix),
        None => Cow::Owned(parts.iter().flat_map(|part| ["/", part]).collect()),
    }
}

/// Decodes `%XX` once; `None` when what comes out is not UTF-8.
fn decode(part: &str) -> Option<Cow<'_, str>> {
    if !part.contains('%') {
        return Some(Cow::Borrowed(part));
    }
    let mut out = Vec::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_found_and_kept_as_written() {
        for (path, prefix, directory, rest) in [
            ("/scim/v2/acme/Users", "/scim/v2/acme", Some("acme"), Some(vec!["Users"])),
            ("//scim/v2//acme/Users", "/scim/v2/acme", Some("acme"), Some(vec!["Users"])),
            ("//usergroup//t/x/scim/v2", "/usergroup/t/x/scim/v2", None, Some(vec![])),
            ("/scim/v2/acme//Users/", "/scim/v2/acme", Some("acme"), Some(vec!["Users"])),
            ("/usergroup/scim/v2/Users/a%20b", "/usergroup/scim/v2", None, Some(vec!["Users", "a b"])),
            ("/usergroup/t/acme/scim/v2/Groups", "/usergroup/t/acme/scim/v2", None, Some(vec!["Groups"])),
            ("/scim/v2/acme", "/scim/v2/acme", Some("acme"), Some(vec![])),
            ("/scim/v2/a%63me/Users", "/scim/v2/a%63me", Some("acme"), Some(vec!["Users"])),
            ("/scim/v2/%ff/Users", "/scim/v2/%ff", Some("%ff"), Some(vec!["Users"])),
            ("/scim/v2/acme/Users/%zz", "/scim/v2/acme", Some("acme"), None),
            ("/scim/v2/acme/Users/%ff", "/scim/v2/acme", Some("acme"), None),
            ("/scim/v2/acme/Users/%2", "/scim/v2/acme", Some("acme"), None),
        ] {
            let located = locate(path).unwrap();
            assert_eq!(located.prefix, prefix, "{path}");
            assert_eq!(located.version, Version::Two, "{path}");
            assert_eq!(located.directory.as_deref(), directory, "{path}");
            let found = located.rest.as_ref().map(|rest| rest.iter().map(AsRef::as_ref).collect::<Vec<_>>());
            assert_eq!(found, rest, "{path}");
        }
    }

    #[test]
    fn d33_paths_of_scim_1_are_known_and_name_nothing() {
        let registry = Registry::standard();
        for path in [
            "/scim/v1/acme/Users",
            "/usergroup/scim/v1/ServiceProviderConfig",
            "/usergroup/t/x/scim/v1/Users",
        ] {
            let located = locate(path).unwrap();
            assert_eq!(located.version, Version::One, "{path}");
            assert!(located.endpoint(&registry).is_none(), "{path}");
        }
    }

    #[test]
    fn other_paths_are_not_ours() {
        for path in
            ["/", "/scim/v2", "/scim/v3/acme/Users", "/usergroup/t/acme/Users", "/usergroup/v2", "/x", "*"]
        {
            assert_eq!(locate(path), None, "{path}");
        }
    }
}
