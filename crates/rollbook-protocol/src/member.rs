//! Members of groups, which live in the store as edges and never in a body.

use rollbook_filter::Filter;

/// A member as a client wrote it (RFC 7643 §4.2).
///
/// `$ref` is not kept: the server computes it.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Member {
    /// The id of the member; never empty.
    pub value: String,
    /// The `type` that the client gave: `User` or `Group`, as spelled.
    pub member_type: Option<String>,
    /// The `display` that the client gave; shown only for a member that names nothing (decision D6).
    pub display: Option<String>,
}

impl Member {
    /// Makes a member that has a value only.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), member_type: None, display: None }
    }
}

/// One step in a change of a group's members.
///
/// Steps apply in order. A member is identified by its `value` alone (decision D15), compared exactly.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MemberEdit {
    /// Adds those that are not members yet.
    Add(Vec<Member>),
    /// Removes those that are members, by `value`.
    Remove(Vec<String>),
    /// Removes every member (decision D11).
    RemoveAll,
    /// Makes these the members, and no others.
    ReplaceAll(Vec<Member>),
    /// Removes the members that meet a filter, whose paths are relative to a member: `type eq "Group"`.
    RemoveMatching(Filter<'static>),
}
