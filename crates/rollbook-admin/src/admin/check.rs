//! What names, notes, addresses and times must be.

use chrono::TimeDelta;

use crate::error::AdminError;

/// The longest lifetime of a token or a secret: 2 years, in minutes.
pub(super) const MAX_MINUTES: i64 = 1_051_200;

/// The longest note or name, in characters.
const MAX_TEXT: usize = 128;

/// `[a-z0-9-]{1,63}`.
pub(super) fn name(field: &'static str, name: String) -> Result<String, AdminError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.len() <= 63 && name.chars().all(good) {
        return Ok(name);
    }
    Err(invalid(field, "must be 1 to 63 of the characters a-z, 0-9 and `-`"))
}

/// A text for people on one line.
pub(super) fn text(field: &'static str, text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(invalid(field, format!("must be one line of at most {MAX_TEXT} characters")));
    }
    Ok(text.to_owned())
}

/// A lifetime of 1 minute to 2 years.
pub(super) fn lifetime(field: &'static str, minutes: i64) -> Result<TimeDelta, AdminError> {
    if !(1..=MAX_MINUTES).contains(&minutes) {
        return Err(invalid(field, format!("must be 1 to {MAX_MINUTES} minutes (2 years)")));
    }
    Ok(TimeDelta::minutes(minutes))
}

/// The address of a service.
pub(super) fn url(url: &str) -> Result<String, AdminError> {
    let wrong = |problem: &str| invalid("url", problem);
    let url = url.trim().trim_end_matches('/');
    let uri: http::Uri =
        url.parse().map_err(|_| wrong("is not an address such as https://service.example/scim/v2"))?;
    let web = matches!(uri.scheme_str(), Some("https" | "http"));
    let authority = uri.authority().ok_or_else(|| wrong("must begin with https:// and name a host"))?;
    if !web {
        return Err(wrong("must begin with https:// (or http:// for a service on this machine)"));
    }
    if authority.as_str().contains('@') {
        return Err(wrong("must not hold a user or password; give the token as the credential"));
    }
    if uri.query().is_some() || url.contains('#') {
        return Err(wrong("must end with the SCIM base path, without `?` or `#`"));
    }
    Ok(url.to_owned())
}

pub(super) fn invalid(field: &'static str, problem: impl Into<String>) -> AdminError {
    AdminError::Invalid { field, problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        for good in
            ["https://a.example/scim/v2", "http://127.0.0.1:8080/scim/v2/x", "https://a.example/scim/v2/"]
        {
            assert!(url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a.example",
            "ftp://a.example",
            "https://u:p@a.example/",
            "https://a.example/?x=1",
            "https://",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn notes_are_one_line() {
        assert_eq!(text("label", " Entra ").unwrap(), "Entra");
        assert_eq!(text("label", &"ß".repeat(128)).unwrap().chars().count(), 128);
        for bad in ["a\nb", "a\u{7}", &"x".repeat(129)] {
            assert!(text("label", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn lifetimes_are_a_minute_to_two_years() {
        assert_eq!(lifetime("x", 1).unwrap(), TimeDelta::minutes(1));
        assert_eq!(lifetime("x", 1_051_200).unwrap(), TimeDelta::days(730));
        for bad in [0, -1, 1_051_201, i64::MAX] {
            assert!(lifetime("x", bad).is_err(), "{bad}");
        }
    }
}
