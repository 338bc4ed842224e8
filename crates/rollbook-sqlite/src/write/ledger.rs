//! Writing the ledger: links, waiting edges, cursors, the delivery log.

use chrono::{DateTime, Utc};
use rollbook_store::{Attempt, LedgerWrite, Link, LinkState, ResourceId, StoreError, TargetId};
use rusqlite::params;

use crate::columns::{Json, Millis, Word, number};
use crate::db::Db;

/// Does the writes, but for those to targets that were purged with their directory.
pub(super) fn all(db: Db<'_>, writes: &[LedgerWrite]) -> Result<(), StoreError> {
    let mut last = None;
    for it in writes {
        let target = it.target();
        let purged = match last {
            Some((known, purged)) if known == target => purged,
            _ => is_purged(db, target)?,
        };
        last = Some((target, purged));
        if !purged {
            write(db, it)?;
        }
    }
    Ok(())
}

fn is_purged(db: Db<'_>, target: &TargetId) -> Result<bool, StoreError> {
    let purged = "SELECT 1 FROM purged_targets WHERE id = ?1";
    Ok(db.one(purged, params![target.as_str()], |_| Ok(()))?.is_some())
}

fn write(db: Db<'_>, write: &LedgerWrite) -> Result<(), StoreError> {
    match write {
        LedgerWrite::MarkDue { target, resource, resource_type, at, changed_at } => {
            mark_due(db, target, resource, resource_type, *at, *changed_at)
        }
        LedgerWrite::PutLink(link) => put_link(db, link),
        LedgerWrite::Settle(link) => settle(db, link),
        LedgerWrite::SetWaiting { target, resource, on } => set_waiting(db, target, resource, on),
        LedgerWrite::Wake { target, on, at } => wake(db, target, on, *at),
        LedgerWrite::SetCursor { target, seq } => db
            .run(
                "INSERT INTO cursors (target, seq) VALUES (?1, ?2)
                 ON CONFLICT (target) DO UPDATE SET seq = max(seq, excluded.seq)",
                params![target.as_str(), seq],
            )
            .map(drop),
        LedgerWrite::Append(attempt) => append(db, attempt),
        LedgerWrite::PruneAttempts { target, keep, before } => prune(db, target, *keep, *before),
    }
}

/// The rows that are too old, then those beyond the newest `keep`: each by the index.
fn prune(db: Db<'_>, target: &TargetId, keep: usize, before: DateTime<Utc>) -> Result<(), StoreError> {
    let old = "DELETE FROM attempts WHERE target = ?1 AND at < ?2";
    db.run(old, params![target.as_str(), Millis(before)])?;
    let beyond = "DELETE FROM attempts WHERE target = ?1 AND (at, n) <= (
             SELECT at, n FROM attempts WHERE target = ?1 ORDER BY at DESC, n DESC LIMIT 1 OFFSET ?2)";
    db.run(beyond, params![target.as_str(), number(keep)]).map(drop)
}

fn mark_due(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
    resource_type: &str,
    at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.run(
        "INSERT INTO links
             (target, resource, type, state, confirmed_seq, mark, due_at, changed_at, attempts)
         VALUES (?1, ?2, ?3, ?4, 0, 1, ?5, ?6, 0)
         ON CONFLICT (target, resource) DO UPDATE SET mark = mark + 1, due_at = excluded.due_at,
             changed_at = coalesce(changed_at, excluded.changed_at)",
        params![
            target.as_str(),
            resource.as_str(),
            resource_type,
            Word(LinkState::New),
            Millis(at),
            Millis(changed_at)
        ],
    )?;
    Ok(())
}

fn put_link(db: Db<'_>, link: &Link) -> Result<(), StoreError> {
    let write = "INSERT INTO links (target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at,
             attempts, class, failure, confirmed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (target, resource) DO UPDATE SET type = excluded.type, state = excluded.state,
             remote_id = excluded.remote_id, confirmed_seq = excluded.confirmed_seq, attempts = excluded.attempts,
             class = excluded.class, failure = excluded.failure, confirmed = excluded.confirmed";
    db.run(
        write,
        params![
            link.target.as_str(),
            link.resource.as_str(),
            link.resource_type,
            Word(link.state),
            link.remote_id,
            link.confirmed_seq,
            link.mark,
            link.due_at.map(Millis),
            link.changed_at.map(Millis),
            link.attempts,
            link.failure.as_ref().map(|failure| Word(failure.class)),
            link.failure.as_ref().map(Json),
            link.confirmed.as_deref()
        ],
    )?;
    Ok(())
}

/// The times are the given ones only where no newer mark has come in between.
fn settle(db: Db<'_>, link: &Link) -> Result<(), StoreError> {
    put_link(db, link)?;
    db.run(
        "UPDATE links SET due_at = ?4, changed_at = ?5 WHERE target = ?1 AND resource = ?2 AND mark = ?3",
        params![
            link.target.as_str(),
            link.resource.as_str(),
            link.mark,
            link.due_at.map(Millis),
            link.changed_at.map(Millis)
        ],
    )?;
    Ok(())
}

fn set_waiting(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
    on: &[ResourceId],
) -> Result<(), StoreError> {
    let (target, resource) = (target.as_str(), resource.as_str());
    db.run("DELETE FROM waiting WHERE target = ?1 AND resource = ?2", params![target, resource])?;
    for awaited in on {
        db.run(
            "INSERT INTO waiting (target, resource, awaited) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![target, resource, awaited.as_str()],
        )?;
    }
    Ok(())
}

fn wake(db: Db<'_>, target: &TargetId, on: &ResourceId, at: DateTime<Utc>) -> Result<(), StoreError> {
    db.run(
        "UPDATE links SET mark = mark + 1, due_at = ?3, changed_at = coalesce(changed_at, ?3)
         WHERE target = ?1
             AND resource IN (SELECT resource FROM waiting WHERE target = ?1 AND awaited = ?2)",
        params![target.as_str(), on.as_str(), Millis(at)],
    )?;
    Ok(())
}

fn append(db: Db<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    db.run(
        "INSERT INTO attempts (id, directory, target, resource, type, at, millis, outcome, steps, failure)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            attempt.id,
            attempt.directory.as_str(),
            attempt.target.as_str(),
            attempt.resource.as_str(),
            attempt.resource_type,
            Millis(attempt.at),
            attempt.millis,
            Word(attempt.outcome),
            Json(&attempt.steps),
            attempt.failure.as_ref().map(Json)
        ],
    )?;
    Ok(())
}
