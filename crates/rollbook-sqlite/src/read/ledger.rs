//! The ledger: links, waiting edges, cursors, the delivery log.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_store::{Attempt, DirectoryId, Link, LinkCounts, ResourceId, Seq, StoreError, TargetId};
use rusqlite::{Row, params};

use crate::columns::{Json, Millis, Word, number};
use crate::db::Db;

pub(crate) fn cursor(db: Db<'_>, target: &TargetId) -> Result<Seq, StoreError> {
    let cursor = "SELECT seq FROM cursors WHERE target = ?1";
    Ok(db.one(cursor, params![target.as_str()], |row| row.get(0))?.unwrap_or(0))
}

pub(crate) fn link(db: Db<'_>, target: &TargetId, resource: &ResourceId) -> Result<Option<Link>, StoreError> {
    db.one(
        "SELECT target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at, attempts,
             failure, confirmed
         FROM links WHERE target = ?1 AND resource = ?2",
        params![target.as_str(), resource.as_str()],
        read_link,
    )
}

pub(crate) fn links(
    db: Db<'_>,
    target: &TargetId,
    resources: &[ResourceId],
) -> Result<Vec<Link>, StoreError> {
    let links = resources.iter().map(|resource| link(db, target, resource));
    links.filter_map(Result::transpose).collect()
}

pub(crate) fn due(
    db: Db<'_>,
    target: &TargetId,
    resource_type: &str,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Link>, StoreError> {
    db.all(
        "SELECT target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at, attempts,
             failure, confirmed
         FROM links WHERE target = ?1 AND type = ?2 AND due_at <= ?3 ORDER BY due_at, resource LIMIT ?4",
        params![target.as_str(), resource_type, Millis(now), number(limit)],
        read_link,
    )
}

/// Asks the index for the first due link of each type: there are few types.
pub(crate) fn next_due(db: Db<'_>, target: &TargetId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let (mut resource_type, mut next) = (String::new(), None);
    loop {
        let first = db.one(
            "SELECT type, due_at FROM links WHERE target = ?1 AND type > ?2 AND due_at IS NOT NULL
             ORDER BY type, due_at LIMIT 1",
            params![target.as_str(), resource_type],
            |row| Ok((row.get(0)?, row.get::<_, Millis>(1)?.0)),
        )?;
        let Some((of_type, at)) = first else { return Ok(next) };
        resource_type = of_type;
        next = Some(next.map_or(at, |next: DateTime<Utc>| next.min(at)));
    }
}

pub(crate) fn waiting(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
) -> Result<Vec<ResourceId>, StoreError> {
    db.all(
        "SELECT awaited FROM waiting WHERE target = ?1 AND resource = ?2 ORDER BY awaited",
        params![target.as_str(), resource.as_str()],
        |row| row.get::<_, String>(0).map(ResourceId::new),
    )
}

/// Groups the links by all that [`LinkCounts::add_alike`] looks at.
pub(crate) fn counts(db: Db<'_>, target: &TargetId) -> Result<LinkCounts, StoreError> {
    let mut counts = LinkCounts::default();
    db.each(
        "SELECT state, class, due, waits, count(*) FROM (
             SELECT l.state, l.class, l.due_at IS NOT NULL AS due, EXISTS (
                 SELECT 1 FROM waiting w WHERE w.target = l.target AND w.resource = l.resource) AS waits
             FROM links l WHERE l.target = ?1)
         GROUP BY state, class, due, waits",
        params![target.as_str()],
        |row| {
            let state = row.get::<_, Word<_>>(0)?.0;
            let failure = row.get::<_, Option<Word<_>>>(1)?.map(|class| class.0);
            Ok((state, failure, row.get(2)?, row.get(3)?, row.get(4)?))
        },
        |(state, failure, due, waits, links)| {
            counts.add_alike(state, failure, due, waits, links);
            Ok(())
        },
    )?;
    Ok(counts)
}

pub(crate) fn troubled(db: Db<'_>, target: &TargetId, limit: usize) -> Result<Vec<Link>, StoreError> {
    db.all(
        "SELECT target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at, attempts,
             failure, confirmed
         FROM links WHERE n IN (
             SELECT n FROM links INDEXED BY links_failed WHERE target = ?1 AND class IS NOT NULL
             UNION
             SELECT l.n FROM waiting w JOIN links l ON l.target = w.target AND l.resource = w.resource
             WHERE w.target = ?1)
         ORDER BY changed_at IS NULL, changed_at, resource LIMIT ?2",
        params![target.as_str(), number(limit)],
        read_link,
    )
}

pub(crate) fn attempts(
    db: Db<'_>,
    target: &TargetId,
    resource: Option<&ResourceId>,
    limit: usize,
) -> Result<Vec<Attempt>, StoreError> {
    match resource {
        None => db.all(
            "SELECT id, directory, target, resource, type, at, millis, outcome, steps, failure
             FROM attempts WHERE target = ?1 ORDER BY at DESC, n DESC LIMIT ?2",
            params![target.as_str(), number(limit)],
            read_attempt,
        ),
        Some(resource) => db.all(
            "SELECT id, directory, target, resource, type, at, millis, outcome, steps, failure
             FROM attempts WHERE target = ?1 AND resource = ?2 ORDER BY at DESC, n DESC LIMIT ?3",
            params![target.as_str(), resource.as_str(), number(limit)],
            read_attempt,
        ),
    }
}

fn read_link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        target: TargetId::new(row.get::<_, String>(0)?),
        resource: ResourceId::new(row.get::<_, String>(1)?),
        resource_type: row.get(2)?,
        state: row.get::<_, Word<_>>(3)?.0,
        remote_id: row.get(4)?,
        confirmed_seq: row.get(5)?,
        mark: row.get(6)?,
        due_at: row.get::<_, Option<Millis>>(7)?.map(|at| at.0),
        changed_at: row.get::<_, Option<Millis>>(8)?.map(|at| at.0),
        attempts: row.get(9)?,
        failure: row.get::<_, Option<Json<_>>>(10)?.map(|failure| failure.0),
        confirmed: row.get::<_, Option<Vec<u8>>>(11)?.map(Bytes::from),
    })
}

fn read_attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        id: row.get(0)?,
        directory: DirectoryId::new(row.get::<_, String>(1)?),
        target: TargetId::new(row.get::<_, String>(2)?),
        resource: ResourceId::new(row.get::<_, String>(3)?),
        resource_type: row.get(4)?,
        at: row.get::<_, Millis>(5)?.0,
        millis: row.get(6)?,
        outcome: row.get::<_, Word<_>>(7)?.0,
        steps: row.get::<_, Json<_>>(8)?.0,
        failure: row.get::<_, Option<Json<_>>>(9)?.map(|failure| failure.0),
    })
}
