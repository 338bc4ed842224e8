//! Applying operations, one after the other, to a copy of the body.

mod elements;
mod finish;
mod foreign;
mod keys;
mod members;
mod single;
mod work;

use rollbook_filter::{Filter, PatchPath};
use rollbook_schema::{Attribute, Complex, JsonLimits, Mutability, Resource, Schema, Value, parse_value};

use super::target::{Target, invalid_path, locate};
use super::{PatchKind, PatchOperation};
use crate::error::{ScimError, ScimType};
use crate::member::MemberEdit;
use crate::prepare::{Normalizer, Primary, check_password, is_password};
use crate::quirks::Quirks;
use crate::resolve::TypeRef;
pub(crate) use keys::add_keys;
use work::Work;

/// A body on its way through the operations.
#[derive(Debug)]
pub(super) struct Engine<'r, 'q> {
    ty: TypeRef<'r>,
    quirks: &'q Quirks,
    body: Complex,
    normalizer: Normalizer<'q>,
    members: Vec<MemberEdit>,
    /// The multi-valued attributes that were written to: they are brought into shape again at the end.
    touched: Vec<(Option<&'r Schema>, &'r Attribute)>,
    /// The attributes that were written to, each with the last operation that did.
    writers: Vec<(Option<&'r Schema>, &'r Attribute, usize)>,
    /// The place of the operation at hand.
    index: usize,
    /// Refuses to change what is there: a body that says one thing twice is a mistake, a second operation is none.
    adds_only: bool,
    work: Work,
}

/// One operation at one attribute.
#[derive(Clone, Copy, Debug)]
struct Step<'a, 'r> {
    kind: PatchKind,
    attribute: &'r Attribute,
    sub: Option<&'r Attribute>,
    filter: Option<&'a Filter<'static>>,
    value: Option<&'a Value>,
    /// The path as messages show it.
    path: &'a str,
}

impl<'r, 'q> Engine<'r, 'q> {
    pub(super) fn new(
        resource: &Resource,
        operations: &[PatchOperation],
        ty: TypeRef<'r>,
        quirks: &'q Quirks,
    ) -> Self {
        let sent = operations.iter().map(|operation| operation.value.as_ref());
        let work = Work::new(resource.as_complex(), sent);
        Self::on(resource.as_complex().clone(), work, ty, quirks)
    }

    fn on(body: Complex, work: Work, ty: TypeRef<'r>, quirks: &'q Quirks) -> Self {
        Self {
            ty,
            quirks,
            body,
            normalizer: Normalizer::new(quirks, Primary::Last),
            members: Vec::new(),
            touched: Vec::new(),
            writers: Vec::new(),
            index: 0,
            adds_only: false,
            work,
        }
    }

    /// Applies an operation; an error names it by its place in the request.
    pub(super) fn operation(&mut self, index: usize, operation: &PatchOperation) -> Result<(), ScimError> {
        let PatchOperation { op, path, value } = operation;
        self.index = index;
        let done = match path {
            Some(path) => self.at(*op, path, value.as_ref(), true),
            None => self.without_path(*op, value.as_ref()),
        };
        done.map_err(|error| {
            let part = match error.scim_type {
                Some(ScimType::InvalidPath | ScimType::NoTarget | ScimType::Mutability) => ".path",
                Some(ScimType::InvalidValue) if *op != PatchKind::Remove || value.is_some() => ".value",
                _ => "",
            };
            error.at(&format!("Operations[{index}]{part}"))
        })
    }

    /// Applies an operation whose value is a set of attributes (RFC 7644 §3.5.2.1, §3.5.2.3).
    fn without_path(&mut self, kind: PatchKind, value: Option<&Value>) -> Result<(), ScimError> {
        let value = match value {
            Some(Value::Array(elements)) if elements.len() == 1 && self.quirks.wrapped_single => {
                elements.first()
            }
            value => value,
        };
        let attributes = value.and_then(Value::as_complex);
        if kind == PatchKind::Remove && (attributes.is_none() || !self.quirks.remove_with_value) {
            let detail = "`path` is required for `remove`; name what is to be removed";
            return Err(ScimError::bad_request(ScimType::NoTarget, detail));
        }
        let Some(attributes) = attributes else {
            let detail =
                format!("without `path`, the `value` of `{}` must be an object of attributes", kind.as_str());
            return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
        };
        for (name, value) in attributes {
            self.keyed(kind, name.as_str(), value)?;
        }
        Ok(())
    }

