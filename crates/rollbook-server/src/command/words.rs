//! From the words of a command line to what they mean.

use rollbook_store::{RateLimit, RequiredAttribute, Scope};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A time as a number and a unit, in minutes: `30m`, `12h`, `90d`, `2y` (730 days).
pub(super) fn minutes(text: &str) -> Result<i64, String> {
    let wrong = || "write a number and a unit: 30m, 12h, 90d, 2y".to_owned();
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let each = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "y" => 365 * 24 * 60,
        _ => return Err(wrong()),
    };
    let number: i64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(each).ok_or_else(wrong)
}

/// A value, or none. (An `Option` within an `Option` is a flag without a value for clap.)
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Maybe<T>(pub(super) Option<T>);

/// A time as for [`minutes`], or `default`, which is none.
pub(super) fn minutes_or_default(text: &str) -> Result<Maybe<u32>, String> {
    if text == "default" {
        return Ok(Maybe(None));
    }
    previous_minutes(text).map(|minutes| Maybe(Some(minutes)))
}

/// A time that may be none: `0`, or as for [`minutes`].
pub(super) fn previous_minutes(text: &str) -> Result<u32, String> {
    if text == "0" {
        return Ok(0);
    }
    u32::try_from(minutes(text)?).map_err(|_| "is too long".to_owned())
}

/// `scim` or `scim.read`.
pub(super) fn scope(text: &str) -> Result<Scope, String> {
    word(text)
}

/// A word of a setting, with `-` or `_`: `workspace-one`.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.replace('-', "_"))).map_err(|error| error.to_string())
}

/// `100` (requests a second), `100/500` (and how many at once), `off`.
pub(super) fn rate_limit(text: &str) -> Result<Maybe<RateLimit>, String> {
    if text == "off" {
        return Ok(Maybe(None));
    }
    let (rate, burst) = text.split_once('/').unwrap_or((text, text));
    match (rate.parse(), burst.parse()) {
        (Ok(per_second), Ok(burst)) => Ok(Maybe(Some(RateLimit { per_second, burst }))),
        _ => Err("write 100 (requests a second), 100/500 (and how many at once), or off".to_owned()),
    }
}

/// `User:name.givenName`; an empty text for none.
pub(super) fn required(text: &str) -> Result<Maybe<RequiredAttribute>, String> {
    if text.is_empty() {
        return Ok(Maybe(None));
    }
    match text.split_once(':') {
        Some((resource_type, attribute)) if !attribute.is_empty() => Ok(Maybe(Some(RequiredAttribute {
            resource_type: resource_type.to_owned(),
            attribute: attribute.to_owned(),
        }))),
        _ => Err("write the resource type, a colon and the attribute: User:name.givenName".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rollbook_store::{DirectoryProfile, Source};

    use super::*;

    #[test]
    fn times_have_a_unit() {
        for (text, wanted) in [("1m", 1), ("12h", 720), ("90d", 129_600), ("2y", 1_051_200)] {
            assert_eq!(minutes(text), Ok(wanted));
        }
        for bad in ["", "5", "m", "1w", "-1d", "1.5h", "99999999999999999999d", "9223372036854775807d"] {
            assert!(minutes(bad).is_err(), "{bad}");
        }
        assert_eq!((previous_minutes("0"), minutes_or_default("default")), (Ok(0), Ok(Maybe(None))));
    }

    #[test]
    fn words_take_both_dashes() {
        assert_eq!(word::<DirectoryProfile>("workspace-one"), Ok(DirectoryProfile::WorkspaceOne));
        assert!(word::<Source>("ldap").unwrap_err().contains("entra"));
    }

    #[test]
    fn rates_and_required_attributes() {
        assert_eq!(rate_limit("5"), Ok(Maybe(Some(RateLimit { per_second: 5, burst: 5 }))));
        assert_eq!(rate_limit("5/9"), Ok(Maybe(Some(RateLimit { per_second: 5, burst: 9 }))));
        assert_eq!(rate_limit("off"), Ok(Maybe(None)));
        assert!(rate_limit("many").is_err());
        let work = required("User:emails[type eq \"work\"].value").unwrap().0.unwrap();
        assert_eq!(
            (work.resource_type.as_str(), work.attribute.as_str()),
            ("User", "emails[type eq \"work\"].value")
        );
        assert!(required("User").is_err());
    }
}
