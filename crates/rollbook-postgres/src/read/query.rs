//! Queries: what an index can answer, and the rest by reading every resource of the type, a page at a time.

use rollbook_protocol::Lookup;
use rollbook_store::query::{Listing, Members, Read, SCAN_EDGES, SCAN_LIMIT, Scan};
use rollbook_store::{DirectoryId, Page, Query, StoreError, Stored};

use super::{members, resources};
use crate::columns::{count, millis, number};
use crate::db::{Db, Params};
use crate::error::Fault;
use crate::text::{key, plain};

/// The resources of a type in creation order, from a place given by its number.
const SKIP: &str = "SELECT id, type, version, created, modified, body FROM resources
    WHERE directory = $1 AND type = $2 AND deleted IS NULL ORDER BY created, id LIMIT $3 OFFSET $4";

/// Those after a place; `_WITH` is with the one at the place.
const UP: &str = "SELECT id, type, version, created, modified, body FROM resources
    WHERE directory = $1 AND type = $2 AND deleted IS NULL AND (created, id) > ($3, $4)
    ORDER BY created, id LIMIT $5";
const UP_WITH: &str = "SELECT id, type, version, created, modified, body FROM resources
    WHERE directory = $1 AND type = $2 AND deleted IS NULL AND (created, id) >= ($3, $4)
    ORDER BY created, id LIMIT $5";

/// Those before a place, the nearest first.
const DOWN: &str = "SELECT id, type, version, created, modified, body FROM resources
    WHERE directory = $1 AND type = $2 AND deleted IS NULL AND (created, id) < ($3, $4)
    ORDER BY created DESC, id DESC LIMIT $5";
const DOWN_WITH: &str = "SELECT id, type, version, created, modified, body FROM resources
    WHERE directory = $1 AND type = $2 AND deleted IS NULL AND (created, id) <= ($3, $4)
    ORDER BY created DESC, id DESC LIMIT $5";

/// How many resources a scan reads at once.
const PAGE: i64 = 500;

pub(crate) async fn query(db: Db<'_>, directory: &DirectoryId, query: &Query) -> Result<Page, Fault> {
    let mut scan = Scan::new(query)?;
    if scan.is_listing() {
        return list(db, directory, query).await;
    }
    match scan.lookup().cloned() {
        Some(lookup) => {
            for found in look_up(db, directory, query, &lookup).await? {
                push(db, directory, &mut scan, found).await?;
            }
        }
        None => all(db, directory, query, &mut scan).await?,
    }
    Ok(scan.finish())
}

async fn list(db: Db<'_>, directory: &DirectoryId, query: &Query) -> Result<Page, Fault> {
    let listing = Listing::new(query)?;
    let (place, resource_type) = (plain(directory.as_str()), plain(&query.resource_type));
    let (items, beyond) = match listing.read() {
        Read::Skip { skip, limit } => {
            let params: Params<'_> = &[&place, &resource_type, &number(limit), &number(skip)];
            (db.all(SKIP, params, resources::stored).await?, false)
        }
        Read::Up { from: None, limit } => {
            let params: Params<'_> = &[&place, &resource_type, &number(limit), &0_i64];
            (db.all(SKIP, params, resources::stored).await?, false)
        }
        Read::Up { from: Some(from), limit } => {
            let (created, id) = (millis(from.created()), plain(from.id().as_str()));
            let params: Params<'_> = &[&place, &resource_type, &created, &id, &number(limit)];
            let rows = db.all(if from.is_after() { UP } else { UP_WITH }, params, resources::stored).await?;
            let (down, one) = (if from.is_after() { DOWN_WITH } else { DOWN }, 1_i64);
            let beyond = db.all(down, &[&place, &resource_type, &created, &id, &one], |_| Ok(())).await?;
            (rows, !beyond.is_empty())
        }
        Read::Down { from, limit } => {
            let (created, id) = (millis(from.created()), plain(from.id().as_str()));
            let params: Params<'_> = &[&place, &resource_type, &created, &id, &number(limit)];
            let rows =
                db.all(if from.is_after() { DOWN_WITH } else { DOWN }, params, resources::stored).await?;
            let (up, one) = (if from.is_after() { UP } else { UP_WITH }, 1_i64);
            let beyond = db.all(up, &[&place, &resource_type, &created, &id, &one], |_| Ok(())).await?;
            (rows, !beyond.is_empty())
        }
    };
    Ok(listing.page(total(db, directory, query).await?, items, beyond))
}

