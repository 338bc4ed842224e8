//! What was read lately, bounded in bytes: the one process that owns the file need not ask SQLite again.
//!
//! An answer from here is never older than the last answered commit, nor than anything that was read from the
//! database before: the writer drops what it has changed before it commits, and from then until the commit is made
//! nothing is put into the shards concerned. What a reader began to read before is not put in either, since the
//! shard's sequence number has changed meanwhile. Group lists and directories are dropped all at once, by numbers
//! (`epochs`) which count the same way; each entry remembers the one it was read in.
//!
//! Several things are read as of one [`Moment`]: nothing in the database or here changes in it, but for a commit that
//! is on its way, of which nothing is to be found here.

mod entry;
mod shard;
mod view;

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::quality::RandomState;
use rollbook_store::{Directory, DirectoryId, GroupRef, ResourceId, Stored, Token, TokenHash};

use crate::write::Touched;
use entry::Name;
pub(crate) use entry::{Entry, Key, Span, Total, Value};
use shard::Shard;
pub(crate) use view::View;

/// The most shards, and the number of epochs of group lists: one bit each in a `u64`.
const MOST: usize = 64;

/// A shard is at least this large, so that it takes a large user.
const SHARD: usize = 256 * 1024;

/// Leave to put one thing in, given before it is read from the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    hash: u64,
    /// The shard's sequence number; `None` when nothing may be put in.
    seq: Option<u64>,
    epoch: u64,
}

/// Shards that a commit has closed for a moment.
#[derive(Debug)]
#[must_use]
pub(crate) struct Closed {
    shards: u64,
    groups: u64,
    directories: bool,
    access: bool,
}

impl Closed {
    const fn is_anything(&self) -> bool {
        self.shards != 0 || self.groups != 0 || self.directories
    }
}

/// The time between two steps of commits: from when all that one changes is dropped until it is made (odd numbers),
/// and from then until all that the next one changes is dropped (even ones).
///
/// In an even one the database stays as it is, and all that is kept is as it is there. In an odd one the database
/// changes once, and what is kept is the same before and after that. So what was found here, and in one view of the
/// database, is all of one state of it, if the moment has not passed meanwhile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Moment(u64);

impl Moment {
    /// Whether no commit is on its way, so that each statement sees the same state of the database.
    const fn is_quiet(self) -> bool {
        self.0.is_multiple_of(2)
    }
}

/// The cache.
#[derive(Debug)]
pub(crate) struct Cache {
    hasher: RandomState,
    /// Empty when the cache is off; else a power of two.
    shards: Box<[Mutex<Shard>]>,
    groups: Box<[AtomicU64]>,
    directories: AtomicU64,
    /// Turns with each commit that changes tokens or directories, before and after it.
    access: AtomicU64,
    moments: AtomicU64,
    /// Numbers for [`Total::list`].
    lists: AtomicU64,
}

