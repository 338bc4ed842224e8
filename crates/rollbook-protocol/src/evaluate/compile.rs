//! From a filter to the tree: names are resolved and types checked.

mod choice;
mod operand;
mod target;

use rollbook_filter::{AttrExp, AttrPath, Filter, Test, ValuePath};
use rollbook_schema::AttributeType;

use super::check::Check;
use super::node::{Node, Steps};
use crate::error::{ScimError, ScimType, invalid_filter};
use crate::quirks::Quirks;
use crate::resolve::TypeRef;
use target::{Found, Scope, Target, find};

/// Binds a filter, and notes what it reads.
pub(super) struct Compiler<'a> {
    ty: TypeRef<'a>,
    quirks: &'a Quirks,
    pub(super) reads_members: bool,
    pub(super) reads_groups: bool,
}

/// A value path that is bound: the scope inside its brackets, the steps to its elements, what an element must meet.
type Selection<'a> = (Scope<'a>, Steps, Box<Node>);

impl<'a> Compiler<'a> {
    pub(super) fn new(ty: TypeRef<'a>, quirks: &'a Quirks) -> Self {
        Self { ty, quirks, reads_members: false, reads_groups: false }
    }

    pub(super) fn compile(&mut self, filter: &Filter<'_>) -> Result<Node, ScimError> {
        self.filter(filter, Scope::Resource)
    }

    fn filter(&mut self, filter: &Filter<'_>, scope: Scope<'a>) -> Result<Node, ScimError> {
        Ok(match filter {
            Filter::And(operands) => Node::And(self.all(operands, scope)?),
            Filter::Or(operands) => choice::any_of(self.all(operands, scope)?),
            Filter::Not(inner) => Node::Not(Box::new(self.filter(inner, scope)?)),
            Filter::Attr(AttrExp { path, test }) => self.test(path, test, scope)?,
            Filter::ValuePath(path) => match self.value_path(path, scope)? {
                Some((_, steps, filter)) => Node::Any { steps, filter },
                None => Node::Constant(false),
            },
            Filter::ValueAttr { path, sub, test } => self.value_attr(path, sub, test, scope)?,
        })
    }

    fn all(&mut self, operands: &[Filter<'_>], scope: Scope<'a>) -> Result<Vec<Node>, ScimError> {
        operands.iter().map(|operand| self.filter(operand, scope)).collect()
    }

    fn test(&mut self, path: &AttrPath<'_>, test: &Test<'_>, scope: Scope<'a>) -> Result<Node, ScimError> {
        match self.find(path, scope) {
            Found::Attribute(target, steps) => self.attribute_test(path, target, steps, test),
            Found::Extension(_, steps) if *test == Test::Present => {
                Ok(Node::Test { steps, check: Check::Present, lookup: None })
            }
            // An extension has no value of its own to compare.
            Found::Extension(..) | Found::Unknown => {
                self.unknown(path)?;
                Ok(Node::Constant(of_unknown(test)))
            }
        }
    }

    /// Binds a test; on a complex attribute it is about its `value` (decision D31).
    fn attribute_test(
        &self,
        path: &AttrPath<'_>,
        mut target: Target<'a>,
        mut steps: Steps,
        test: &Test<'_>,
    ) -> Result<Node, ScimError> {
        let Test::Compare(op, value) = test else {
            return Ok(Node::Test { steps, check: Check::Present, lookup: None });
        };
        if target.definition().attribute_type == AttributeType::Complex {
            let Some(sub) = target.definition().sub_attribute("value") else {
                self.unknown(path)?;
                return Ok(Node::Constant(of_unknown(test)));
            };
            target.sub = Some(sub);
            steps.push(sub.name.as_str().into());
        }
        let operand = operand::bind(path, &target, *op, value, self.quirks)?;
        let lookup = target.lookup(self.ty, *op, &operand);
        Ok(Node::Test { steps, check: Check::Compare(*op, operand), lookup })
    }

    /// Binds a value path; `None` where no schema knows its attribute, so that it has no elements.
    fn value_path(
        &mut self,
        path: &ValuePath<'_>,
        scope: Scope<'a>,
    ) -> Result<Option<Selection<'a>>, ScimError> {
        let (inner, steps) = match self.find(&path.path, scope) {
            Found::Attribute(Target { extension, attribute, sub: None }, steps) => {
                (Scope::Element(extension, attribute), steps)
            }
            Found::Extension(schema, steps) => (Scope::Extension(schema), steps),
            // A sub-attribute has no elements of its own.
            Found::Attribute(..) | Found::Unknown => {
                self.unknown(&path.path)?;
                return Ok(None);
            }
        };
        let filter = self.filter(&path.filter, inner)?;
        Ok(Some((inner, steps, Box::new(filter))))
    }

    fn value_attr(
        &mut self,
        path: &ValuePath<'_>,
        sub: &str,
        test: &Test<'_>,
        scope: Scope<'a>,
    ) -> Result<Node, ScimError> {
        let Some((inner, steps, filter)) = self.value_path(path, scope)? else {
            return Ok(Node::Constant(of_unknown(test)));
        };
        let sub = AttrPath::new(sub).map_err(|error| invalid_filter(&error))?;
        Ok(match self.test(&sub, test, inner)? {
            Node::Test { steps: sub, check, lookup } => Node::Selected { steps, filter, sub, check, lookup },
            constant => constant,
        })
    }

    fn find(&mut self, path: &AttrPath<'_>, scope: Scope<'a>) -> Found<'a> {
        let found = find(path, scope, self.ty, self.quirks);
        if let Found::Attribute(Target { extension: None, attribute, .. }, _) = &found {
            self.reads_members |= attribute.name == "members";
            self.reads_groups |= attribute.name == "groups";
        }
        found
    }

    /// Refuses a name that no schema knows, unless it counts as absent (decision D31).
    fn unknown(&self, path: &AttrPath<'_>) -> Result<(), ScimError> {
        if self.quirks.unknown_attributes {
            return Ok(());
        }
        let name = &self.ty.resource_type.name;
        let detail = format!(
            "`{path}` is no attribute of {name} that can be compared; see /Schemas",
            path = path.as_str()
        );
        Err(ScimError::bad_request(ScimType::InvalidFilter, detail))
    }
}

/// Answers for an attribute that never has a value.
fn of_unknown(test: &Test<'_>) -> bool {
    match test {
        Test::Present => false,
        Test::Compare(op, value) => Check::Compare(*op, operand::untyped(value)).of_absent(),
    }
}
