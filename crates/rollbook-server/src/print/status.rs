//! How everything is doing, for people.

use std::fmt::Write;

use rollbook_admin::{StatusView, TargetStatusView};

use super::{directories, table};

pub(crate) fn status(status: &StatusView) -> String {
    let mut out = directories(&status.directories);
    for it in &status.warnings {
        let _ = write!(out, "\n! {} {}", it.sentence, it.next_step);
    }
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
