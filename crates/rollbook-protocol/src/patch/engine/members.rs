//! Operations on `members`: they become edits and never touch the body.

use rollbook_schema::{Complex, Value};

use super::{Engine, Step};
use crate::error::{ScimError, ScimType};
use crate::member::{Member, MemberEdit};
use crate::patch::PatchKind;
use crate::patch::select::named_members;
use crate::prepare::read_members;

impl<'r> Engine<'r, '_> {
    pub(super) fn members_operation(&mut self, step: Step<'_, 'r>) -> Result<(), ScimError> {
        let computed = step.sub.is_some_and(|sub| sub.name != "value");
        if computed {
            // `type` and `$ref` follow from the member itself.
            return if self.quirks.ignore_read_only { Ok(()) } else { Err(immutable(step.path)) };
        }
        let edits = match step.filter {
            Some(_) => self.filtered_members(step)?,
            None => vec![self.plain_members(step)?],
        };
        let edits = edits.into_iter().filter(|edit| match edit {
            MemberEdit::Add(members) => !members.is_empty(),
            MemberEdit::Remove(values) => !values.is_empty(),
            _ => true,
        });
        self.members.extend(edits);
        Ok(())
    }

    fn plain_members(&self, step: Step<'_, 'r>) -> Result<MemberEdit, ScimError> {
        let Step { kind, value, path, .. } = step;
        Ok(match (kind, value) {
            (PatchKind::Remove, None | Some(Value::Null)) => {
                if self.quirks.refuse_remove_all_members {
                    let detail = format!(
                        "`remove` of all `{path}` is turned off in this directory; name the members to remove"
                    );
                    return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
                }
                MemberEdit::RemoveAll
            }
            (PatchKind::Remove, Some(value)) => {
                let named = self.read(nested(value).unwrap_or(value))?;
                MemberEdit::Remove(named.into_iter().map(|member| member.value).collect())
            }
            (PatchKind::Add, value) => MemberEdit::Add(self.read(value.unwrap_or(&Value::Null))?),
            (PatchKind::Replace, value) => MemberEdit::ReplaceAll(self.read(value.unwrap_or(&Value::Null))?),
        })
    }

    fn filtered_members(&self, step: Step<'_, 'r>) -> Result<Vec<MemberEdit>, ScimError> {
        let Step { kind, value, filter, sub, path, .. } = step;
        let Some(filter) = filter else { return Ok(Vec::new()) };
        let named = named_members(filter);
        let clears = kind == PatchKind::Remove || value.is_none_or(Value::is_unassigned);
        let named = match (named, clears) {
            // Nothing to add.
            (_, true) if kind == PatchKind::Add => return Ok(Vec::new()),
            (Some(named), true) => return Ok(vec![MemberEdit::Remove(named)]),
            (None, true) => return Ok(vec![MemberEdit::RemoveMatching(filter.clone())]),
            (Some(named), false) => named,
            (None, false) => {
                let detail = format!(
                    "the filter at `{path}` must name a member by `value eq`; list the members instead"
                );
                return Err(ScimError::bad_request(ScimType::NoTarget, detail));
            }
        };
        if !self.quirks.filter_creates {
            return Err(immutable(path));
        }
        // A member cannot change: another value is another member (decision D13).
        let given = match value {
            Some(Value::Complex(object)) if sub.is_none() && !object.contains("value") => {
                self.read(&named.iter().map(|id| with_id(object, id)).collect())?
            }
            value => self.read(value.unwrap_or(&Value::Null))?,
        };
        let gone = named.into_iter().filter(|id| given.iter().all(|member| member.value != *id)).collect();
        Ok(vec![MemberEdit::Remove(gone), MemberEdit::Add(given)])
    }

    fn read(&self, value: &Value) -> Result<Vec<Member>, ScimError> {
        read_members(value, self.quirks)
    }
}

/// Returns the list in `{"members": […]}`, which Salesforce's clients send as the value of `remove`.
fn nested(value: &Value) -> Option<&Value> {
    value.as_complex()?.get("members")
}

/// Returns an element that takes its `value` from the filter.
fn with_id(object: &Complex, id: &str) -> Value {
    let mut member = object.clone();
    member.insert("value", id);
    Value::Complex(member)
}

fn immutable(path: &str) -> ScimError {
    ScimError::bad_request(
        ScimType::Mutability,
        format!("an element of `{path}` cannot be changed; remove it and add another one"),
    )
}
