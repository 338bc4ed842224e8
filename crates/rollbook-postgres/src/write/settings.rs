//! Writing the settings: directories, targets, tokens, clients, the inbound request log, marks.

use rollbook_store::{
    ClientId, Directory, DirectoryId, OauthClient, RequestRecord, ResourceId, SettingsWrite, StoreError,
    Target, Token, TokenId,
};

use super::{erase, purge};
use crate::columns::{json, millis, number, word};
use crate::db::Db;
use crate::error::Fault;
use crate::text::plain;

pub(super) async fn write(db: Db<'_>, write: &SettingsWrite) -> Result<(), Fault> {
    match write {
        SettingsWrite::PutDirectory(directory) => put_directory(db, directory).await,
        SettingsWrite::PutToken(token) => {
            purge::refuse_purged(db, &token.directory).await?;
            put_token(db, token).await
        }
        SettingsWrite::TouchToken { id, at } => {
            let touch = "UPDATE tokens SET last_used = greatest(last_used, $2) WHERE id = $1";
            let touched = db.run(touch, &[&plain(id.as_str()), &millis(*at)]).await?;
            found(touched, "token", id.as_str())
        }
        SettingsWrite::DeleteToken(id) => {
            db.run("DELETE FROM tokens WHERE id = $1", &[&plain(id.as_str())]).await.map(drop)
        }
        SettingsWrite::DropExpiredTokens { before, limit } => db
            .run(
                "DELETE FROM tokens WHERE id IN (
                     SELECT id FROM tokens WHERE client IS NOT NULL AND expires < $1 LIMIT $2)",
                &[&millis(*before), &number(*limit)],
            )
            .await
            .map(drop),
        SettingsWrite::PutClient(client) => {
            purge::refuse_purged(db, &client.directory).await?;
            put_client(db, client).await
        }
        SettingsWrite::DeleteClient(id) => {
            let id = plain(id.as_str());
            db.run("DELETE FROM tokens WHERE client = $1", &[&id]).await?;
            db.run("DELETE FROM clients WHERE id = $1", &[&id]).await.map(drop)
        }
        SettingsWrite::AppendRequest(request) => match &request.directory {
            Some(directory) if purge::is_purged(db, directory.as_str()).await? => Ok(()),
            _ => append_request(db, request).await,
        },
        SettingsWrite::PruneRequests { directory, keep, before } => {
            let directory = plain(directory.as_ref().map_or("", DirectoryId::as_str));
            db.run(
                "DELETE FROM requests WHERE directory = $1 AND (at < $3 OR n <= (
                     SELECT n FROM requests WHERE directory = $1 ORDER BY n DESC LIMIT 1 OFFSET $2))",
                &[&directory, &number(*keep), &millis(*before)],
            )
            .await
            .map(drop)
        }
        SettingsWrite::PurgeDirectory { directory, limit } => purge::step(db, directory, *limit).await,
        SettingsWrite::Erase { directory, resource } => erase::person(db, directory, resource).await,
        SettingsWrite::PutTarget(target) => {
            purge::refuse_purged(db, &target.directory).await?;
            put_target(db, target).await
        }
        SettingsWrite::PutHealth { target, health } => {
            let put = "UPDATE targets SET health = $2 WHERE id = $1";
            let written = db.run(put, &[&plain(target.as_str()), &json(health)?]).await?;
            found(written, "target", target.as_str())
        }
        SettingsWrite::PutMark { name, value } => db
            .run(
                "INSERT INTO marks (name, value) VALUES ($1, $2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                &[&plain(name), &&**value],
            )
            .await
            .map(drop),
    }
}

async fn put_directory(db: Db<'_>, directory: &Directory) -> Result<(), Fault> {
    let taken = || StoreError::Uniqueness { what: "directory".to_owned(), attribute: "slug".to_owned() };
    let (id, slug) = (plain(directory.id.as_str()), plain(&directory.slug));
    let other = "SELECT id FROM directories WHERE slug = $1 AND id <> $2";
    if db.one(other, &[&slug, &id], |_| Ok(())).await?.is_some() {
        return Err(taken().into());
    }
    // A conflict of the slug alone writes nothing: somebody else has just taken it.
    let insert = "INSERT INTO directories (id, slug, name, client, created, settings, deleting)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let update =
        "UPDATE directories SET slug = $2, name = $3, client = $4, created = $5, settings = $6, deleting = $7
         WHERE id = $1";
    // A directory of a purged id is a new one.
    db.run("DELETE FROM purged WHERE id = $1", &[&id]).await?;
    let name = plain(&directory.name);
    let (client, settings) = (word(&directory.client)?, json(&directory.settings)?);
    let (created, deleting) = (millis(directory.created), directory.deleting.map(millis));
    let params: crate::db::Params<'_> = &[&id, &slug, &name, &client, &created, &settings, &deleting];
    if db.run(insert, params).await? == 0 && db.run(update, params).await? == 0 {
        return Err(taken().into());
    }
    Ok(())
}

