//! The `Retry-After` header field (RFC 9110 §10.2.3).

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// How long to wait from `now`, by a `Retry-After` of seconds or of a date (all three forms of RFC 9110 §5.6.7).
///
/// A date that is past means now. What cannot be read is `None`. The wait is not capped here.
#[must_use]
pub fn parse_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a long time, not no time.
        return Some(Duration::from_secs(text.parse().unwrap_or(LONG)));
    }
    let date = parse_date(text)?;
    Some((date - now).to_std().unwrap_or(Duration::ZERO))
}

/// More seconds than anybody waits: 136 years.
const LONG: u64 = 0xffff_ffff;

fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.to_utc());
    }
    // rfc850-date and asctime-date, both obsolete and to be read all the same.
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|date| date.and_utc())
}
