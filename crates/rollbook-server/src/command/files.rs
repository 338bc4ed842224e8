//! Verbs over the database file itself, whether a hub works with it or not: they only read it.

use std::path::{Path, PathBuf};

use rollbook_protocol::{Key, TypeRef, keys};
use rollbook_schema::{JsonLimits, Registry, Resource};
use rollbook_sqlite::{BackupError, Counts, Report};
use rollbook_store::SystemEnvironment;
use serde_json::json;

use crate::config::Config;
use crate::data::{Data, database_path};
use crate::error::ServerError;
use crate::key::{self, Rotated};

/// Copies the database into a new file and says what is in it.
pub(super) fn backup(config: &Config, file: &Path, as_json: bool) -> Result<(), ServerError> {
    let database = there(config)?;
    let registry = crate::schemas::registry(&config.schemas)?;
    let report = rollbook_sqlite::backup(&database, file, &|name, body| keys_of(&registry, name, body));
    let report = report.map_err(|error| match error {
        BackupError::Open(error) => ServerError::Open(error),
        error => ServerError::Refused(error.to_string()),
    })?;
    let bytes = std::fs::metadata(file).map_err(ServerError::io("reading the backup"))?.len();
    if as_json {
        say(&format!(
            "{:#}",
            json!({ "file": file, "bytes": bytes, "version": report.version, "counts": report.counts })
        ));
        return Ok(());
    }
    say(&format!(
        "The backup `{}` is written and checked: {}, {bytes} bytes, version {}.\nThe key is not in it: keep {} apart from it.",
        file.display(),
        held(&report.counts),
        report.version,
        key::key_place(config),
    ));
    Ok(())
}

/// Checks the database, or another file, and says what is wrong with it.
pub(super) fn check(config: &Config, file: Option<PathBuf>, as_json: bool) -> Result<(), ServerError> {
    let database = match file {
        Some(file) => file,
        None => there(config)?,
    };
    let registry = crate::schemas::registry(&config.schemas)?;
    let report = rollbook_sqlite::check(&database, &|name, body| keys_of(&registry, name, body))?;
    let name = database.display();
    if as_json {
        let sound = report.is_sound();
        let Report { version, counts, findings, .. } = &report;
        say(&format!(
            "{:#}",
            json!({ "file": database, "sound": sound, "version": version, "counts": counts, "findings": findings })
        ));
    } else if report.is_sound() {
        say(&format!("`{name}` is sound: {}, version {}", held(&report.counts), report.version));
    } else {
        for finding in &report.findings {
            say(&format!("{}\n  next: {}", finding.sentence, finding.next_step));
        }
    }
    match report.findings.len() {
        0 => Ok(()),
        1 => Err(ServerError::Refused(format!("`{name}` is not sound: 1 finding"))),
        n => Err(ServerError::Refused(format!("`{name}` is not sound: {n} findings"))),
    }
}

/// Gives the data directory a new key.
pub(super) async fn rotate_key(config: &Config, as_json: bool) -> Result<(), ServerError> {
    if config.database.is_some() {
        return Err(ServerError::Refused(
            "the nodes that share a PostgreSQL database share its key too; it cannot be rotated yet"
                .to_owned(),
        ));
    }
    there(config)?;
    let environment = SystemEnvironment;
    let data = Data::open(config, &environment).await.map_err(|error| match error {
        ServerError::InUse(directory) => ServerError::Refused(format!(
            "the hub that serves `{}` works with the old key: stop it, rotate, and start it again",
            directory.display()
        )),
        other => other,
    })?;
    let Rotated { key, old, credentials } =
        key::rotate(config, &data.keyring, data.store.as_ref(), &environment).await?;
    if as_json {
        say(&format!("{:#}", json!({ "key": key, "old_key_file": old, "credentials": credentials })));
    } else {
        say(&format!(
            "The key in {} is a new one, {key}; {} sealed with it.\nThe old one is kept in `{}`: backups that were made before \
             need it. Back the new one up.",
            key::key_place(config),
            count(credentials as u64, "credential is", "credentials are"),
            old.display()
        ));
    }
    Ok(())
}

/// The database, which must be there.
fn there(config: &Config) -> Result<PathBuf, ServerError> {
    if config.database.is_some() {
        return Err(ServerError::Refused(
            "the data are in PostgreSQL (`database`): copy and check them with its own tools, such as pg_dump and amcheck"
                .to_owned(),
        ));
    }
    let database = database_path(&config.data);
    if database.exists() {
        return Ok(database);
    }
    let data = config.data.display();
    Err(ServerError::Config(format!(
        "there is no rollbook data in `{data}`: name its directory with `--data`"
    )))
}

/// The keys that a stored body should have beside it.
fn keys_of(registry: &Registry, resource_type: &str, body: &[u8]) -> Result<Option<Vec<Key>>, String> {
    // What was accepted once is read whatever the limits are now.
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    let resource = Resource::from_slice(body, &limits, registry).map_err(|error| error.to_string())?;
    let known = registry.resource_type(resource_type);
    Ok(known.map(|resource_type| keys(&resource, TypeRef { registry, resource_type })))
}

fn held(counts: &Counts) -> String {
    let mut parts = vec![count(counts.directories, "directory", "directories")];
    for (resource_type, live) in &counts.resources {
        parts.push(format!("{live} of type {resource_type}"));
    }
    parts.push(count(counts.targets, "target", "targets"));
    parts.push(count(counts.links, "link", "links"));
    parts.push(count(counts.changes, "change", "changes"));
    parts.join(", ")
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[allow(clippy::print_stdout, reason = "this is what the verb was asked for")]
fn say(text: &str) {
    println!("{text}");
}
