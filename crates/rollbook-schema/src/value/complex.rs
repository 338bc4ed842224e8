//! Ordered members with unique names.

use std::collections::HashMap;
use std::iter::FusedIterator;
use std::{slice, vec};

use crate::name::AttributeName;

use super::Value;

/// The most members that are searched one by one while an object is built; above it an index is kept.
const SCANNED: usize = 32;

/// The members of a complex attribute, an extension or a resource, in order.
///
/// A name occurs once, whatever its case. Looking a name up walks the members, which is fastest for the two dozen that
/// resources have.
#[derive(Clone, Debug, Default)]
pub struct Complex(Vec<Member>);

type Member = (AttributeName, Value);

impl Complex {
    /// Makes a complex value without members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the value of a member, found without regard to ASCII case.
    #[inline]
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|member| member.0 == *name).map(|member| &member.1)
    }

    /// Returns the value of a member, to be changed.
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|member| member.0 == *name).map(|member| &mut member.1)
    }

    /// Tells whether there is a member of this name, be its value `null`.
    #[inline]
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a member and returns the value it had; an existing member keeps its place and its spelling.
    pub fn insert(&mut self, name: impl Into<AttributeName>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|member| member.0 == name) {
            Some(member) => Some(std::mem::replace(&mut member.1, value)),
            None => {
                self.0.push((name, value));
                None
            }
        }
    }

    /// Takes a member out and returns its value; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let index = self.0.iter().position(|member| member.0 == *name)?;
        Some(self.0.remove(index).1)
    }

    /// Keeps the members for which `keep` returns true, in order.
    pub fn retain(&mut self, mut keep: impl FnMut(&AttributeName, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Iterates over the members in order.
    #[inline]
    pub fn iter(&self) -> ComplexIter<'_> {
        ComplexIter(self.0.iter())
    }

    /// Iterates over the members in order, their values to be changed.
    pub fn iter_mut(
        &mut self,
    ) -> impl DoubleEndedIterator<Item = (&AttributeName, &mut Value)> + ExactSizeIterator {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// Returns the number of members.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are no members.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Complex {
    type Item = (&'a AttributeName, &'a Value);
    type IntoIter = ComplexIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Complex {
    type Item = (AttributeName, Value);
    type IntoIter = vec::IntoIter<(AttributeName, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<N: Into<AttributeName>, V: Into<Value>> FromIterator<(N, V)> for Complex {
    /// Collects members; where a name comes twice, the first gives place and spelling, the last the value.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(members: I) -> Self {
        let mut builder = Builder::default();
        for (name, value) in members {
            let (name, value) = (name.into(), value.into());
            match builder.position(&name).and_then(|index| builder.members.get_mut(index)) {
                Some(member) => member.1 = value,
                None => builder.push(name, value),
            }
        }
        builder.finish()
    }
}

impl<N: Into<AttributeName>, V: Into<Value>> Extend<(N, V)> for Complex {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, members: I) {
        for (name, value) in members {
            self.insert(name, value);
        }
    }
}

/// Iterates over the members of a [`Complex`] in order.
#[derive(Clone, Debug)]
pub struct ComplexIter<'a>(slice::Iter<'a, Member>);

impl<'a> Iterator for ComplexIter<'a> {
    type Item = (&'a AttributeName, &'a Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for ComplexIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name, value))
    }
}

impl ExactSizeIterator for ComplexIter<'_> {}

impl FusedIterator for ComplexIter<'_> {}

/// Builds an object of any size in linear time, so that a hostile one with a million members costs no more.
#[derive(Default)]
pub(crate) struct Builder {
    members: Vec<Member>,
    /// The place of every member by name, once there are many.
    index: HashMap<AttributeName, usize>,
}

impl Builder {
    /// Returns the place of a member.
    pub(crate) fn position(&self, name: &AttributeName) -> Option<usize> {
        if self.index.is_empty() {
            self.members.iter().position(|member| member.0 == *name)
        } else {
            self.index.get(name).copied()
        }
    }

    /// Adds a member whose name is known to be new.
    pub(crate) fn push(&mut self, name: AttributeName, value: Value) {
        let place = self.members.len();
        if !self.index.is_empty() {
            self.index.insert(name.clone(), place);
        } else if place >= SCANNED {
            self.index = self.members.iter().enumerate().map(|(at, member)| (member.0.clone(), at)).collect();
            self.index.insert(name.clone(), place);
        }
        self.members.push((name, value));
    }

    pub(crate) fn finish(self) -> Complex {
        Complex(self.members)
    }
}
