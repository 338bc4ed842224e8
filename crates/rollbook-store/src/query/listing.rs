//! Answering a listing, for stores that keep creation order in an index.

use super::position::Position;
use crate::contract::{Page, Query, Start, Stored};
use crate::error::StoreError;

/// How a listing is read: all resources of a type in creation order, without filter and sort.
///
/// A store that can begin anywhere in (created, id) order reads what [`Listing::read`] says, finds out
/// [whether there is more on the other side](Listing::page), and hands both over for the page:
///
/// ```
/// use rollbook_store::query::{Listing, Position, Read};
/// use rollbook_store::{Page, Query, StoreError, Stored};
///
/// // `all` stands for an index over (created, id); the comments show what a SQL store asks of it.
/// fn list(all: &[Stored], query: &Query) -> Result<Page, StoreError> {
///     let listing = Listing::new(query)?;
///     let split = |from: &Position| all.split_at(all.partition_point(|row| from.follows(row, None)));
///     let (rows, beyond) = match listing.read() {
///         // ORDER BY created, id LIMIT {limit} OFFSET {skip}
///         Read::Skip { skip, limit } => {
///             let skip = usize::try_from(skip).unwrap_or(usize::MAX);
///             (all.iter().skip(skip).take(limit).cloned().collect(), false)
///         }
///         Read::Up { from: None, limit } => (all.iter().take(limit).cloned().collect(), false),
///         // WHERE (created, id) {from.operator_up()} (?, ?) ORDER BY created, id LIMIT {limit}
///         Read::Up { from: Some(from), limit } => {
///             let (before, after) = split(from);
///             (after.iter().take(limit).cloned().collect(), !before.is_empty())
///         }
///         // WHERE (created, id) {from.operator_down()} (?, ?) ORDER BY created DESC, id DESC LIMIT {limit}
///         Read::Down { from, limit } => {
///             let (before, after) = split(from);
///             (before.iter().rev().take(limit).cloned().collect(), !after.is_empty())
///         }
///     };
///     Ok(listing.page(all.len() as u64, rows, beyond))
/// }
/// ```
#[derive(Debug)]
pub struct Listing {
    count: usize,
    window: Window,
}

/// Which rows a store reads for a listing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Read<'l> {
    /// `limit` rows after the first `skip`, in (created, id) order.
    Skip {
        /// How many come before the page.
        skip: u64,
        /// How many to read at most.
        limit: usize,
    },
    /// The first `limit` rows after a place, in (created, id) order.
    Up {
        /// The place; `None` for the beginning.
        from: Option<&'l Position>,
        /// How many to read at most: one more than the page, to know whether it is the last.
        limit: usize,
    },
    /// The last `limit` rows before a place, in falling (created, id) order.
    Down {
        /// The place.
        from: &'l Position,
        /// How many to read at most: one more than the page, to know whether it is the first.
        limit: usize,
    },
}

/// Which part of an answer is the page.
#[derive(Clone, Debug)]
pub(super) enum Window {
    Index(u64),
    Up(Option<Position>),
    Down(Position),
}

impl Window {
    pub(super) fn new(query: &Query) -> Result<Self, StoreError> {
        let position = |text: &str| Position::parse(text, query.sort.as_ref());
        Ok(match &query.start {
            Start::Index(index) => Self::Index(index.saturating_sub(1)),
            Start::First => Self::Up(None),
            Start::After(text) => Self::Up(Some(position(text)?)),
            Start::Before(text) => Self::Down(position(text)?),
        })
    }
}

impl Listing {
    /// Reads where the page of a query begins; its filter and sort are for [`Scan`](super::Scan).
    ///
    /// # Errors
    ///
    /// [`StoreError::InvalidPosition`].
    pub fn new(query: &Query) -> Result<Self, StoreError> {
        let window = Window::new(query)?;
        let window = if query.count == 0 { Window::Index(0) } else { window };
        Ok(Self { count: query.count, window })
    }

    /// Which rows to read.
    #[must_use]
    pub const fn read(&self) -> Read<'_> {
        let more = self.count.saturating_add(1);
        match &self.window {
            Window::Index(skip) => Read::Skip { skip: *skip, limit: self.count },
            Window::Up(from) => Read::Up { from: from.as_ref(), limit: more },
            Window::Down(from) => Read::Down { from, limit: more },
        }
    }

    /// The page of the rows that were read, in the order in which they were read.
    ///
    /// `beyond` tells whether any row is on the other side of the place: before it for [`Read::Up`], after it for
    /// [`Read::Down`]; without a place it does not matter.
    #[must_use]
    pub fn page(self, total: u64, mut rows: Vec<Stored>, beyond: bool) -> Page {
        let more = rows.len() > self.count;
        rows.truncate(self.count);
        let (before, after, gap) = match self.window {
            Window::Index(_) => return Page { total, items: rows, ..Page::default() },
            Window::Up(from) => (from.is_some() && beyond, more, from),
            Window::Down(from) => {
                rows.reverse();
                (more, beyond, Some(from))
            }
        };
        let first = rows.first().map(|row| Position::before(row, None));
        let last = rows.last().map(|row| Position::after(row, None));
        let text = |wanted: bool, end: Option<Position>| {
            end.or_else(|| gap.clone()).filter(|_| wanted).map(|position| position.to_string())
        };
        let (next, previous) = (text(after, last), text(before, first));
        Page { total, items: rows, next, previous }
    }
}
