//! Pages by index (RFC 7644 §3.4.2.4) and by cursor (RFC 9865).

use rollbook_protocol::{Cursor, Fingerprint, ScimError, ScimType, SearchParams};
use rollbook_store::{Page, Start};

use super::Call;

/// Which page is asked for.
#[derive(Debug)]
pub(crate) struct Paging {
    /// The most resources on the page.
    pub(crate) count: usize,
    pub(crate) by: By,
}

/// How a page is asked for.
#[derive(Debug)]
pub(crate) enum By {
    /// From this 1-based index on.
    Index(u64),
    /// By a cursor; `None` asks for the first page.
    Cursor(Option<Cursor>, Box<Query>),
}

/// The query that the cursors of an answer belong to.
#[derive(Debug)]
pub(crate) struct Query {
    fingerprint: Fingerprint,
    count: Option<u64>,
    now: i64,
}

/// What an answer says of the pages around it.
#[derive(Debug)]
pub(crate) enum Pages {
    Index(u64),
    Cursors { next: Option<String>, previous: Option<String> },
}

impl Paging {
    /// Reads what is asked for; `endpoint` is where.
    pub(crate) fn of(call: &Call, endpoint: &str, params: &SearchParams) -> Result<Self, ScimError> {
        let limits = call.limits();
        let asked = params.count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        let count = asked.unwrap_or(limits.default_page);
        let Some(token) = &params.cursor else {
            return Ok(Self { count: count.min(limits.max_page), by: By::Index(params.start_index) });
        };
        if count > limits.max_page {
            let detail = format!("`count` must be at most {} where pages go by `cursor`", limits.max_page);
            return Err(ScimError::bad_request(ScimType::InvalidCount, detail));
        }
        let now = call.scene.inner.environment.now().timestamp();
        let fingerprint = Fingerprint::new(&format!("{}{endpoint}", call.directory()), params);
        let cursor = match token.as_str() {
            "" => None,
            token => {
                let cursor = Cursor::decode(token, &fingerprint)?;
                cursor.check_age(now, limits.cursor_timeout.as_secs())?;
                cursor.check_count(params.count)?;
                Some(cursor)
            }
        };
        let query = Query { fingerprint, count: params.count, now };
        Ok(Self { count, by: By::Cursor(cursor, Box::new(query)) })
    }

    /// Where the page begins in the store.
    pub(crate) fn start(&self) -> Start {
        match &self.by {
            By::Index(index) => Start::Index(*index),
            By::Cursor(None, _) => Start::First,
            By::Cursor(Some(Cursor { position, backward: false, .. }), _) => Start::After(position.clone()),
            By::Cursor(Some(Cursor { position, .. }), _) => Start::Before(position.clone()),
        }
    }

    /// What to say of the pages around a page of the store.
    pub(crate) fn around(&self, page: &Page) -> Pages {
        match &self.by {
            By::Index(index) => Pages::Index(*index),
            // Without resources there is no place to go on from.
            By::Cursor(..) if self.count == 0 => Pages::Cursors { next: None, previous: None },
            By::Cursor(_, query) => Pages::Cursors {
                next: page.next.as_ref().map(|position| query.cursor(position, false)),
                previous: page.previous.as_ref().map(|position| query.cursor(position, true)),
            },
        }
    }
}

impl Query {
    /// The cursor for a position.
    pub(crate) fn cursor(&self, position: &str, backward: bool) -> String {
        let position = position.to_owned();
        Cursor { position, backward, count: self.count, issued: self.now }.encode(&self.fingerprint)
    }
}

/// The error for parameters that cannot be read: a bad `count` beside a cursor has a name of its own (RFC 9865 §2.1).
pub(crate) fn refused(error: ScimError, has_cursor: bool) -> ScimError {
    if has_cursor && error.detail.starts_with("`count`") {
        return ScimError { scim_type: Some(ScimType::InvalidCount), ..error };
    }
    error
}

/// Whether a query that cannot be read asks for pages by cursor.
pub(crate) fn names_cursor(query: Option<&str>) -> bool {
    let mut pairs = query.unwrap_or_default().split('&');
    pairs.any(|pair| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("cursor")))
}
