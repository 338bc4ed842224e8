//! Answering a [`Query`], for implementers of stores: the rules exist once, whatever the store reads from.
//!
//! A store asks [`Scan`] what it needs, pushes the candidates it finds and takes the page:
//!
//! 1. [`Scan::is_listing`]: neither filter nor sort. A store that keeps a count and an index over (created, id) answers
//!    these itself, with [`Listing`]; another one goes on.
//! 2. [`Scan::lookup`]: an index answer that narrows the candidates; without one they are all of the type.
//! 3. For each candidate, in order of creation time, then id (decision D27): [`Scan::push`], with members and
//!    groups as far as [`Scan::members`] and [`Scan::groups`] ask for them.
//! 4. [`Scan::finish`].
//!
//! Pages that begin at a [`Position`] ([`Start::After`](crate::Start), [`Start::Before`](crate::Start)) come out of both
//! ways: the position holds creation time and id of a resource, and its sort key in a sorted answer, so that it
//! stays a place in the order when that resource changes or goes.

mod listing;
mod position;

use std::cmp::Ordering;
use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use rollbook_protocol::{GroupView, Lookup, MemberView, Predicate, Sort, SortKey, assemble};
use rollbook_schema::{JsonLimits, Resource, Value, parse_value};

use crate::contract::{GroupRef, MemberRow, Page, Query, Stored};
use crate::error::StoreError;
use listing::Window;
pub use listing::{Listing, Read};
pub use position::{LONGEST_POSITION, Position};

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
    sort: Option<&'q Sort>,
    window: Window,
    /// How many match before the position, and how many after it; without one all are after it.
    before: u64,
    after: u64,
    read: usize,
    edges: usize,
    limit: usize,
    found: VecDeque<(Option<SortKey>, Stored)>,
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

impl<'q> Scan<'q> {
    /// Starts to answer a query.
    ///
    /// # Errors
    ///
    /// [`StoreError::InvalidPosition`].
    pub fn new(query: &'q Query) -> Result<Self, StoreError> {
        let predicate = query.predicate.as_deref();
        let lookup = predicate.and_then(Predicate::lookup);
        let exact = predicate.is_some_and(Predicate::exact);
        Ok(Self {
            query,
            predicate: predicate.filter(|_| !exact),
            lookup,
            // A total needs no order.
            sort: query.sort.as_ref().filter(|_| query.count > 0),
            window: Window::new(query)?,
            before: 0,
            after: 0,
            read: 0,
            edges: 0,
            limit: SCAN_LIMIT,
            found: VecDeque::new(),
        })
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
        self.query.predicate.is_none() && self.sort.is_none()
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
        self.predicate.is_some() || self.sort.is_some()
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
        let mut key = None;
        if self.evaluates() {
            self.read += 1;
            self.edges = self.edges.saturating_add(members.len()).saturating_add(groups.len());
            if self.read > self.limit || self.edges > SCAN_EDGES {
                return Err(StoreError::TooMany { limit: self.limit });
            }
            let resource = whole(&stored, members, groups)?;
            if self.predicate.is_some_and(|predicate| !predicate.matches(&resource)) {
                return Ok(());
            }
            key = self.sort.map(|sort| sort.key(&resource));
        }
        let before = match &self.window {
            Window::Up(Some(from)) | Window::Down(from) => from.follows(&stored, key.as_ref()),
            Window::Index(_) | Window::Up(None) => false,
        };
        *(if before { &mut self.before } else { &mut self.after }) += 1;
        if self.query.count > 0 && before == matches!(self.window, Window::Down(_)) {
            self.keep(key, stored);
        }
        Ok(())
    }

    /// The answer.
    #[must_use]
    pub fn finish(mut self) -> Page {
        let total = self.before + self.after;
        self.trim();
        let found = self.found.len();
        let more = |count: u64| count > u64::try_from(found).unwrap_or(u64::MAX);
        let (before, after, gap) = match self.window {
            Window::Index(skip) => {
                let skip = if self.sort.is_some() { usize::try_from(skip).unwrap_or(usize::MAX) } else { 0 };
                let items = self.found.into_iter().skip(skip).map(|(_, stored)| stored).collect();
                return Page { total, items, ..Page::default() };
            }
            _ if self.query.count == 0 => return Page { total, ..Page::default() },
            Window::Up(from) => (self.before > 0, more(self.after), from),
            Window::Down(from) => (more(self.before), self.after > 0, Some(from)),
        };
        let first = self.found.front().map(|(key, stored)| Position::before(stored, key.clone()));
        let last = self.found.back().map(|(key, stored)| Position::after(stored, key.clone()));
        // A page that is empty lies at its own position.
        let text = |wanted: bool, end: Option<Position>| {
            end.or_else(|| gap.clone()).filter(|_| wanted).map(|position| position.to_string())
        };
        let (next, previous) = (text(after, last), text(before, first));
        let items = self.found.into_iter().map(|(_, stored)| stored).collect();
        Page { total, items, next, previous }
    }

    /// Keeps what may be on the page.
    fn keep(&mut self, key: Option<SortKey>, stored: Stored) {
        if self.sort.is_some() {
            self.found.push_back((key, stored));
            if self.found.len() > self.most().saturating_mul(2).saturating_add(1_000) {
                self.trim();
            }
            return;
        }
        match &self.window {
            Window::Index(skip) if self.after <= *skip => return,
            Window::Down(_) if self.found.len() == self.query.count => drop(self.found.pop_front()),
            _ if self.found.len() == self.query.count => return,
            _ => {}
        }
        self.found.push_back((key, stored));
    }

    /// How many sorted ones must be kept.
    fn most(&self) -> usize {
        match &self.window {
            Window::Index(skip) => {
                usize::try_from(*skip).unwrap_or(usize::MAX).saturating_add(self.query.count)
            }
            Window::Up(_) | Window::Down(_) => self.query.count,
        }
    }

    /// Drops the sorted ones that are not on the page.
    fn trim(&mut self) {
        if self.sort.is_none() {
            return;
        }
        let most = self.most();
        let found = self.found.make_contiguous();
        found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| creation_order(x, y)));
        match &self.window {
            Window::Down(_) => drop(self.found.drain(..self.found.len().saturating_sub(most))),
            Window::Index(_) | Window::Up(_) => self.found.truncate(most),
        }
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

/// The resource as filters and sorts see it; locations are left out, since a store does not know its address.
fn whole(stored: &Stored, members: &[MemberRow], groups: &[GroupRef]) -> Result<Resource, StoreError> {
    let meta = stored.meta("");
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
