//! Answering a [`Query`], for implementers of stores: the rules exist once, whatever the store reads from.
//!
//! A store asks [`Scan`] what it needs, pushes the candidates it finds and takes the page:
//!
//! 1. [`Scan::is_listing`]: neither filter nor sort, so that the store can count and page by itself.
//! 2. [`Scan::lookup`]: an index answer that narrows the candidates; without one they are all of the type.
//! 3. For each candidate, in order of creation time, then id (decision D27): [`Scan::push`], with members and
//!    groups as far as [`Scan::members`] and [`Scan::groups`] ask for them.
//! 4. [`Scan::finish`].

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use rollbook_protocol::{GroupView, Lookup, MemberView, Meta, Predicate, Sort, SortKey, assemble};
use rollbook_schema::{JsonLimits, Resource, Value, parse_value};

use crate::contract::{GroupRef, MemberRow, Page, Query, Start, Stored};
use crate::error::StoreError;

/// The most resources that a query reads to test or sort them; more is [`StoreError::TooMany`].
pub const SCAN_LIMIT: usize = 100_000;

/// The most member and group edges that a query reads; more is [`StoreError::TooMany`] too.
pub const SCAN_EDGES: usize = 1_000_000;

/// One query being answered.
#[derive(Debug)]
pub struct Scan<'q> {
    query: &'q Query,
    predicate: Option<&'q Predicate>,
    lookup: Option<Lookup>,
    first: usize,
    end: usize,
    total: u64,
    read: usize,
    edges: usize,
    limit: usize,
    found: Found<'q>,
}

/// Which members a filter needs to see of each candidate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Members<'q> {
    /// None.
    None,
    /// Those of these values, as [`Resources::members_among`](crate::Resources::members_among) answers them: Entra
    /// asks for one member of one group at a time, however large the group.
    Among(&'q [String]),
    /// All of them.
    All,
}

#[derive(Debug)]
enum Found<'q> {
    InOrder(Vec<Stored>),
    Sorted(&'q Sort, Vec<(SortKey, Stored)>),
}

impl<'q> Scan<'q> {
    /// Starts to answer a query.
    #[must_use]
    pub fn new(query: &'q Query) -> Self {
        let predicate = query.predicate.as_deref();
        let lookup = predicate.and_then(Predicate::lookup);
        let exact = predicate.is_some_and(Predicate::exact);
        let first = match &query.start {
            Start::Index(index) => usize::try_from(index.saturating_sub(1)).unwrap_or(usize::MAX),
            Start::First | Start::After(_) | Start::Before(_) => 0,
        };
        Self {
            query,
            predicate: predicate.filter(|_| !exact),
            lookup,
            first,
            end: first.saturating_add(query.count),
            total: 0,
            read: 0,
            edges: 0,
            limit: SCAN_LIMIT,
            found: query
                .sort
                .as_ref()
                .filter(|_| query.count > 0)
                .map_or_else(|| Found::InOrder(Vec::new()), |sort| Found::Sorted(sort, Vec::new())),
        }
    }

    /// Sets the most resources that are read to test or sort them; [`SCAN_LIMIT`] unless set.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Whether the answer is every resource of the type in creation order: the store counts and pages by itself.
    #[must_use]
    pub const fn is_listing(&self) -> bool {
        self.query.predicate.is_none() && matches!(self.found, Found::InOrder(_))
    }

    /// What an index answers that narrows the candidates; `None`: push all resources of the type.
    ///
    /// The candidates of a [`Lookup::Key`] are those of the query's type with that key, of a [`Lookup::Id`] the one
    /// with that id if it is of the type, of a [`Lookup::Member`] the groups that hold that member value now.
    #[must_use]
    pub const fn lookup(&self) -> Option<&Lookup> {
        self.lookup.as_ref()
    }

    /// Whether the candidates' bodies are read at all; if not, a candidate costs next to nothing.
    #[must_use]
    pub const fn evaluates(&self) -> bool {
        self.predicate.is_some() || matches!(self.found, Found::Sorted(..))
    }