async fn put_token(db: Db<'_>, token: &Token) -> Result<(), Fault> {
    db.run(
        "INSERT INTO tokens (id, directory, hash, prefix, label, created, expires, last_used, scope, replaces, client,
             resource)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET directory = excluded.directory, hash = excluded.hash,
             prefix = excluded.prefix, label = excluded.label, created = excluded.created,
             expires = excluded.expires, last_used = excluded.last_used, scope = excluded.scope,
             replaces = excluded.replaces, client = excluded.client, resource = excluded.resource",
        &[
            &plain(token.id.as_str()),
            &plain(token.directory.as_str()),
            &token.hash.as_bytes().as_slice(),
            &plain(&token.prefix),
            &plain(&token.label),
            &millis(token.created),
            &millis(token.expires),
            &token.last_used.map(millis),
            &word(&token.scope)?,
            &token.replaces.as_ref().map(TokenId::as_str).map(plain),
            &token.client.as_ref().map(ClientId::as_str).map(plain),
            &token.resource.as_ref().map(ResourceId::as_str).map(plain),
        ],
    )
    .await
    .map(drop)
}

async fn put_client(db: Db<'_>, client: &OauthClient) -> Result<(), Fault> {
    db.run(
        "INSERT INTO clients (id, directory, label, secrets, scope, token_seconds, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET directory = excluded.directory, label = excluded.label,
             secrets = excluded.secrets, scope = excluded.scope, token_seconds = excluded.token_seconds,
             created = excluded.created",
        &[
            &plain(client.id.as_str()),
            &plain(client.directory.as_str()),
            &plain(&client.label),
            &json(&client.secrets)?,
            &word(&client.scope)?,
            &i64::from(client.token_seconds),
            &millis(client.created),
        ],
    )
    .await
    .map(drop)
}

async fn append_request(db: Db<'_>, request: &RequestRecord) -> Result<(), Fault> {
    let directory = plain(request.directory.as_ref().map_or("", DirectoryId::as_str));
    let append = "INSERT INTO requests (directory, at, record) VALUES ($1, $2, $3)";
    db.run(append, &[&directory, &millis(request.at), &json(request)?]).await.map(drop)
}

async fn put_target(db: Db<'_>, target: &Target) -> Result<(), Fault> {
    let (id, directory) = (plain(target.id.as_str()), plain(target.directory.as_str()));
    let name = plain(&target.name);
    let taken = || StoreError::Uniqueness { what: "target".to_owned(), attribute: "name".to_owned() };
    let other = "SELECT id FROM targets WHERE directory = $1 AND name = $2 AND id <> $3";
    if db.one(other, &[&directory, &name, &id], |_| Ok(())).await?.is_some() {
        return Err(taken().into());
    }
    // A conflict of the name alone writes nothing: somebody else has just taken it.
    let insert =
        "INSERT INTO targets (id, directory, name, connector, url, profile, credential, created, health)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let update = "UPDATE targets SET directory = $2, name = $3, connector = $4, url = $5, profile = $6, credential = $7,
             created = $8
         WHERE id = $1";
    let (connector, url) = (plain(&target.connector), plain(&target.url));
    let (credential, created) = (target.credential.as_deref(), millis(target.created));
    let profile = &*target.profile;
    let health = json(&target.health)?;
    let all: crate::db::Params<'_> =
        &[&id, &directory, &name, &connector, &url, &profile, &credential, &created, &health];
    let kept: crate::db::Params<'_> =
        &[&id, &directory, &name, &connector, &url, &profile, &credential, &created];
    if db.run(insert, all).await? == 0 && db.run(update, kept).await? == 0 {
        return Err(taken().into());
    }
    Ok(())
}

fn found(written: u64, what: &'static str, id: &str) -> Result<(), Fault> {
    if written == 0 { Err(StoreError::NotFound { what, id: id.to_owned() }.into()) } else { Ok(()) }
}