    /// Applies one attribute of a value without path; its key may be a path of its own.
    fn keyed(&mut self, kind: PatchKind, name: &str, value: &Value) -> Result<(), ScimError> {
        let plain = !name.contains(['.', '[', ':']);
        let path = PatchPath::parse(name).ok().map(PatchPath::into_owned);
        let Some(path) = path.filter(|_| plain || self.quirks.dotted_keys || self.is_extension(name, value))
        else {
            self.normalizer.unknown(name);
            return Ok(());
        };
        self.at(kind, &path, Some(value), false)
    }

    /// Tells whether a key names an extension as a whole, which the RFC allows.
    fn is_extension(&self, name: &str, value: &Value) -> bool {
        matches!(value, Value::Complex(_) | Value::Null) && name.contains(':')
    }

    /// Applies an operation at a path; `explicit` tells a path from a key of a value.
    fn at(
        &mut self,
        kind: PatchKind,
        path: &PatchPath<'static>,
        value: Option<&Value>,
        explicit: bool,
    ) -> Result<(), ScimError> {
        // To find a name may take looking at all names of the body.
        self.work.charge(self.body.len())?;
        let whole = matches!(value, Some(Value::Complex(_)));
        let target = locate(path, whole, &self.body, self.ty, self.quirks)?;
        let text = path.attr_path().as_str();
        let filter = match path {
            PatchPath::Attr(_) => None,
            PatchPath::Value { path, .. } => Some(path.filter.as_ref()),
        };
        match target {
            Target::Attribute { extension, attribute, sub } => {
                let step = Step { kind, attribute, sub, filter, value, path: text };
                self.attribute(extension, step, explicit)
            }
            Target::Extension(schema) => self.extension(schema, kind, value, text),
            Target::Core => match value {
                Some(Value::Complex(attributes)) => self.core(kind, attributes),
                _ => Err(invalid_path(path)),
            },
            Target::Foreign { .. } if !self.quirks.unknown_extensions => {
                self.not_found(path, explicit, |normalizer| normalizer.refuse_extension(text))
            }
            Target::Foreign { uri, name, sub } => {
                let part = name.as_deref().map(|name| (name, sub.as_deref()));
                self.foreign(kind, &uri, part, filter, value)
            }
            Target::Unknown => {
                self.not_found(path, explicit, |normalizer| normalizer.unknown(&path.to_string()))
            }
        }
    }

    /// Applies the attributes under the core schema's own URI; that URI inside of them is no attribute.
    fn core(&mut self, kind: PatchKind, attributes: &Complex) -> Result<(), ScimError> {
        for (name, value) in attributes {
            if self.ty.is_core(name.as_str()) {
                self.normalizer.unknown(name.as_str());
            } else {
                self.keyed(kind, name.as_str(), value)?;
            }
        }
        Ok(())
    }