    /// Which members [`Scan::push`] needs of each candidate.
    #[must_use]
    pub fn members(&self) -> Members<'q> {
        match self.predicate.filter(|predicate| predicate.reads_members()) {
            Some(predicate) => predicate.asked_members().map_or(Members::All, Members::Among),
            None => Members::None,
        }
    }

    /// Whether [`Scan::push`] needs the groups of each candidate.
    #[must_use]
    pub fn groups(&self) -> bool {
        self.predicate.is_some_and(Predicate::reads_groups)
    }

    /// Takes a candidate; candidates must come in order of creation time, then id, each once.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooMany`] beyond the limit, [`StoreError::Backend`] when the stored body is not a JSON object.
    pub fn push(
        &mut self,
        stored: Stored,
        members: &[MemberRow],
        groups: &[GroupRef],
    ) -> Result<(), StoreError> {
        let place = usize::try_from(self.total).unwrap_or(usize::MAX);
        if !self.evaluates() {
            self.total += 1;
            if let Found::InOrder(found) = &mut self.found
                && (self.first..self.end).contains(&place)
            {
                found.push(stored);
            }
            return Ok(());
        }
        self.read += 1;
        self.edges = self.edges.saturating_add(members.len()).saturating_add(groups.len());
        if self.read > self.limit || self.edges > SCAN_EDGES {
            return Err(StoreError::TooMany { limit: self.limit });
        }
        let resource = whole(&stored, members, groups)?;
        if self.predicate.is_some_and(|predicate| !predicate.matches(&resource)) {
            return Ok(());
        }
        self.total += 1;
        match &mut self.found {
            Found::InOrder(found) if (self.first..self.end).contains(&place) => found.push(stored),
            Found::InOrder(_) => {}
            Found::Sorted(sort, found) => {
                found.push((sort.key(&resource), stored));
                if found.len() > self.end.saturating_mul(2).saturating_add(1_000) {
                    order(found);
                    found.truncate(self.end);
                }
            }
        }
        Ok(())
    }

    /// The answer.
    #[must_use]
    pub fn finish(self) -> Page {
        let items = match self.found {
            Found::InOrder(found) => found,
            Found::Sorted(_, mut found) => {
                order(&mut found);
                let page = found.into_iter().skip(self.first).take(self.query.count);
                page.map(|(_, stored)| stored).collect()
            }
        };
        Page { total: self.total, items, ..Page::default() }
    }
}

/// The order of results without `sortBy`: creation time, then id (decision D27).
#[must_use]
pub fn creation_order(a: &Stored, b: &Stored) -> Ordering {
    creation_key(a).cmp(&creation_key(b))
}

fn creation_key(stored: &Stored) -> (DateTime<Utc>, &str) {
    (stored.created, stored.id.as_str())
}

fn order(found: &mut [(SortKey, Stored)]) {
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| creation_order(x, y)));
}

/// The resource as filters and sorts see it; locations are left out, since a store does not know its address.
fn whole(stored: &Stored, members: &[MemberRow], groups: &[GroupRef]) -> Result<Resource, StoreError> {
    let meta = Meta {
        resource_type: &stored.resource_type,
        id: stored.id.as_str(),
        created: stored.created,
        modified: stored.modified,
        location: "",
        version: stored.version,
    };
    let members: Vec<_> = members.iter().map(member_view).collect();
    let groups: Vec<_> = groups.iter().map(group_view).collect();
    Ok(assemble(parse_body(&stored.body)?, &meta, Some(&members), Some(&groups)))
}

/// Reads a stored body; extensions that no schema knows are read too, since no filter can tell.
fn parse_body(body: &[u8]) -> Result<Resource, StoreError> {
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    match parse_value(body, &limits) {
        Ok(Value::Complex(complex)) => Ok(Resource::from(complex)),
        Ok(_) => Err(StoreError::Backend("a stored body is not a JSON object".into())),
        Err(error) => Err(StoreError::Backend(Box::new(error))),
    }
}

fn member_view(row: &MemberRow) -> MemberView<'_> {
    MemberView {
        value: &row.value,
        resource_type: row.resource_type.as_deref(),
        display: row.display.as_deref(),
        location: None,
    }
}

fn group_view(row: &GroupRef) -> GroupView<'_> {
    GroupView { value: row.id.as_str(), display: row.display.as_deref(), location: None }
}
