//! Making what a client sent into what is stored (RFC 7644 §3.3, §3.5.1).

mod immutable;
mod members;
mod normalize;
mod schemas;

pub(crate) use immutable::check_immutable;
pub(crate) use members::read_members;
pub(crate) use normalize::{
    Normalizer, Primary, has_twin, is_password, is_primary, merge_duplicates, parse_boolean,
    set_only_primary, shown,
};
pub(crate) use schemas::with_schemas;

use std::collections::HashSet;

use rollbook_filter::PatchPath;
use rollbook_schema::{
    AttributeName, Complex, Context, Mutability, Resource, Schema, Value, Violations, validate,
};

use crate::error::{ScimError, ScimType};
use crate::member::Member;
use crate::patch::add_keys;
use crate::quirks::Quirks;
use crate::resolve::{Resolved, TypeRef, resolve};

/// A resource ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The body: `schemas` first, then what the client sent, without `id`, `meta`, `members` and `groups`.
    pub resource: Resource,
    /// The members, each `value` once; `None` when the client sent no `members`, or the type has none.
    pub members: Option<Vec<Member>>,
    /// What was dropped or changed on the way, a sentence each, to be logged. They hold names, never values.
    pub warnings: Vec<String>,
}

/// Makes the body of a new resource from what a POST brought (RFC 7644 §3.3).
///
/// Names take the spelling of the schema, values stay as sent. `schemas` lists what the resource holds (decision D3).
/// Read-only attributes are dropped (D22), unknown ones too, with a warning, while an extension that no schema knows is
/// kept byte-exact (D5). `password` is checked for its type and dropped (D30). `null` and `[]` mean no value. Of several
/// primary elements the first stays primary (D14), and elements with the same type and value become one (D15). What the
/// quirks allow is read as it was meant. Keys that are paths, as `urn:…:2.0:User:userName` and `name.givenName`, are read
/// as those of a PATCH without path: they add to what the plain keys say.
///
/// # Errors
///
/// 400 `invalidValue` that names every attribute of a wrong type and every required one that is missing; 400
/// `invalidSyntax` where the quirks forbid an unknown attribute or a body without `schemas`, and where two keys give one
/// attribute different values; 413 for more keys that are paths than a body of its size may have.
pub fn prepare_create(resource: Resource, ty: TypeRef<'_>, quirks: &Quirks) -> Result<Draft, ScimError> {
    let draft = prepare(resource, ty, quirks)?;
    check(&draft.resource, ty, Context::Create)?;
    Ok(draft)
}

/// Makes the new body of a resource from what a PUT brought (RFC 7644 §3.5.1).
///
/// As [`prepare_create`]; besides, an immutable attribute that has a value keeps it, and may be left out.
///
/// # Errors
///
/// Those of [`prepare_create`], and 400 `mutability` where an immutable attribute differs from the existing one.
pub fn prepare_replace(
    resource: Resource,
    existing: &Resource,
    ty: TypeRef<'_>,
    quirks: &Quirks,
) -> Result<Draft, ScimError> {
    let mut draft = prepare(resource, ty, quirks)?;
    check_immutable(existing, draft.resource.as_complex_mut(), ty, true)?;
    draft.resource = with_schemas(draft.resource.into_complex(), ty);
    check(&draft.resource, ty, Context::Replace)?;
    Ok(draft)
}

/// Makes the 400 `invalidValue` that names all violations.
pub(crate) fn invalid_value(violations: &Violations) -> ScimError {
    ScimError::bad_request(ScimType::InvalidValue, violations.to_string())
}

fn check(resource: &Resource, ty: TypeRef<'_>, context: Context) -> Result<(), ScimError> {
    validate(resource, ty.resource_type, ty.registry, context)
        .map_err(|violations| invalid_value(&violations))
}

fn prepare(resource: Resource, ty: TypeRef<'_>, quirks: &Quirks) -> Result<Draft, ScimError> {
    if !quirks.lenient_schemas && resource.schemas().next().is_none() {
        return Err(ScimError::bad_request(
            ScimType::InvalidSyntax,
            format!(
                "`schemas` is required; send [\"{}\"] and the URIs of extensions",
                ty.resource_type.schema
            ),
        ));
    }
    let mut preparation = Preparation {
        ty,
        normalizer: Normalizer::new(quirks, Primary::First),
        kept: Vec::new(),
        paths: Vec::new(),
        members: None,
    };
    for (name, value) in resource.into_complex() {
        preparation.member(name, value)?;
    }
    preparation.finish()
}

