//! Which attributes an answer shows (RFC 7644 §3.4.2.5, §3.9; RFC 7643 §7 `returned`).

mod list;
mod selection;

use rollbook_schema::{Attribute, Complex, Resource, Returned, Schema, Value};

use crate::error::ScimError;
use crate::resolve::TypeRef;
use selection::{Coverage, Selection};

/// What an answer shows of a resource, from `attributes` and `excludedAttributes`.
///
/// * `returned: always` attributes are shown whatever is asked, `never` ones never, `default` ones unless `attributes`
///   leaves them out or `excludedAttributes` names them, `request` ones only where `attributes` names them. `id` and
///   `schemas` are always shown.
/// * The same holds for the sub-attributes of what is shown. Naming an attribute or an extension asks for its default
///   parts; a part named alone comes with those that are always returned.
/// * Where both parameters are given, `attributes` chooses and `excludedAttributes` takes away from it: RFC 7644 §3.9
///   says that a client may use one of the two, and this way nothing is shown that either of them hides.
/// * Names that no schema knows are ignored. An extension that no schema knows is shown by default, and can be asked for
///   or excluded by its URI, as a whole.
#[derive(Clone, Debug)]
pub struct Projection {
    /// What `attributes` names; `None` where it is absent.
    included: Option<Selection>,
    excluded: Selection,
    is_default: bool,
}

impl Projection {
    /// Reads the two parameters: attribute paths between commas.
    ///
    /// A parameter that holds no name counts as absent. Of `emails[type eq "work"]` the path before the bracket is used
    /// (decision D8).
    ///
    /// # Errors
    ///
    /// 400 `invalidValue` where a name is no attribute path, or a parameter has more than 1,000 names.
    pub fn parse(
        attributes: Option<&str>,
        excluded: Option<&str>,
        ty: TypeRef<'_>,
    ) -> Result<Self, ScimError> {
        let included = match attributes {
            Some(text) => list::parse("attributes", text)?,
            None => Vec::new(),
        };
        let excluded = match excluded {
            Some(text) => list::parse("excludedAttributes", text)?,
            None => Vec::new(),
        };
        let excluded = Selection::new(&excluded, ty);
        let included = (!included.is_empty()).then(|| Selection::new(&included, ty));
        // What the splice adds can be left out of it; nothing else can.
        let is_default = included.is_none() && excluded.is_only(&SPLICED) && !hides(ty);
        Ok(Self { included, excluded, is_default })
    }

    /// Tells whether a spliced resource needs no [`apply`](Self::apply), provided that the splice is given `members`
    /// and `groups` only where [`wants`](Self::wants) says so.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.is_default
    }

    /// Tells whether an attribute of the core schema with the default `returned` is shown, at least in part.
    ///
    /// It is meant for `members` and `groups`, which cost a look-up of their own.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        let is_chosen = self.included.as_ref().is_none_or(|included| {
            let included = included.coverage(None, name);
            included.is_named() || included.container
        });
        is_chosen && !self.excluded.coverage(None, name).is_total()
    }

    /// Takes away what is not to be shown.
    pub fn apply(&self, resource: &mut Resource, ty: TypeRef<'_>) {
        resource.as_complex_mut().retain(|name, value| {
            let name = name.as_str();
            match ty.extension(name) {
                Some(schema) => self.keeps_extension(schema, value),
                // An extension that no schema knows.
                None if name.contains(':') => self.keeps(Some(name), None, "", value),
                None => {
                    let found = ty.registry.attribute(ty.resource_type, None, name);
                    self.keeps(None, found.map(|(_, attribute)| attribute), name, value)
                }
            }
        });
    }

    /// Prunes an extension, and tells whether anything is left of it.
    fn keeps_extension(&self, schema: &Schema, value: &mut Value) -> bool {
        let uri = Some(schema.id.as_str());
        let Value::Complex(members) = value else {
            // Stored before its schema was known: it is shown or hidden as a whole.
            return self.keeps(uri, None, "", value);
        };
        let was_empty = members.is_empty();
        members.retain(|name, value| self.keeps(uri, schema.attribute(name.as_str()), name.as_str(), value));
        !members.is_empty() || (was_empty && self.included.is_none())
    }

    /// Prunes an attribute of the schema of a URI, or of the core schema, and tells whether it is shown.
    fn keeps(
        &self,
        uri: Option<&str>,
        definition: Option<&Attribute>,
        name: &str,
        value: &mut Value,
    ) -> bool {
        let returned = definition.map_or(Returned::Default, |definition| definition.returned);
        let included = self.included.as_ref().map(|included| included.coverage(uri, name));
        let excluded = self.excluded.coverage(uri, name);
        let is_shown = match (returned, &included) {
            (Returned::Always, _) => true,
            (Returned::Never, _) | (Returned::Request, None) => false,
            (Returned::Default, None) => !excluded.is_total(),
            (Returned::Default, Some(included)) => {
                (included.is_named() || included.container) && !excluded.is_total()
            }
            // Naming the schema asks for its default attributes.
            (Returned::Request, Some(included)) => included.is_named() && !excluded.is_total(),
        };
        let Some(definition) = definition else { return is_shown };
        if !is_shown || definition.sub_attributes.is_empty() {
            return is_shown;
        }
        let is_left = prune(value, definition, included.as_ref(), &excluded);
        is_left || returned == Returned::Always
    }
}

/// Prunes the elements of a complex attribute, and tells whether any is left.
fn prune(
    value: &mut Value,
    definition: &Attribute,
    included: Option<&Coverage<'_>>,
    excluded: &Coverage<'_>,
) -> bool {
    match value {
        Value::Array(elements) => {
            let was_empty = elements.is_empty();
            elements.retain_mut(|element| prune(element, definition, included, excluded));
            was_empty || !elements.is_empty()
        }
        Value::Complex(members) => prune_element(members, definition, included, excluded),
        _ => true,
    }
}

fn prune_element(
    members: &mut Complex,
    definition: &Attribute,
    included: Option<&Coverage<'_>>,
    excluded: &Coverage<'_>,
) -> bool {
    let was_empty = members.is_empty();
    members.retain(|name, _| {
        let sub = definition.sub_attribute(name.as_str());
        let is_named = included.is_some_and(|included| included.has_part(name.as_str()));
        match sub.map_or(Returned::Default, |sub| sub.returned) {
            Returned::Always => true,
            Returned::Never => false,
            Returned::Request => is_named && !excluded.has_part(name.as_str()),
            Returned::Default => {
                let is_whole =
                    definition.returned == Returned::Always || included.is_none_or(Coverage::is_total);
                let is_chosen = is_named || is_whole;
                is_chosen && !excluded.has_part(name.as_str())
            }
        }
    });
    was_empty || !members.is_empty()
}

/// Tells whether stored resources of a type can hold what is not shown by default.
///
/// Of the attributes that are never returned, `password` does not count: it is never stored (decision D30).
fn hides(ty: TypeRef<'_>) -> bool {
    let is_hidden = |attribute: &Attribute| matches!(attribute.returned, Returned::Never | Returned::Request);
    ty.attributes().any(|(extension, attribute)| {
        let is_core = |name: &str| extension.is_none() && attribute.name == *name;
        let is_elsewhere = is_core("password") || SPLICED.into_iter().any(is_core);
        (is_hidden(attribute) && !is_elsewhere) || attribute.sub_attributes.iter().any(is_hidden)
    })
}

/// What a splice adds only when it is told to.
const SPLICED: [&str; 2] = ["members", "groups"];
