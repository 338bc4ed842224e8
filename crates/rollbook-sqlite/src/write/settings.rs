//! Writing the settings: directories, targets, tokens, marks.

use chrono::{DateTime, Utc};
use rollbook_store::{
    ClientId, Directory, DirectoryId, OauthClient, RequestRecord, ResourceId, SettingsWrite, StoreError,
    Target, Token, TokenHash, TokenId,
};
use rusqlite::{Params, params};

use super::{Effects, Touched, counter, erase, purge};
use crate::columns::{Json, Millis, Word, number};
use crate::db::Db;

pub(super) fn write(db: Db<'_>, write: &SettingsWrite, effects: &mut Effects) -> Result<(), StoreError> {
    let touched = &mut effects.touched;
    match write {
        SettingsWrite::PutDirectory(directory) => {
            touched.any_directory();
            put_directory(db, directory)?;
            counter::close(db, &directory.id, directory.deleting.is_some())
        }
        SettingsWrite::PutToken(token) => {
            refuse_purged(db, &token.directory)?;
            put_token(db, token, touched)
        }
        SettingsWrite::TouchToken { id, at } => {
            let touch =
                "UPDATE tokens SET last_used = max(coalesce(last_used, ?2), ?2) WHERE id = ?1 RETURNING hash";
            found(drop_tokens(db, touch, params![id.as_str(), Millis(*at)], touched)?, "token", id.as_str())
        }
        SettingsWrite::DeleteToken(id) => {
            let delete = "DELETE FROM tokens WHERE id = ?1 RETURNING hash";
            drop_tokens(db, delete, params![id.as_str()], touched).map(drop)
        }
        SettingsWrite::DropExpiredTokens { before, limit } => {
            let delete = "DELETE FROM tokens WHERE id IN (
                     SELECT id FROM tokens WHERE client IS NOT NULL AND expires < ?1 LIMIT ?2)
                 RETURNING hash";
            drop_tokens(db, delete, params![Millis(*before), number(*limit)], touched).map(drop)
        }
        SettingsWrite::PutClient(client) => {
            refuse_purged(db, &client.directory)?;
            put_client(db, client)
        }
        SettingsWrite::DeleteClient(id) => {
            let delete = "DELETE FROM tokens WHERE client = ?1 RETURNING hash";
            drop_tokens(db, delete, params![id.as_str()], touched)?;
            db.run("DELETE FROM clients WHERE id = ?1", params![id.as_str()]).map(drop)
        }
        SettingsWrite::AppendRequest(request) => append_request(db, request),
        SettingsWrite::PruneRequests { directory, keep, before } => {
            prune_requests(db, directory.as_ref().map_or("", DirectoryId::as_str), *keep, *before)
        }
        SettingsWrite::PurgeDirectory { directory, limit } => purge::step(db, directory, *limit, effects),
        SettingsWrite::Erase { directory, resource } => erase::person(db, directory, resource),
        SettingsWrite::PutTarget(target) => {
            refuse_purged(db, &target.directory)?;
            put_target(db, target)
        }
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

fn refuse_purged(db: Db<'_>, directory: &DirectoryId) -> Result<(), StoreError> {
    if counter::is_purged(db, directory)? { Err(counter::missing(directory)) } else { Ok(()) }
}

/// Runs a statement that changes tokens and answers their hashes; answers how many.
pub(super) fn drop_tokens(
    db: Db<'_>,
    sql: &'static str,
    params: impl Params,
    touched: &mut Touched,
) -> Result<usize, StoreError> {
    let hashes = db.all(sql, params, |row| row.get(0).map(TokenHash::from_bytes))?;
    hashes.iter().for_each(|hash| touched.token(*hash));
    Ok(hashes.len())
}

fn put_directory(db: Db<'_>, directory: &Directory) -> Result<(), StoreError> {
    let taken = "SELECT 1 FROM directories WHERE slug = ?1 AND id <> ?2";
    if db.one(taken, params![directory.slug, directory.id.as_str()], |_| Ok(()))?.is_some() {
        return Err(StoreError::Uniqueness { what: "directory".to_owned(), attribute: "slug".to_owned() });
    }
    db.run(
        "INSERT INTO directories (id, slug, name, client, created, settings, deleting)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, client = excluded.client,
             created = excluded.created, settings = excluded.settings, deleting = excluded.deleting",
        params![
            directory.id.as_str(),
            directory.slug,
            directory.name,
            Word(directory.client),
            Millis(directory.created),
            Json(&directory.settings),
            directory.deleting.map(Millis)
        ],
    )?;
    Ok(())
}

fn put_token(db: Db<'_>, token: &Token, touched: &mut Touched) -> Result<(), StoreError> {
    let stored = "SELECT hash FROM tokens WHERE id = ?1";
    drop_tokens(db, stored, params![token.id.as_str()], touched)?;
    touched.token(token.hash);
    db.run(
        "INSERT INTO tokens (id, directory, hash, prefix, label, created, expires, last_used, scope, replaces, client,
             resource)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET directory = excluded.directory, hash = excluded.hash,
             prefix = excluded.prefix, label = excluded.label, created = excluded.created,
             expires = excluded.expires, last_used = excluded.last_used, scope = excluded.scope,
             replaces = excluded.replaces, client = excluded.client, resource = excluded.resource",
        params![
            token.id.as_str(),
            token.directory.as_str(),
            token.hash.as_bytes(),
            token.prefix,
            token.label,
            Millis(token.created),
            Millis(token.expires),
            token.last_used.map(Millis),
            Word(token.scope),
            token.replaces.as_ref().map(TokenId::as_str),
            token.client.as_ref().map(ClientId::as_str),
            token.resource.as_ref().map(ResourceId::as_str)
        ],
    )?;
    Ok(())
}

