//! The settings: directories, targets, tokens, clients, the inbound request log, marks.

use bytes::Bytes;
use rollbook_store::{
    ClientId, Directory, DirectoryId, OauthClient, RequestRecord, ResourceId, StoreError, Target, TargetId,
    Token, TokenHash, TokenId,
};
use tokio_postgres::Row;

use crate::columns::{count, from_json, from_word, number, time};
use crate::db::Db;
use crate::error::Fault;
use crate::text::{original, plain};

pub(crate) async fn directories(db: Db<'_>) -> Result<Vec<Directory>, Fault> {
    let mut all = db
        .all(
            "SELECT id, slug, name, client, created, settings, deleting FROM directories",
            &[],
            read_directory,
        )
        .await?;
    // By bytes, whatever the collation of the database.
    all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(all)
}

pub(crate) async fn directory(db: Db<'_>, slug_or_id: &str) -> Result<Option<Directory>, Fault> {
    let found = db
        .all(
            "SELECT id, slug, name, client, created, settings, deleting FROM directories WHERE id = $1 OR slug = $1",
            &[&plain(slug_or_id)],
            read_directory,
        )
        .await?;
    // Where one's slug is another's id, the id wins.
    Ok(found.into_iter().min_by_key(|directory| directory.id.as_str() != slug_or_id))
}

pub(crate) async fn token(db: Db<'_>, hash: &TokenHash) -> Result<Option<Token>, Fault> {
    db.one(
        "SELECT id, directory, hash, prefix, label, created, expires, last_used, scope, replaces, client, resource
         FROM tokens WHERE hash = $1",
        &[&hash.as_bytes().as_slice()],
        read_token,
    )
    .await
}

pub(crate) async fn tokens(db: Db<'_>, directory: &DirectoryId) -> Result<Vec<Token>, Fault> {
    let mut tokens = db
        .all(
            "SELECT id, directory, hash, prefix, label, created, expires, last_used, scope, replaces, client, resource
             FROM tokens WHERE directory = $1",
            &[&plain(directory.as_str())],
            read_token,
        )
        .await?;
    tokens.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
    Ok(tokens)
}

pub(crate) async fn client(db: Db<'_>, id: &ClientId) -> Result<Option<OauthClient>, Fault> {
    db.one(
        "SELECT id, directory, label, secrets, scope, token_seconds, created FROM clients WHERE id = $1",
        &[&plain(id.as_str())],
        read_client,
    )
    .await
}

pub(crate) async fn clients(db: Db<'_>, directory: &DirectoryId) -> Result<Vec<OauthClient>, Fault> {
    let mut clients = db
        .all(
            "SELECT id, directory, label, secrets, scope, token_seconds, created FROM clients WHERE directory = $1",
            &[&plain(directory.as_str())],
            read_client,
        )
        .await?;
    clients.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
    Ok(clients)
}

pub(crate) async fn requests(
    db: Db<'_>,
    directory: Option<&DirectoryId>,
    limit: usize,
) -> Result<Vec<RequestRecord>, Fault> {
    db.all(
        "SELECT record FROM requests WHERE directory = $1 ORDER BY n DESC LIMIT $2",
        &[&plain(directory.map_or("", DirectoryId::as_str)), &number(limit)],
        |row| from_json(row.try_get(0)?),
    )
    .await
}

pub(crate) async fn targets(db: Db<'_>, directory: Option<&DirectoryId>) -> Result<Vec<Target>, Fault> {
    let mut targets = match directory {
        Some(directory) => {
            db.all(
                "SELECT id, directory, name, connector, url, profile, credential, created, health FROM targets
                 WHERE directory = $1",
                &[&plain(directory.as_str())],
                read_target,
            )
            .await?
        }
        None => {
            db.all(
                "SELECT id, directory, name, connector, url, profile, credential, created, health FROM targets",
                &[],
                read_target,
            )
            .await?
        }
    };
    targets.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(targets)
}

pub(crate) async fn target(db: Db<'_>, id: &TargetId) -> Result<Option<Target>, Fault> {
    db.one(
        "SELECT id, directory, name, connector, url, profile, credential, created, health FROM targets
         WHERE id = $1",
        &[&plain(id.as_str())],
        read_target,
    )
    .await
}

pub(crate) async fn mark(db: Db<'_>, name: &str) -> Result<Option<Bytes>, Fault> {
    let mark = "SELECT value FROM marks WHERE name = $1";
    db.one(mark, &[&plain(name)], |row| Ok(Bytes::from(row.try_get::<_, Vec<u8>>(0)?))).await
}

fn read_directory(row: &Row) -> Result<Directory, Fault> {
    Ok(Directory {
        id: DirectoryId::new(original(row.try_get(0)?)),
        slug: original(row.try_get(1)?),
        name: original(row.try_get(2)?),
        client: from_word(row.try_get(3)?)?,
        created: time(row.try_get(4)?)?,
        settings: from_json(row.try_get(5)?)?,
        deleting: row.try_get::<_, Option<i64>>(6)?.map(time).transpose()?,
    })
}

fn read_token(row: &Row) -> Result<Token, Fault> {
    let hash: Vec<u8> = row.try_get(2)?;
    let hash = <[u8; 32]>::try_from(hash)
        .map_err(|_| StoreError::Backend("the hash of a token has not 32 bytes".into()))?;
    Ok(Token {
        id: TokenId::new(original(row.try_get(0)?)),
        directory: DirectoryId::new(original(row.try_get(1)?)),
        hash: TokenHash::from_bytes(hash),
        prefix: original(row.try_get(3)?),
        label: original(row.try_get(4)?),
        created: time(row.try_get(5)?)?,
        expires: time(row.try_get(6)?)?,
        last_used: row.try_get::<_, Option<i64>>(7)?.map(time).transpose()?,
        scope: from_word(row.try_get(8)?)?,
        replaces: row.try_get::<_, Option<String>>(9)?.map(|id| TokenId::new(original(id))),
        client: row.try_get::<_, Option<String>>(10)?.map(|id| ClientId::new(original(id))),
        resource: row.try_get::<_, Option<String>>(11)?.map(|id| ResourceId::new(original(id))),
    })
}

fn read_client(row: &Row) -> Result<OauthClient, Fault> {
    Ok(OauthClient {
        id: ClientId::new(original(row.try_get(0)?)),
        directory: DirectoryId::new(original(row.try_get(1)?)),
        label: original(row.try_get(2)?),
        secrets: from_json(row.try_get(3)?)?,
        scope: from_word(row.try_get(4)?)?,
        token_seconds: count(row.try_get(5)?)?,
        created: time(row.try_get(6)?)?,
    })
}

fn read_target(row: &Row) -> Result<Target, Fault> {
    Ok(Target {
        id: TargetId::new(original(row.try_get(0)?)),
        directory: DirectoryId::new(original(row.try_get(1)?)),
        name: original(row.try_get(2)?),
        connector: original(row.try_get(3)?),
        url: original(row.try_get(4)?),
        profile: Bytes::from(row.try_get::<_, Vec<u8>>(5)?),
        credential: row.try_get::<_, Option<Vec<u8>>>(6)?.map(Bytes::from),
        created: time(row.try_get(7)?)?,
        health: from_json(row.try_get(8)?)?,
    })
}
