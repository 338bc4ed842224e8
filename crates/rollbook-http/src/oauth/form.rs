//! `application/x-www-form-urlencoded` (RFC 6749 appendix B).

use std::collections::BTreeSet;

use rollbook_store::Secret;

use super::Denied;

/// The parameters that the endpoint knows; others are ignored (RFC 6749 §3.2).
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) grant_type: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<Secret>,
    pub(super) scope: Option<String>,
}

impl Form {
    /// Reads the parameters; one without a value counts as missing, and none may be there twice (RFC 6749 §3.2).
    pub(super) fn parse(body: &[u8]) -> Result<Self, Denied> {
        let malformed = || Denied::invalid_request("the body is not a form in UTF-8");
        let body = std::str::from_utf8(body).map_err(|_| malformed())?;
        let mut form = Self::default();
        let mut seen = BTreeSet::new();
        for pair in body.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                return Err(malformed());
            };
            let place = match name.as_str() {
                "grant_type" => &mut form.grant_type,
                "client_id" => &mut form.client_id,
                "scope" => &mut form.scope,
                "client_secret" => {
                    form.client_secret = Some(Secret::new(value)).filter(|value| !value.expose().is_empty());
                    if !seen.insert(name) {
                        return Err(twice());
                    }
                    continue;
                }
                _ => continue,
            };
            *place = Some(value).filter(|value| !value.is_empty());
            if !seen.insert(name) {
                return Err(twice());
            }
        }
        Ok(form)
    }
}

fn twice() -> Denied {
    Denied::invalid_request("a parameter is there twice")
}

/// Decodes `%XX` and `+`; `None` when it is malformed or not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                out.push(u8::try_from(high * 16 + low).ok()?);
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appendix_b_values_are_decoded() {
        // The example of the appendix: space, percent, ampersand, plus, pound, euro.
        assert_eq!(decode("+%25%26%2B%C2%A3%E2%82%AC").unwrap(), " %&+£€");
        for bad in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn section_3_2_parameters_without_a_value_are_missing_and_none_is_there_twice() {
        let form =
            Form::parse(b"grant_type=client_credentials&scope=&client_id=a%20b&x=1&x=2&client_secret=s")
                .unwrap();
        assert_eq!(form.grant_type.as_deref(), Some("client_credentials"));
        assert_eq!(form.scope, None);
        assert_eq!(form.client_id.as_deref(), Some("a b"));
        assert_eq!(form.client_secret.unwrap().expose(), "s");
        for twice in [
            "scope=a&scope=b",
            "client_secret=a&client_secret=a",
            "grant_type=&grant_type=x",
            "scope=a&sc%6fpe=b",
        ] {
            assert!(Form::parse(twice.as_bytes()).is_err(), "{twice}");
        }
        assert!(Form::parse(b"\xff=1").is_err());
        assert!(Form::parse(b"").unwrap().grant_type.is_none());
    }
}
