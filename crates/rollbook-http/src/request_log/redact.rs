//! What of a path and a method may be kept: known words, and ids.

use http::Method;
use rollbook_schema::Registry;

use crate::auth::is_uuid;
use crate::oauth;
use crate::route::{Endpoint, Located, Version};

/// What stands for a part that is not kept.
const GAP: &str = "…";

/// Stands for the path's directory until it is known whether that is the log's own.
pub(super) const DIRECTORY: &str = "{directory}";

/// The path with the known words and the ids alone.
pub(super) fn path(located: Option<&Located<'_>>, path: &str, registry: &Registry) -> String {
    let Some(located) = located else {
        let is_token = oauth::is_here(path);
        return if is_token { oauth::PATH.to_owned() } else { format!("/{GAP}") };
    };
    let version = match located.version {
        Version::One => "v1",
        Version::Two => "v2",
    };
    let base = if located.directory.is_some() {
        format!("/scim/{version}/{DIRECTORY}")
    } else if located.prefix.starts_with("/usergroup/t/") {
        format!("/usergroup/t/{GAP}/scim/{version}")
    } else {
        format!("/usergroup/scim/{version}")
    };
    base + &below(located.endpoint(registry), registry)
}

/// What follows the base.
fn below(endpoint: Option<Endpoint<'_>>, registry: &Registry) -> String {
    let of = |word: &str, part: Option<&str>| {
        part.map_or_else(|| format!("/{word}"), |part| format!("/{word}/{part}"))
    };
    match endpoint {
        None => format!("/{GAP}"),
        Some(Endpoint::Root) => String::new(),
        Some(Endpoint::ServiceProviderConfig) => of("ServiceProviderConfig", None),
        Some(Endpoint::Me) => of("Me", None),
        Some(Endpoint::Bulk) => of("Bulk", None),
        Some(Endpoint::Schemas(id)) => {
            let known = |id: String| if registry.schema(&id).is_some() { id } else { GAP.to_owned() };
            of("Schemas", id.map(known).as_deref())
        }
        Some(Endpoint::ResourceTypes(name)) => {
            let known =
                |name: String| if registry.resource_type(&name).is_some() { name } else { GAP.to_owned() };
            of("ResourceTypes", name.map(known).as_deref())
        }
        Some(Endpoint::Search(None)) => of(".search", None),
        Some(Endpoint::Search(Some(ty))) => format!("{}/.search", endpoint_of(ty)),
        Some(Endpoint::Collection(ty)) => endpoint_of(ty),
        Some(Endpoint::Resource(ty, id)) => {
            let id = if is_uuid(&id) { id.as_str() } else { GAP };
            format!("{}/{id}", endpoint_of(ty))
        }
    }
}

fn endpoint_of(ty: &rollbook_schema::ResourceType) -> String {
    format!("/{}", ty.endpoint.trim_start_matches('/'))
}

/// The method, unless it is an invented one.
pub(super) fn method(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    if known.contains(method) { method.as_str() } else { GAP }
}

/// At most what a directory's slug or id may be long.
pub(super) fn short(named: &str) -> String {
    named.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::locate;

    #[test]
    fn a_path_is_kept_by_structure() {
        let registry = Registry::standard();
        let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        for (path, wanted) in [
            ("/scim/v2/acme/Users", "/scim/v2/{directory}/Users"),
            ("/scim/v2/acme//Users/", "/scim/v2/{directory}/Users"),
            (&format!("/scim/v2/acme/Users/{id}"), &format!("/scim/v2/{{directory}}/Users/{id}")),
            ("/scim/v2/acme/Users/ann@example.com", "/scim/v2/{directory}/Users/…"),
            ("/scim/v2/acme/Users/rb_secret", "/scim/v2/{directory}/Users/…"),
            ("/scim/v2/acme/rb_secret", "/scim/v2/{directory}/…"),
            ("/scim/v2/acme/Groups/.search", "/scim/v2/{directory}/Groups/.search"),
            ("/scim/v2/acme/Schemas/rb_secret", "/scim/v2/{directory}/Schemas/…"),
            (
                "/scim/v2/acme/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
                "/scim/v2/{directory}/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
            ),
            ("/scim/v2/acme/ResourceTypes/User", "/scim/v2/{directory}/ResourceTypes/User"),
            ("/scim/v2/acme", "/scim/v2/{directory}"),
            ("/usergroup/scim/v2/Me", "/usergroup/scim/v2/Me"),
            ("/usergroup/t/rb_secret/scim/v1/Users", "/usergroup/t/…/scim/v1/…"),
            ("/acs/token", "/acs/token"),
            ("/rb_secret", "/…"),
        ] {
            assert_eq!(super::path(locate(path).as_ref(), path, &registry), wanted, "{path}");
        }
    }

    #[test]
    fn an_invented_method_is_not_kept() {
        assert_eq!(method(&Method::PATCH), "PATCH");
        assert_eq!(method(&Method::from_bytes(b"rb_secret").unwrap()), "…");
    }
}
