//! What a write changes of a resource's edges and keys, for implementers of stores: pure, and no larger than the edits.
//!
//! A store asks [`touched`] which edges to read, reads them, and writes what [`apply`] answers. Only `ReplaceAll` and
//! `RemoveAll` read the whole group.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rollbook_protocol::{Key, MemberEdit};
use rollbook_schema::{Complex, JsonLimits, Value, parse_value};

use crate::error::StoreError;
use crate::ids::ResourceId;

/// The edges that edits depend on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Touched<'e> {
    /// Those of these member values, sorted.
    Named(BTreeSet<&'e str>),
    /// All edges of the group.
    All,
}

/// What edits change, after all of them: no value is in both lists, and none is listed without a change.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EdgeChanges {
    /// Member values to add, in the order in which the edits name them first.
    pub added: Vec<String>,
    /// Member values to remove, in the order of their values.
    pub removed: Vec<String>,
}

impl EdgeChanges {
    /// Whether nothing changes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Which edges must be known before [`apply`].
///
/// # Errors
///
/// [`StoreError::Backend`] for [`MemberEdit::RemoveMatching`], which the caller of a store resolves first.
pub fn touched(edits: &[MemberEdit]) -> Result<Touched<'_>, StoreError> {
    let mut named = BTreeSet::new();
    let mut all = false;
    for edit in edits {
        match edit {
            MemberEdit::Add(members) => named.extend(members.iter().map(|member| member.value.as_str())),
            MemberEdit::Remove(values) => named.extend(values.iter().map(String::as_str)),
            MemberEdit::RemoveAll | MemberEdit::ReplaceAll(_) => all = true,
            MemberEdit::RemoveMatching(_) => return Err(unresolved_filter()),
        }
    }
    Ok(if all { Touched::All } else { Touched::Named(named) })
}

/// What the edits change, done in order, given which of the touched edges are present.
///
/// # Errors
///
/// As [`touched`].
pub fn apply(edits: &[MemberEdit], present: &BTreeSet<String>) -> Result<EdgeChanges, StoreError> {
    let mut state = State { present, all_removed: false, decided: BTreeMap::new(), order: Vec::new() };
    for edit in edits {
        match edit {
            MemberEdit::Add(members) => members.iter().for_each(|member| state.set(&member.value, true)),
            MemberEdit::Remove(values) => values.iter().for_each(|value| state.set(value, false)),
            MemberEdit::RemoveAll => state.clear(),
            MemberEdit::ReplaceAll(members) => {
                state.clear();
                members.iter().for_each(|member| state.set(&member.value, true));
            }
            MemberEdit::RemoveMatching(_) => return Err(unresolved_filter()),
        }
    }
    Ok(state.finish())
}

/// What must be written so that a resource has other keys than the stored ones.
#[derive(Debug)]
pub struct KeyChanges<'k> {
    /// Attribute and kept value of the stored keys that go.
    pub removed: Vec<(&'k str, &'k str)>,
    /// The keys that come, each with its value as it is kept and whether it is unique, in the order in which they are
    /// wanted: of several clashes the first is named.
    pub added: Vec<(&'k Key, Cow<'k, str>, bool)>,
}

/// What leads from the stored keys (attribute, kept value, whether unique) to the wanted ones; those that stay are in
/// neither list. `kept` is the form in which the store keeps a value. Two wanted keys that are kept alike are one, and
/// unique when one of the two is.
#[must_use]
pub fn key_changes<'k>(
    stored: &'k [(String, String, bool)],
    wanted: &'k [Key],
    kept: impl Fn(&'k str) -> Cow<'k, str>,
) -> KeyChanges<'k> {
    let mut open = BTreeMap::new();
    for key in wanted {
        *open.entry((&*key.attribute, kept(&key.value))).or_insert(false) |= key.unique;
    }
    let mut removed = Vec::new();
    for (attribute, value, unique) in stored {
        let key = (attribute.as_str(), Cow::from(value));
        if open.get(&key) == Some(unique) {
            open.remove(&key);
        } else {
            removed.push((attribute.as_str(), value.as_str()));
        }
    }
    let added = wanted.iter().filter_map(|key| {
        let ((_, value), unique) = open.remove_entry(&(&*key.attribute, kept(&key.value)))?;
        Some((key, value, unique))
    });
    KeyChanges { removed, added: added.collect() }
}

