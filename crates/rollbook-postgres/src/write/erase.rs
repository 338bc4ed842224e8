//! Erasing what is kept of somebody who was deleted.
//!
//! PostgreSQL itself removes the bytes of deleted rows when it vacuums; its write-ahead log and its archives are its
//! administrator's.

use rollbook_store::edits::names_in;
use rollbook_store::{DirectoryId, Failure, ResourceId, StoreError};

use super::row::Row;
use crate::columns::{from_json, json};
use crate::db::Db;
use crate::error::Fault;
use crate::text::plain;

/// What is left of a failure that named the person.
const ERASED: &str = "the words were erased together with a person";

pub(super) async fn person(db: Db<'_>, directory: &DirectoryId, resource: &ResourceId) -> Result<(), Fault> {
    let (place, id) = (plain(directory.as_str()), plain(resource.as_str()));
    let mut names = vec![resource.as_str().to_owned()];
    if let Some(row) = Row::read(db, &place, resource).await? {
        if !row.deleted {
            return Err(StoreError::Backend("what lives is deleted before it is erased".into()).into());
        }
        names.extend(names_in(&row.body(db, &place).await?.unwrap_or_default()));
        let blank = "UPDATE resources SET body = $3, display = NULL WHERE directory = $1 AND id = $2";
        db.run(blank, &[&place, &id, &&b"{}"[..]]).await?;
    }
    for sql in [
        "DELETE FROM links WHERE resource = $2 AND target IN (SELECT id FROM targets WHERE directory = $1)",
        "DELETE FROM waiting WHERE resource = $2 AND target IN (SELECT id FROM targets WHERE directory = $1)",
        "DELETE FROM waiting WHERE awaited = $2 AND target IN (SELECT id FROM targets WHERE directory = $1)",
        "DELETE FROM attempts WHERE resource = $2 AND target IN (SELECT id FROM targets WHERE directory = $1)",
    ] {
        db.run(sql, &[&place, &id]).await?;
    }
    let owned = "DELETE FROM marks WHERE split_part(name, '/', 1) = 'owner' AND value = $1";
    db.run(owned, &[&resource.as_str().as_bytes()]).await?;
    for name in &names {
        in_logs(db, &place, name).await?;
    }
    Ok(())
}

/// The rows of the logs that hold a name, and the failures of other links that do.
async fn in_logs(db: Db<'_>, directory: &str, name: &str) -> Result<(), Fault> {
    // As it stands within JSON.
    let quoted = json(&name)?;
    let quoted = quoted.trim_matches('"');
    let failed = "SELECT l.target, l.resource, l.failure FROM links l JOIN targets t ON t.id = l.target
         WHERE t.directory = $1 AND l.class IS NOT NULL AND strpos(l.failure, $2) > 0";
    let links = db
        .all(failed, &[&directory, &quoted], |row| {
            Ok((row.try_get::<_, String>(0)?, row.try_get::<_, String>(1)?, row.try_get::<_, String>(2)?))
        })
        .await?;
    for (target, resource, failure) in links {
        let failure = Failure { sentence: ERASED.to_owned(), words: None, ..from_json(&failure)? };
        let put = "UPDATE links SET failure = $3 WHERE target = $1 AND resource = $2";
        db.run(put, &[&target, &resource, &json(&failure)?]).await?;
    }
    for sql in [
        "DELETE FROM attempts WHERE target IN (SELECT id FROM targets WHERE directory = $1)
             AND (strpos(steps, $2) > 0 OR strpos(coalesce(failure, ''), $2) > 0)",
        "DELETE FROM requests WHERE directory = $1 AND strpos(record, $2) > 0",
    ] {
        db.run(sql, &[&directory, &quoted]).await?;
    }
    Ok(())
}