    /// Drops what no schema knows (decision D5), or refuses its path.
    fn not_found(
        &mut self,
        path: &PatchPath<'static>,
        explicit: bool,
        note: impl FnOnce(&mut Normalizer<'q>),
    ) -> Result<(), ScimError> {
        if explicit && !self.quirks.unknown_attributes {
            return Err(invalid_path(path));
        }
        note(&mut self.normalizer);
        Ok(())
    }

    fn attribute(
        &mut self,
        extension: Option<&'r Schema>,
        step: Step<'_, 'r>,
        explicit: bool,
    ) -> Result<(), ScimError> {
        let Step { kind, attribute, sub, value, path, .. } = step;
        let read_only = |attribute: &Attribute| attribute.mutability == Mutability::ReadOnly;
        if read_only(attribute) || sub.is_some_and(read_only) {
            return if explicit && !self.quirks.ignore_read_only {
                Err(read_only_path(path))
            } else {
                Ok(())
            };
        }
        if extension.is_none() && attribute.name == "schemas" {
            // It is an output (decision D3).
            return Ok(());
        }
        if kind != PatchKind::Remove && value.is_none() {
            let detail =
                format!("`value` is required for `{}` at `{path}`; send null to clear it", kind.as_str());
            return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
        }
        if kind == PatchKind::Remove
            && value.is_some_and(|value| !value.is_unassigned())
            && !self.quirks.remove_with_value
        {
            let detail = format!(
                "`remove` at `{path}` takes no `value`; use a filter such as members[value eq \"…\"]"
            );
            return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
        }
        if self.ty.is_members(extension, attribute) {
            return self.members_operation(step);
        }
        if is_password(attribute) {
            let value = value.and_then(|value| self.normalizer.value(attribute, value.clone(), path));
            return check_password(value.as_ref());
        }
        let index = self.index;
        match self.writers.iter_mut().find(|(_, other, _)| std::ptr::eq(*other, attribute)) {
            Some((.., last)) => *last = index,
            None => self.writers.push((extension, attribute, index)),
        }
        let Self { body, normalizer, quirks, touched, adds_only, work, .. } = self;
        let holder = match extension {
            None => Some(body),
            Some(schema) => object_in(body, &schema.id),
        };
        let Some(holder) = holder else { return Ok(()) };
        let name = attribute.name.as_str();
        work.charge_step(kind, holder.get(name), step.filter, value)?;
        let before = holder.get(name).filter(|_| *adds_only).cloned();
        if attribute.multi_valued {
            if !touched.iter().any(|(_, other)| std::ptr::eq(*other, attribute)) {
                touched.push((extension, attribute));
            }
            elements::apply(holder, step, normalizer, quirks)?;
        } else if attribute.sub_attributes.is_empty() {
            single::simple(holder, step, normalizer);
        } else {
            single::complex(holder, step, normalizer, quirks)?;
        }
        keys::check_kept(before.as_ref(), holder.get(name), path)
    }

    /// Applies an operation to an extension as a whole: its attributes are merged, as those of a complex attribute.
    fn extension(
        &mut self,
        schema: &'r Schema,
        kind: PatchKind,
        value: Option<&Value>,
        path: &str,
    ) -> Result<(), ScimError> {
        match value {
            Some(Value::Complex(attributes)) => {
                for (name, value) in attributes {
                    let name = without_uri(name.as_str(), schema);
                    let Some(attribute) = schema.attribute(name) else {
                        self.in_extension(schema, kind, name, value)?;
                        continue;
                    };
                    let path = format!("{}:{}", schema.id, attribute.name);
                    let step =
                        Step { kind, attribute, sub: None, filter: None, value: Some(value), path: &path };
                    self.attribute(Some(schema), step, false)?;
                }
                Ok(())
            }
            value if kind == PatchKind::Remove || value.is_some_and(Value::is_unassigned) => {
                self.body.remove(&schema.id);
                Ok(())
            }
            _ => {
                let detail =
                    format!("the `value` of `{path}` must be an object of the extension's attributes");
                Err(ScimError::bad_request(ScimType::InvalidValue, detail))
            }
        }
    }

    /// Applies a key inside an extension that is no plain attribute name: `manager.value`, or an unknown one.
    fn in_extension(
        &mut self,
        schema: &Schema,
        kind: PatchKind,
        name: &str,
        value: &Value,
    ) -> Result<(), ScimError> {
        let path = format!("{}:{name}", schema.id);
        // A URI inside of the extension's would be taken for the end of a longer one.
        let is_plain = !name.split('[').next().unwrap_or_default().contains(':');
        match PatchPath::parse(&path) {
            Ok(parsed) if is_plain && name.contains(['.', '[']) && self.quirks.dotted_keys => {
                self.at(kind, &parsed.into_owned(), Some(value), false)
            }
            _ => {
                self.normalizer.unknown(&path);
                Ok(())
            }
        }
    }
}

/// Returns the name of an attribute of an extension without the extension's URI, which some clients repeat inside of it.
fn without_uri<'n>(name: &'n str, schema: &Schema) -> &'n str {
    match name.split_at_checked(schema.id.len()) {
        Some((uri, rest)) if uri.eq_ignore_ascii_case(&schema.id) => rest.strip_prefix(':').unwrap_or(name),
        _ => name,
    }
}

/// Returns the object under a name, made where there is none; what was opaque is read. Never `None`.
fn object_in<'a>(body: &'a mut Complex, name: &str) -> Option<&'a mut Complex> {
    if !body.contains(name) {
        body.insert(name, Complex::new());
    }
    let value = body.get_mut(name)?;
    if !matches!(value, Value::Complex(_)) {
        *value = Value::Complex(read_object(value));
    }
    value.as_complex_mut()
}

/// Returns the members of an object, an opaque one too; anything else has none.
fn read_object(value: &Value) -> Complex {
    match value {
        Value::Complex(object) => object.clone(),
        Value::Opaque(raw) => read_opaque(raw.get())
            .and_then(|mut value| value.as_complex_mut().map(std::mem::take))
            .unwrap_or_default(),
        _ => Complex::new(),
    }
}

/// Reads what came through a reader with limits once.
fn read_opaque(json: &str) -> Option<Value> {
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    parse_value(json.as_bytes(), &limits).ok()
}

fn read_only_path(path: &str) -> ScimError {
    ScimError::bad_request(ScimType::Mutability, format!("`{path}` is read-only; leave the operation out"))
}
