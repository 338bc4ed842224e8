//! Points in time as SCIM writes them (RFC 7643 §2.3.5).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: the text as it came, compared by the instant it names.
///
/// The text is an xsd:dateTime (XML Schema 1.1 part 2 §3.3.7). A text without an offset counts as UTC; `24:00:00` is the
/// midnight that follows. Digits beyond the nanosecond are kept in the text and left out of comparison.
///
/// ```
/// let utc: rollbook_schema::DateTime = "2011-05-13T04:42:34Z".parse().unwrap();
/// let here: rollbook_schema::DateTime = "2011-05-13T06:42:34.000+02:00".parse().unwrap();
/// assert_eq!(utc, here);
/// assert_eq!(here.to_string(), "2011-05-13T06:42:34.000+02:00");
/// ```
#[derive(Clone, Debug)]
pub struct DateTime {
    text: Box<str>,
    instant: chrono::DateTime<Utc>,
}

/// A text that is no xsd:dateTime.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a dateTime; write it as 2011-05-13T04:42:34Z")]
pub struct ParseDateTimeError(());

impl DateTime {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Refuses what is no xsd:dateTime, a space instead of the `T`, leap seconds, and years beyond about ±262,000.
    pub fn parse(text: &str) -> Result<Self, ParseDateTimeError> {
        let instant = parse(text).ok_or(ParseDateTimeError(()))?;
        Ok(Self { text: text.into(), instant })
    }

    /// Returns the text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the instant that the text names.
    #[must_use]
    pub const fn instant(&self) -> chrono::DateTime<Utc> {
        self.instant
    }
}

/// Writes an instant as `meta` has it: RFC 3339 with milliseconds and `Z`.
#[must_use]
pub fn format_instant(instant: chrono::DateTime<Utc>) -> String {
    plain(instant).unwrap_or_else(|| instant.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// The same by hand, several times faster, for the years that have four digits; `None` for others and leap seconds.
fn plain(instant: chrono::DateTime<Utc>) -> Option<String> {
    let year = u32::try_from(instant.year()).ok().filter(|year| *year <= 9_999)?;
    let millis = Some(instant.timestamp_subsec_millis()).filter(|millis| *millis < 1_000)?;
    let mut text = String::with_capacity(24);
    let mut number = |number: u32, unit: u32, after: char| {
        let mut unit = unit;
        while unit > 0 {
            text.extend(char::from_digit(number / unit % 10, 10));
            unit /= 10;
        }
        text.push(after);
    };
    number(year, 1_000, '-');
    number(instant.month(), 10, '-');
    number(instant.day(), 10, 'T');
    number(instant.hour(), 10, ':');
    number(instant.minute(), 10, ':');
    number(instant.second(), 10, '.');
    number(millis, 100, 'Z');
    Some(text)
}

fn parse(text: &str) -> Option<chrono::DateTime<Utc>> {
    let (date, rest) = text.split_once('T')?;
    let date = parse_date(date)?;
    let (time, offset) = match rest.find(['Z', '+', '-']) {
        Some(at) => (rest.get(..at)?, parse_offset(rest.get(at..)?)?),
        None => (rest, TimeDelta::zero()),
    };
    let (time, days) = parse_time(time)?;
    date.checked_add_days(days)?.and_time(time).checked_sub_signed(offset).map(|local| local.and_utc())
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (rest, day) = digits.rsplit_once('-')?;
    let (year, month) = rest.rsplit_once('-')?;
    if year.len() < 4 || (year.len() > 4 && year.starts_with('0')) {
        return None;
    }
    let year = i32::try_from(number(year, year.len())?).ok()?;
    NaiveDate::from_ymd_opt(if negative { -year } else { year }, number(month, 2)?, number(day, 2)?)
}

/// Reads a time and the days it lies after its date.
fn parse_time(text: &str) -> Option<(NaiveTime, Days)> {
    let (clock, fraction) =
        text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = number(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    let nano = match fraction {
        Some(digits) => {
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            format!("{:0<9}", digits.get(..9).unwrap_or(digits)).parse().ok()?
        }
        None => 0,
    };
    if hour == 24
        && minute == 0
        && second == 0
        && fraction.is_none_or(|digits| digits.bytes().all(|byte| byte == b'0'))
    {
        return Some((NaiveTime::MIN, Days::new(1)));
    }
    NaiveTime::from_hms_nano_opt(hour, minute, second, nano).map(|time| (time, Days::new(0)))
}

fn parse_offset(text: &str) -> Option<TimeDelta> {
    if text == "Z" {
        return Some(TimeDelta::zero());
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = digits.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    let total = hours * 60 + minutes;
    if minutes > 59 || total > 14 * 60 {
        return None;
    }
    let offset = TimeDelta::try_minutes(i64::from(total))?;
    Some(if sign == "-" { -offset } else { offset })
}

/// Reads exactly `length` decimal digits.
fn number(text: &str, length: usize) -> Option<u32> {
    let digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl FromStr for DateTime {
    type Err = ParseDateTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(instant: chrono::DateTime<Utc>) -> Self {
        Self { text: format_instant(instant).into_boxed_str(), instant }
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for DateTime {}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for DateTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
