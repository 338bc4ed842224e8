//! Writing the ledger: links, waiting edges, cursors, the delivery log.

use chrono::{DateTime, Utc};
use rollbook_store::{Attempt, LedgerWrite, Link, LinkState, ResourceId, TargetId};

use crate::columns::{json, millis, number, word};
use crate::db::Db;
use crate::error::Fault;
use crate::text::plain;

pub(super) async fn write(db: Db<'_>, write: &LedgerWrite) -> Result<(), Fault> {
    match write {
        LedgerWrite::MarkDue { target, resource, resource_type, at, changed_at } => {
            mark_due(db, target, resource, resource_type, *at, *changed_at).await
        }
        LedgerWrite::PutLink(link) => put_link(db, link).await,
        LedgerWrite::Settle(link) => settle(db, link).await,
        LedgerWrite::SetWaiting { target, resource, on } => set_waiting(db, target, resource, on).await,
        LedgerWrite::Wake { target, on, at } => wake(db, target, on, *at).await,
        LedgerWrite::SetCursor { target, seq } => db
            .run(
                "INSERT INTO cursors (target, seq) VALUES ($1, $2)
                 ON CONFLICT (target) DO UPDATE SET seq = greatest(cursors.seq, excluded.seq)",
                &[&plain(target.as_str()), &number(*seq)],
            )
            .await
            .map(drop),
        LedgerWrite::Append(attempt) => append(db, attempt).await,
        LedgerWrite::PruneAttempts { target, keep, before } => db
            .run(
                "DELETE FROM attempts WHERE target = $1 AND (at < $3 OR (at, n) <= (
                     SELECT at, n FROM attempts WHERE target = $1 ORDER BY at DESC, n DESC LIMIT 1 OFFSET $2))",
                &[&plain(target.as_str()), &number(*keep), &millis(*before)],
            )
            .await
            .map(drop),
    }
}

async fn mark_due(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
    resource_type: &str,
    at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
) -> Result<(), Fault> {
    db.run(
        "INSERT INTO links (target, resource, type, state, confirmed_seq, mark, due_at, changed_at, attempts)
         VALUES ($1, $2, $3, $4, 0, 1, $5, $6, 0)
         ON CONFLICT (target, resource) DO UPDATE SET mark = links.mark + 1, due_at = excluded.due_at,
             changed_at = coalesce(links.changed_at, excluded.changed_at)",
        &[
            &plain(target.as_str()),
            &plain(resource.as_str()),
            &plain(resource_type),
            &word(&LinkState::New)?,
            &millis(at),
            &millis(changed_at),
        ],
    )
    .await
    .map(drop)
}

async fn put_link(db: Db<'_>, link: &Link) -> Result<(), Fault> {
    let class = link.failure.as_ref().map(|failure| word(&failure.class)).transpose()?;
    let failure = link.failure.as_ref().map(json).transpose()?;
    db.run(
        "INSERT INTO links (target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at,
             attempts, class, failure, confirmed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (target, resource) DO UPDATE SET type = excluded.type, state = excluded.state,
             remote_id = excluded.remote_id, confirmed_seq = excluded.confirmed_seq, attempts = excluded.attempts,
             class = excluded.class, failure = excluded.failure, confirmed = excluded.confirmed",
        &[
            &plain(link.target.as_str()),
            &plain(link.resource.as_str()),
            &plain(&link.resource_type),
            &word(&link.state)?,
            &link.remote_id.as_deref().map(plain),
            &number(link.confirmed_seq),
            &number(link.mark),
            &link.due_at.map(millis),
            &link.changed_at.map(millis),
            &i64::from(link.attempts),
            &class,
            &failure,
            &link.confirmed.as_deref(),
        ],
    )
    .await
    .map(drop)
}

/// The times are the given ones only where no newer mark has come in between.
async fn settle(db: Db<'_>, link: &Link) -> Result<(), Fault> {
    put_link(db, link).await?;
    db.run(
        "UPDATE links SET due_at = $4, changed_at = $5 WHERE target = $1 AND resource = $2 AND mark = $3",
        &[
            &plain(link.target.as_str()),
            &plain(link.resource.as_str()),
            &number(link.mark),
            &link.due_at.map(millis),
            &link.changed_at.map(millis),
        ],
    )
    .await
    .map(drop)
}

async fn set_waiting(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
    on: &[ResourceId],
) -> Result<(), Fault> {
    let (target, resource) = (plain(target.as_str()), plain(resource.as_str()));
    db.run("DELETE FROM waiting WHERE target = $1 AND resource = $2", &[&target, &resource]).await?;
    let on: Vec<_> = on.iter().map(|awaited| plain(awaited.as_str())).collect();
    if !on.is_empty() {
        db.run(
            "INSERT INTO waiting (target, resource, awaited)
             SELECT $1, $2, awaited FROM unnest($3::text[]) AS wanted (awaited) ON CONFLICT DO NOTHING",
            &[&target, &resource, &on],
        )
        .await?;
    }
    Ok(())
}

async fn wake(db: Db<'_>, target: &TargetId, on: &ResourceId, at: DateTime<Utc>) -> Result<(), Fault> {
    db.run(
        "UPDATE links SET mark = mark + 1, due_at = $3, changed_at = coalesce(changed_at, $3)
         WHERE target = $1
             AND resource IN (SELECT resource FROM waiting WHERE target = $1 AND awaited = $2)",
        &[&plain(target.as_str()), &plain(on.as_str()), &millis(at)],
    )
    .await
    .map(drop)
}

async fn append(db: Db<'_>, attempt: &Attempt) -> Result<(), Fault> {
    let failure = attempt.failure.as_ref().map(json).transpose()?;
    db.run(
        "INSERT INTO attempts (id, directory, target, resource, type, at, millis, outcome, steps, failure)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &plain(&attempt.id),
            &plain(attempt.directory.as_str()),
            &plain(attempt.target.as_str()),
            &plain(attempt.resource.as_str()),
            &plain(&attempt.resource_type),
            &millis(attempt.at),
            &number(attempt.millis),
            &word(&attempt.outcome)?,
            &json(&attempt.steps)?,
            &failure,
        ],
    )
    .await
    .map(drop)
}
