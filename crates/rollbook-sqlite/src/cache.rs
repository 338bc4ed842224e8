//! What was read lately, bounded in bytes: the one process that owns the file need not ask SQLite again.
//!
//! An answer from here is never older than the last answered commit, nor than anything that was read from the
//! database before: the writer drops what it has changed before it commits, and from then until the commit is made
//! nothing is put into the shards concerned. What a reader began to read before is not put in either, since the
//! shard's sequence number has changed meanwhile. Group lists and directories are dropped all at once, by numbers
//! (`epochs`) which count the same way; each entry remembers the one it was read in.

mod shard;

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollbook_store::{Directory, DirectoryId, GroupRef, ResourceId, Stored, Token, TokenHash};

use crate::write::Touched;
use shard::Shard;

/// The most shards, and the number of epochs of group lists: one bit each in a `u64`.
const MOST: usize = 64;

/// A shard is at least this large, so that it takes a large user.
const SHARD: usize = 256 * 1024;

/// What something is kept by that may go out of date; what stands for a directory in the tables never does.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Key {
    /// A resource.
    Resource(DirectoryId, ResourceId),
    /// The groups of a member.
    Groups(DirectoryId, ResourceId),
    /// A token.
    Token(TokenHash),
}

impl Key {
    const fn name(&self) -> Name<'_> {
        match self {
            Self::Resource(directory, id) => Name::Resource(directory, id),
            Self::Groups(directory, id) => Name::Groups(directory, id),
            Self::Token(hash) => Name::Token(hash),
        }
    }
}

/// A key, borrowed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Name<'k> {
    Resource(&'k DirectoryId, &'k ResourceId),
    Groups(&'k DirectoryId, &'k ResourceId),
    Token(&'k TokenHash),
    Number(&'k DirectoryId),
    Directory(&'k str),
}

/// What is kept, with its key.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A resource.
    Resource(DirectoryId, Stored),
    /// The groups of a member.
    Groups(DirectoryId, ResourceId, Arc<[GroupRef]>),
    /// A token.
    Token(Token),
    /// What stands for a directory in the tables.
    Number(DirectoryId, i64),
    /// A directory, by what it was asked for by: its slug or its id.
    Directory(Box<str>, Box<Directory>),
}

impl Entry {
    fn name(&self) -> Name<'_> {
        match self {
            Self::Resource(directory, stored) => Name::Resource(directory, &stored.id),
            Self::Groups(directory, id, _) => Name::Groups(directory, id),
            Self::Token(token) => Name::Token(&token.hash),
            Self::Number(directory, _) => Name::Number(directory),
            Self::Directory(asked, _) => Name::Directory(asked),
        }
    }

    /// The memory that it holds on the heap, roughly; ids are counted where they are not shared.
    fn heap(&self) -> usize {
        match self {
            Self::Resource(_, stored) => {
                stored.body.len() + stored.resource_type.len() + stored.id.as_str().len() + 64
            }
            Self::Groups(_, id, groups) => {
                let one = |group: &GroupRef| {
                    let display = group.display.as_ref().map_or(0, |display| display.len() + 16);
                    size_of::<GroupRef>() + group.id.as_str().len() + 16 + display
                };
                id.as_str().len() + 32 + groups.iter().map(one).sum::<usize>()
            }
            Self::Token(token) => token.label.len() + token.prefix.len() + 256,
            Self::Number(..) => 64,
            // Settings are lists of at most some tens of words.
            Self::Directory(asked, directory) => {
                let settings = &directory.settings;
                asked.len() + size_of::<Directory>() + 64 * (settings.domains.len() + settings.required.len())
            }
        }
    }
}

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
}

/// The cache.
#[derive(Debug)]
pub(crate) struct Cache {
    hasher: RandomState,
    /// Empty when the cache is off; else a power of two.
    shards: Box<[Mutex<Shard>]>,
    groups: Box<[AtomicU64]>,
    directories: AtomicU64,
}

impl Cache {
    /// A cache of up to `bytes`; 0 keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let count = if bytes == 0 { 0 } else { prev_power_of_two((bytes / SHARD).clamp(1, MOST)) };
        let shard = |_| Mutex::new(Shard::new(bytes / count.max(1)));
        Self {
            hasher: RandomState::new(),
            shards: (0..count).map(shard).collect(),
            groups: (0..MOST).map(|_| AtomicU64::new(0)).collect(),
            directories: AtomicU64::new(0),
        }
    }

    /// A resource, or leave to put it in.
    pub(crate) fn resource(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Stored, Ticket> {
        self.find(Name::Resource(directory, id), 0, |entry| match entry {
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
            Entry::Token(token) => Some(token.clone()),
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
        let mut closed = Closed { shards: 0, groups: 0, directories: touched.directories() };
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
        closed
    }

    /// Lets what is read from now on be put in again.
    pub(crate) fn open(&self, closed: &Closed) {
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
