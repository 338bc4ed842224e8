//! The ledger: links, waiting edges, cursors, the delivery log.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_store::{Attempt, DirectoryId, Link, LinkCounts, ResourceId, Seq, TargetId};
use tokio_postgres::Row;

use crate::columns::{count, from_json, from_word, millis, number, time};
use crate::db::Db;
use crate::error::Fault;
use crate::text::{original, plain};

pub(crate) async fn cursor(db: Db<'_>, target: &TargetId) -> Result<Seq, Fault> {
    let cursor = "SELECT seq FROM cursors WHERE target = $1";
    let cursor = db.one(cursor, &[&plain(target.as_str())], |row| count(row.try_get(0)?)).await?;
    Ok(cursor.unwrap_or(0))
}

pub(crate) async fn link(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
) -> Result<Option<Link>, Fault> {
    db.one(
        "SELECT target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at, attempts,
             failure, confirmed
         FROM links WHERE target = $1 AND resource = $2",
        &[&plain(target.as_str()), &plain(resource.as_str())],
        read_link,
    )
    .await
}

pub(crate) async fn links(
    db: Db<'_>,
    target: &TargetId,
    resources: &[ResourceId],
) -> Result<Vec<Link>, Fault> {
    let wanted: Vec<_> = resources.iter().map(|resource| plain(resource.as_str())).collect();
    let mut links = db
        .all(
            "SELECT target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at, attempts,
                 failure, confirmed
             FROM links WHERE target = $1 AND resource = ANY ($2)",
            &[&plain(target.as_str()), &wanted],
            read_link,
        )
        .await?;
    // In the order of the question.
    let places: BTreeMap<_, _> = resources.iter().enumerate().map(|(place, id)| (id, place)).collect();
    links.sort_by_key(|link| places.get(&link.resource).copied());
    Ok(links)
}

pub(crate) async fn due(
    db: Db<'_>,
    target: &TargetId,
    resource_type: &str,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Link>, Fault> {
    db.all(
        "SELECT target, resource, type, state, remote_id, confirmed_seq, mark, due_at, changed_at, attempts,
             failure, confirmed
         FROM links WHERE target = $1 AND type = $2 AND due_at <= $3 ORDER BY due_at, resource LIMIT $4",
        &[&plain(target.as_str()), &plain(resource_type), &millis(now), &number(limit)],
        read_link,
    )
    .await
}

pub(crate) async fn next_due(db: Db<'_>, target: &TargetId) -> Result<Option<DateTime<Utc>>, Fault> {
    // Asks the index for the first due link of each type: there are few types.
    let (mut resource_type, mut next) = (String::new(), None);
    loop {
        let first = db
            .one(
                "SELECT type, due_at FROM links WHERE target = $1 AND type > $2 AND due_at IS NOT NULL
                 ORDER BY type, due_at LIMIT 1",
                &[&plain(target.as_str()), &resource_type],
                |row| Ok((row.try_get(0)?, time(row.try_get(1)?)?)),
            )
            .await?;
        let Some((of_type, at)) = first else { return Ok(next) };
        resource_type = of_type;
        next = Some(next.map_or(at, |next: DateTime<Utc>| next.min(at)));
    }
}

pub(crate) async fn waiting(
    db: Db<'_>,
    target: &TargetId,
    resource: &ResourceId,
) -> Result<Vec<ResourceId>, Fault> {
    db.all(
        "SELECT awaited FROM waiting WHERE target = $1 AND resource = $2 ORDER BY awaited",
        &[&plain(target.as_str()), &plain(resource.as_str())],
        |row| Ok(ResourceId::new(original(row.try_get(0)?))),
    )
    .await
}

/// Groups the links by all that [`LinkCounts::add_alike`] looks at.
pub(crate) async fn counts(db: Db<'_>, target: &TargetId) -> Result<LinkCounts, Fault> {
    let groups = db
        .all(
            "SELECT state, class, due, waits, count(*) FROM (
                 SELECT l.state, l.class, l.due_at IS NOT NULL AS due, EXISTS (
                     SELECT 1 FROM waiting w WHERE w.target = l.target AND w.resource = l.resource) AS waits
                 FROM links l WHERE l.target = $1) AS all_links
             GROUP BY state, class, due, waits",
            &[&plain(target.as_str())],
            |row| {
                let failure = row.try_get::<_, Option<String>>(1)?.map(from_word).transpose()?;
                let state = from_word(row.try_get(0)?)?;
                Ok((state, failure, row.try_get(2)?, row.try_get(3)?, count(row.try_get(4)?)?))
            },
        )
        .await?;
    let mut counts = LinkCounts::default();
    for (state, failure, due, waits, links) in groups {
        counts.add_alike(state, failure, due, waits, links);
    }
    Ok(counts)
}