/// The members of a resource on their way into a draft.
struct Preparation<'r, 'q> {
    ty: TypeRef<'r>,
    normalizer: Normalizer<'q>,
    kept: Vec<(AttributeName, Value)>,
    /// The keys that are no names but paths, which are read when all others are.
    paths: Vec<(AttributeName, Value)>,
    members: Option<Vec<Member>>,
}

impl Preparation<'_, '_> {
    fn member(&mut self, name: AttributeName, value: Value) -> Result<(), ScimError> {
        let ty = self.ty;
        if let Some((_, attribute)) = ty.registry.attribute(ty.resource_type, None, name.as_str()) {
            if attribute.name == "schemas" || attribute.mutability == Mutability::ReadOnly {
                return Ok(());
            }
            if ty.is_members(None, attribute) {
                self.members = Some(read_members(&value, self.normalizer.quirks())?);
                return Ok(());
            }
            let value = self.normalizer.value(attribute, value, attribute.name.as_str());
            if is_password(attribute) {
                return check_password(value.as_ref());
            }
            self.kept.extend(value.map(|value| (attribute.name.clone(), value)));
        } else if let Some(schema) = ty.extension(name.as_str()) {
            let value = self.extension(schema, value);
            self.kept.extend(value.map(|value| (AttributeName::new(&schema.id), value)));
        } else if self.is_path(name.as_str())
            || (ty.is_core(name.as_str()) && matches!(value, Value::Complex(_)))
        {
            self.paths.push((name, value));
        } else if name.as_str().contains(':') && matches!(value, Value::Complex(_) | Value::Opaque(_)) {
            if self.normalizer.quirks().unknown_extensions {
                self.kept.push((name, value));
            } else {
                self.normalizer.refuse_extension(name.as_str());
            }
        } else {
            self.normalizer.unknown(name.as_str());
        }
        Ok(())
    }

    /// Tells whether a key is the path of an attribute that the type has.
    fn is_path(&self, name: &str) -> bool {
        let names = |path: PatchPath<'_>| match resolve(path.attr_path(), self.ty) {
            Resolved::Attribute { .. } => true,
            Resolved::Extension(_) | Resolved::Unknown { .. } => false,
        };
        is_no_name(name) && PatchPath::parse(name).is_ok_and(names)
    }

    fn finish(self) -> Result<Draft, ScimError> {
        let Self { ty, normalizer, kept, paths, mut members } = self;
        let quirks = normalizer.quirks();
        let mut warnings = normalizer.finish()?;
        let mut body: Complex = kept.into_iter().collect();
        if !paths.is_empty() {
            let read = add_keys(body, paths, ty, quirks)?;
            body = read.body;
            warnings.extend(read.warnings);
            if let Some(more) = read.members {
                let members = members.get_or_insert_with(Vec::new);
                let known: HashSet<String> = members.iter().map(|member| member.value.clone()).collect();
                members.extend(more.into_iter().filter(|member| !known.contains(&member.value)));
            }
        }
        Ok(Draft { resource: with_schemas(body, ty), members, warnings })
    }

    /// Brings an extension into shape; what is no object stays, to be found by the validation.
    fn extension(&mut self, schema: &Schema, value: Value) -> Option<Value> {
        match value {
            Value::Complex(mut extension) => {
                if extension.iter().any(|(name, _)| is_no_name(name.as_str())) {
                    let (paths, names) =
                        extension.into_iter().partition(|(name, _)| is_no_name(name.as_str()));
                    self.paths.push((AttributeName::new(&schema.id), Value::Complex(paths)));
                    extension = names;
                }
                let path = format!("{}:", schema.id);
                let kept = self.normalizer.members(&schema.attributes, extension, &path);
                (!kept.is_empty()).then_some(Value::Complex(kept))
            }
            unassigned if unassigned.is_unassigned() => None,
            other => Some(other),
        }
    }
}

/// Tells whether a key is more than a name: `urn:…:User:department`, `name.givenName`, `emails[type eq "work"].value`.
fn is_no_name(name: &str) -> bool {
    name.contains([':', '.', '['])
}

/// Checks the type of a password before it is dropped (decision D30); the detail never holds it.
pub(crate) fn check_password(value: Option<&Value>) -> Result<(), ScimError> {
    match value {
        None | Some(Value::Null | Value::String(_)) => Ok(()),
        Some(_) => Err(ScimError::bad_request(
            ScimType::InvalidValue,
            "`password` must be a string; send text in quotes",
        )),
    }
}
