//! Queries: from memory as far as it goes, else by a few reads on the calling thread, else on one that may block.

use std::sync::Arc;

use rollbook_protocol::Lookup;
use rollbook_store::query::{Members, Scan, creation_order};
use rollbook_store::{DirectoryId, Page, Query, ResourceId, StoreError, Stored};

use super::SqliteStore;
use crate::cache::View;
use crate::db::Db;
use crate::read::query::{self, Effort, FEW};

/// The longest page that is read on the calling thread: for about as long as handing it over takes where it is kept in
/// memory, and some times that where it is not.
pub(super) const SHORT: usize = 100;

/// An answer that was made on the calling thread; `None` when it takes more than that.
type Kept<T> = Result<Option<T>, StoreError>;

impl SqliteStore {
    pub(super) async fn answer(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        let scan = Scan::new(query)?;
        let effort = query::effort(&scan);
        let Some(number) = self.number(directory)? else { return Ok(scan.finish()) };
        let page = match effort {
            Effort::Few => self.few(directory, number, query, scan)?,
            Effort::List if query.count <= SHORT => self.short_list(directory, number, query)?,
            Effort::List | Effort::Narrow | Effort::Wide => None,
        };
        if let Some(page) = page {
            return Ok(page);
        }
        let query = query.clone();
        match effort {
            Effort::List => {
                let (cache, directory) = (Arc::clone(&self.cache), directory.clone());
                let read = move |db: Db<'_>| {
                    if let Some(view) = cache.view(&directory) {
                        let page = query::kept_page(db, number, &query, view)?;
                        if view.holds() {
                            return Ok(page);
                        }
                    }
                    query::query(db, number, &query)
                };
                self.pool.page(read).await
            }
            Effort::Few | Effort::Narrow => self.pool.page(move |db| query::query(db, number, &query)).await,
            Effort::Wide => self.pool.scan(move |db| query::query(db, number, &query)).await,
        }
    }

    /// Answers a query whose index answer is short; `None` when it is longer than it seemed.
    fn few(&self, directory: &DirectoryId, number: i64, query: &Query, scan: Scan<'_>) -> Kept<Page> {
        // Without members, it is one statement, which sees one state of the database by itself.
        let one = scan.members() == Members::None;
        if one
            && let Some(view) = self.cache.view(directory)
            && let Some(page) = self.kept_few(directory, number, query, scan, view)?
        {
            return Ok(Some(page));
        }
        let read = |db: Db<'_>| query::few(db, number, query);
        self.pool.point(|db| if one { read(db) } else { db.snapshot(read) })
    }

    /// Answers a query by what is kept of keys, groups and resources, reading what is missing. `None` when a commit came
    /// in between, or when the index answer is long.
    ///
    /// What a key leads to and the resources are kept apart, and may be of different states of the database: the page is
    /// one only if the view holds in the end.
    fn kept_few(
        &self,
        directory: &DirectoryId,
        number: i64,
        query: &Query,
        mut scan: Scan<'_>,
        view: View<'_>,
    ) -> Kept<Page> {
        let resource_type = &*query.resource_type;
        let found = match scan.lookup() {
            None => None,
            Some(Lookup::Id(id)) => self.kept_rows(directory, view, [&ResourceId::new(id.as_str())])?,
            Some(Lookup::Key { attribute, value }) => match view.holders(resource_type, attribute, value) {
                Some(ids) => self.kept_rows(directory, view, ids.iter())?,
                None => {
                    let read = |db: Db<'_>| query::holders(db, number, resource_type, attribute, value);
                    let found = self.pool.point(read)?;
                    if let Some(found) = &found {
                        let ids = found.iter().map(|stored| stored.id.clone());
                        view.keep_holders(resource_type, attribute, value, ids);
                        found.iter().for_each(|stored| view.keep_resource(stored));
                    }
                    found
                }
            },
            Some(Lookup::Member(member)) => {
                // Two reads, where a commit may come in between.
                let groups = self.cached_groups(directory, &ResourceId::new(member.as_str()))?;
                self.kept_rows(directory, view, groups.iter().map(|group| &group.id))?
            }
        };
        let Some(mut found) = found else { return Ok(None) };
        found.retain(|stored| stored.resource_type == resource_type);
        found.sort_by(creation_order);
        for stored in found {
            scan.push(stored, &[], &[])?;
        }
        Ok(Some(scan.finish()).filter(|_| view.holds()))
    }

    /// The resources of a short list of ids, as far as they are there; `None` when it is long, or when they must be read
    /// while a commit is on its way: statement by statement, that may be in some and not in others.
    fn kept_rows<'i>(
        &self,
        directory: &DirectoryId,
        view: View<'_>,
        ids: impl IntoIterator<Item = &'i ResourceId>,
    ) -> Kept<Vec<Stored>> {
        let mut rows = Vec::new();
        for (place, id) in ids.into_iter().enumerate() {
            let row = match view.resource(id.as_str()) {
                Some(stored) => Some(stored),
                None if view.is_quiet() => self.cached_resource(directory, id)?,
                None => return Ok(None),
            };
            if place == FEW {
                return Ok(None);
            }
            rows.extend(row);
        }
        Ok(Some(rows))
    }

    /// A short page of a list; `None` when a commit came in between, or nothing is kept at all.
    fn short_list(&self, directory: &DirectoryId, number: i64, query: &Query) -> Kept<Page> {
        let Some(view) = self.cache.view(directory) else { return Ok(None) };
        let read = |db: Db<'_>| query::kept_page(db, number, query, view);
        let page = self.pool.point(|db| if view.is_quiet() { read(db) } else { db.snapshot(read) })?;
        Ok(Some(page).filter(|_| view.holds()))
    }
}

#[cfg(test)]
mod tests;
