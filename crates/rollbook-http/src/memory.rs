//! How much memory the bodies of requests may take, all together and of each directory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollbook_store::DirectoryId;

/// A body up to this size is not counted: connections are limited in number.
const SMALL: usize = 64 * 1024;

/// The memory for bodies of one service.
#[derive(Debug)]
pub(crate) struct Memory {
    most: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    all: usize,
    by: HashMap<DirectoryId, usize>,
}

/// What one body holds; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    memory: Arc<Memory>,
    directory: DirectoryId,
    held: usize,
}

impl Memory {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, used: Mutex::default() }
    }

    /// Room for a body, none of which is there yet.
    pub(crate) fn room(self: &Arc<Self>, directory: &DirectoryId) -> Room {
        Room { memory: Arc::clone(self), directory: directory.clone(), held: 0 }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Makes room for a body that has grown to `bytes`; `false` when all memory, or half of it by this directory, is
    /// taken.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        if bytes <= SMALL || bytes <= self.held {
            return true;
        }
        let more = bytes - self.held;
        let most = self.memory.most;
        let mut used = self.memory.used();
        let of_directory = used.by.get(&self.directory).copied().unwrap_or_default();
        if used.all + more > most || of_directory + more > most / 2 {
            return false;
        }
        used.all += more;
        used.by.insert(self.directory.clone(), of_directory + more);
        self.held = bytes;
        true
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.held == 0 {
            return;
        }
        let mut used = self.memory.used();
        used.all -= self.held;
        if let Some(of_directory) = used.by.get_mut(&self.directory) {
            *of_directory -= self.held;
            if *of_directory == 0 {
                used.by.remove(&self.directory);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_gets_half_of_it_and_what_is_dropped_is_free() {
        let memory = Arc::new(Memory::new(4 * SMALL));
        let [a, b, c] = ["a", "b", "c"].map(DirectoryId::new);
        let (mut first, mut second) = (memory.room(&a), memory.room(&a));
        assert!(first.grow(SMALL) && second.grow(SMALL), "small ones are free");
        assert!(first.grow(2 * SMALL));
        assert!(!second.grow(SMALL + 1));
        let mut third = memory.room(&b);
        assert!(third.grow(SMALL + 1) && third.grow(2 * SMALL));
        assert!(!memory.room(&c).grow(SMALL + 1), "all is taken");
        drop(first);
        assert!(second.grow(2 * SMALL));
        drop((second, third));
        let used = memory.used();
        assert_eq!((used.all, used.by.len()), (0, 0));
    }
}
