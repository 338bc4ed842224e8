//! What the verbs print: JSON as the API answered it, or a table for people.

use std::fmt::Write;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use rollbook_admin::{DirectoryView, StatusView, TargetStatusView, TargetView, TokenView};
use rollbook_store::{Attempt, StepStatus};
use serde::de::DeserializeOwned;
use serde_json::Value;

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
    let value = T::deserialize(answer).map_err(|error| {
        ServerError::Refused(format!("the answer is not what this version expects: {error}"))
    })?;
    println!("{}", render(&value).trim_end());
    Ok(())
}

pub(crate) fn directory_added(directory: &DirectoryView) -> String {
    format!(
        "Directory `{}` is ready. SCIM address for the identity provider:\n  {}\nNext: rollbook token create {}",
        directory.slug, directory.scim_url, directory.slug
    )
}

pub(crate) fn directories(all: &Vec<DirectoryView>) -> String {
    if all.is_empty() {
        return "No directory yet: rollbook directory add \"Acme\" makes one.".to_owned();
    }
    let mut table = table(&["directory", "name", "client", "users", "groups", "SCIM address"]);
    for it in all {
        table.add_row([
            it.slug.clone(),
            it.name.clone(),
            it.client.to_string(),
            it.users.to_string(),
            it.groups.to_string(),
            it.scim_url.clone(),
        ]);
    }
    table.to_string()
}

pub(crate) fn token(token: &TokenView) -> String {
    format!(
        "Token for `{}`, good until {}. It is shown only now:\n  {}\nSCIM address:\n  {}",
        token.directory,
        token.expires.format("%Y-%m-%d"),
        token.token,
        token.scim_url
    )
}

pub(crate) fn target_added(target: &TargetView) -> String {
    format!(
        "Target `{}` of `{}` is added; provisioning begins at once. See: rollbook status {}",
        target.name, target.directory, target.directory
    )
}

pub(crate) fn targets(all: &Vec<TargetView>) -> String {
    if all.is_empty() {
        return "No target yet: rollbook target add DIRECTORY NAME --url https://… adds one.".to_owned();
    }
    let mut table = table(&["directory", "target", "address", "credential", "since"]);
    for it in all {
        let credential = if it.has_credential { "kept encrypted" } else { "none" };
        table.add_row([
            it.directory.clone(),
            it.name.clone(),
            it.url.clone(),
            credential.to_owned(),
            it.created.format("%Y-%m-%d %H:%M").to_string(),
        ]);
    }
    table.to_string()
}

pub(crate) fn status(status: &StatusView) -> String {
    let mut out = directories(&status.directories);
    if status.targets.is_empty() {
        out.push_str("\nNo target yet: rollbook target add DIRECTORY NAME --url https://… adds one.");
        return out;
    }
    let mut table =
        table(&["directory", "target", "in sync", "pending", "waiting", "retrying", "failed", "condition"]);
    for it in &status.targets {
        let counts = &it.counts;
        table.add_row([
            it.directory.clone(),
            it.name.clone(),
            counts.in_sync.to_string(),
            (counts.pending + it.unread).to_string(),
            counts.waiting.to_string(),
            counts.retrying.to_string(),
            counts.failed.to_string(),
            condition(it),
        ]);
    }
    let _ = write!(out, "\n{table}");
    for target in &status.targets {
        for it in &target.troubled {
            let _ =
                write!(out, "\n{}/{}: {} {}", target.directory, target.name, it.resource_type, it.resource);
            if let Some(failure) = &it.failure {
                let _ = write!(out, ": {} Next: {}", failure.sentence, failure.next_step);
            }
            if !it.waits_for.is_empty() {
                let _ = write!(out, " waits for {}, not yet at the service", it.waits_for.join(", "));
            }
        }
    }
    out
}

pub(crate) fn log(rows: &Vec<Attempt>) -> String {
    if rows.is_empty() {
        return "Nothing was tried yet.".to_owned();
    }
    let mut out = String::new();
    for row in rows {
        let _ = writeln!(
            out,
            "{} {} {} {:?} in {} ms",
            row.at.format("%Y-%m-%d %H:%M:%S"),
            row.resource_type,
            row.resource,
            row.outcome,
            row.millis
        );
        for step in &row.steps {
            let mark = match step.status {
                StepStatus::Success => "ok",
                StepStatus::Warning => "!",
                StepStatus::Skipped => "-",
                StepStatus::Failure => "X",
            };
            let _ = writeln!(out, "  {mark:2} {:8} {}", format!("{:?}", step.name), step.detail);
        }
        if let Some(failure) = &row.failure {
            let _ = writeln!(out, "     {} Next: {}", failure.sentence, failure.next_step);
            if let Some(words) = &failure.words {
                let _ = writeln!(out, "     The service said: {words}");
            }
        }
    }
    out
}

/// How a target is, in a few words.
fn condition(target: &TargetStatusView) -> String {
    match (&target.health.closed_until, &target.health.failure) {
        (Some(until), Some(failure)) => {
            format!("{} Looks again at {}.", failure.sentence, until.format("%H:%M:%S"))
        }
        (Some(until), None) => format!("looks again at {}", until.format("%H:%M:%S")),
        (None, Some(failure)) => format!("last failure: {}", failure.sentence),
        (None, None) => "well".to_owned(),
    }
}

pub(crate) fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(head);
    table
}
