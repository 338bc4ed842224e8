//! Directories, for people.

use std::fmt::Write;

use rollbook_admin::{DirectoryView, TargetView};
use rollbook_store::{DirectorySettings, RequiredAttribute};
use serde::Serialize;

use super::{minute, table};

pub(crate) fn directory_added(directory: &DirectoryView) -> String {
    format!(
        "Directory `{}` is ready. SCIM address for the identity provider:\n  {}\nNext: rollbook token create {}",
        directory.slug, directory.scim_url, directory.slug
    )
}

pub(crate) fn directory_deleted(directory: &DirectoryView, targets: &[TargetView]) -> String {
    let slug = &directory.slug;
    let mut out = if directory.delete_in_progress {
        format!(
            "Directory `{slug}` is being deleted: its tokens open nothing any more. `rollbook directory list` shows it \
             until it is gone."
        )
    } else {
        format!("Directory `{slug}` is deleted.")
    };
    if !targets.is_empty() {
        let names: Vec<&str> = targets.iter().map(|it| it.name.as_str()).collect();
        let _ = write!(
            out,
            "\nIts targets go with it ({}), but the accounts and groups at these services stay as they are: remove them \
             there, if they are to go.",
            names.join(", ")
        );
    }
    out
}

pub(crate) fn directories(all: &Vec<DirectoryView>) -> String {
    if all.is_empty() {
        return "No directory yet: rollbook directory add \"Acme\" makes one.".to_owned();
    }
    let mut table = table(&["directory", "name", "client", "users", "groups", "SCIM address", "state"]);
    for it in all {
        table.add_row([
            it.slug.clone(),
            it.name.clone(),
            it.client.to_string(),
            it.users.to_string(),
            it.groups.to_string(),
            it.scim_url.clone(),
            if it.delete_in_progress { "being deleted" } else { "" }.to_owned(),
        ]);
    }
    table.to_string()
}

pub(crate) fn directory(directory: &DirectoryView) -> String {
    let mut table = table(&["", "setting", "flag of `directory set`"]);
    let mut row = |what: &str, value: String, flag: &str| {
        table.add_row([what.to_owned(), value, flag.to_owned()]);
    };
    let settings = &directory.settings;
    row("directory", directory.slug.clone(), "");
    row("id", directory.id.clone(), "");
    if directory.delete_in_progress {
        row("state", "being deleted".to_owned(), "");
    }
    row("SCIM address", directory.scim_url.clone(), "");
    row("created", minute(directory.created), "");
    row("holds", format!("{} users, {} groups", directory.users, directory.groups), "");
    row("name", directory.name.clone(), "--name");
    row("client", directory.client.to_string(), "--client");
    row("source", word(&settings.source), "--source");
    row("domains", or(settings.domains.join(", "), "any"), "--domains");
    row(
        "default domain",
        or(settings.default_domain.clone().unwrap_or_default(), "none"),
        "--default-domain",
    );
    row("profile", word(&settings.profile), "--profile");
    row("required", or(required(&settings.required), "what schema and profile say"), "--required");
    row("externalId is a base64 GUID", yes(settings.decode_external_id_as_ms_guid), "--decode-ms-guid");
    row("PATCH answers", word(&settings.patch_answer), "--patch-answer");
    row("group names are unique", yes(settings.unique_group_names), "--unique-group-names");
    row("a member's value is its", word(&settings.member_value), "--member-value");
    row("a PATCH may remove all members", yes(settings.remove_all_members), "--remove-all-members");
    row("rate limit", rate(settings), "--rate-limit");
    let lifetime = settings.token_minutes.map_or_else(|| "6 months".to_owned(), minutes);
    row("tokens are good for", lifetime, "--token-lifetime");
    row("after a rotation the old one for", minutes(settings.previous_token_minutes), "--previous-token");
    table.to_string()
}

fn rate(settings: &DirectorySettings) -> String {
    settings.rate_limit.map_or_else(
        || "off".to_owned(),
        |it| format!("{} requests a second, {} at once", it.per_second, it.burst),
    )
}

fn required(all: &[RequiredAttribute]) -> String {
    let all: Vec<String> = all.iter().map(|it| format!("{}:{}", it.resource_type, it.attribute)).collect();
    all.join(", ")
}

/// A setting's word as the command line takes it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.replace('_', "-"),
        _ => String::new(),
    }
}

fn or(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

/// A time in its largest whole unit.
fn minutes(minutes: u32) -> String {
    let (number, unit) = match minutes {
        0 => return "no time".to_owned(),
        _ if minutes.is_multiple_of(24 * 60) => (minutes / (24 * 60), "day"),
        _ if minutes.is_multiple_of(60) => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
