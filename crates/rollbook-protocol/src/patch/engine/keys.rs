//! The keys of a POST or PUT body that are paths of their own, as in a value without path.

use rollbook_schema::{AttributeName, Complex, Value};

use super::work::Work;
use super::{Engine, read_opaque};
use crate::error::{ScimError, ScimType};
use crate::member::{Member, MemberEdit};
use crate::patch::PatchKind;
use crate::prepare::{Normalizer, Primary};
use crate::quirks::Quirks;
use crate::resolve::TypeRef;

/// A body with what its keys brought.
#[derive(Debug)]
pub(crate) struct WithKeys {
    pub(crate) body: Complex,
    /// The members that a key named; `None` where none did.
    pub(crate) members: Option<Vec<Member>>,
    pub(crate) warnings: Vec<String>,
}

/// Adds to a body what keys such as `urn:…:User:department` and `name.givenName` bring, as a PATCH without path does.
///
/// The keys name attributes that the type has, or its core schema as a whole.
///
/// # Errors
///
/// Those of such a PATCH, and 400 `invalidSyntax` where a key contradicts what the body has, or another key.
pub(crate) fn add_keys(
    body: Complex,
    keys: Vec<(AttributeName, Value)>,
    ty: TypeRef<'_>,
    quirks: &Quirks,
) -> Result<WithKeys, ScimError> {
    let work = Work::new(&body, keys.iter().map(|(_, value)| Some(value)));
    let mut engine = Engine::on(body, work, ty, quirks);
    engine.adds_only = true;
    engine.normalizer = Normalizer::new(quirks, Primary::First);
    for (name, value) in keys {
        let value = match value {
            // What was read as an extension that no schema knows: `"urn:…:2.0:User:name": {…}`.
            Value::Opaque(raw) => read_opaque(raw.get()).unwrap_or_default(),
            value => value,
        };
        engine.keyed(PatchKind::Add, name.as_str(), &value)?;
    }
    engine.shape();
    let Engine { body, normalizer, members: edits, .. } = engine;
    let mut members = None;
    for edit in edits {
        if let MemberEdit::Add(more) = edit {
            members.get_or_insert_with(Vec::new).extend(more);
        }
    }
    Ok(WithKeys { body, members, warnings: normalizer.finish()? })
}

/// Refuses to lose what was there; nothing was there where nothing is watched.
pub(super) fn check_kept(before: Option<&Value>, after: Option<&Value>, path: &str) -> Result<(), ScimError> {
    if before.is_none_or(|before| after.is_some_and(|after| keeps(before, after))) {
        return Ok(());
    }
    let detail = format!("`{path}` comes twice with different values; send it once");
    Err(ScimError::bad_request(ScimType::InvalidSyntax, detail))
}

/// Tells whether a value has all that another one has, and perhaps more.
fn keeps(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Complex(before), Value::Complex(after)) => before
            .iter()
            .all(|(name, before)| after.get(name.as_str()).is_some_and(|after| keeps(before, after))),
        (Value::Array(before), Value::Array(after)) => {
            before.len() <= after.len()
                && before.iter().zip(after).all(|(before, after)| keeps(before, after))
        }
        _ => before == after,
    }
}
