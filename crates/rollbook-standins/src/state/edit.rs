//! Changing the members of a group: all edits of a request or none.

use std::num::NonZeroUsize;
use std::sync::Arc;

use rollbook_filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter, Test, ValuePath};
use rollbook_protocol::{ClientKind, Member, MemberEdit, Predicate, Quirks, ScimError, ScimType};
use rollbook_schema::{Complex, Resource, Value};

use super::State;
use super::members::Members;
use crate::habits::Habits;

/// How to take one step back.
enum Undo {
    Add(u64, Member),
    Remove(String),
    Restore(Members),
}

impl State {
    /// Applies member edits to a group; `limit` is the most members that they may name.
    pub(crate) fn edit(
        &mut self,
        group: &str,
        edits: Vec<MemberEdit>,
        habits: &Habits,
        limit: Option<NonZeroUsize>,
    ) -> Result<(), ScimError> {
        if edits.is_empty() {
            return Ok(());
        }
        let mut members = self.members.remove(group).unwrap_or_default();
        let mut undo = Vec::new();
        let done = self.run(&mut members, edits, habits, &mut undo).and_then(|named| match limit {
            Some(most) if named > most.get() => {
                let detail =
                    format!("a PATCH may change at most {most} members, and this one changes {named}");
                Err(ScimError::bad_request(ScimType::InvalidValue, detail))
            }
            _ => Ok(()),
        });
        match &done {
            Ok(()) => self.relate(group, &undo),
            Err(_) => undo.into_iter().rev().for_each(|step| take_back(&mut members, step)),
        }
        self.members.insert(group.to_owned(), members);
        done
    }

    /// Refuses members that name nothing, where the habit says so.
    pub(crate) fn check_members<'m>(
        &self,
        habits: &Habits,
        members: impl IntoIterator<Item = &'m str>,
    ) -> Result<(), ScimError> {
        let unknown = |value: &&str| self.type_of(value).is_none();
        let refuses = habits.refuse_unknown_members || habits.strict;
        match members.into_iter().find(unknown).filter(|_| refuses) {
            Some(value) => {
                let detail = format!("`members.value` names nothing: `{value}`");
                Err(ScimError::bad_request(ScimType::InvalidValue, detail))
            }
            None => Ok(()),
        }
    }

    /// Returns how many members the edits name.
    fn run(
        &self,
        members: &mut Members,
        edits: Vec<MemberEdit>,
        habits: &Habits,
        undo: &mut Vec<Undo>,
    ) -> Result<usize, ScimError> {
        let mut named = 0;
        for edit in edits {
            match edit {
                MemberEdit::Add(added) => {
                    named += added.len();
                    self.check_members(habits, added.iter().map(|member| member.value.as_str()))?;
                    add_all(members, added, undo);
                }
                MemberEdit::Remove(values) => {
                    named += values.len();
                    remove_all(members, &values, undo, habits)?;
                }
                MemberEdit::RemoveMatching(filter) => {
                    let values = self.matching(members, filter)?;
                    named += values.len();
                    remove_all(members, &values, undo, habits)?;
                }
                MemberEdit::RemoveAll => undo.push(Undo::Restore(std::mem::take(members))),
                MemberEdit::ReplaceAll(replaced) => {
                    self.check_members(habits, replaced.iter().map(|member| member.value.as_str()))?;
                    undo.push(Undo::Restore(std::mem::take(members)));
                    add_all(members, replaced, undo);
                }
            }
        }
        Ok(named)
    }

    /// The values of the members that meet a filter.
    ///
    /// The common `value eq "…"` is looked up; anything else walks the members.
    fn matching(&self, members: &Members, filter: Filter<'static>) -> Result<Vec<String>, ScimError> {
        if let Filter::Attr(AttrExp { path, test: Test::Compare(CompareOp::Eq, CompValue::String(value)) }) =
            &filter
            && path.as_str().eq_ignore_ascii_case("value")
        {
            return Ok(vec![value.to_string()]);
        }
        let syntax =
            || ScimError::bad_request(ScimType::InvalidPath, "the path of the members cannot be read");
        let path = AttrPath::new("members").map_err(|_| syntax())?;
        let filter = Filter::ValuePath(ValuePath { path, filter: Box::new(filter) });
        let quirks = Quirks::of(ClientKind::Generic);
        let predicate = Predicate::new(filter, Arc::clone(self.registry()), "Group", &quirks)?;
        let meets = |member: &&Member| predicate.matches(&self.alone(member));
        Ok(members.iter().filter(meets).map(|member| member.value.clone()).collect())
    }

    /// A group that has this member only, as far as a filter looks at it.
    fn alone(&self, member: &Member) -> Resource {
        let mut complex = Complex::from_iter([("value", member.value.as_str())]);
        let known = self.type_of(&member.value).map(ToOwned::to_owned).or_else(|| member.member_type.clone());
        if let Some(known) = known {
            complex.insert("type", known);
        }
        if let Some(display) = &member.display {
            complex.insert("display", display);
        }
        let mut group = Resource::new();
        group.insert("members", vec![Value::Complex(complex)]);
        group
    }

    /// Keeps the way back from member to group, and the group's version.
    fn relate(&mut self, group: &str, undo: &[Undo]) {
        for step in undo {
            match step {
                Undo::Add(_, member) => self.unrelate(group, &member.value),
                Undo::Remove(value) => {
                    self.held_by.entry(value.clone()).or_default().insert(group.to_owned());
                }
                Undo::Restore(before) => before.iter().for_each(|member| self.unrelate(group, &member.value)),
            }
        }
        if !undo.is_empty() {
            let now = self.tick();
            self.touch(group, now);
        }
    }

    fn unrelate(&mut self, group: &str, value: &str) {
        if let Some(groups) = self.held_by.get_mut(value) {
            groups.remove(group);
        }
    }
}

fn add_all(members: &mut Members, added: Vec<Member>, undo: &mut Vec<Undo>) {
    for member in added {
        let value = member.value.clone();
        if members.add(member) {
            undo.push(Undo::Remove(value));
        }
    }
}

fn remove_all(
    members: &mut Members,
    values: &[String],
    undo: &mut Vec<Undo>,
    habits: &Habits,
) -> Result<(), ScimError> {
    let before = undo.len();
    for value in values {
        if let Some((place, member)) = members.remove(value) {
            undo.push(Undo::Add(place, member));
        }
    }
    if habits.strict && undo.len() == before {
        let detail = "the path selects no member; read the group again";
        return Err(ScimError::bad_request(ScimType::NoTarget, detail));
    }
    Ok(())
}

fn take_back(members: &mut Members, step: Undo) {
    match step {
        Undo::Add(place, member) => members.put_back(place, member),
        Undo::Remove(value) => {
            members.remove(&value);
        }
        Undo::Restore(before) => *members = before,
    }
}
