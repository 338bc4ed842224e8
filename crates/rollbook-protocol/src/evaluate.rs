//! Filters over resources (RFC 7644 §3.4.2.2, decisions D26 and D31).
//!
//! A filter is bound to a resource type once: names are resolved, types checked, values folded. What is left is a tree
//! that is walked for each resource, and a look-up that lets an index answer in its place.

mod check;
mod compile;
mod lookup;
mod node;

use std::sync::Arc;

use rollbook_filter::{Filter, Limits};
use rollbook_schema::{Registry, Resource};

use crate::error::{ScimError, invalid_filter};
use crate::quirks::Quirks;
use crate::resolve::TypeRef;
use check::Folds;
use compile::Compiler;
use node::{Context, Node};

pub(crate) use check::{ordered, textual};
pub use lookup::Lookup;

/// A filter bound to a resource type; a clone shares the tree.
///
/// What it means, beyond RFC 7644 §3.4.2.2:
///
/// * An attribute without a value, or that no schema knows, makes `ne` true and every other comparison false (D26).
///   `null` is the state of having no value (RFC 7643 §2.5): `title eq null` is `not (title pr)`, but for empty
///   strings.
/// * A path that names a complex attribute compares its `value` (D31), and so does one to a simple multi-valued
///   attribute in brackets: `schemas[value eq "urn:…"]`.
/// * On a multi-valued attribute a test holds when it holds for one element, `ne` included (D31); in brackets all tests
///   look at the same element.
/// * A dateTime compares as an instant, and as text by `co`, `sw` and `ew`.
/// * Ids compare with case: `id`, `members.value`, `groups.value`.
/// * Of `emails[type eq "work"].value eq "x"`, one selected element must pass; where none is selected, the value is
///   absent.
#[derive(Clone, Debug)]
pub struct Predicate {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    filter: Filter<'static>,
    node: Node,
    lookup: Option<Lookup>,
    exact: bool,
    reads_members: bool,
    reads_groups: bool,
    asked_members: Option<Vec<String>>,
}

impl Predicate {
    /// Binds a filter to the resource type of a name.
    ///
    /// # Errors
    ///
    /// 400 `invalidFilter` where an ordering operator meets a value of another type or a type without order (Boolean,
    /// binary), and, unless the quirks let unknown attributes pass, where no schema knows an attribute (D31). 404 where
    /// the registry has no such resource type.
    pub fn new(
        filter: Filter<'static>,
        registry: Arc<Registry>,
        resource_type: &str,
        quirks: &Quirks,
    ) -> Result<Self, ScimError> {
        let Some(resource_type) = registry.resource_type(resource_type) else {
            return Err(ScimError::not_found(format!(
                "there is no resource type `{resource_type}`; see /ResourceTypes for those there are"
            )));
        };
        let mut compiler = Compiler::new(TypeRef { registry: &registry, resource_type }, quirks);
        let node = compiler.compile(&filter)?;
        let (reads_members, reads_groups) = (compiler.reads_members, compiler.reads_groups);
        let (lookup, exact) = lookup::of(&node);
        let asked_members = lookup::asked_members(&node);
        Ok(Self {
            inner: Arc::new(Inner {
                filter,
                node,
                lookup,
                exact,
                reads_members,
                reads_groups,
                asked_members,
            }),
        })
    }

    /// Reads a filter within limits and binds it.
    ///
    /// # Errors
    ///
    /// 400 `invalidFilter` where the text is no filter or passes a limit, and as [`new`](Self::new).
    pub fn parse(
        text: &str,
        limits: &Limits,
        registry: Arc<Registry>,
        resource_type: &str,
        quirks: &Quirks,
    ) -> Result<Self, ScimError> {
        let filter = Filter::parse_with(text, limits).map_err(|error| invalid_filter(&error))?;
        Self::new(filter.into_owned(), registry, resource_type, quirks)
    }

    /// Tells whether a resource meets the filter.
    ///
    /// The resource is a whole one, as [`assemble`](crate::assemble) makes it: with `id` and `meta`, and with `members`
    /// and `groups` where the filter reads them.
    #[must_use]
    pub fn matches(&self, resource: &Resource) -> bool {
        self.inner.node.holds(Context::Members(resource.as_complex()), &Folds::default())
    }

    /// Returns a condition that every matching resource meets and that an index answers.
    ///
    /// It comes from an `eq`, alone or as one operand of an `and`; the most selective one is taken.
    #[must_use]
    pub fn lookup(&self) -> Option<Lookup> {
        self.inner.lookup.clone()
    }

    /// Tells whether [`lookup`](Self::lookup) decides alone, so that nothing needs to be evaluated.
    #[must_use]
    pub fn exact(&self) -> bool {
        self.inner.exact
    }

    /// Tells whether [`matches`](Self::matches) looks at `members`.
    #[must_use]
    pub fn reads_members(&self) -> bool {
        self.inner.reads_members
    }

    /// Returns the member values that decide, where the filter asks about `members` only as in `members eq "x"`.
    ///
    /// Then [`matches`](Self::matches) needs to be given those of the group's members that have one of these values,
    /// and no others: Entra asks for one member of one group at a time, however large the group. `None` where all
    /// members are needed; an empty list where none is.
    #[must_use]
    pub fn asked_members(&self) -> Option<&[String]> {
        self.inner.asked_members.as_deref()
    }

    /// Tells whether [`matches`](Self::matches) looks at `groups`.
    #[must_use]
    pub fn reads_groups(&self) -> bool {
        self.inner.reads_groups
    }

    /// Returns the filter as it was read.
    #[must_use]
    pub fn filter(&self) -> &Filter<'static> {
        &self.inner.filter
    }
}
