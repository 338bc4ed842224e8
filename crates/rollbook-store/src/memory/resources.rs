//! The tables of resources, edges and the change log.

use chrono::{DateTime, Utc};
use rollbook_protocol::Key;

use super::table::Table;
use crate::contract::{Change, Seq, Stored};
use crate::ids::{DirectoryId, ResourceId};

/// Directory first in every key, as in every store.
#[derive(Debug, Default)]
pub(super) struct ResourceTables {
    pub(super) seqs: Table<DirectoryId, Seq>,
    pub(super) records: Table<(DirectoryId, ResourceId), Record>,
    /// By directory, type, creation time and id: the default order (decision D27).
    pub(super) order: Table<(DirectoryId, String, DateTime<Utc>, ResourceId)>,
    /// By directory and type: how many resources there are.
    pub(super) totals: Table<(DirectoryId, String), u64>,
    /// By directory, type, attribute, folded value and id; tells whether the key is unique.
    pub(super) keys: Table<(DirectoryId, String, String, String, ResourceId), bool>,
    pub(super) edges: Table<(DirectoryId, ResourceId, String), Edge>,
    /// The edges by the sequence number of their last change.
    pub(super) edge_log: Table<(DirectoryId, ResourceId, Seq, String)>,
    /// The present edges by member value, then group.
    pub(super) holders: Table<(DirectoryId, String, ResourceId)>,
    pub(super) tallies: Table<(DirectoryId, ResourceId), Tally>,
    pub(super) log: Table<(DirectoryId, Seq), Change>,
}

#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) stored: Stored,
    pub(super) keys: Vec<Key>,
    pub(super) display: Option<String>,
}

/// A member edge; one that is not present is a tombstone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) present: bool,
    pub(super) seq: Seq,
}

/// How many members a group has, so that no edit has to count them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) members: u64,
    pub(super) unresolved: u64,
}

impl ResourceTables {
    pub(super) fn keep(&mut self) {
        self.seqs.keep();
        self.records.keep();
        self.order.keep();
        self.totals.keep();
        self.keys.keep();
        self.edges.keep();
        self.edge_log.keep();
        self.holders.keep();
        self.tallies.keep();
        self.log.keep();
    }

    pub(super) fn undo(&mut self) {
        self.seqs.undo();
        self.records.undo();
        self.order.undo();
        self.totals.undo();
        self.keys.undo();
        self.edges.undo();
        self.edge_log.undo();
        self.holders.undo();
        self.tallies.undo();
        self.log.undo();
    }
}
