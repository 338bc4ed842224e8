//! Bringing values into the shape their definitions ask for.

mod duplicates;

pub(crate) use duplicates::{has_twin, merge_duplicates};

use rollbook_schema::{Attribute, AttributeName, AttributeType, Complex, Mutability, Value};

use crate::error::{ScimError, ScimType};
use crate::quirks::Quirks;

/// The most warnings that are kept for one request; a hostile body has millions of unknown names.
const MOST_WARNINGS: usize = 20;

/// Which of several primary elements stays primary (decision D14).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Primary {
    /// The first: POST and PUT.
    First,
    /// The last: PATCH (RFC 7644 §3.5.2).
    Last,
}

/// Brings values into the shape that their definitions and the quirks ask for.
///
/// A value that cannot be is left as it is: the validation reports it, with all others.
#[derive(Debug)]
pub(crate) struct Normalizer<'q> {
    quirks: &'q Quirks,
    primary: Primary,
    warnings: Vec<String>,
    refused: Option<ScimError>,
}

impl<'q> Normalizer<'q> {
    pub(crate) const fn new(quirks: &'q Quirks, primary: Primary) -> Self {
        Self { quirks, primary, warnings: Vec::new(), refused: None }
    }

    pub(crate) const fn quirks(&self) -> &'q Quirks {
        self.quirks
    }

    /// Returns the warnings, or the first thing that the quirks refuse.
    pub(crate) fn finish(self) -> Result<Vec<String>, ScimError> {
        self.refused.map_or(Ok(self.warnings), Err)
    }

    /// Notes that an attribute is dropped because no schema knows it (decision D5).
    pub(crate) fn unknown(&mut self, path: &str) {
        let path = shown(path);
        if self.quirks.unknown_attributes {
            self.warn(format!("`{path}` is dropped: no schema of the resource type has it"));
        } else {
            self.refuse(format!("no schema of the resource type has `{path}`; leave it out"));
        }
    }

    /// Notes that an extension is refused because no schema knows it.
    pub(crate) fn refuse_extension(&mut self, uri: &str) {
        self.refuse(format!("the extension `{}` is not registered; leave it out", shown(uri)));
    }

    pub(crate) fn warn(&mut self, warning: String) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(warning);
        }
    }

    fn refuse(&mut self, detail: String) {
        self.refused.get_or_insert_with(|| ScimError::bad_request(ScimType::InvalidSyntax, detail));
    }

    /// Returns the value of an attribute in shape; `None` when it is none.
    pub(crate) fn value(&mut self, attribute: &Attribute, value: Value, path: &str) -> Option<Value> {
        if !attribute.multi_valued {
            return self.single(attribute, value, path);
        }
        let elements = match value {
            Value::Null => return None,
            Value::Array(elements) => elements,
            Value::String(text) if text.is_empty() && self.quirks.empty_string_unassigns => return None,
            single if self.quirks.unwrapped_multi => vec![single],
            single => return Some(single),
        };
        let mut elements: Vec<_> =
            elements.into_iter().filter_map(|element| self.element(attribute, element, path)).collect();
        merge_duplicates(attribute, &mut elements);
        self.one_primary(attribute, &mut elements, path);
        (!elements.is_empty()).then_some(Value::Array(elements))
    }

    /// Returns an element of a multi-valued attribute in shape.
    pub(crate) fn element(&mut self, attribute: &Attribute, element: Value, path: &str) -> Option<Value> {
        match element {
            // An array in an array has no meaning that could be guessed.
            Value::Array(inner) => Some(Value::Array(inner)),
            element => self.single(attribute, element, path),
        }
    }

    /// Returns a single value in shape.
    pub(crate) fn single(&mut self, attribute: &Attribute, value: Value, path: &str) -> Option<Value> {
        let value = match value {
            Value::Null => return None,
            Value::Array(elements) => self.unwrap_array(elements)?,
            value => value,
        };
        match (attribute.attribute_type, value) {
            (_, Value::Null) => None,
            (AttributeType::Complex, Value::Complex(complex)) => {
                let kept = self.members(&attribute.sub_attributes, complex, &format!("{path}."));
                (!kept.is_empty()).then_some(Value::Complex(kept))
            }
            (AttributeType::Complex, Value::String(text)) => self.bare(attribute, text),
            (_, Value::String(text))
                if text.is_empty() && !attribute.required && self.quirks.empty_string_unassigns =>
            {
                None
            }
            (AttributeType::Boolean, Value::String(text)) => Some(self.boolean(text)),
            (kind, Value::Complex(mut wrapper))
                if kind != AttributeType::Complex
                    && self.quirks.wrapped_single
                    && wrapper.contains("value") =>
            {
                // `{"$ref": null, "value": "X"}`; an object inside it is left to the validation.
                match wrapper.remove("value")? {
                    inner @ (Value::Complex(_) | Value::Array(_)) => Some(inner),
                    inner => self.single(attribute, inner, path),
                }
            }
            (_, value) => Some(value),
        }
    }

    /// Returns the members of a complex value in shape, named as `definitions` spell them; `prefix` stands before each
    /// name in a warning.
    pub(crate) fn members(&mut self, definitions: &[Attribute], complex: Complex, prefix: &str) -> Complex {
        let mut kept: Vec<(AttributeName, Value)> = Vec::new();
        for (name, value) in complex {
            match definitions.iter().find(|definition| definition.name == name) {
                Some(definition) if definition.mutability == Mutability::ReadOnly => {}
                Some(definition) => {
                    let path = format!("{prefix}{}", definition.name);
                    let value = self.value(definition, value, &path);
                    kept.extend(value.map(|value| (definition.name.clone(), value)));
                }
                // `display`, `$ref` and `type` are sent with every reference, whether the schema has them or not.
                None if is_computed(name.as_str()) => {}
                None => self.unknown(&format!("{prefix}{name}")),
            }
        }
        kept.into_iter().collect()
    }

    /// Leaves one primary element (decision D14).
    fn one_primary(&mut self, attribute: &Attribute, elements: &mut [Value], path: &str) {
        if attribute.sub_attribute("primary").is_none() {
            return;
        }
        let places = elements.iter().enumerate().filter(|(_, element)| is_primary(element));
        let mut places = places.map(|(place, _)| place);
        let keep = match self.primary {
            Primary::First => places.next(),
            Primary::Last => places.next_back(),
        };
        if let Some(keep) = keep
            && set_only_primary(elements, keep)
        {
            self.warn(format!("`{path}` had several primary elements; one is left"));
        }
    }

    /// Returns the only element of an array that stands for a single value.
    fn unwrap_array(&self, mut elements: Vec<Value>) -> Option<Value> {
        if elements.is_empty() {
            return None;
        }
        if elements.len() == 1
            && self.quirks.wrapped_single
            && !matches!(elements.first(), Some(Value::Array(_)))
        {
            return elements.pop();
        }
        Some(Value::Array(elements))
    }

    /// Reads a complex value that is a bare string (decision D7).
    fn bare(&self, attribute: &Attribute, text: Box<str>) -> Option<Value> {
        if text.is_empty() && self.quirks.empty_string_unassigns {
            return None;
        }
        match attribute.sub_attribute("value") {
            Some(value) if self.quirks.bare_string_complex => {
                let members = [(value.name.clone(), Value::String(text))];
                Some(Value::Complex(members.into_iter().collect()))
            }
            _ => Some(Value::String(text)),
        }
    }

    fn boolean(&self, text: Box<str>) -> Value {
        match parse_boolean(&text) {
            Some(value) if self.quirks.string_booleans => Value::Boolean(value),
            _ => Value::String(text),
        }
    }
}

