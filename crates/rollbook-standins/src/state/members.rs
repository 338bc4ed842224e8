//! The members of one group: any of a hundred thousand is found, added and removed at once.

use std::collections::{BTreeMap, HashMap};

use rollbook_protocol::Member;

/// Members in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    /// Where a value stands; only looked up, never walked.
    places: HashMap<String, u64>,
    ordered: BTreeMap<u64, Member>,
    next: u64,
}

impl Members {
    /// Adds a member; false when it is one already.
    pub(crate) fn add(&mut self, member: Member) -> bool {
        if self.places.contains_key(&member.value) {
            return false;
        }
        let place = self.next;
        self.next += 1;
        self.put_back(place, member);
        true
    }

    /// Puts a removed member back to its place.
    pub(crate) fn put_back(&mut self, place: u64, member: Member) {
        self.places.insert(member.value.clone(), place);
        self.ordered.insert(place, member);
    }

    /// Removes a member and returns it with its place.
    pub(crate) fn remove(&mut self, value: &str) -> Option<(u64, Member)> {
        let place = self.places.remove(value)?;
        self.ordered.remove(&place).map(|member| (place, member))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.ordered.values()
    }
}
