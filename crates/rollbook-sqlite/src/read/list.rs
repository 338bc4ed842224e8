//! Listings: all resources of a type in creation order, from any place.

use rollbook_store::query::{Listing, Position, Read};
use rollbook_store::{Page, Query, ResourceId, StoreError, Stored};
use rusqlite::{Row, ToSql, params};

use super::resources;
use crate::cache::View;
use crate::columns::{Millis, number};
use crate::db::Db;

/// A place between resources in (created, id) order.
type Place = (i64, String);

/// The longest part of a list that is kept.
const LONGEST: usize = 256;

/// A page, read from the database alone.
pub(super) fn page(db: Db<'_>, directory: i64, query: &Query) -> Result<Page, StoreError> {
    let total = total(db, directory, &query.resource_type)?;
    let listing = Listing::new(query)?;
    let list = List { db, directory, resource_type: &query.resource_type, view: None };
    let (rows, beyond) = list.part(listing.read(), total)?;
    Ok(listing.page(total, rows, beyond))
}

/// A page made of what is kept of count, order and resources; the order and the resources that are not are read.
///
/// A resource that is kept may be newer than the ids, or gone since they were read, or the other way round. So the page
/// is one only if the view [holds](View::holds) when it is done: then ids, resources and the total are of one state of
/// the database, as if all were read in one transaction.
pub(crate) fn kept_page(
    db: Db<'_>,
    directory: i64,
    query: &Query,
    view: View<'_>,
) -> Result<Page, StoreError> {
    let resource_type = &query.resource_type;
    let total = match view.total(resource_type) {
        Some(total) => total,
        None => view.keep_total(resource_type, total(db, directory, resource_type)?),
    };
    let listing = Listing::new(query)?;
    let list = List { db, directory, resource_type, view: Some(view) };
    let name = name(listing.read());
    let (rows, beyond) = match view.span(total.list, resource_type, &name) {
        Some((ids, beyond)) => (list.these(&ids)?, beyond),
        None => {
            let (rows, beyond) = list.part(listing.read(), total.live)?;
            if rows.len() <= LONGEST {
                let ids = rows.iter().map(|stored| stored.id.clone());
                view.keep_span(total.list, resource_type, &name, ids, beyond);
            }
            (rows, beyond)
        }
    };
    Ok(listing.page(total.live, rows, beyond))
}

/// What a part of a list is kept by; the id comes last, since it may hold anything.
fn name(read: Read<'_>) -> String {
    let end = |from: &Position| {
        let (created, id) = place(from);
        format!("{created} {id}")
    };
    match read {
        Read::Skip { skip, limit } => format!("skip {limit} {skip}"),
        Read::Up { from, limit } => format!("up {limit} {}", from.map(end).unwrap_or_default()),
        Read::Down { from, limit } => format!("down {limit} {}", end(from)),
    }
}

pub(super) fn total(db: Db<'_>, directory: i64, resource_type: &str) -> Result<u64, StoreError> {
    let total = "SELECT live FROM totals WHERE directory = ?1 AND type = ?2";
    Ok(db.one(total, params![directory, resource_type], |row| row.get(0))?.unwrap_or(0))
}

/// Every resource of the type, in creation order, one at a time.
pub(super) fn all(
    db: Db<'_>,
    directory: i64,
    resource_type: &str,
    visit: impl FnMut(Stored) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    db.each(
        "SELECT id, type, version, created, modified, body FROM resources
         WHERE directory = ?1 AND type = ?2 AND deleted IS NULL ORDER BY created, id",
        params![directory, resource_type],
        resources::stored,
        visit,
    )
}

/// The resources of one type.
#[derive(Clone, Copy, Debug)]
struct List<'l> {
    db: Db<'l>,
    directory: i64,
    resource_type: &'l str,
    /// What is kept of the rows, of which the others are read one by one; `None` to read them all at once.
    view: Option<View<'l>>,
}