/// Reads `"True"` and `"false"` in any case.
pub(crate) fn parse_boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") {
        Some(true)
    } else if is("false") {
        Some(false)
    } else {
        None
    }
}

/// Tells whether an element is primary.
pub(crate) fn is_primary(element: &Value) -> bool {
    let flag = element.as_complex().and_then(|complex| complex.get("primary"));
    flag.and_then(Value::as_bool) == Some(true)
}

/// Makes every element but one not primary; tells whether one was.
pub(crate) fn set_only_primary(elements: &mut [Value], keep: usize) -> bool {
    let mut changed = false;
    for (place, element) in elements.iter_mut().enumerate() {
        if place != keep
            && is_primary(element)
            && let Some(complex) = element.as_complex_mut()
        {
            complex.insert("primary", false);
            changed = true;
        }
    }
    changed
}

/// Tells whether an attribute is the password, which is never kept (decision D30).
pub(crate) fn is_password(attribute: &Attribute) -> bool {
    attribute.name == "password" && attribute.mutability == Mutability::WriteOnly
}

/// Tells whether a member that the definition lacks is one that the server computes: no news, so no warning.
fn is_computed(name: &str) -> bool {
    ["display", "$ref", "displayName"].iter().any(|computed| computed.eq_ignore_ascii_case(name))
}

/// Returns a name as a message may show it: short, without control characters.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(120).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}
