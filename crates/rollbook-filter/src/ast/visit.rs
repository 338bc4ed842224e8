//! The attributes a filter names.

use super::{Filter, ValuePath};
use crate::path::AttrPath;

impl<'a> Filter<'a> {
    /// Calls `visitor` with each attribute path, in source order.
    ///
    /// The first argument is the value path's attribute that the path is relative to: `Some(emails)` for `type` in
    /// `emails[type eq "work"]`, `None` for `emails` itself. The `sub` of a [`Filter::ValueAttr`] is a name, not a
    /// path, and is not visited.
    pub fn visit<'f>(&'f self, visitor: &mut impl FnMut(Option<&'f AttrPath<'a>>, &'f AttrPath<'a>)) {
        self.visit_within(None, visitor);
    }

    /// Returns every attribute path, in source order.
    ///
    /// Paths inside the brackets of a value path are included and are relative to it; [`visit`](Self::visit) tells
    /// them apart.
    #[must_use]
    pub fn paths(&self) -> Vec<&AttrPath<'a>> {
        let mut paths = Vec::new();
        self.visit(&mut |_, path| paths.push(path));
        paths
    }

    fn visit_within<'f>(
        &'f self,
        within: Option<&'f AttrPath<'a>>,
        visitor: &mut impl FnMut(Option<&'f AttrPath<'a>>, &'f AttrPath<'a>),
    ) {
        match self {
            Self::And(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.visit_within(within, visitor);
                }
            }
            Self::Not(inner) => inner.visit_within(within, visitor),
            Self::Attr(expression) => visitor(within, &expression.path),
            Self::ValuePath(ValuePath { path, filter })
            | Self::ValueAttr { path: ValuePath { path, filter }, .. } => {
                visitor(within, path);
                filter.visit_within(Some(path), visitor);
            }
        }
    }
}
