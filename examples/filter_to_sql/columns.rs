//! Which column an attribute is in.

use rollbook_filter::Subject;

use crate::NoSql;
use crate::dialect::Dialect;

/// What values a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Text without case (`caseExact` is false).
    Text,
    /// Text with case.
    Exact,
    Boolean,
    /// A date and time.
    Instant,
}

/// Where an attribute was found.
pub(crate) enum Found {
    /// One value: a column, or a member of the element a value path is at.
    Value { sql: String, kind: Kind },
    /// The elements of a JSON array in a column; `sql` and `kind` are of the member that comparisons are about.
    Elements { column: &'static str, of: Option<&'static str>, sql: String, kind: Kind },
}

/// A member of the elements, and what it holds.
type Member = (&'static str, Kind);

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

const VALUES: [(&str, Option<&str>, &str, Kind); 5] = [
    ("id", None, "id", Kind::Exact),
    ("userName", None, "user_name", Kind::Text),
    ("title", None, "title", Kind::Text),
    ("active", None, "active", Kind::Boolean),
    ("meta", Some("lastModified"), "last_modified", Kind::Instant),
];

const ARRAYS: [(&str, &str, [Member; 3]); 1] =
    [("emails", "emails", [("value", Kind::Text), ("type", Kind::Text), ("primary", Kind::Boolean)])];

/// Finds a subject; names are of any case, with or without the schema's URI (RFC 7643 §2.1, RFC 7644 §3.10).
pub(crate) fn find(subject: Subject<'_>, dialect: Dialect) -> Result<Found, NoSql> {
    let unknown = || NoSql::Unknown(subject.path.to_string());
    let split = subject.path.split([USER]);
    if split.uri.is_some_and(|uri| !uri.eq_ignore_ascii_case(USER)) {
        return Err(unknown());
    }
    let name = split.name.ok_or_else(unknown)?;
    if let Some(within) = subject.within {
        let array = within.split([USER]).name.ok_or_else(unknown)?;
        let (_, _, members) = array_of(array).ok_or_else(unknown)?;
        let (member, kind) = member_of(members, name).filter(|_| split.sub.is_none()).ok_or_else(unknown)?;
        return Ok(Found::Value { sql: dialect.member(member, kind), kind });
    }
    if let Some((_, column, members)) = array_of(name) {
        let (member, kind) = member_of(members, split.sub.unwrap_or("value")).ok_or_else(unknown)?;
        let of = split.sub.map(|_| member);
        return Ok(Found::Elements { column, of, sql: dialect.member(member, kind), kind });
    }
    VALUES
        .iter()
        .find(|(attribute, sub, ..)| {
            same(attribute, name) && sub.unwrap_or("").eq_ignore_ascii_case(split.sub.unwrap_or(""))
        })
        .map(|&(_, _, column, kind)| Found::Value { sql: column.to_owned(), kind })
        .ok_or_else(unknown)
}

fn array_of(name: &str) -> Option<&'static (&'static str, &'static str, [Member; 3])> {
    ARRAYS.iter().find(|(attribute, ..)| same(attribute, name))
}

fn member_of(members: &[Member], name: &str) -> Option<Member> {
    members.iter().copied().find(|(member, _)| same(member, name))
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