async fn total(db: Db<'_>, directory: &DirectoryId, query: &Query) -> Result<u64, Fault> {
    let total = db
        .one(
            "SELECT live FROM totals WHERE directory = $1 AND type = $2",
            &[&plain(directory.as_str()), &plain(&query.resource_type)],
            |row| count(row.try_get(0)?),
        )
        .await?;
    Ok(total.unwrap_or(0))
}

/// Shows every resource of the type to the scan, in creation order.
async fn all(db: Db<'_>, directory: &DirectoryId, query: &Query, scan: &mut Scan<'_>) -> Result<(), Fault> {
    let most = u64::try_from(SCAN_LIMIT).unwrap_or(u64::MAX);
    if scan.evaluates() && total(db, directory, query).await? > most {
        return Err(StoreError::TooMany { limit: SCAN_LIMIT }.into());
    }
    let (mut created, mut id) = (i64::MIN, String::new());
    loop {
        let page = db
            .all(
                UP,
                &[&plain(directory.as_str()), &plain(&query.resource_type), &created, &id, &PAGE],
                resources::stored,
            )
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        (created, id) = (millis(last.created), plain(last.id.as_str()).into_owned());
        let full = number(page.len()) == PAGE;
        for found in page {
            push(db, directory, scan, found).await?;
        }
        if !full {
            return Ok(());
        }
    }
}

/// What an index answers, in creation order.
async fn look_up(
    db: Db<'_>,
    directory: &DirectoryId,
    query: &Query,
    lookup: &Lookup,
) -> Result<Vec<Stored>, Fault> {
    let (place, resource_type) = (plain(directory.as_str()), plain(&query.resource_type));
    match lookup {
        Lookup::Id(id) => {
            let found = resources::get(db, directory, &id.as_str().into()).await?;
            Ok(found.into_iter().filter(|found| found.resource_type == query.resource_type).collect())
        }
        Lookup::Key { attribute, value } => {
            db.all(
                "SELECT r.id, r.type, r.version, r.created, r.modified, r.body
                 FROM keys k JOIN resources r ON r.directory = k.directory AND r.id = k.resource
                 WHERE k.directory = $1 AND k.type = $2 AND k.attribute = $3 AND k.value = $4
                 ORDER BY r.created, r.id",
                &[&place, &resource_type, &plain(attribute), &key(value)],
                resources::stored,
            )
            .await
        }
        Lookup::Member(member) => {
            db.all(
                "SELECT r.id, r.type, r.version, r.created, r.modified, r.body
                 FROM edges e JOIN resources r ON r.directory = e.directory AND r.id = e.grp
                 WHERE e.directory = $1 AND e.member_key = $2 AND e.present AND r.type = $3
                 ORDER BY r.created, r.id",
                &[&place, &key(member), &resource_type],
                resources::stored,
            )
            .await
        }
    }
}

/// Shows a candidate to the scan, with as much of its members and groups as the filter reads.
async fn push(db: Db<'_>, directory: &DirectoryId, scan: &mut Scan<'_>, stored: Stored) -> Result<(), Fault> {
    let members = match scan.members() {
        Members::None => Vec::new(),
        Members::Among(values) => members::among(db, directory, &stored.id, values).await?,
        Members::All => members::page(db, directory, &stored.id, None, SCAN_EDGES.saturating_add(1)).await?,
    };
    let groups =
        if scan.groups() { members::groups_of(db, directory, &stored.id).await? } else { Vec::new() };
    Ok(scan.push(stored, &members, &groups)?)
}
