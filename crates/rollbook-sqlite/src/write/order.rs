//! The kept counts: how many resources of a type there are, and where in their order they lie.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rollbook_store::{ResourceId, StoreError};
use rusqlite::{Row, params};

use crate::db::Db;

/// A block that is split becomes blocks of this many resources.
pub(crate) const BLOCK: u64 = 1_000;

/// A block of more resources than this is split.
const FULL: u64 = 2 * BLOCK;

/// A block that shrinks below this joins the one before it, where both together are no more than [`BLOCK`].
const SPARSE: u64 = BLOCK / 4;

/// The place of a resource in the order of its type: (created, id).
type Place = (i64, ResourceId);

/// Resources that came to be and went, by directory and type, with the difference that each makes.
///
/// It is gathered over a transaction and written at its end, so that commits which wait together write a count once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order(BTreeMap<(i64, String), BTreeMap<Place, i64>>);

impl Order {
    pub(crate) fn added(&mut self, directory: i64, resource_type: &str, at: DateTime<Utc>, id: &ResourceId) {
        self.note(directory, resource_type, at, id, 1);
    }

    pub(crate) fn removed(
        &mut self,
        directory: i64,
        resource_type: &str,
        at: DateTime<Utc>,
        id: &ResourceId,
    ) {
        self.note(directory, resource_type, at, id, -1);
    }

    fn note(&mut self, directory: i64, resource_type: &str, at: DateTime<Utc>, id: &ResourceId, one: i64) {
        let places = self.0.entry((directory, resource_type.to_owned())).or_default();
        *places.entry((at.timestamp_millis(), id.clone())).or_insert(0) += one;
    }

    /// Takes in what another batch of the same transaction has done.
    pub(crate) fn append(&mut self, other: Self) {
        for (of, places) in other.0 {
            let mine = self.0.entry(of).or_default();
            for (place, difference) in places {
                *mine.entry(place).or_insert(0) += difference;
            }
        }
    }

    /// Writes the counts; all resources of the transaction are written already.
    pub(crate) fn write(&self, db: Db<'_>) -> Result<(), StoreError> {
        for ((directory, resource_type), places) in &self.0 {
            let all: i64 = places.values().sum();
            if all != 0 {
                db.run(
                    "INSERT INTO totals (directory, type, live) VALUES (?1, ?2, ?3)
                     ON CONFLICT (directory, type) DO UPDATE SET live = live + excluded.live",
                    params![directory, resource_type, all],
                )?;
            }
            if all < 0 {
                let none = "DELETE FROM totals WHERE directory = ?1 AND type = ?2 AND live <= 0";
                db.run(none, params![directory, resource_type])?;
            }
            let blocks = Blocks { db, directory: *directory, resource_type };
            blocks.count(places.iter().filter(|(_, difference)| **difference != 0))?;
        }
        Ok(())
    }
}

/// The blocks of one type.
#[derive(Clone, Copy, Debug)]
struct Blocks<'w> {
    db: Db<'w>,
    directory: i64,
    resource_type: &'w str,
}

/// A block while places are counted in it.
#[derive(Debug)]
struct Block {
    /// Its key as stored; `None` when it is not stored yet.
    stored: Option<Place>,
    from: Place,
    /// Where the next block begins.
    to: Option<Place>,
    live: i64,
    before: i64,
}