fn put_client(db: Db<'_>, client: &OauthClient) -> Result<(), StoreError> {
    db.run(
        "INSERT INTO clients (id, directory, label, secrets, scope, token_seconds, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET directory = excluded.directory, label = excluded.label,
             secrets = excluded.secrets, scope = excluded.scope, token_seconds = excluded.token_seconds,
             created = excluded.created",
        params![
            client.id.as_str(),
            client.directory.as_str(),
            client.label,
            Json(&client.secrets),
            Word(client.scope),
            client.token_seconds,
            Millis(client.created)
        ],
    )?;
    Ok(())
}

/// Adds a row to the request log; one that comes after its directory has gone is dropped.
fn append_request(db: Db<'_>, request: &RequestRecord) -> Result<(), StoreError> {
    if let Some(directory) = &request.directory
        && counter::is_purged(db, directory)?
    {
        return Ok(());
    }
    let directory = request.directory.as_ref().map_or("", DirectoryId::as_str);
    let append = "INSERT INTO requests (directory, at, record) VALUES (?1, ?2, ?3)";
    db.run(append, params![directory, Millis(request.at), Json(request)]).map(drop)
}

/// The rows beyond the newest `keep`, then those that are too old: each by its own index.
fn prune_requests(db: Db<'_>, directory: &str, keep: usize, before: DateTime<Utc>) -> Result<(), StoreError> {
    db.run(
        "DELETE FROM requests WHERE directory = ?1 AND n <= (
             SELECT n FROM requests WHERE directory = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)",
        params![directory, number(keep)],
    )?;
    let old = "DELETE FROM requests WHERE directory = ?1 AND at < ?2";
    db.run(old, params![directory, Millis(before)]).map(drop)
}

fn put_target(db: Db<'_>, target: &Target) -> Result<(), StoreError> {
    let taken = "SELECT 1 FROM targets WHERE directory = ?1 AND name = ?2 AND id <> ?3";
    let place = params![target.directory.as_str(), target.name, target.id.as_str()];
    if db.one(taken, place, |_| Ok(()))?.is_some() {
        return Err(StoreError::Uniqueness { what: "target".to_owned(), attribute: "name".to_owned() });
    }
    db.run("DELETE FROM purged_targets WHERE id = ?1", params![target.id.as_str()])?;
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
