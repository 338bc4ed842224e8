//! Checking the members of one object.

use crate::definition::{Attribute, Mutability};
use crate::value::{Complex, Value};

use super::types::has_type;
use super::{Context, Violation, ViolationKind, Violations};

/// The most violations that are collected; a hostile body has millions.
const MOST: usize = 1000;

pub(super) struct Check {
    context: Context,
    found: Vec<Violation>,
}

impl Check {
    pub(super) const fn new(context: Context) -> Self {
        Self { context, found: Vec::new() }
    }

    pub(super) fn report(&mut self, path: String, kind: ViolationKind) {
        if self.found.len() < MOST {
            self.found.push(Violation { path, kind });
        }
    }

    pub(super) fn finish(self) -> Result<(), Violations> {
        if self.found.is_empty() { Ok(()) } else { Err(Violations(self.found)) }
    }

    /// Checks the members of an object against their definitions; `prefix` stands before every path.
    pub(super) fn members<'a>(
        &mut self,
        members: &Complex,
        attributes: impl Iterator<Item = &'a Attribute>,
        prefix: &str,
    ) {
        for attribute in attributes.filter(|attribute| attribute.mutability != Mutability::ReadOnly) {
            let value = members.get(attribute.name.as_str());
            if self.is_required(attribute) && value.is_none_or(is_empty) {
                self.report(format!("{prefix}{}", attribute.name), ViolationKind::Required);
            } else if let Some(value) = value.filter(|value| !matches!(value, Value::Null)) {
                self.value(value, attribute, prefix);
            }
        }
    }

    fn is_required(&self, attribute: &Attribute) -> bool {
        let hidden = self.context == Context::Patched && attribute.mutability == Mutability::WriteOnly;
        attribute.required && !hidden
    }

    fn value(&mut self, value: &Value, attribute: &Attribute, prefix: &str) {
        let path = || format!("{prefix}{}", attribute.name);
        match (value, attribute.multi_valued) {
            (Value::Array(elements), true) => self.elements(elements, attribute, &path()),
            (Value::Array(_), false) => self.report(path(), ViolationKind::NotSingle),
            (_, true) => self.report(path(), ViolationKind::NotAnArray),
            (single, false) => self.single(single, attribute, path),
        }
    }

    fn elements(&mut self, elements: &[Value], attribute: &Attribute, path: &str) {
        for (index, element) in elements.iter().enumerate() {
            self.single(element, attribute, || format!("{path}[{index}]"));
        }
        let primary = |element: &&Value| {
            let flag = element.as_complex().and_then(|complex| complex.get("primary"));
            flag.and_then(Value::as_bool) == Some(true)
        };
        if attribute.sub_attribute("primary").is_some() && elements.iter().filter(primary).nth(1).is_some() {
            self.report(path.to_owned(), ViolationKind::ManyPrimary);
        }
    }

    fn single(&mut self, value: &Value, attribute: &Attribute, path: impl Fn() -> String) {
        if !has_type(value, attribute.attribute_type) {
            let expected = attribute.attribute_type;
            self.report(path(), ViolationKind::Type { expected });
        } else if let Some(complex) = value.as_complex() {
            self.members(complex, attribute.sub_attributes.iter(), &format!("{}.", path()));
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
