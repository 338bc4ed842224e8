//! An ordered map that remembers what was changed, so that a failed batch can be undone.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeBounds;

/// A map with a journal: each change notes what was there before, until [`Table::keep`] or [`Table::undo`].
pub(super) struct Table<K, V = ()> {
    rows: BTreeMap<K, V>,
    journal: Vec<(K, Option<V>)>,
}

impl<K: Clone + Ord, V> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        let before = self.rows.insert(key.clone(), value);
        self.journal.push((key, before));
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(before) = self.rows.remove(key) {
            self.journal.push((key.clone(), Some(before)));
        }
    }

    /// Removes up to `left` rows from a key on, as long as `mine` says so of the keys, and takes them off `left`.
    pub(super) fn purge(&mut self, start: K, mine: impl Fn(&K) -> bool, left: &mut usize) {
        let rows = self.rows.range(start..).map(|(key, _)| key).take_while(|key| mine(key));
        let keys: Vec<_> = rows.take(*left).cloned().collect();
        *left -= keys.len();
        keys.iter().for_each(|key| self.remove(key));
    }

    /// Removes up to `left` rows of which `mine` says so, and takes them off `left`; answers their keys.
    pub(super) fn purge_values(&mut self, mine: impl Fn(&V) -> bool, left: &mut usize) -> Vec<K> {
        let rows = self.rows.iter().filter(|(_, value)| mine(value)).map(|(key, _)| key);
        let keys: Vec<_> = rows.take(*left).cloned().collect();
        *left -= keys.len();
        keys.iter().for_each(|key| self.remove(key));
        keys
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.rows.keys()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.rows.values()
    }

    /// The rows from a key on, in order.
    pub(super) fn range(&self, range: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.range(range)
    }

    /// Makes the changes final.
    pub(super) fn keep(&mut self) {
        self.journal.clear();
    }

    /// Takes the changes since the last [`Table::keep`] back.
    pub(super) fn undo(&mut self) {
        while let Some((key, before)) = self.journal.pop() {
            match before {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), journal: Vec::new() }
    }
}

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}
