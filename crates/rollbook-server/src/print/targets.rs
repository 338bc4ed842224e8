//! Targets and their delivery log, for people.

use std::fmt::Write;

use rollbook_admin::TargetView;
use rollbook_store::{Attempt, StepStatus};

use super::{minute, table};

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
            minute(it.created),
        ]);
    }
    table.to_string()
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
