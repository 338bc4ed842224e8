//! Checking the members of one object.

use crate::definition::{Attribute, Mutability, Returned};
use crate::registry::common_attributes;
use crate::value::{Complex, Value};

use super::types::has_type;
use super::{Context, MOST, Violation, ViolationKind, Violations};

pub(super) struct Check {
    context: Context,
    found: Vec<Violation>,
}

impl Check {
    pub(super) const fn new(context: Context) -> Self {
        Self { context, found: Vec::new() }
    }

    /// Notes a violation; the path is not made where there are too many already.
    pub(super) fn report(&mut self, path: impl FnOnce() -> String, kind: ViolationKind) {
        if self.found.len() < MOST {
            self.found.push(Violation { path: path(), kind });
        }
    }

    pub(super) fn finish(self) -> Result<(), Violations> {
        if self.found.is_empty() { Ok(()) } else { Err(Violations(self.found)) }
    }

    /// Checks the members of an object against their definitions; `prefix` makes what stands before
    /// every path, which only a violation needs.
    pub(super) fn members<'a>(
        &mut self,
        members: &Complex,
        attributes: impl Iterator<Item = &'a Attribute>,
        prefix: &dyn Fn() -> String,
    ) {
        let response = self.context == Context::Response;
        for attribute in
            attributes.filter(|attribute| response || attribute.mutability != Mutability::ReadOnly)
        {
            let value = members.get(attribute.name.as_str());
            let path = || format!("{}{}", prefix(), attribute.name);
            if response && attribute.returned == Returned::Never {
                if value.is_some() {
                    self.report(path, ViolationKind::NeverReturned);
                }
            } else if self.is_required(attribute) && value.is_none_or(is_empty) {
                self.report(path, ViolationKind::Required);
            } else if let Some(value) = value.filter(|value| !matches!(value, Value::Null)) {
                self.value(value, attribute, &path);
            }
        }
    }

    fn is_required(&self, attribute: &Attribute) -> bool {
        match self.context {
            Context::Create | Context::Replace => attribute.required,
            Context::Patched => attribute.required && attribute.mutability != Mutability::WriteOnly,
            Context::Response => {
                // `schemas` and `id`, which no request needs to bring (RFC 7643 §3, §3.1).
                let common = common_attributes().any(|common| std::ptr::eq(common, attribute));
                attribute.returned == Returned::Always && (attribute.required || common)
            }
        }
    }

    fn value(&mut self, value: &Value, attribute: &Attribute, path: &dyn Fn() -> String) {
        match (value, attribute.multi_valued) {
            (Value::Array(elements), true) => self.elements(elements, attribute, path),
            (Value::Array(_), false) => self.report(path, ViolationKind::NotSingle),
            (_, true) => self.report(path, ViolationKind::NotAnArray),
            (single, false) => self.single(single, attribute, path),
        }
    }

    fn elements(&mut self, elements: &[Value], attribute: &Attribute, path: &dyn Fn() -> String) {
        for (index, element) in elements.iter().enumerate() {
            self.single(element, attribute, &|| format!("{}[{index}]", path()));
        }
        let primary = |element: &&Value| {
            let flag = element.as_complex().and_then(|complex| complex.get("primary"));
            flag.and_then(Value::as_bool) == Some(true)
        };
        if attribute.sub_attribute("primary").is_some() && elements.iter().filter(primary).nth(1).is_some() {
            self.report(path, ViolationKind::ManyPrimary);
        }
    }

    fn single(&mut self, value: &Value, attribute: &Attribute, path: &dyn Fn() -> String) {
        if !has_type(value, attribute.attribute_type) {
            let expected = attribute.attribute_type;
            self.report(path, ViolationKind::Type { expected });
        } else if let Some(complex) = value.as_complex() {
            self.members(complex, attribute.sub_attributes.iter(), &|| format!("{}.", path()));
        }
    }
}

/// Tells whether a value is none for an attribute that is required.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Complex(complex) => complex.is_empty(),
        _ => false,
    }
}