pub(crate) async fn troubled(db: Db<'_>, target: &TargetId, limit: usize) -> Result<Vec<Link>, Fault> {
    db.all(
        "SELECT l.target, l.resource, l.type, l.state, l.remote_id, l.confirmed_seq, l.mark, l.due_at, l.changed_at,
             l.attempts, l.failure, l.confirmed
         FROM links l WHERE l.target = $1 AND (l.class IS NOT NULL OR l.resource IN (
             SELECT w.resource FROM waiting w WHERE w.target = $1))
         ORDER BY l.changed_at IS NULL, l.changed_at, l.resource LIMIT $2",
        &[&plain(target.as_str()), &number(limit)],
        read_link,
    )
    .await
}

pub(crate) async fn attempts(
    db: Db<'_>,
    target: &TargetId,
    resource: Option<&ResourceId>,
    limit: usize,
) -> Result<Vec<Attempt>, Fault> {
    match resource {
        None => {
            db.all(
                "SELECT id, directory, target, resource, type, at, millis, outcome, steps, failure
                 FROM attempts WHERE target = $1 ORDER BY at DESC, n DESC LIMIT $2",
                &[&plain(target.as_str()), &number(limit)],
                read_attempt,
            )
            .await
        }
        Some(resource) => {
            db.all(
                "SELECT id, directory, target, resource, type, at, millis, outcome, steps, failure
                 FROM attempts WHERE target = $1 AND resource = $2 ORDER BY at DESC, n DESC LIMIT $3",
                &[&plain(target.as_str()), &plain(resource.as_str()), &number(limit)],
                read_attempt,
            )
            .await
        }
    }
}

fn read_link(row: &Row) -> Result<Link, Fault> {
    Ok(Link {
        target: TargetId::new(original(row.try_get(0)?)),
        resource: ResourceId::new(original(row.try_get(1)?)),
        resource_type: original(row.try_get(2)?),
        state: from_word(row.try_get(3)?)?,
        remote_id: row.try_get::<_, Option<String>>(4)?.map(original),
        confirmed_seq: count(row.try_get(5)?)?,
        mark: count(row.try_get(6)?)?,
        due_at: row.try_get::<_, Option<i64>>(7)?.map(time).transpose()?,
        changed_at: row.try_get::<_, Option<i64>>(8)?.map(time).transpose()?,
        attempts: count(row.try_get(9)?)?,
        failure: row.try_get::<_, Option<String>>(10)?.map(|text| from_json(&text)).transpose()?,
        confirmed: row.try_get::<_, Option<Vec<u8>>>(11)?.map(Bytes::from),
    })
}

fn read_attempt(row: &Row) -> Result<Attempt, Fault> {
    Ok(Attempt {
        id: original(row.try_get(0)?),
        directory: DirectoryId::new(original(row.try_get(1)?)),
        target: TargetId::new(original(row.try_get(2)?)),
        resource: ResourceId::new(original(row.try_get(3)?)),
        resource_type: original(row.try_get(4)?),
        at: time(row.try_get(5)?)?,
        millis: count(row.try_get(6)?)?,
        outcome: from_word(row.try_get(7)?)?,
        steps: from_json(row.try_get(8)?)?,
        failure: row.try_get::<_, Option<String>>(9)?.map(|text| from_json(&text)).transpose()?,
    })
}
