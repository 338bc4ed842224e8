//! Listings: all resources of a type in creation order, from any place.

use rollbook_store::query::{Listing, Position, Read};
use rollbook_store::{Page, Query, StoreError, Stored};
use rusqlite::params;

use super::resources;
use crate::columns::{Millis, number};
use crate::db::Db;

/// A place between resources in (created, id) order.
type Place = (i64, String);

pub(super) fn page(db: Db<'_>, directory: i64, query: &Query) -> Result<Page, StoreError> {
    let list = List { db, directory, resource_type: &query.resource_type };
    let total = total(db, directory, &query.resource_type)?;
    let listing = Listing::new(query)?;
    let (rows, beyond) = match listing.read() {
        Read::Skip { limit: 0, .. } => (Vec::new(), false),
        Read::Skip { skip, .. } if skip >= total => (Vec::new(), false),
        Read::Skip { skip, limit } => (list.skip(skip, limit)?, false),
        Read::Up { from: None, limit } => (list.up(&beginning(), limit, 0)?, false),
        Read::Up { from: Some(from), limit } => {
            let from = place(from);
            (list.up(&from, limit, 0)?, list.is_any_before(&from)?)
        }
        Read::Down { from, limit } => {
            let from = place(from);
            (list.down(&from, limit)?, list.is_any_after(&from)?)
        }
    };
    Ok(listing.page(total, rows, beyond))
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
}

impl List<'_> {
    /// Rows after the first `skip`: finds the block that holds the place by the blocks' counts, and walks within it.
    fn skip(self, skip: u64, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let mut before = 0;
        let block = self.db.find(
            "SELECT live, created, id FROM blocks WHERE directory = ?1 AND type = ?2 ORDER BY created, id",
            params![self.directory, self.resource_type],
            |row| {
                let live: u64 = row.get(0)?;
                if before + live <= skip {
                    before += live;
                    return Ok(None);
                }
                Ok(Some((row.get(1)?, row.get(2)?)))
            },
        )?;
        block.map_or_else(|| Ok(Vec::new()), |from| self.up(&from, limit, skip - before))
    }

    fn up(self, from: &Place, limit: usize, skip: u64) -> Result<Vec<Stored>, StoreError> {
        self.db.all(
            "SELECT id, type, version, created, modified, body FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) >= (?3, ?4) AND deleted IS NULL
             ORDER BY created, id LIMIT ?5 OFFSET ?6",
            params![self.directory, self.resource_type, from.0, from.1, number(limit), number(skip)],
            resources::stored,
        )
    }

    fn down(self, from: &Place, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.db.all(
            "SELECT id, type, version, created, modified, body FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) < (?3, ?4) AND deleted IS NULL
             ORDER BY created DESC, id DESC LIMIT ?5",
            params![self.directory, self.resource_type, from.0, from.1, number(limit)],
            resources::stored,
        )
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
