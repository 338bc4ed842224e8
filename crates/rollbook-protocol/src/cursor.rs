//! Cursors: where the next page of an answer begins (RFC 9865).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{ScimError, ScimType};
use crate::params::SearchParams;

/// The form of the token; another one is refused, so that a server may change it.
const VERSION: u8 = 1;

/// The bytes before the position: version, flags, count, time.
const HEAD: usize = 1 + 1 + 8 + 8;

/// The bytes of the checksum at the end.
const TAG: usize = 16;

/// The longest token that is read, in bytes.
const LONGEST: usize = 4_096;

const BACKWARD: u8 = 1;
const COUNTED: u8 = 2;

/// Where a page of an answer begins, as an opaque token (RFC 9865 §2).
///
/// The token is unreserved characters of RFC 3986 only. It is bound to the query that it came with: one of another
/// filter, order, endpoint or choice of attributes is refused, and so is one that was changed. It grants nothing: who
/// may read what is checked for each page anew (RFC 9865 §5.2).
///
/// ```
/// use rollbook_protocol::{Cursor, Fingerprint, SearchParams};
///
/// let query = SearchParams::from_query(Some("filter=userName%20sw%20%22j%22&cursor&count=10")).unwrap();
/// let query = Fingerprint::new("acme/Users", &query);
/// let cursor = Cursor { position: "2819c223".into(), backward: false, count: Some(10), issued: 1_700_000_000 };
/// assert_eq!(Cursor::decode(&cursor.encode(&query), &query).unwrap(), cursor);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor {
    /// Where the page begins, in the store's own words; up to 2,500 bytes.
    pub position: String,
    /// Whether the page is the one before the position, for `previousCursor`.
    pub backward: bool,
    /// The `count` of the first query, which the others must repeat (RFC 9865 §2.1).
    pub count: Option<u64>,
    /// When the cursor was made, in seconds since 1970.
    pub issued: i64,
}

/// What a cursor is bound to: an endpoint and a query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Takes the fingerprint of a query at an endpoint.
    ///
    /// `scope` names the directory and the endpoint, as in `acme/Users`. A secret in it makes cursors unforgeable;
    /// without one a client that knows this code can make a cursor, which shows it nothing that it may not read.
    /// `cursor`, `count` and `startIndex` do not count; a filter in which only the case of names differs is the same.
    #[must_use]
    pub fn new(scope: &str, query: &SearchParams) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: Option<&str>| match text {
            // The length in front keeps one part from running into the next.
            Some(text) => {
                hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(text.as_bytes());
            }
            None => hash.update(u64::MAX.to_be_bytes()),
        };
        let lower = |text: &Option<String>| text.as_deref().map(str::to_ascii_lowercase);
        part(Some(scope));
        part(query.filter.as_deref().map(lower_outside_quotes).as_deref());
        part(lower(&query.sort_by).as_deref());
        part(Some(if query.descending { "descending" } else { "ascending" }));
        part(lower(&query.attributes).as_deref());
        part(lower(&query.excluded_attributes).as_deref());
        Self(hash.finalize().into())
    }
}

impl Cursor {
    /// Returns the token for an answer to the query.
    #[must_use]
    pub fn encode(&self, query: &Fingerprint) -> String {
        let mut bytes = Vec::with_capacity(HEAD + self.position.len() + TAG);
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        bytes.push(VERSION);
        bytes.push(flag(self.backward, BACKWARD) | flag(self.count.is_some(), COUNTED));
        bytes.extend_from_slice(&self.count.unwrap_or_default().to_be_bytes());
        bytes.extend_from_slice(&self.issued.to_be_bytes());
        bytes.extend_from_slice(self.position.as_bytes());
        let tag = tag(&bytes, query);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token that came with the query.
    ///
    /// # Errors
    ///
    /// 400 `invalidCursor` for what is no token, was changed, or belongs to another query (RFC 9865 §2.1); the errors do
    /// not differ, so that they tell nothing.
    pub fn decode(token: &str, query: &Fingerprint) -> Result<Self, ScimError> {
        Self::read(token, query).ok_or_else(|| {
            ScimError::bad_request(
                ScimType::InvalidCursor,
                "the cursor does not belong to this query; repeat the query that gave it, or send an empty cursor",
            )
        })
    }

    /// Checks that the query repeats the `count` of the first one.
    ///
    /// # Errors
    ///
    /// 400 `invalidCount` where it does not (RFC 9865 §2.1).
    pub fn check_count(&self, count: Option<u64>) -> Result<(), ScimError> {
        if self.count == count {
            return Ok(());
        }
        let first = self.count.map_or_else(|| "no `count`".to_owned(), |count| format!("`count={count}`"));
        let detail = format!("`count` must be that of the first query, which had {first}");
        Err(ScimError::bad_request(ScimType::InvalidCount, detail))
    }

    /// Checks that the cursor is not older than `timeout` seconds; `now` is in seconds since 1970.
    ///
    /// # Errors
    ///
    /// 400 `expiredCursor` where it is (RFC 9865 §2.1).
    pub fn check_age(&self, now: i64, timeout: u64) -> Result<(), ScimError> {
        let age = now.saturating_sub(self.issued);
        if u64::try_from(age).is_ok_and(|age| age > timeout) {
            let detail =
                format!("the cursor is older than {timeout} seconds; send an empty cursor to begin again");
            return Err(ScimError::bad_request(ScimType::ExpiredCursor, detail));
        }
        Ok(())
    }

    fn read(token: &str, query: &Fingerprint) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, found) = bytes.split_last_chunk::<TAG>()?;
        if tag(payload, query) != *found {
            return None;
        }
        let ([version, flags], rest) = payload.split_first_chunk()?;
        let (count, rest) = rest.split_first_chunk()?;
        let (issued, position) = rest.split_first_chunk()?;
        if *version != VERSION || flags & !(BACKWARD | COUNTED) != 0 {
            return None;
        }
        Some(Self {
            position: std::str::from_utf8(position).ok()?.to_owned(),
            backward: flags & BACKWARD != 0,
            count: (flags & COUNTED != 0).then_some(u64::from_be_bytes(*count)),
            issued: i64::from_be_bytes(*issued),
        })
    }
}

/// Returns the checksum of a payload for a query.
fn tag(payload: &[u8], query: &Fingerprint) -> [u8; TAG] {
    let hash: [u8; 32] = Sha256::new().chain_update(query.0).chain_update(payload).finalize().into();
    let mut tag = [0; TAG];
    tag.iter_mut().zip(hash).for_each(|(tag, byte)| *tag = byte);
    tag
}

/// Lower-cases the names and operators of a filter, and leaves its strings as they are.
fn lower_outside_quotes(filter: &str) -> String {
    let mut quoted = false;
    let mut escaped = false;
    let lower = filter.chars().map(|char| {
        if quoted {
            match char {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            return char;
        }
        quoted = char == '"';
        char.to_ascii_lowercase()
    });
    lower.collect()
}
