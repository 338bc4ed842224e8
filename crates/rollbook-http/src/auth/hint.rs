//! What a wrong credential probably is, in words for the logs; never a part of it.

/// What a text that is not a known token looks like; `None` when it looks like nothing in particular.
pub(crate) fn of_token(text: &str) -> Option<&'static str> {
    /// The prefix, and base64url of 256 bits.
    const LENGTH: usize = 3 + 43;
    let quoted = ['"', '\'', '`', '<', '{', '$'];
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        return Some("the word Bearer is there twice: the client adds it by itself");
    }
    if text.starts_with(quoted) || text.ends_with(['"', '\'', '`', '>', '}']) {
        return Some("the token is in quotation marks or brackets, or is a placeholder");
    }
    if text.starts_with("rbs_") {
        return Some("this is a client secret, not a token; `/acs/token` gives a token for it");
    }
    if text.starts_with("rba_") {
        return Some("no access token like this one: its time is over, or its OAuth client is gone");
    }
    if text.starts_with("rb_") {
        return match text.len() {
            LENGTH => None,
            0..LENGTH => Some("the end of the token is missing"),
            _ => Some("there is more than the token"),
        };
    }
    if is_jwt(text) {
        return Some("this is a JWT, as identity providers issue them, not a token of this server");
    }
    if is_uuid(text) {
        return Some("this is an id, not a token; a token is shown once, when it is made");
    }
    if text.chars().any(char::is_whitespace) {
        return Some("there is a blank within the token");
    }
    None
}

/// What an `Authorization` header is that is not `Bearer` and a token.
pub(crate) fn of_header(value: &str) -> &'static str {
    let value = value.trim();
    let scheme = value.split(' ').next().unwrap_or_default();
    if value.is_empty() {
        "the Authorization header is empty"
    } else if scheme.eq_ignore_ascii_case("basic") {
        "the Authorization header is Basic, with a user name and a password; a bearer token is wanted"
    } else if value.starts_with("rbs_") {
        "this is a client secret, not a token, and the word Bearer is missing"
    } else if !value.contains(' ') || is_jwt(value) {
        "the word Bearer is missing before the token"
    } else {
        "the Authorization header is of another scheme than Bearer"
    }
}

/// Whether a text has the form of a JSON Web Token (RFC 7519 §3.1): three parts, the first an object in base64.
fn is_jwt(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3
}

/// Whether a text is a UUID (RFC 9562 §4), in any case.
pub(crate) fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if dashes.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_by_mistake_is_told() {
        let token = format!("rb_{}", "x".repeat(43));
        let long = format!("{token}x");
        for (text, words) in [
            (token.as_str(), ""),
            (&token[..45], "the end of the token is missing"),
            (&long, "more than the token"),
            ("rbs_abc", "client secret"),
            ("rba_abc", "no access token"),
            ("Bearer x", "twice"),
            ("\"x\"", "quotation marks"),
            ("<token>", "placeholder"),
            ("{{token}}", "placeholder"),
            ("eyJhbGciOiJub25lIn0.e30.", "JWT"),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", "an id"),
            ("a b", "blank"),
            ("anything", ""),
        ] {
            match of_token(text) {
                Some(hint) => assert!(!words.is_empty() && hint.contains(words), "{text}: {hint}"),
                None => assert_eq!(words, "", "{text}"),
            }
        }
    }

    #[test]
    fn headers_of_other_forms_are_told() {
        for (value, words) in [
            ("", "empty"),
            ("Basic YTpi", "Basic"),
            ("rbs_x", "client secret"),
            ("rb_x", "the word Bearer is missing"),
            ("Digest a b", "another scheme"),
        ] {
            assert!(of_header(value).contains(words), "{value}: {}", of_header(value));
        }
    }
}