impl Cache {
    /// A cache of up to `bytes`; 0 keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let count = if bytes == 0 { 0 } else { prev_power_of_two((bytes / SHARD).clamp(1, MOST)) };
        let shard = |_| Mutex::new(Shard::new(bytes / count.max(1)));
        Self {
            hasher: RandomState::default(),
            shards: (0..count).map(shard).collect(),
            groups: (0..MOST).map(|_| AtomicU64::new(0)).collect(),
            directories: AtomicU64::new(0),
            access: AtomicU64::new(0),
            moments: AtomicU64::new(0),
            lists: AtomicU64::new(0),
        }
    }

    /// What is kept of a directory, as of now; `None` when the cache is off.
    pub(crate) fn view<'c>(&'c self, directory: &'c DirectoryId) -> Option<View<'c>> {
        (!self.shards.is_empty()).then(|| View::new(self, directory))
    }

    /// A number that turns when tokens or directories change; `None` when the cache is off, since others may write then.
    pub(crate) fn access(&self) -> Option<u64> {
        (!self.shards.is_empty()).then(|| self.access.load(Ordering::SeqCst))
    }

    /// A resource, or leave to put it in.
    pub(crate) fn resource(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Stored, Ticket> {
        self.find(Name::Resource(directory, id.as_str()), 0, |entry| match entry {
            Entry::Resource(_, stored) => Some(stored.clone()),
            _ => None,
        })
    }

    /// The groups of a member, or leave to put them in.
    pub(crate) fn groups(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Arc<[GroupRef]>, Ticket> {
        let epoch = self.group_epoch(directory).map_or(0, |epoch| epoch.load(Ordering::SeqCst));
        self.find(Name::Groups(directory, id), epoch, |entry| match entry {
            Entry::Groups(_, _, groups) => Some(Arc::clone(groups)),
            _ => None,
        })
    }

    /// A token, or leave to put it in.
    pub(crate) fn token(&self, hash: &TokenHash) -> Result<Token, Ticket> {
        self.find(Name::Token(hash), 0, |entry| match entry {
            Entry::Token(token) => Some(Token::clone(token)),
            _ => None,
        })
    }

    /// What stands for a directory in the tables, or leave to put it in.
    pub(crate) fn number(&self, directory: &DirectoryId) -> Result<i64, Ticket> {
        self.find(Name::Number(directory), 0, |entry| match entry {
            Entry::Number(_, number) => Some(*number),
            _ => None,
        })
    }

    /// A directory by its slug or id, or leave to put it in.
    pub(crate) fn directory(&self, slug_or_id: &str) -> Result<Directory, Ticket> {
        let epoch = self.directories.load(Ordering::SeqCst);
        self.find(Name::Directory(slug_or_id), epoch, |entry| match entry {
            Entry::Directory(_, directory) => Some(Directory::clone(directory)),
            _ => None,
        })
    }

    /// Keeps what was read after the ticket was given, unless a commit has changed it since, or is about to.
    pub(crate) fn put(&self, ticket: Ticket, entry: Entry) {
        if let (Some(seq), Some(mut shard)) = (ticket.seq, self.shard(ticket.hash))
            && shard.seq == seq
        {
            shard.insert(ticket.hash, ticket.epoch, entry);
        }
    }

    /// Drops what a transaction has changed, before it is committed; [`Cache::open`] is to follow, whatever happens.
    pub(crate) fn close(&self, touched: &Touched) -> Closed {
        let access = touched.directories() || touched.keys().any(|key| matches!(key, Key::Token(_)));
        let mut closed = Closed { shards: 0, groups: 0, directories: touched.directories(), access };
        if self.shards.is_empty() {
            return closed;
        }
        for key in touched.keys() {
            let hash = self.hasher.hash_one(key.name());
            let bit = 1 << self.place(hash);
            if let Some(mut shard) = self.shard(hash) {
                shard.remove(hash);
                if closed.shards & bit == 0 {
                    closed.shards |= bit;
                    shard.seq += 1;
                }
            }
        }
        for directory in touched.groups() {
            closed.groups |= 1 << self.group_place(directory);
        }
        self.turn_epochs(&closed);
        self.turn_moment(&closed);
        closed
    }

    /// Lets what is read from now on be put in again.
    pub(crate) fn open(&self, closed: &Closed) {
        self.turn_moment(closed);
        for (place, shard) in self.shards.iter().enumerate() {
            if closed.shards & (1 << place) != 0 {
                lock(shard).seq += 1;
            }
        }
        self.turn_epochs(closed);
    }

    /// An odd epoch is one in which a commit is on its way.
    fn turn_epochs(&self, closed: &Closed) {
        for (place, epoch) in self.groups.iter().enumerate() {
            if closed.groups & (1 << place) != 0 {
                epoch.fetch_add(1, Ordering::SeqCst);
            }
        }
        if closed.directories {
            self.directories.fetch_add(1, Ordering::SeqCst);
        }
        if closed.access {
            self.access.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// A commit that changes nothing of what may be kept ends no moment.
    fn turn_moment(&self, closed: &Closed) {
        if closed.is_anything() {
            self.moments.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn moment(&self) -> Moment {
        Moment(self.moments.load(Ordering::SeqCst))
    }

    /// Whether it is the same moment as before; what was read until now was read in it.
    fn is_still(&self, moment: Moment) -> bool {
        fence(Ordering::SeqCst);
        self.moment() == moment
    }

    /// Keeps what was read in a quiet moment, if that has not passed.
    ///
    /// A commit drops what it changes from a shard with the shard locked, as it is here. If it has done so, the shard's
    /// number is odd; if it is still to do so, it drops this too.
    fn keep(&self, moment: Moment, entry: Entry) {
        let hash = self.hasher.hash_one(entry.name());
        if moment.is_quiet()
            && let Some(mut shard) = self.shard(hash)
            && shard.seq.is_multiple_of(2)
            && self.is_still(moment)
        {
            shard.insert(hash, 0, entry);
        }
    }

    fn find<T>(
        &self,
        name: Name<'_>,
        epoch: u64,
        take: impl FnOnce(&Entry) -> Option<T>,
    ) -> Result<T, Ticket> {
        let hash = self.hasher.hash_one(name);
        let Some(mut shard) = self.shard(hash) else { return Err(Ticket { hash, seq: None, epoch }) };
        if epoch.is_multiple_of(2)
            && let Some(entry) = shard.get(hash, epoch).filter(|entry| entry.name() == name)
            && let Some(found) = take(entry)
        {
            return Ok(found);
        }
        let may = shard.seq.is_multiple_of(2) && epoch.is_multiple_of(2);
        Err(Ticket { hash, seq: may.then_some(shard.seq), epoch })
    }

    fn shard(&self, hash: u64) -> Option<MutexGuard<'_, Shard>> {
        self.shards.get(self.place(hash)).map(lock)
    }

    /// The shard of a hash: by bits in its middle, since a hash table goes by those at both ends.
    #[allow(clippy::cast_possible_truncation, reason = "only the low bits count")]
    const fn place(&self, hash: u64) -> usize {
        (hash >> 32) as usize & self.shards.len().saturating_sub(1)
    }

    fn group_epoch(&self, directory: &DirectoryId) -> Option<&AtomicU64> {
        self.groups.get(self.group_place(directory))
    }

    #[allow(clippy::cast_possible_truncation, reason = "only the low bits count")]
    fn group_place(&self, directory: &DirectoryId) -> usize {
        self.hasher.hash_one(directory) as usize % MOST
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The largest power of two that is not above `number`, which is at least 1.
const fn prev_power_of_two(number: usize) -> usize {
    1 << number.ilog2()
}

#[cfg(test)]
mod tests;