impl Blocks<'_> {
    /// Counts the differences, which come in order of their places: each block is read and written once.
    fn count<'p>(self, places: impl Iterator<Item = (&'p Place, &'p i64)>) -> Result<(), StoreError> {
        let mut open: Option<Block> = None;
        for (place, difference) in places {
            let fits = |block: &Block| block.to.as_ref().is_none_or(|to| place < to);
            if !open.as_ref().is_some_and(fits)
                && let Some(block) = open.take()
            {
                self.close(block)?;
            }
            let block = match open.take() {
                Some(block) => open.insert(block),
                None => open.insert(self.open(place)?),
            };
            block.live = block.live.saturating_add(*difference);
        }
        open.map_or(Ok(()), |block| self.close(block))
    }

    /// The block that a place belongs to; the first one reaches down to any place before it.
    fn open(self, place: &Place) -> Result<Block, StoreError> {
        let next = self.next(place)?;
        let found = match self.last(place)? {
            None => next,
            Some((from, live)) => {
                let (stored, to) = (Some(from.clone()), next.map(|(from, _)| from));
                return Ok(Block { stored, from, to, live, before: live });
            }
        };
        let Some((first, live)) = found else {
            return Ok(Block { stored: None, from: place.clone(), to: None, live: 0, before: 0 });
        };
        let to = self.next(&first)?.map(|(from, _)| from);
        Ok(Block { stored: Some(first), from: place.clone(), to, live, before: live })
    }

    fn close(self, block: Block) -> Result<(), StoreError> {
        let Block { stored, mut from, to, live, before } = block;
        let mut live = u64::try_from(live).unwrap_or(0);
        if stored.as_ref() != Some(&from) || live == 0 {
            stored.map_or(Ok(()), |stored| self.remove(&stored))?;
        }
        if live == 0 {
            return Ok(());
        }
        if i64::try_from(live).unwrap_or(i64::MAX) < before && live < SPARSE && self.join(&from, live)? {
            return Ok(());
        }
        while live > FULL {
            // The block's resources are all in the table, so that this place is within it.
            let Some(place) =
                self.after(&from, BLOCK)?.filter(|place| to.as_ref().is_none_or(|to| place < to))
            else {
                break;
            };
            self.put(&from, BLOCK)?;
            from = place;
            live -= BLOCK;
        }
        self.put(&from, live)
    }

    /// Adds the rest of a block to the one before it, if that has room.
    fn join(self, from: &Place, live: u64) -> Result<bool, StoreError> {
        let before = self.db.one(
            "SELECT created, id, live FROM blocks
             WHERE directory = ?1 AND type = ?2 AND (created, id) < (?3, ?4)
             ORDER BY created DESC, id DESC LIMIT 1",
            params![self.directory, self.resource_type, from.0, from.1.as_str()],
            block,
        )?;
        let room = before.and_then(|(place, held)| Some((place, u64::try_from(held).ok()?)));
        let Some((place, held)) = room.filter(|(_, held)| held + live <= BLOCK) else { return Ok(false) };
        self.remove(from)?;
        self.put(&place, held + live)?;
        Ok(true)
    }

    /// The last block that begins at a place or before it.
    fn last(self, place: &Place) -> Result<Option<(Place, i64)>, StoreError> {
        self.db.one(
            "SELECT created, id, live FROM blocks
             WHERE directory = ?1 AND type = ?2 AND (created, id) <= (?3, ?4)
             ORDER BY created DESC, id DESC LIMIT 1",
            params![self.directory, self.resource_type, place.0, place.1.as_str()],
            block,
        )
    }

    /// The first block that begins after a place.
    fn next(self, place: &Place) -> Result<Option<(Place, i64)>, StoreError> {
        self.db.one(
            "SELECT created, id, live FROM blocks
             WHERE directory = ?1 AND type = ?2 AND (created, id) > (?3, ?4)
             ORDER BY created, id LIMIT 1",
            params![self.directory, self.resource_type, place.0, place.1.as_str()],
            block,
        )
    }

    /// The place of the resource that comes `count` resources after the first one of a block.
    fn after(self, from: &Place, count: u64) -> Result<Option<Place>, StoreError> {
        self.db.one(
            "SELECT created, id FROM resources
             WHERE directory = ?1 AND type = ?2 AND (created, id) >= (?3, ?4) AND deleted IS NULL
             ORDER BY created, id LIMIT 1 OFFSET ?5",
            params![self.directory, self.resource_type, from.0, from.1.as_str(), count],
            |row| Ok((row.get(0)?, ResourceId::new(row.get::<_, String>(1)?))),
        )
    }

    fn put(self, from: &Place, live: u64) -> Result<(), StoreError> {
        self.db.run(
            "INSERT INTO blocks (directory, type, created, id, live) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (directory, type, created, id) DO UPDATE SET live = excluded.live",
            params![self.directory, self.resource_type, from.0, from.1.as_str(), live],
        )?;
        Ok(())
    }

    fn remove(self, from: &Place) -> Result<(), StoreError> {
        self.db.run(
            "DELETE FROM blocks WHERE directory = ?1 AND type = ?2 AND created = ?3 AND id = ?4",
            params![self.directory, self.resource_type, from.0, from.1.as_str()],
        )?;
        Ok(())
    }
}

fn block(row: &Row<'_>) -> rusqlite::Result<(Place, i64)> {
    Ok(((row.get(0)?, ResourceId::new(row.get::<_, String>(1)?)), row.get(2)?))
}
