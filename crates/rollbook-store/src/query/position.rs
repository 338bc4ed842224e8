//! Places between the resources of an answer, from which cursors are made (RFC 9865).

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, Utc};
use rollbook_protocol::{Sort, SortKey};

use crate::contract::Stored;
use crate::error::StoreError;
use crate::ids::ResourceId;

/// The longest text of a position, in bytes; ids of up to 400 bytes keep to it whatever is sorted by.
pub const LONGEST_POSITION: usize = 2_500;

/// A place in the order of an answer: just before or just after a resource, whether that is still there or not.
///
/// Since it holds what the order goes by, creation time and id and in a sorted answer the sort key too, nothing that
/// is created, changed or deleted elsewhere moves it. Its text ([`fmt::Display`]) is what [`Page::next`] and
/// [`Page::previous`] hold.
///
/// [`Page::next`]: crate::Page::next
/// [`Page::previous`]: crate::Page::previous
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Position {
    key: Option<SortKey>,
    created: DateTime<Utc>,
    id: ResourceId,
    after: bool,
}

impl Position {
    /// The place just before a resource; `key` is its sort key in a sorted answer.
    #[must_use]
    pub fn before(stored: &Stored, key: Option<SortKey>) -> Self {
        Self { key, created: stored.created, id: stored.id.clone(), after: false }
    }

    /// The place just after a resource; `key` is its sort key in a sorted answer.
    #[must_use]
    pub fn after(stored: &Stored, key: Option<SortKey>) -> Self {
        Self { after: true, ..Self::before(stored, key) }
    }

    /// Reads the text of a position of an answer in this order; `None` is creation order.
    ///
    /// # Errors
    ///
    /// [`StoreError::InvalidPosition`] for what is none, or one of another order.
    pub fn parse(text: &str, sort: Option<&Sort>) -> Result<Self, StoreError> {
        Self::read(text, sort).filter(|it| it.to_string() == text).ok_or(StoreError::InvalidPosition)
    }

    /// The creation time of the resource.
    #[must_use]
    pub const fn created(&self) -> DateTime<Utc> {
        self.created
    }

    /// The id of the resource.
    #[must_use]
    pub const fn id(&self) -> &ResourceId {
        &self.id
    }

    /// The sort key of the resource; `None` in creation order.
    #[must_use]
    pub const fn key(&self) -> Option<&SortKey> {
        self.key.as_ref()
    }

    /// Whether the place is after the resource, not before it.
    #[must_use]
    pub const fn is_after(&self) -> bool {
        self.after
    }

    /// The SQL operator for what comes after this place: `(created, id) > (?, ?)`, or `>=`.
    #[must_use]
    pub const fn operator_up(&self) -> &'static str {
        if self.after { ">" } else { ">=" }
    }

    /// The SQL operator for what comes before this place: `(created, id) < (?, ?)`, or `<=`.
    #[must_use]
    pub const fn operator_down(&self) -> &'static str {
        if self.after { "<=" } else { "<" }
    }

    /// Whether this place comes after a resource; `key` is its sort key in a sorted answer.
    #[must_use]
    pub fn follows(&self, stored: &Stored, key: Option<&SortKey>) -> bool {
        let place = (stored.created, stored.id.as_str()).cmp(&(self.created, self.id.as_str()));
        match key.cmp(&self.key.as_ref()).then(place) {
            Ordering::Less => true,
            Ordering::Equal => self.after,
            Ordering::Greater => false,
        }
    }

    fn read(text: &str, sort: Option<&Sort>) -> Option<Self> {
        if text.len() > LONGEST_POSITION {
            return None;
        }
        let (after, rest) = match text.split_at_checked(1)? {
            (">", rest) => (true, rest),
            ("<", rest) => (false, rest),
            _ => return None,
        };
        let mut parts = rest.splitn(4, ' ');
        let (seconds, nanos) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let length = parts.next()?.parse().ok()?;
        let (id, key) = parts.next()?.split_at_checked(length)?;
        let key = match sort {
            Some(sort) => Some(sort.decode_key(key)?),
            None if key.is_empty() => None,
            None => return None,
        };
        // No id has a NUL, and some databases take none.
        let id = (!id.contains('\0')).then(|| ResourceId::new(id))?;
        Some(Self { key, created: DateTime::from_timestamp(seconds, nanos)?, id, after })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.after { '>' } else { '<' };
        let (seconds, nanos) = (self.created.timestamp(), self.created.timestamp_subsec_nanos());
        write!(f, "{side}{seconds} {nanos} {} {}", self.id.as_str().len(), self.id)?;
        self.key.as_ref().map_or(Ok(()), |key| f.write_str(&key.encode()))
    }
}
