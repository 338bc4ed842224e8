//! Writing the settings: directories, targets, tokens, marks.

use rollbook_store::{Directory, SettingsWrite, StoreError, Target, Token};
use rusqlite::params;

use crate::columns::{Json, Millis, Word};
use crate::db::Db;

pub(super) fn write(db: Db<'_>, write: &SettingsWrite) -> Result<(), StoreError> {
    match write {
        SettingsWrite::PutDirectory(directory) => put_directory(db, directory),
        SettingsWrite::PutToken(token) => put_token(db, token),
        SettingsWrite::TouchToken { id, at } => {
            let touch = "UPDATE tokens SET last_used = ?2 WHERE id = ?1";
            found(db.run(touch, params![id.as_str(), Millis(*at)])?, "token", id.as_str())
        }
        SettingsWrite::PutTarget(target) => put_target(db, target),
        SettingsWrite::PutHealth { target, health } => {
            let put = "UPDATE targets SET health = ?2 WHERE id = ?1";
            found(db.run(put, params![target.as_str(), Json(health)])?, "target", target.as_str())
        }
        SettingsWrite::PutMark { name, value } => db
            .run(
                "INSERT INTO marks (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, &**value],
            )
            .map(drop),
    }
}

fn put_directory(db: Db<'_>, directory: &Directory) -> Result<(), StoreError> {
    let taken = "SELECT 1 FROM directories WHERE slug = ?1 AND id <> ?2";
    if db.one(taken, params![directory.slug, directory.id.as_str()], |_| Ok(()))?.is_some() {
        return Err(StoreError::Uniqueness { what: "directory".to_owned(), attribute: "slug".to_owned() });
    }
    db.run(
        "INSERT INTO directories (id, slug, name, client, created) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, client = excluded.client,
             created = excluded.created",
        params![
            directory.id.as_str(),
            directory.slug,
            directory.name,
            Word(directory.client),
            Millis(directory.created)
        ],
    )?;
    Ok(())
}

fn put_token(db: Db<'_>, token: &Token) -> Result<(), StoreError> {
    db.run(
        "INSERT INTO tokens (id, directory, hash, prefix, label, created, expires, last_used)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET directory = excluded.directory, hash = excluded.hash,
             prefix = excluded.prefix, label = excluded.label, created = excluded.created,
             expires = excluded.expires, last_used = excluded.last_used",
        params![
            token.id.as_str(),
            token.directory.as_str(),
            token.hash.as_bytes(),
            token.prefix,
            token.label,
            Millis(token.created),
            Millis(token.expires),
            token.last_used.map(Millis)
        ],
    )?;
    Ok(())
}

fn put_target(db: Db<'_>, target: &Target) -> Result<(), StoreError> {
    let taken = "SELECT 1 FROM targets WHERE directory = ?1 AND name = ?2 AND id <> ?3";
    let place = params![target.directory.as_str(), target.name, target.id.as_str()];
    if db.one(taken, place, |_| Ok(()))?.is_some() {
        return Err(StoreError::Uniqueness { what: "target".to_owned(), attribute: "name".to_owned() });
    }
    db.run(
        "INSERT INTO targets (id, directory, name, connector, url, profile, credential, created, health)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET directory = excluded.directory, name = excluded.name,
             connector = excluded.connector, url = excluded.url, profile = excluded.profile,
             credential = excluded.credential, created = excluded.created",
        params![
            target.id.as_str(),
            target.directory.as_str(),
            target.name,
            target.connector,
            target.url,
            &*target.profile,
            target.credential.as_deref(),
            Millis(target.created),
            Json(&target.health)
        ],
    )?;
    Ok(())
}

fn found(written: usize, what: &'static str, id: &str) -> Result<(), StoreError> {
    if written == 0 { Err(StoreError::NotFound { what, id: id.to_owned() }) } else { Ok(()) }
}
