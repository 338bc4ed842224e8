//! One shard: a table over a ring, from which what was not asked for since the last round goes first (CLOCK).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Entry;

/// What an entry costs beside what it holds on the heap: its slot, its place in the table, both with room to grow.
const OVERHEAD: usize = 2 * size_of::<Slot>() + 48;

#[derive(Debug)]
pub(super) struct Shard {
    /// Counts the beginnings and ends of commits that touch this shard: odd while one is on its way.
    pub(super) seq: u64,
    places: HashMap<u64, usize, BuildHasherDefault<AsItIs>>,
    ring: Vec<Slot>,
    hand: usize,
    bytes: usize,
    most: usize,
}

#[derive(Debug)]
struct Slot {
    hash: u64,
    epoch: u64,
    entry: Entry,
    bytes: usize,
    asked: bool,
}

impl Shard {
    pub(super) fn new(most: usize) -> Self {
        Self { seq: 0, places: HashMap::default(), ring: Vec::new(), hand: 0, bytes: 0, most }
    }

    /// What has this hash, if it was read in this epoch; the caller compares names.
    pub(super) fn get(&mut self, hash: u64, epoch: u64) -> Option<&Entry> {
        let slot = self.ring.get_mut(*self.places.get(&hash)?)?;
        if slot.epoch != epoch {
            return None;
        }
        slot.asked = true;
        Some(&slot.entry)
    }

    /// Keeps an entry, in place of what has its hash; others go until it has room. Too large a one is not kept.
    pub(super) fn insert(&mut self, hash: u64, epoch: u64, entry: Entry) {
        self.remove(hash);
        let bytes = OVERHEAD + entry.heap();
        if bytes > self.most / 2 {
            return;
        }
        while self.bytes + bytes > self.most && self.evict() {}
        self.places.insert(hash, self.ring.len());
        self.ring.push(Slot { hash, epoch, entry, bytes, asked: false });
        self.bytes += bytes;
    }

    pub(super) fn remove(&mut self, hash: u64) {
        if let Some(place) = self.places.get(&hash) {
            self.take(*place);
        }
    }

    /// Takes out the next one that was not asked for since the hand has passed it; answers whether there was one.
    fn evict(&mut self) -> bool {
        loop {
            if self.hand >= self.ring.len() {
                self.hand = 0;
            }
            let Some(slot) = self.ring.get_mut(self.hand) else { return false };
            if !std::mem::take(&mut slot.asked) {
                self.take(self.hand);
                return true;
            }
            self.hand += 1;
        }
    }

    fn take(&mut self, place: usize) {
        if place >= self.ring.len() {
            return;
        }
        let slot = self.ring.swap_remove(place);
        self.bytes -= slot.bytes;
        self.places.remove(&slot.hash);
        if let Some(moved) = self.ring.get(place) {
            self.places.insert(moved.hash, place);
        }
    }
}

#[cfg(test)]
impl Shard {
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.places.len(), self.ring.len());
        assert_eq!(self.bytes, self.ring.iter().map(|slot| slot.bytes).sum::<usize>());
        assert!(self.bytes <= self.most);
        self.ring.len()
    }
}

/// The hashes come from a keyed hash function: they are used as they are.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
