//! What the verbs print: JSON as the API answered it, or a table for people.

mod clients;
mod directories;
mod erased;
mod requests;
mod status;
mod targets;
mod tokens;

use chrono::{DateTime, Utc};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::clients::{client_deleted, client_retired, client_secret, clients};
pub(crate) use self::directories::{directories, directory, directory_added, directory_deleted};
pub(crate) use self::erased::{erased, not_told};
pub(crate) use self::requests::requests;
pub(crate) use self::status::status;
pub(crate) use self::targets::{log, target_added, targets};
pub(crate) use self::tokens::{token, token_revoked, tokens};
use crate::error::ServerError;

/// Prints an answer: as JSON when asked for, else as `render` says.
#[allow(clippy::print_stdout, reason = "this is what the verb was asked for")]
pub(crate) fn show<T: DeserializeOwned>(
    json: bool,
    answer: &Value,
    render: impl FnOnce(&T) -> String,
) -> Result<(), ServerError> {
    if json {
        println!("{answer:#}");
        return Ok(());
    }
    println!("{}", render(&read(answer)?).trim_end());
    Ok(())
}

/// An answer as what it must be.
pub(crate) fn read<T: DeserializeOwned>(answer: &Value) -> Result<T, ServerError> {
    T::deserialize(answer).map_err(|error| {
        ServerError::Refused(format!("the answer is not what this version expects: {error}"))
    })
}

pub(crate) fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(head);
    table
}

/// A time to the minute.
fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}