impl List<'_> {
    /// The rows of a part, and whether there are more on the other side of where it begins.
    fn part(self, read: Read<'_>, total: u64) -> Result<(Vec<Stored>, bool), StoreError> {
        Ok(match read {
            Read::Skip { limit: 0, .. } => (Vec::new(), false),
            Read::Skip { skip, .. } if skip >= total => (Vec::new(), false),
            Read::Skip { skip, limit } => (self.skip(skip, limit, total)?, false),
            Read::Up { from: None, limit } => (self.up(&beginning(), limit, 0)?, false),
            Read::Up { from: Some(from), limit } => {
                let from = place(from);
                (self.up(&from, limit, 0)?, self.is_any_before(&from)?)
            }
            Read::Down { from, limit } => {
                let from = place(from);
                (self.down(&from, limit)?, self.is_any_after(&from)?)
            }
        })
    }

    /// Rows after the first `skip` of `total`: finds the block that holds the place by the blocks' counts, from the
    /// nearer end, and walks within it.
    fn skip(self, skip: u64, limit: usize, total: u64) -> Result<Vec<Stored>, StoreError> {
        let params = params![self.directory, self.resource_type];
        let found = if skip <= total / 2 {
            let mut before = 0_u64;
            self.db.find(
                "SELECT live, created, id FROM blocks WHERE directory = ?1 AND type = ?2 ORDER BY created, id",
                params,
                |row| {
                    let first = before;
                    before = before.saturating_add(row.get(0)?);
                    if skip < before { block(row, skip - first).map(Some) } else { Ok(None) }
                },
            )?
        } else {
            let mut first = total;
            self.db.find(
                "SELECT live, created, id FROM blocks WHERE directory = ?1 AND type = ?2
                 ORDER BY created DESC, id DESC",
                params,
                |row| {
                    first = first.saturating_sub(row.get(0)?);
                    if first <= skip { block(row, skip - first).map(Some) } else { Ok(None) }
                },
            )?
        };
        found.map_or_else(|| Ok(Vec::new()), |(from, skip)| self.up(&from, limit, skip))
    }

    fn up(self, from: &Place, limit: usize, skip: u64) -> Result<Vec<Stored>, StoreError> {
        let params = params![self.directory, self.resource_type, from.0, from.1, number(limit), number(skip)];
        self.rows(
            "SELECT n, id FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) >= (?3, ?4) AND deleted IS NULL
             ORDER BY created, id LIMIT ?5 OFFSET ?6",
            "SELECT id, type, version, created, modified, body FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) >= (?3, ?4) AND deleted IS NULL
             ORDER BY created, id LIMIT ?5 OFFSET ?6",
            params,
        )
    }

    fn down(self, from: &Place, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let params = params![self.directory, self.resource_type, from.0, from.1, number(limit)];
        self.rows(
            "SELECT n, id FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) < (?3, ?4) AND deleted IS NULL
             ORDER BY created DESC, id DESC LIMIT ?5",
            "SELECT id, type, version, created, modified, body FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) < (?3, ?4) AND deleted IS NULL
             ORDER BY created DESC, id DESC LIMIT ?5",
            params,
        )
    }

    /// The rows of one of two statements that differ in their columns alone: `ids`, where resources are kept.
    fn rows(
        self,
        ids: &'static str,
        whole: &'static str,
        params: &[&dyn ToSql],
    ) -> Result<Vec<Stored>, StoreError> {
        let Some(view) = self.view else { return self.db.all(whole, params, resources::stored) };
        let found = self.db.all(ids, params, |row| {
            let kept = view.resource(row.get_ref(1)?.as_str()?);
            Ok(kept.ok_or(row.get::<_, i64>(0)?))
        })?;
        self.fill(view, found, resources::by_number)
    }

    /// The resources with these ids.
    fn these(self, ids: &[ResourceId]) -> Result<Vec<Stored>, StoreError> {
        let Some(view) = self.view else { return Ok(Vec::new()) };
        let found = ids.iter().map(|id| view.resource(id.as_str()).ok_or(id)).collect();
        self.fill(view, found, |db, id| resources::get(db, self.directory, id))
    }

    /// Reads the resources that are not kept.
    fn fill<K>(
        self,
        view: View<'_>,
        found: Vec<Result<Stored, K>>,
        read: impl Fn(Db<'_>, K) -> Result<Option<Stored>, StoreError>,
    ) -> Result<Vec<Stored>, StoreError> {
        let missing = found.iter().filter(|row| row.is_err()).count();
        let fill = |db: Db<'_>| {
            let mut rows = Vec::with_capacity(found.len());
            for row in found {
                let row = match row {
                    Ok(kept) => Some(kept),
                    Err(key) => read(db, key)?.inspect(|row| view.keep_resource(row)),
                };
                // One that has gone in between is missed when the view is asked whether it holds.
                rows.extend(row);
            }
            Ok(rows)
        };
        // Each statement outside of a transaction locks the file for itself.
        if missing > 1 && !self.db.in_transaction() { self.db.snapshot(fill) } else { fill(self.db) }
    }

    fn is_any_before(self, from: &Place) -> Result<bool, StoreError> {
        let any = "SELECT 1 FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) < (?3, ?4) AND deleted IS NULL LIMIT 1";
        let any =
            self.db.one(any, params![self.directory, self.resource_type, from.0, from.1], |_| Ok(()))?;
        Ok(any.is_some())
    }

    fn is_any_after(self, from: &Place) -> Result<bool, StoreError> {
        let any = "SELECT 1 FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) >= (?3, ?4) AND deleted IS NULL LIMIT 1";
        let any =
            self.db.one(any, params![self.directory, self.resource_type, from.0, from.1], |_| Ok(()))?;
        Ok(any.is_some())
    }
}

/// Where a block begins, in a row of `live, created, id`; `skip` rows of it come before the place.
fn block(row: &Row<'_>, skip: u64) -> rusqlite::Result<(Place, u64)> {
    Ok(((row.get(1)?, row.get(2)?), skip))
}

/// The place of a position, such that what comes after it is not less than the place.
fn place(position: &Position) -> Place {
    let mut id = position.id().as_str().to_owned();
    if position.is_after() {
        // No text lies between an id and the same id with a NUL after it, and no id has one.
        id.push('\0');
    }
    (Millis(position.created()).number(), id)
}

/// Before all resources.
const fn beginning() -> Place {
    (i64::MIN, String::new())
}
