//! The settings: directories, targets, tokens, marks.

use bytes::Bytes;
use rollbook_store::{
    ClientId, Directory, DirectoryId, OauthClient, RequestRecord, ResourceId, StoreError, Target, TargetId,
    Token, TokenHash, TokenId,
};
use rusqlite::{Row, params};

use crate::columns::{Json, Millis, Word};
use crate::db::Db;

pub(crate) fn directories(db: Db<'_>) -> Result<Vec<Directory>, StoreError> {
    let all = "SELECT id, slug, name, client, created, settings, deleting FROM directories ORDER BY name, id";
    db.all(all, [], read_directory)
}

pub(crate) fn directory(db: Db<'_>, slug_or_id: &str) -> Result<Option<Directory>, StoreError> {
    db.one(
        "SELECT id, slug, name, client, created, settings, deleting FROM directories WHERE id = ?1 OR slug = ?1
         ORDER BY id = ?1 DESC LIMIT 1",
        params![slug_or_id],
        read_directory,
    )
}

pub(crate) fn token(db: Db<'_>, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
    db.one(
        "SELECT id, directory, hash, prefix, label, created, expires, last_used, scope, replaces, client, resource
         FROM tokens WHERE hash = ?1",
        params![hash.as_bytes()],
        read_token,
    )
}

pub(crate) fn tokens(db: Db<'_>, directory: &DirectoryId) -> Result<Vec<Token>, StoreError> {
    db.all(
        "SELECT id, directory, hash, prefix, label, created, expires, last_used, scope, replaces, client, resource
         FROM tokens WHERE directory = ?1 ORDER BY created DESC, id",
        params![directory.as_str()],
        read_token,
    )
}

pub(crate) fn targets(db: Db<'_>, directory: Option<&DirectoryId>) -> Result<Vec<Target>, StoreError> {
    db.all(
        "SELECT id, directory, name, connector, url, profile, credential, created, health FROM targets
         WHERE ?1 IS NULL OR directory = ?1 ORDER BY name, id",
        params![directory.map(DirectoryId::as_str)],
        read_target,
    )
}

pub(crate) fn target(db: Db<'_>, id: &TargetId) -> Result<Option<Target>, StoreError> {
    db.one(
        "SELECT id, directory, name, connector, url, profile, credential, created, health FROM targets
         WHERE id = ?1",
        params![id.as_str()],
        read_target,
    )
}

pub(crate) fn client(db: Db<'_>, id: &ClientId) -> Result<Option<OauthClient>, StoreError> {
    db.one(
        "SELECT id, directory, label, secrets, scope, token_seconds, created FROM clients WHERE id = ?1",
        params![id.as_str()],
        read_client,
    )
}

pub(crate) fn clients(db: Db<'_>, directory: &DirectoryId) -> Result<Vec<OauthClient>, StoreError> {
    db.all(
        "SELECT id, directory, label, secrets, scope, token_seconds, created FROM clients
         WHERE directory = ?1 ORDER BY created DESC, id",
        params![directory.as_str()],
        read_client,
    )
}

pub(crate) fn requests(
    db: Db<'_>,
    directory: Option<&DirectoryId>,
    limit: usize,
) -> Result<Vec<RequestRecord>, StoreError> {
    db.all(
        "SELECT record FROM requests WHERE directory = ?1 ORDER BY n DESC LIMIT ?2",
        params![directory.map_or("", DirectoryId::as_str), i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| row.get::<_, Json<_>>(0).map(|record| record.0),
    )
}

pub(crate) fn mark(db: Db<'_>, name: &str) -> Result<Option<Bytes>, StoreError> {
    let mark = "SELECT value FROM marks WHERE name = ?1";
    db.one(mark, params![name], |row| row.get::<_, Vec<u8>>(0).map(Bytes::from))
}

fn read_directory(row: &Row<'_>) -> rusqlite::Result<Directory> {
    Ok(Directory {
        id: DirectoryId::new(row.get::<_, String>(0)?),
        slug: row.get(1)?,
        name: row.get(2)?,
        client: row.get::<_, Word<_>>(3)?.0,
        created: row.get::<_, Millis>(4)?.0,
        settings: row.get::<_, Json<_>>(5)?.0,
        deleting: row.get::<_, Option<Millis>>(6)?.map(|at| at.0),
    })
}

fn read_token(row: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        id: TokenId::new(row.get::<_, String>(0)?),
        directory: DirectoryId::new(row.get::<_, String>(1)?),
        hash: TokenHash::from_bytes(row.get(2)?),
        prefix: row.get(3)?,
        label: row.get(4)?,
        created: row.get::<_, Millis>(5)?.0,
        expires: row.get::<_, Millis>(6)?.0,
        last_used: row.get::<_, Option<Millis>>(7)?.map(|at| at.0),
        scope: row.get::<_, Word<_>>(8)?.0,
        replaces: row.get::<_, Option<String>>(9)?.map(TokenId::new),
        client: row.get::<_, Option<String>>(10)?.map(ClientId::new),
        resource: row.get::<_, Option<String>>(11)?.map(ResourceId::new),
    })
}

fn read_client(row: &Row<'_>) -> rusqlite::Result<OauthClient> {
    Ok(OauthClient {
        id: ClientId::new(row.get::<_, String>(0)?),
        directory: DirectoryId::new(row.get::<_, String>(1)?),
        label: row.get(2)?,
        secrets: row.get::<_, Json<_>>(3)?.0,
        scope: row.get::<_, Word<_>>(4)?.0,
        token_seconds: row.get(5)?,
        created: row.get::<_, Millis>(6)?.0,
    })
}

fn read_target(row: &Row<'_>) -> rusqlite::Result<Target> {
    Ok(Target {
        id: TargetId::new(row.get::<_, String>(0)?),
        directory: DirectoryId::new(row.get::<_, String>(1)?),
        name: row.get(2)?,
        connector: row.get(3)?,
        url: row.get(4)?,
        profile: Bytes::from(row.get::<_, Vec<u8>>(5)?),
        credential: row.get::<_, Option<Vec<u8>>>(6)?.map(Bytes::from),
        created: row.get::<_, Millis>(7)?.0,
        health: row.get::<_, Json<_>>(8)?.0,
    })
}
