//! The settings: directories, targets, tokens, marks.

use bytes::Bytes;
use rollbook_store::{Directory, DirectoryId, StoreError, Target, TargetId, Token, TokenHash, TokenId};
use rusqlite::{Row, params};

use crate::columns::{Json, Millis, Word};
use crate::db::Db;

pub(crate) fn directories(db: Db<'_>) -> Result<Vec<Directory>, StoreError> {
    let all = "SELECT id, slug, name, client, created FROM directories ORDER BY name, id";
    db.all(all, [], read_directory)
}

pub(crate) fn directory(db: Db<'_>, slug_or_id: &str) -> Result<Option<Directory>, StoreError> {
    db.one(
        "SELECT id, slug, name, client, created FROM directories WHERE id = ?1 OR slug = ?1
         ORDER BY id = ?1 DESC LIMIT 1",
        params![slug_or_id],
        read_directory,
    )
}

pub(crate) fn token(db: Db<'_>, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
    db.one(
        "SELECT id, directory, hash, prefix, label, created, expires, last_used FROM tokens WHERE hash = ?1",
        params![hash.as_bytes()],
        read_token,
    )
}

pub(crate) fn tokens(db: Db<'_>, directory: &DirectoryId) -> Result<Vec<Token>, StoreError> {
    db.all(
        "SELECT id, directory, hash, prefix, label, created, expires, last_used FROM tokens
         WHERE directory = ?1 ORDER BY created DESC, id",
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
