//! Queries: what an index can answer, and the rest by reading every resource of the type.

use rollbook_protocol::Lookup;
use rollbook_store::query::{Members, SCAN_EDGES, SCAN_LIMIT, Scan, creation_order};
use rollbook_store::{Page, Query, ResourceId, StoreError, Stored};
use rusqlite::{Params, params};

pub(crate) use super::list::kept_page;
use super::{list, members, resources};
use crate::columns::number;
use crate::db::Db;

/// Rows that are read at once, on the thread of the caller: fewer than handing the work over is worth.
pub(crate) const FEW: usize = 32;

/// How much work a query is, as far as it is known beforehand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effort {
    /// An index may find the few resources that count: see [`few`].
    Few,
    /// An index narrows the answer, so that few rows are read.
    Narrow,
    /// The index over the order gives the page: see [`kept_page`].
    List,
    /// Everything of the type is read.
    Wide,
}

/// How much work a query is.
pub(crate) fn effort(scan: &Scan<'_>) -> Effort {
    match scan.lookup() {
        Some(_) if scan.members() != Members::All && !scan.groups() => Effort::Few,
        Some(_) => Effort::Narrow,
        None if scan.is_listing() => Effort::List,
        None => Effort::Wide,
    }
}

/// Answers a query whose index answer is short; `None` when it is longer than it seemed.
pub(crate) fn few(db: Db<'_>, directory: i64, query: &Query) -> Result<Option<Page>, StoreError> {
    let mut scan = Scan::new(query)?;
    let Some(mut found) = first(db, directory, query, scan.lookup())? else { return Ok(None) };
    found.sort_by(creation_order);
    for stored in found {
        push(db, directory, &mut scan, stored)?;
    }
    Ok(Some(scan.finish()))
}

/// Answers any query.
pub(crate) fn query(db: Db<'_>, directory: i64, query: &Query) -> Result<Page, StoreError> {
    let mut scan = Scan::new(query)?;
    if scan.is_listing() {
        return list::page(db, directory, query);
    }
    match scan.lookup().cloned() {
        Some(lookup) => {
            for n in candidates(db, directory, query, &lookup)? {
                if let Some(stored) = resources::by_number(db, n)? {
                    push(db, directory, &mut scan, stored)?;
                }
            }
        }
        None => {
            let total = list::total(db, directory, &query.resource_type)?;
            if scan.evaluates() && total > number(SCAN_LIMIT).unsigned_abs() {
                return Err(StoreError::TooMany { limit: SCAN_LIMIT });
            }
            list::all(db, directory, &query.resource_type, |stored| push(db, directory, &mut scan, stored))?;
        }
    }
    Ok(scan.finish())
}

/// What an index answers, in any order; `None` when that is more than a few.
fn first(
    db: Db<'_>,
    directory: i64,
    query: &Query,
    lookup: Option<&Lookup>,
) -> Result<Option<Vec<Stored>>, StoreError> {
    let resource_type = &query.resource_type;
    let found = match lookup {
        None => return Ok(None),
        Some(Lookup::Id(id)) => {
            let found = resources::get(db, directory, &ResourceId::new(id.as_str()))?;
            found.into_iter().filter(|found| found.resource_type == *resource_type).collect()
        }
        Some(Lookup::Key { attribute, value }) => {
            return holders(db, directory, resource_type, attribute, value);
        }
        Some(Lookup::Member(member)) => db.all(
            "SELECT r.id, r.type, r.version, r.created, r.modified, r.body
             FROM edges e JOIN resources r ON r.n = e.grp
             WHERE e.directory = ?1 AND e.member = ?2 AND e.present = 1 AND r.type = ?3 LIMIT ?4",
            params![directory, member, resource_type, number(FEW + 1)],
            resources::stored,
        )?,
    };
    Ok(Some(found).filter(|found| found.len() <= FEW))
}

/// The resources that hold a value of a key, in any order; `None` when they are more than a few.
pub(crate) fn holders(
    db: Db<'_>,
    directory: i64,
    resource_type: &str,
    attribute: &str,
    value: &str,
) -> Result<Option<Vec<Stored>>, StoreError> {
    let found = db.all(
        "SELECT r.id, r.type, r.version, r.created, r.modified, r.body
         FROM keys k JOIN resources r ON r.n = k.resource
         WHERE k.directory = ?1 AND k.type = ?2 AND k.attribute = ?3 AND k.value = ?4 LIMIT ?5",
        params![directory, resource_type, attribute, value, number(FEW + 1)],
        resources::stored,
    )?;
    Ok(Some(found).filter(|found| found.len() <= FEW))
}

/// The rows that an index answers, in creation order; only one body is in memory at a time.
fn candidates(db: Db<'_>, directory: i64, query: &Query, lookup: &Lookup) -> Result<Vec<i64>, StoreError> {
    let resource_type = &query.resource_type;
    match lookup {
        Lookup::Id(id) => numbers(
            db,
            "SELECT n FROM resources WHERE directory = ?1 AND id = ?2 AND deleted IS NULL AND type = ?3",
            params![directory, id, resource_type],
        ),
        Lookup::Key { attribute, value } => numbers(
            db,
            "SELECT r.n FROM keys k JOIN resources r ON r.n = k.resource
             WHERE k.directory = ?1 AND k.type = ?2 AND k.attribute = ?3 AND k.value = ?4
             ORDER BY r.created, r.id",
            params![directory, resource_type, attribute, value],
        ),
        Lookup::Member(member) => numbers(
            db,
            "SELECT r.n FROM edges e JOIN resources r ON r.n = e.grp
             WHERE e.directory = ?1 AND e.member = ?2 AND e.present = 1 AND r.type = ?3
             ORDER BY r.created, r.id",
            params![directory, member, resource_type],
        ),
    }
}

fn numbers(db: Db<'_>, sql: &'static str, params: impl Params) -> Result<Vec<i64>, StoreError> {
    db.all(sql, params, |row| row.get(0))
}

/// Shows a candidate to the scan, with as much of its members and groups as the filter reads.
fn push(db: Db<'_>, directory: i64, scan: &mut Scan<'_>, stored: Stored) -> Result<(), StoreError> {
    let members = match scan.members() {
        Members::None => Vec::new(),
        Members::Among(values) => members::among(db, directory, &stored.id, values)?,
        Members::All => members::page(db, directory, &stored.id, None, SCAN_EDGES.saturating_add(1))?,
    };
    let groups = if scan.groups() { Some(members::groups_of(db, directory, &stored.id)?) } else { None };
    scan.push(stored, &members, groups.as_deref().unwrap_or_default())
}
