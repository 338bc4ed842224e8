//! PATCH (RFC 7644 §3.5.2): it exists here and nowhere else.

mod direct;
mod engine;
mod parse;
mod select;
mod target;

use rollbook_filter::PatchPath;
use rollbook_schema::{Complex, JsonLimits, Resource, Value, parse_value};

use crate::error::{ScimError, invalid_json};
use crate::member::MemberEdit;
use crate::quirks::Quirks;
use crate::resolve::TypeRef;
use engine::Engine;
pub(crate) use engine::add_keys;

/// A PATCH request (RFC 7644 §3.5.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchRequest {
    /// The operations, in order; none is a request that changes nothing.
    pub operations: Vec<PatchOperation>,
}

/// One operation of a PATCH request.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOperation {
    /// What to do.
    pub op: PatchKind,
    /// Where; `None` means the resource itself.
    pub path: Option<PatchPath<'static>>,
    /// With what.
    pub value: Option<Value>,
}

/// What a PATCH operation does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PatchKind {
    /// `add` (RFC 7644 §3.5.2.1).
    Add,
    /// `remove` (RFC 7644 §3.5.2.2).
    Remove,
    /// `replace` (RFC 7644 §3.5.2.3).
    Replace,
}

/// What a PATCH did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patched {
    /// Whether the body differs from what it was (decision D23); members are not part of it.
    pub changed: bool,
    /// The attributes that differ, as `userName` or `urn:…:User:department`, then `members` where there are edits.
    pub attributes: Vec<String>,
    /// The edits to the members, in the order of the request.
    pub members: Vec<MemberEdit>,
    /// What was dropped or ignored, a sentence each, to be logged. They hold names, never values.
    pub warnings: Vec<String>,
}

impl PatchRequest {
    /// Reads a PATCH body from JSON text; else as [`parse`](Self::parse).
    ///
    /// # Errors
    ///
    /// 413 for what is longer than the limit, 400 `invalidSyntax` for what is no JSON or nested too deep, and as
    /// [`parse`](Self::parse).
    pub fn from_slice(body: &[u8], limits: &JsonLimits, quirks: &Quirks) -> Result<Self, ScimError> {
        let body = parse_value(body, limits).map_err(|error| invalid_json(&error))?;
        parse::parse(&body, quirks)
    }

    /// Reads a PATCH body that is JSON already.
    ///
    /// `Operations`, `op` and its words are read in any case, other keys are ignored, and `[]` is a request that
    /// changes nothing. A JSON text in a string stands for the object where there is no path, if the quirks say so.
    ///
    /// # Errors
    ///
    /// 400 `invalidSyntax` for what is no PATCH body, `invalidPath` for a path that does not parse, `invalidValue` for
    /// a string in place of an object of attributes.
    pub fn parse(body: &Value, quirks: &Quirks) -> Result<Self, ScimError> {
        parse::parse(body, quirks)
    }

    /// Tells whether every operation addresses `members` alone, so that [`apply`] never reads the resource: it may be
    /// given an empty one, at a cost that does not depend on the group's size.
    #[must_use]
    pub fn only_members(&self, ty: TypeRef<'_>) -> bool {
        let addresses_members = |operation: &PatchOperation| match (&operation.path, &operation.value) {
            (Some(path), _) => target::names_members(path.attr_path(), ty),
            (None, Some(Value::Complex(value))) => has_only_members(value, ty),
            _ => false,
        };
        !self.operations.is_empty() && self.operations.iter().all(addresses_members)
    }
}

fn has_only_members(value: &Complex, ty: TypeRef<'_>) -> bool {
    let common =
        |name: &str| ["schemas", "id", "meta"].iter().any(|common| common.eq_ignore_ascii_case(name));
    let mut names = value.iter().map(|(name, _)| name.as_str()).filter(|name| !common(name)).peekable();
    names.peek().is_some() && names.all(|name| target::is_members_name(name, ty))
}

/// Applies a PATCH to a stored body, all of it or nothing (RFC 7644 §3.5.2).
///
/// `resource` is the body as it is stored: without `id`, `meta`, `members` and `groups`. Operations on `members` come
/// back as edits and never touch it. What the request brings is brought into shape as by
/// [`prepare_create`](crate::prepare_create); then immutable attributes, required ones and types are checked, and
/// `schemas` is computed anew. A body that ends as it was stays untouched to the byte.
///
/// Beyond the RFC, as far as the quirks allow:
///
/// * A value filter that selects nothing makes the element from its `eq` terms (decision D13); `replace` of a selected
///   element keeps these terms.
/// * `remove` with a `value` removes what the value names and nothing else (D21).
/// * `null`, `[]` and, for what is not required, `""` remove.
/// * `add` and `replace` of `emails.value`, without a filter, mean the primary element, else the first, else a new one;
///   `remove` means all.
/// * A new `value` of a reference drops the `$ref` that went with the old one.
/// * An extension that no schema knows is edited as an object of anything; what is under another unknown name is
///   dropped with a warning.
///
/// # Errors
///
/// 400 with `noTarget`, `invalidPath`, `invalidValue`, `invalidSyntax` or `mutability`, with the operation in the detail
/// (`Operations[2].path`), and 413 where the operations
/// would touch more values in all than 50,000 and 16 times those of the body and the request; `resource` is then
/// unchanged.
/// What was wrong with the body before is not reported again.
pub fn apply(
    resource: &mut Resource,
    request: &PatchRequest,
    ty: TypeRef<'_>,
    quirks: &Quirks,
) -> Result<Patched, ScimError> {
    if let Some(patched) = direct::apply(resource, request, ty, quirks) {
        return Ok(patched);
    }
    let mut engine = Engine::new(resource, &request.operations, ty, quirks);
    for (index, operation) in request.operations.iter().enumerate() {
        engine.operation(index, operation)?;
    }
    let (body, patched) = engine.finish(resource)?;
    if let Some(body) = body {
        *resource = body;
    }
    Ok(patched)
}
