//! The tables of links, waiting edges, cursors and the delivery log.

use chrono::{DateTime, Utc};

use super::table::Table;
use crate::contract::{Attempt, LedgerWrite, Link, LinkCounts, LinkState, Seq};
use crate::ids::{ResourceId, TargetId};

/// Target first in every key.
#[derive(Debug, Default)]
pub(super) struct LedgerTables {
    pub(super) cursors: Table<TargetId, Seq>,
    pub(super) links: Table<(TargetId, ResourceId), Link>,
    pub(super) due: Table<(TargetId, DateTime<Utc>, ResourceId)>,
    /// By target, who waits, and what it waits for.
    pub(super) waits: Table<(TargetId, ResourceId, ResourceId)>,
    /// By target, what is awaited, and who waits.
    pub(super) awaited: Table<(TargetId, ResourceId, ResourceId)>,
    pub(super) attempts: Table<(TargetId, DateTime<Utc>, u64), Attempt>,
    appended: Table<(), u64>,
}

impl LedgerTables {
    pub(super) fn cursor(&self, target: &TargetId) -> Seq {
        self.cursors.get(target).copied().unwrap_or(0)
    }

    pub(super) fn link(&self, target: &TargetId, resource: &ResourceId) -> Option<&Link> {
        self.links.get(&(target.clone(), resource.clone()))
    }

