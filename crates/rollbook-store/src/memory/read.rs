//! Reading resources, members and the change log.

use std::ops::Bound::{Excluded, Included, Unbounded};

use chrono::{DateTime, Utc};
use rollbook_protocol::Lookup;

use super::resources::{Record, ResourceTables};
use crate::contract::{Change, GroupRef, MemberChange, MemberRow, Page, Query, Seq, Stored};
use crate::error::StoreError;
use crate::ids::{DirectoryId, ResourceId};
use crate::query::{Listing, Members, Position, Read, SCAN_EDGES, Scan, creation_order};

impl ResourceTables {
    pub(super) fn record(&self, directory: &DirectoryId, id: &ResourceId) -> Option<&Record> {
        self.records.get(&(directory.clone(), id.clone()))
    }

    pub(super) fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Option<Stored> {
        self.record(directory, id).map(|record| record.stored.clone())
    }

    pub(super) fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        let mut scan = Scan::new(query)?;
        if scan.is_listing() {
            return self.list(directory, query);
        }
        let lookup = scan.lookup().cloned();
        let found = lookup.map(|lookup| self.look_up(directory, &query.resource_type, &lookup));
        match found {
            Some(found) => {
                found.into_iter().try_for_each(|stored| self.push(directory, &mut scan, stored))?
            }
            None => self
                .of_type(directory, &query.resource_type)
                .try_for_each(|stored| self.push(directory, &mut scan, stored))?,
        }
        Ok(scan.finish())
    }

    pub(super) fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Vec<MemberRow> {
        // No member value is empty, so that the empty one comes before all.
        let start = (directory.clone(), group.clone(), after.unwrap_or_default().to_owned());
        self.edges
            .range((Excluded(start), Unbounded))
            .take_while(|((d, g, _), _)| d == directory && g == group)
            .filter(|(_, edge)| edge.present)
            .map(|((_, _, value), edge)| self.row(directory, value, edge.seq))
            .take(limit)
            .collect()
    }

    pub(super) fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Vec<MemberRow> {
        let mut values: Vec<_> = values.iter().collect();
        values.sort_unstable();
        values.dedup();
        let edge = |value: &String| self.edges.get(&(directory.clone(), group.clone(), value.clone()));
        let present = |value| edge(value).filter(|edge| edge.present).map(|edge| (value, edge.seq));
        values.into_iter().filter_map(present).map(|(value, seq)| self.row(directory, value, seq)).collect()
    }

    pub(super) fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Vec<GroupRef> {
        let group = |id: &ResourceId| GroupRef {
            id: id.clone(),
            display: self.record(directory, id).and_then(|record| record.display.clone()),
        };
        self.holders_of(directory, id.as_str()).map(group).collect()
    }

    pub(super) fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Vec<MemberChange> {
        let start = (directory.clone(), group.clone(), after.saturating_add(1), String::new());
        self.edge_log
            .range(start..)
            .take_while(|((d, g, ..), ())| d == directory && g == group)
            .filter_map(|((_, _, seq, value), ())| {
                let edge = self.edges.get(&(directory.clone(), group.clone(), value.clone()))?;
                Some(MemberChange { value: value.clone(), present: edge.present, seq: *seq })
            })
            .take(limit)
            .collect()
    }

    pub(super) fn changes(&self, directory: &DirectoryId, after: Seq, limit: usize) -> Vec<Change> {
        self.log
            .range((directory.clone(), after.saturating_add(1))..)
            .take_while(|((d, _), _)| d == directory)
            .take(limit)
            .map(|(_, change)| change.clone())
            .collect()
    }

    pub(super) fn last_seq(&self, directory: &DirectoryId) -> Seq {
        self.seqs.get(directory).copied().unwrap_or(0)
    }

    /// The groups that hold a member value now, in order of their ids.
    pub(super) fn holders_of<'t>(
        &'t self,
        directory: &'t DirectoryId,
        value: &'t str,
    ) -> impl Iterator<Item = &'t ResourceId> {
        self.holders
            .range((directory.clone(), value.to_owned(), ResourceId::new(""))..)
            .take_while(move |((d, v, _), ())| d == directory && v == value)
            .map(|((_, _, group), ())| group)
    }

    /// All resources of a type, by their kept count and order.
    fn list(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        let listing = Listing::new(query)?;
        let resource_type = query.resource_type.as_str();
        let total = self.totals.get(&(directory.clone(), resource_type.to_owned())).copied().unwrap_or(0);
        let up = |from| self.places(directory, resource_type, from, None);
        let down = |to| self.places(directory, resource_type, None, to).rev();
        let (ids, beyond): (Vec<_>, _) = match listing.read() {
            Read::Skip { skip, limit } => {
                let skip = usize::try_from(skip).unwrap_or(usize::MAX);
                (up(None).skip(skip).take(limit).collect(), false)
            }
            Read::Up { from, limit } => {
                (up(from).take(limit).collect(), from.is_some() && down(from).next().is_some())
            }
            Read::Down { from, limit } => {
                (down(Some(from)).take(limit).collect(), up(Some(from)).next().is_some())
            }
        };
        let rows = ids.into_iter().filter_map(|id| self.get(directory, id)).collect();
        Ok(listing.page(total, rows, beyond))
    }

    fn of_type<'t>(
        &'t self,
        directory: &'t DirectoryId,
        resource_type: &'t str,
    ) -> impl Iterator<Item = &'t Stored> {
        self.places(directory, resource_type, None, None)
            .filter_map(|id| self.record(directory, id))
            .map(|record| &record.stored)
    }

    /// The ids of a type between two places, in creation order.
    fn places<'t>(
        &'t self,
        directory: &DirectoryId,
        resource_type: &str,
        from: Option<&Position>,
        to: Option<&Position>,
    ) -> impl DoubleEndedIterator<Item = &'t ResourceId> + use<'t> {
        let key = |created, id| (directory.clone(), resource_type.to_owned(), created, id);
        let of = |position: &Position| key(position.created(), position.id().clone());
        let from = match from {
            None => Included(key(DateTime::<Utc>::MIN_UTC, ResourceId::new(""))),
            Some(from) if from.is_after() => Excluded(of(from)),
            Some(from) => Included(of(from)),
        };
        let to = match to {
            // No type's name is followed by one that a NUL is added to.
            None => Excluded((
                directory.clone(),
                format!("{resource_type}\0"),
                DateTime::<Utc>::MIN_UTC,
                ResourceId::new(""),
            )),
            Some(to) if to.is_after() => Included(of(to)),
            Some(to) => Excluded(of(to)),
        };
        self.order.range((from, to)).map(|((.., id), ())| id)
    }

    /// What an index answers, in creation order.
    fn look_up(&self, directory: &DirectoryId, resource_type: &str, lookup: &Lookup) -> Vec<&Stored> {
        let ids = match lookup {
            Lookup::Id(id) => vec![ResourceId::new(id.as_str())],
            Lookup::Key { attribute, value } => self.with_key(directory, resource_type, attribute, value),
            Lookup::Member(value) => self.holders_of(directory, value).cloned().collect(),
        };
        let records = ids.iter().filter_map(|id| self.record(directory, id));
        let mut found: Vec<_> =
            records.map(|record| &record.stored).filter(|s| s.resource_type == resource_type).collect();
        found.sort_by(|a, b| creation_order(a, b));
        found
    }

    fn with_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        value: &str,
    ) -> Vec<ResourceId> {
        let rows = self.key_rows(directory, resource_type, attribute, value);
        rows.map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Vec<(String, ResourceId)> {
        let mut values: Vec<_> = values.iter().collect();
        values.sort_unstable();
        values.dedup();
        let pairs = values.into_iter().flat_map(|value| {
            let rows = self.key_rows(directory, resource_type, attribute, value);
            rows.map(|(id, _)| (value.clone(), id.clone()))
        });
        pairs.collect()
    }

    /// Who holds a key, and whether it is a unique one there.
    pub(super) fn key_rows<'t>(
        &'t self,
        directory: &'t DirectoryId,
        resource_type: &'t str,
        attribute: &'t str,
        value: &'t str,
    ) -> impl Iterator<Item = (&'t ResourceId, bool)> {
        let start = (
            directory.clone(),
            resource_type.to_owned(),
            attribute.to_owned(),
            value.to_owned(),
            ResourceId::new(""),
        );
        self.keys
            .range(start..)
            .take_while(move |((d, t, a, v, _), _)| {
                d == directory && t == resource_type && a == attribute && v == value
            })
            .map(|((.., id), unique)| (id, *unique))
    }

    fn push(&self, directory: &DirectoryId, scan: &mut Scan<'_>, stored: &Stored) -> Result<(), StoreError> {
        let members = match scan.members() {
            Members::None => Vec::new(),
            Members::Among(values) => self.members_among(directory, &stored.id, values),
            Members::All => self.members(directory, &stored.id, None, SCAN_EDGES.saturating_add(1)),
        };
        let groups = if scan.groups() { self.groups_of(directory, &stored.id) } else { Vec::new() };
        scan.push(stored.clone(), &members, &groups)
    }

    fn row(&self, directory: &DirectoryId, value: &str, seq: Seq) -> MemberRow {
        let member = self.record(directory, &ResourceId::new(value));
        MemberRow {
            value: value.to_owned(),
            resource_type: member.map(|member| member.stored.resource_type.clone()),
            display: member.and_then(|member| member.display.clone()),
            seq,
        }
    }
}