/// Refuses a group that holds more members that name nothing than a batch allows (decision D6).
///
/// `unresolved` is how many it holds after the batch, `added` those of them that the batch added, each once, in the
/// order of the request.
///
/// # Errors
///
/// [`StoreError::UnresolvedMember`] names the first added one over the limit; a group that was over it before may stay so.
pub fn check_unresolved(
    group: &ResourceId,
    unresolved: u64,
    added: &[&String],
    limit: usize,
) -> Result<(), StoreError> {
    let unresolved = usize::try_from(unresolved).unwrap_or(usize::MAX);
    // Those that were there before come first.
    let before = unresolved.saturating_sub(added.len());
    match added.get(limit.saturating_sub(before)) {
        None => Ok(()),
        Some(member) => {
            let (group, member) = (group.clone(), (*member).clone());
            Err(StoreError::UnresolvedMember { group, member, limit })
        }
    }
}

/// How the client spelled the attribute of a key that clashes, such as `userName` for `username`.
///
/// Looks the spelling up in the body that was refused; what is not found there stays as it is.
#[must_use]
pub fn wire_path(body: &[u8], attribute: &str) -> String {
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    match parse_value(body, &limits) {
        Ok(Value::Complex(complex)) => spell(&complex, attribute),
        _ => attribute.to_owned(),
    }
}

fn spell(complex: &Complex, attribute: &str) -> String {
    for (name, value) in complex.iter() {
        let name = name.as_str();
        let Some((head, rest)) = attribute.split_at_checked(name.len()) else { continue };
        if !head.eq_ignore_ascii_case(name) {
            continue;
        }
        if rest.is_empty() {
            return name.to_owned();
        }
        if let Some(separator @ (':' | '.')) = rest.chars().next() {
            let inner = rest.get(1..).unwrap_or_default();
            let element = value.elements().find_map(Value::as_complex);
            let inner = element.map_or_else(|| inner.to_owned(), |element| spell(element, inner));
            return format!("{name}{separator}{inner}");
        }
    }
    attribute.to_owned()
}

struct State<'e> {
    present: &'e BTreeSet<String>,
    all_removed: bool,
    decided: BTreeMap<&'e str, bool>,
    order: Vec<&'e str>,
}

impl<'e> State<'e> {
    fn set(&mut self, value: &'e str, present: bool) {
        if self.decided.insert(value, present).is_none() {
            self.order.push(value);
        }
    }

    fn clear(&mut self) {
        self.all_removed = true;
        self.decided.values_mut().for_each(|present| *present = false);
    }

    fn finish(self) -> EdgeChanges {
        let is = |value: &str| self.decided.get(value).copied().unwrap_or(!self.all_removed);
        let added = self.order.iter().filter(|value| is(value) && !self.present.contains(**value));
        let removed = self.present.iter().filter(|value| !is(value));
        EdgeChanges {
            added: added.map(|value| (*value).to_owned()).collect(),
            removed: removed.cloned().collect(),
        }
    }
}

/// The texts of a stored body by which logs may name whom it describes: `userName`, `externalId`, `displayName`,
/// `name.formatted` and the `value` of `emails`; those of fewer than 3 characters would name anybody and are left out.
#[must_use]
pub fn names_in(body: &[u8]) -> Vec<String> {
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    let parsed = parse_value(body, &limits);
    let Some(body) = parsed.as_ref().ok().and_then(Value::as_complex) else { return Vec::new() };
    let text = |complex: &Complex, name: &str| complex.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut names: Vec<String> =
        ["userName", "externalId", "displayName"].iter().filter_map(|name| text(body, name)).collect();
    names.extend(body.get("name").and_then(Value::as_complex).and_then(|name| text(name, "formatted")));
    let emails = body.get("emails").map(Value::elements).unwrap_or_default();
    names.extend(emails.filter_map(|email| text(email.as_complex()?, "value")));
    names.retain(|name| name.trim().chars().count() >= 3);
    names.sort();
    names.dedup();
    names
}

fn unresolved_filter() -> StoreError {
    StoreError::Backend("`MemberEdit::RemoveMatching` reached a store: resolve its filter first".into())
}
