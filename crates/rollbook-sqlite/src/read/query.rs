//! Queries: what an index can answer, and the rest by reading every resource of the type.

use rollbook_protocol::Lookup;
use rollbook_store::query::{Members, SCAN_EDGES, SCAN_LIMIT, Scan};
use rollbook_store::{DirectoryId, Page, Query, Start, StoreError, Stored};
use rusqlite::{named_params, params};

use super::{members, resources};
use crate::columns::number;
use crate::db::Db;

/// Whether an index narrows the answer, so that few rows are read.
pub(crate) fn is_narrow(query: &Query) -> bool {
    let scan = Scan::new(query);
    scan.is_listing() || scan.lookup().is_some()
}

pub(crate) fn query(db: Db<'_>, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
    let mut scan = Scan::new(query);
    if scan.is_listing() {
        return list(db, directory, query);
    }
    match scan.lookup().cloned() {
        Some(lookup) => {
            look_up(db, directory, query, &lookup, |found| push(db, directory, &mut scan, found))?
        }
        None => {
            if scan.evaluates() && total(db, directory, query)? > number(SCAN_LIMIT).unsigned_abs() {
                return Err(StoreError::TooMany { limit: SCAN_LIMIT });
            }
            all(db, directory, query, |found| push(db, directory, &mut scan, found))?;
        }
    }
    Ok(scan.finish())
}

fn list(db: Db<'_>, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
    let first = match query.start {
        Start::Index(index) => index,
        Start::First | Start::After(_) | Start::Before(_) => 1,
    };
    let items = db.all(
        "SELECT id, type, version, created, modified, body FROM resources
         WHERE directory = (SELECT n FROM counters WHERE directory = ?1) AND type = ?2 AND deleted IS NULL
         ORDER BY created, id LIMIT ?3 OFFSET ?4",
        params![
            directory.as_str(),
            query.resource_type,
            number(query.count),
            number(first.saturating_sub(1))
        ],
        resources::stored,
    )?;
    Ok(Page { total: total(db, directory, query)?, items, ..Page::default() })
}

fn total(db: Db<'_>, directory: &DirectoryId, query: &Query) -> Result<u64, StoreError> {
    let total = db.one(
        "SELECT live FROM totals WHERE directory = (SELECT n FROM counters WHERE directory = ?1) AND type = ?2",
        params![directory.as_str(), query.resource_type],
        |row| row.get(0),
    )?;
    Ok(total.unwrap_or(0))
}

/// Every resource of the type, in creation order, one at a time.
fn all(
    db: Db<'_>,
    directory: &DirectoryId,
    query: &Query,
    visit: impl FnMut(Stored) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    db.each(
        "SELECT id, type, version, created, modified, body FROM resources
         WHERE directory = (SELECT n FROM counters WHERE directory = ?1) AND type = ?2 AND deleted IS NULL
         ORDER BY created, id",
        params![directory.as_str(), query.resource_type],
        resources::stored,
        visit,
    )
}

/// What an index answers, in creation order.
fn look_up(
    db: Db<'_>,
    directory: &DirectoryId,
    query: &Query,
    lookup: &Lookup,
    mut visit: impl FnMut(Stored) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (directory, resource_type) = (directory.as_str(), query.resource_type.as_str());
    match lookup {
        Lookup::Id(id) => {
            let found = resources::get(db, &directory.into(), &id.as_str().into())?;
            found.filter(|found| found.resource_type == resource_type).map_or(Ok(()), visit)
        }
        Lookup::Key { attribute, value } => db.each(
            "SELECT r.id, r.type, r.version, r.created, r.modified, r.body
             FROM keys k JOIN resources r ON r.n = k.resource
             WHERE k.directory = (SELECT n FROM counters WHERE directory = :directory) AND k.type = :type
                 AND k.attribute = :attribute AND k.value = :value
             ORDER BY r.created, r.id",
            named_params! {
                ":directory": directory, ":type": resource_type, ":attribute": attribute, ":value": value
            },
            resources::stored,
            &mut visit,
        ),
        Lookup::Member(member) => db.each(
            "SELECT r.id, r.type, r.version, r.created, r.modified, r.body
             FROM edges e JOIN resources r ON r.n = e.grp
             WHERE e.directory = (SELECT n FROM counters WHERE directory = ?1) AND e.member = ?2
                 AND e.present = 1 AND r.type = ?3
             ORDER BY r.created, r.id",
            params![directory, member, resource_type],
            resources::stored,
            &mut visit,
        ),
    }
}

/// Shows a candidate to the scan, with as much of its members and groups as the filter reads.
fn push(db: Db<'_>, directory: &DirectoryId, scan: &mut Scan<'_>, stored: Stored) -> Result<(), StoreError> {
    let members = match scan.members() {
        Members::None => Vec::new(),
        Members::Among(values) => members::among(db, directory, &stored.id, values)?,
        Members::All => members::page(db, directory, &stored.id, None, SCAN_EDGES.saturating_add(1))?,
    };
    let groups = if scan.groups() { members::groups_of(db, directory, &stored.id)? } else { Vec::new() };
    scan.push(stored, &members, &groups)
}
