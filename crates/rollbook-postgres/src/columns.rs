//! How values lie in columns: times as milliseconds, enumerations as words, small structures as JSON.

use chrono::{DateTime, Utc};
use rollbook_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Fault;

/// A time, kept to the millisecond as SCIM prints it.
pub(crate) const fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// The time of so many milliseconds.
pub(crate) fn time(millis: i64) -> Result<DateTime<Utc>, Fault> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| damaged("a time"))
}

/// A time as it comes back from the database: without its microseconds.
pub(crate) fn kept(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(time.timestamp_millis()).unwrap_or(time)
}

/// A count or sequence number as a column; beyond its range there is nothing to find.
pub(crate) fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A count or sequence number from a column.
pub(crate) fn count<T: TryFrom<i64>>(number: i64) -> Result<T, Fault> {
    T::try_from(number).map_err(|_| damaged("a number"))
}

/// An enumeration whose serde form is one word.
pub(crate) fn word<T: Serialize>(value: &T) -> Result<String, Fault> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(damaged("a word")),
    }
}

/// The enumeration behind a word.
pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T, Fault> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(broken)
}

/// A small structure as JSON text; it holds no NUL, since JSON escapes it.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(broken)
}

/// The structure behind JSON text.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(broken)
}

fn damaged(what: &str) -> Fault {
    Fault::Store(StoreError::Backend(format!("{what} in the database is out of range or unknown").into()))
}

fn broken(error: serde_json::Error) -> Fault {
    Fault::Store(StoreError::Backend(error.into()))
}
