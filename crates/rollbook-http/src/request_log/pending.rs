//! What waits to be written, and how much of it is taken.

use std::collections::HashMap;

use rollbook_store::{DirectoryId, RequestRecord};

use super::redact;

/// Answered requests of a directory that are kept one by one between two writes.
const ANSWERED: u32 = 50;

/// Refused ones.
const REFUSED: u32 = 100;

/// The most records that wait.
const MOST: usize = 8_192;

/// The most directories named in paths that are counted apart; attackers may invent any number.
const MOST_NAMED: usize = 1_000;

/// Whose log a record is for.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Owner {
    /// The directory of the token or the OAuth client.
    Known(DirectoryId),
    /// The directory that the path names, when there is such a one.
    Named(String),
    /// None.
    Nobody,
}

/// A record that waits.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) owner: Owner,
    /// The path's directory part; the record's path has a gap for it, which is filled when it is the owner's.
    pub(super) named: Option<String>,
    pub(super) record: RequestRecord,
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) entries: Vec<Entry>,
    pub(super) counts: HashMap<Owner, Counts>,
    /// Records that found no room.
    pub(super) dropped: u64,
}

/// What one directory has sent since the last write.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) answered: u32,
    pub(super) refused: u32,
}

impl Counts {
    /// How many answered and refused requests have no record of their own.
    pub(super) const fn thinned(self) -> (u32, u32) {
        (self.answered.saturating_sub(ANSWERED), self.refused.saturating_sub(REFUSED))
    }
}

impl Owner {
    /// The owner by a path alone.
    pub(super) fn named(named: Option<&str>) -> Self {
        named.map_or(Self::Nobody, |named| Self::Named(redact::short(named)))
    }
}

impl Pending {
    /// Counts a request; tells whether it becomes a record of its own.
    pub(super) fn takes(&mut self, owner: &Owner, is_refused: bool) -> bool {
        let counts = if self.counts.len() >= MOST_NAMED && !self.counts.contains_key(owner) {
            self.counts.entry(Owner::Nobody).or_default()
        } else {
            self.counts.entry(owner.clone()).or_default()
        };
        let (count, most) =
            if is_refused { (&mut counts.refused, REFUSED) } else { (&mut counts.answered, ANSWERED) };
        *count = count.saturating_add(1);
        *count <= most
    }

    /// Adds a record; tells whether many wait.
    pub(super) fn push(&mut self, entry: Entry) -> bool {
        if self.entries.len() >= MOST {
            self.dropped += 1;
        } else {
            self.entries.push(entry);
        }
        self.entries.len() == MOST / 2
    }
}
