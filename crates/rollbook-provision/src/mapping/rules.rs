//! What a directory's settings say about the mapping.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rollbook_schema::{Complex, Registry, Resource, Value, uri};
use rollbook_store::DirectorySettings;
use serde::Serialize;

/// The settings of a directory that change what its services should hold.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Rules {
    domains: Vec<String>,
    default_domain: Option<String>,
    decode_guid: bool,
}

/// A domain that the directory does not have.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct ForeignDomain {
    pub(crate) domain: String,
    /// Those that it has.
    pub(crate) allowed: Vec<String>,
}

impl Rules {
    pub(crate) fn of(settings: &DirectorySettings) -> Self {
        Self {
            domains: settings.domains.clone(),
            default_domain: settings.default_domain.clone(),
            decode_guid: settings.decode_external_id_as_ms_guid,
        }
    }

    /// What the services of this directory were last brought to, to be compared after a restart.
    pub(crate) fn fingerprint(&self) -> Bytes {
        // It is plain data with text keys, which always has a JSON form; an empty one only costs a look at everything.
        serde_json::to_vec(self).unwrap_or_default().into()
    }

    /// Fills in the directory's default domain where the resource names none, and checks the one that it names.
    ///
    /// The domain is `domain` of the Workspace ONE extension of users and groups; a resource of a type without that
    /// extension has none. Domains compare without case (RFC 4343 §2).
    pub(crate) fn domain(
        &self,
        body: &mut Resource,
        resource_type: &str,
        registry: &Registry,
    ) -> Result<(), ForeignDomain> {
        let known = registry.resource_type(resource_type);
        let extension = known.and_then(|known| {
            [uri::WS1B_USER, uri::WS1B_GROUP]
                .into_iter()
                .find(|uri| known.schema_extensions.iter().any(|it| it.schema.eq_ignore_ascii_case(uri)))
        });
        let Some(extension) = extension else { return Ok(()) };
        let named = body
            .get(extension)
            .and_then(Value::as_complex)
            .and_then(|extension| extension.get("domain"))
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|domain| !domain.is_empty());
        if let Some(domain) = named {
            let allowed =
                self.domains.is_empty() || self.domains.iter().any(|it| it.eq_ignore_ascii_case(domain));
            let foreign = || ForeignDomain { domain: domain.to_owned(), allowed: self.domains.clone() };
            return if allowed { Ok(()) } else { Err(foreign()) };
        }
        let Some(default) = self.default_domain.as_deref() else { return Ok(()) };
        if body.get(extension).and_then(Value::as_complex).is_none() {
            body.insert(extension, Complex::new());
        }
        if let Some(extension) = body.get_mut(extension).and_then(Value::as_complex_mut) {
            extension.insert("domain", default);
        }
        Ok(())
    }

    /// Turns an `externalId` in base64 into the text of the GUID that it encodes, where the directory asks for that.
    pub(crate) fn external_id(&self, body: &mut Resource) {
        let guid = body.external_id().filter(|_| self.decode_guid).and_then(guid);
        if let Some(guid) = guid {
            body.insert("externalId", guid);
        }
    }
}

/// The GUID behind 16 bytes in base64, as Active Directory's `objectGUID` comes: its first three fields are little-endian.
fn guid(text: &str) -> Option<String> {
    let bytes: [u8; 16] = STANDARD.decode(text).ok()?.try_into().ok()?;
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let first = u32::from_le_bytes([a, b, c, d]);
    let (second, third) = (u16::from_le_bytes([e, f]), u16::from_le_bytes([g, h]));
    let [i, j, node @ ..] = rest;
    let node: String = node.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{first:08x}-{second:04x}-{third:04x}-{i:02x}{j:02x}-{node}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_guid_is_decoded_as_windows_prints_it() {
        for (text, expected) in [
            ("vZ/lGAC9bUWiA7Egpw5fqg==", Some("18e59fbd-bd00-456d-a203-b120a70e5faa")),
            ("18e59fbd-bd00-456d-a203-b120a70e5faa", None),
            ("vZ/lGAC9bUWiA7Egpw5f", None),
            ("", None),
            ("ann@example.com", None),
        ] {
            assert_eq!(guid(text).as_deref(), expected, "{text}");
        }
    }
}