    pub(super) fn due(
        &self,
        target: &TargetId,
        resource_type: &str,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Vec<Link> {
        self.due
            .range((target.clone(), DateTime::<Utc>::MIN_UTC, ResourceId::new(""))..)
            .take_while(|((t, at, _), ())| t == target && *at <= now)
            .filter_map(|((.., resource), ())| self.link(target, resource))
            .filter(|link| link.resource_type == resource_type)
            .take(limit)
            .cloned()
            .collect()
    }

    pub(super) fn next_due(&self, target: &TargetId) -> Option<DateTime<Utc>> {
        let start = (target.clone(), DateTime::<Utc>::MIN_UTC, ResourceId::new(""));
        let ((first, at, _), ()) = self.due.range(start..).next()?;
        (first == target).then_some(*at)
    }

    pub(super) fn waiting(&self, target: &TargetId, resource: &ResourceId) -> Vec<ResourceId> {
        pairs(&self.waits, target, resource)
    }

    pub(super) fn counts(&self, target: &TargetId) -> LinkCounts {
        let mut counts = LinkCounts::default();
        self.of_target(target).for_each(|link| counts.add(link, self.waits(link)));
        counts
    }

    pub(super) fn troubled(&self, target: &TargetId, limit: usize) -> Vec<Link> {
        let troubled = |link: &&Link| link.failure.is_some() || self.waits(link);
        let mut links: Vec<_> = self.of_target(target).filter(troubled).cloned().collect();
        links.sort_by_key(|link| (link.changed_at.is_none(), link.changed_at, link.resource.clone()));
        links.truncate(limit);
        links
    }

    pub(super) fn attempts(
        &self,
        target: &TargetId,
        resource: Option<&ResourceId>,
        limit: usize,
    ) -> Vec<Attempt> {
        let first = (target.clone(), DateTime::<Utc>::MIN_UTC, 0);
        let last = (target.clone(), DateTime::<Utc>::MAX_UTC, u64::MAX);
        self.attempts
            .range(first..=last)
            .rev()
            .map(|(_, attempt)| attempt)
            .filter(|attempt| resource.is_none_or(|resource| attempt.resource == *resource))
            .take(limit)
            .cloned()
            .collect()
    }

    pub(super) fn write(&mut self, write: LedgerWrite) {
        match write {
            LedgerWrite::MarkDue { target, resource, resource_type, at, changed_at } => {
                let stored = self.link(&target, &resource).cloned();
                let link = stored.unwrap_or_else(|| new_link(target, resource, resource_type));
                self.mark_due(link, at, changed_at);
            }
            LedgerWrite::PutLink(link) => self.put_link(link, false),
            LedgerWrite::Settle(link) => self.put_link(link, true),
            LedgerWrite::SetWaiting { target, resource, on } => self.set_waiting(&target, &resource, on),
            LedgerWrite::Wake { target, on, at } => {
                for resource in pairs(&self.awaited, &target, &on) {
                    if let Some(link) = self.link(&target, &resource).cloned() {
                        self.mark_due(link, at, at);
                    }
                }
            }
            LedgerWrite::SetCursor { target, seq } => {
                let seq = seq.max(self.cursor(&target));
                self.cursors.put(target, seq);
            }
            LedgerWrite::Append(attempt) => {
                let number = self.appended.get(&()).copied().unwrap_or(0);
                self.appended.put((), number.wrapping_add(1));
                self.attempts.put((attempt.target.clone(), attempt.at, number), attempt);
            }
            LedgerWrite::PruneAttempts { target, keep, before } => {
                let first = (target.clone(), DateTime::<Utc>::MIN_UTC, 0);
                let last = (target, DateTime::<Utc>::MAX_UTC, u64::MAX);
                let rows = self.attempts.range(first..=last).rev().enumerate();
                let old = rows.filter(|(place, (_, attempt))| *place >= keep || attempt.at < before);
                let old: Vec<_> = old.map(|(_, (key, _))| key.clone()).collect();
                old.iter().for_each(|key| self.attempts.remove(key));
            }
        }
    }

    pub(super) fn keep(&mut self) {
        self.cursors.keep();
        self.links.keep();
        self.due.keep();
        self.waits.keep();
        self.awaited.keep();
        self.attempts.keep();
        self.appended.keep();
    }

    pub(super) fn undo(&mut self) {
        self.cursors.undo();
        self.links.undo();
        self.due.undo();
        self.waits.undo();
        self.awaited.undo();
        self.attempts.undo();
        self.appended.undo();
    }

    fn mark_due(&mut self, mut link: Link, at: DateTime<Utc>, changed_at: DateTime<Utc>) {
        link.mark = link.mark.saturating_add(1);
        link.due_at = Some(at);
        link.changed_at = link.changed_at.or(Some(changed_at));
        self.store(link);
    }

    fn put_link(&mut self, mut link: Link, settle: bool) {
        if let Some(stored) = self.link(&link.target, &link.resource)
            && !(settle && stored.mark == link.mark)
        {
            link.mark = stored.mark;
            link.due_at = stored.due_at;
            link.changed_at = stored.changed_at;
        }
        self.store(link);
    }

    fn store(&mut self, link: Link) {
        let key = (link.target.clone(), link.resource.clone());
        if let Some(at) = self.links.get(&key).and_then(|stored| stored.due_at) {
            self.due.remove(&(link.target.clone(), at, link.resource.clone()));
        }
        if let Some(at) = link.due_at {
            self.due.put((link.target.clone(), at, link.resource.clone()), ());
        }
        self.links.put(key, link);
    }

    fn set_waiting(&mut self, target: &TargetId, resource: &ResourceId, on: Vec<ResourceId>) {
        for old in self.waiting(target, resource) {
            self.waits.remove(&(target.clone(), resource.clone(), old.clone()));
            self.awaited.remove(&(target.clone(), old, resource.clone()));
        }
        for new in on {
            self.waits.put((target.clone(), resource.clone(), new.clone()), ());
            self.awaited.put((target.clone(), new, resource.clone()), ());
        }
    }

    fn of_target<'t>(&'t self, target: &'t TargetId) -> impl Iterator<Item = &'t Link> {
        let rows = self.links.range((target.clone(), ResourceId::new(""))..);
        rows.take_while(move |((t, _), _)| t == target).map(|(_, link)| link)
    }

    fn waits(&self, link: &Link) -> bool {
        !self.waiting(&link.target, &link.resource).is_empty()
    }
}

fn new_link(target: TargetId, resource: ResourceId, resource_type: String) -> Link {
    Link {
        target,
        resource,
        resource_type,
        state: LinkState::New,
        remote_id: None,
        confirmed: None,
        confirmed_seq: 0,
        mark: 0,
        due_at: None,
        changed_at: None,
        attempts: 0,
        failure: None,
    }
}

/// The third parts of the rows that begin with the other two.
fn pairs(
    table: &Table<(TargetId, ResourceId, ResourceId)>,
    target: &TargetId,
    first: &ResourceId,
) -> Vec<ResourceId> {
    table
        .range((target.clone(), first.clone(), ResourceId::new(""))..)
        .take_while(|((t, f, _), ())| t == target && f == first)
        .map(|((.., second), ())| second.clone())
        .collect()
}
