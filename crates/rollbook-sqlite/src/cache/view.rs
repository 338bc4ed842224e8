//! What is kept of one directory, at one moment.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rollbook_store::{DirectoryId, ResourceId, Stored};

use super::{Cache, Entry, Moment, Name, Span, Total, Value};

/// What is kept of one directory, at one moment.
///
/// What is found through it, and read from the database meanwhile, is all of one state of the database, if
/// [`View::holds`] says so afterwards. Otherwise it must not be used: a resource may have changed or gone since it was
/// found by something else.
///
/// Where [`View::is_quiet`] says no, a commit may come to be in the middle, so that the database must be read by one
/// statement, or in one transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'c> {
    cache: &'c Cache,
    directory: &'c DirectoryId,
    moment: Moment,
}

impl<'c> View<'c> {
    pub(super) fn new(cache: &'c Cache, directory: &'c DirectoryId) -> Self {
        Self { cache, directory, moment: cache.moment() }
    }

    /// Whether no commit was on its way when the view began.
    pub(crate) const fn is_quiet(self) -> bool {
        self.moment.is_quiet()
    }

    /// Whether all that was read since the view began is of one state of the database.
    pub(crate) fn holds(self) -> bool {
        self.cache.is_still(self.moment)
    }

    /// A resource, if it is kept.
    pub(crate) fn resource(self, id: &str) -> Option<Stored> {
        let found = self.cache.find(Name::Resource(self.directory, id), 0, |entry| match entry {
            Entry::Resource(_, stored) => Some(stored.clone()),
            _ => None,
        });
        found.ok()
    }

    /// The resources of a type that hold a value, if they are kept.
    pub(crate) fn holders(
        self,
        resource_type: &str,
        attribute: &str,
        value: &str,
    ) -> Option<Arc<[ResourceId]>> {
        let name = Name::Holders(self.directory, resource_type, attribute, value);
        let found = self.cache.find(name, 0, |entry| match entry {
            Entry::Holders(_, ids) => Some(Arc::clone(ids)),
            _ => None,
        });
        found.ok()
    }

    /// How many resources of a type there are, if it is kept.
    pub(crate) fn total(self, resource_type: &str) -> Option<Total> {
        let found = self.cache.find(Name::Total(self.directory, resource_type), 0, |entry| match entry {
            Entry::Total(_, _, total) => Some(*total),
            _ => None,
        });
        found.ok()
    }

    /// The ids of a part of a list ([`Total::list`]) and whether there is more on the other side, if they are kept.
    pub(crate) fn span(
        self,
        list: u64,
        resource_type: &str,
        part: &str,
    ) -> Option<(Arc<[ResourceId]>, bool)> {
        let name = Name::Span(self.directory, resource_type, part);
        let found = self.cache.find(name, 0, |entry| match entry {
            Entry::Span(span) if span.list == list => Some((Arc::clone(&span.ids), span.beyond)),
            _ => None,
        });
        found.ok()
    }

    /// Keeps a resource that was read since the view began, if that is still as it was.
    pub(crate) fn keep_resource(self, stored: &Stored) {
        self.cache.keep(self.moment, Entry::Resource(self.directory.clone(), stored.clone()));
    }

    /// Keeps which resources of a type hold a value.
    pub(crate) fn keep_holders(
        self,
        resource_type: &str,
        attribute: &str,
        value: &str,
        ids: impl Iterator<Item = ResourceId>,
    ) {
        let directory = self.directory.clone();
        let (resource_type, attribute, value) = (resource_type.into(), attribute.into(), value.into());
        let value = Value { directory, resource_type, attribute, value };
        self.cache.keep(self.moment, Entry::Holders(value, ids.collect()));
    }

    /// Keeps how many resources of a type there are.
    pub(crate) fn keep_total(self, resource_type: &str, live: u64) -> Total {
        let total = Total { live, list: self.cache.lists.fetch_add(1, Ordering::Relaxed) };
        self.cache.keep(self.moment, Entry::Total(self.directory.clone(), resource_type.into(), total));
        total
    }

    /// Keeps a part of a list.
    pub(crate) fn keep_span(
        self,
        list: u64,
        resource_type: &str,
        part: &str,
        ids: impl Iterator<Item = ResourceId>,
        beyond: bool,
    ) {
        let (directory, resource_type) = (self.directory.clone(), resource_type.into());
        let span = Span { directory, resource_type, part: part.into(), list, ids: ids.collect(), beyond };
        self.cache.keep(self.moment, Entry::Span(Box::new(span)));
    }
}
