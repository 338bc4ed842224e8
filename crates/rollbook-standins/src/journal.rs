//! What a stand-in was asked.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use tokio::time::Instant;

/// How many requests are kept.
const KEPT: usize = 1000;

/// How many requests of each kind came in, those that were refused too.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts(BTreeMap<String, u64>);

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// Path and query, as sent.
    pub uri: Uri,
    /// The header fields; the credential is among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A write that was done, told the moment it was; its answer may be lost all the same.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: Method,
    /// `User` or `Group`.
    pub resource_type: &'static str,
    /// The id here.
    pub id: String,
    /// When it was done.
    pub at: Instant,
}

/// All requests, counted; the last ones, whole.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) counts: Counts,
    pub(crate) seen: VecDeque<Seen>,
}

impl Counts {
    /// How many requests of a kind there were: `POST /Users`, `GET /Users`, `GET /Users?filter`, `PATCH /Groups/{id}`.
    #[must_use]
    pub fn of(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or_default()
    }

    /// How many requests of all kinds there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// The kinds and their numbers, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(kind, count)| (kind.as_str(), *count))
    }
}

impl Journal {
    pub(crate) fn record(&mut self, seen: Seen) {
        *self.counts.0.entry(kind(&seen)).or_default() += 1;
        if self.seen.len() >= KEPT {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }
}

fn kind(seen: &Seen) -> String {
    let mut segments = seen.uri.path().trim_matches('/').split('/');
    let endpoint = segments.next().unwrap_or_default();
    let filtered =
        seen.uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("filter=")));
    let rest = match segments.next() {
        Some(_) => "/{id}",
        None if filtered => "?filter",
        None => "",
    };
    format!("{} /{endpoint}{rest}", seen.method)
}
