//! What may be kept, and what it is found by.

use std::hash::Hash;
use std::sync::Arc;

use rollbook_store::{Directory, DirectoryId, GroupRef, ResourceId, Stored, Token, TokenHash};

/// What something is kept by that may go out of date; what stands for a directory in the tables never does.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Key {
    /// A resource.
    Resource(DirectoryId, ResourceId),
    /// The groups of a member.
    Groups(DirectoryId, ResourceId),
    /// The resources that hold a value.
    Holders(Value),
    /// How many resources of a type there are.
    Total(DirectoryId, Box<str>),
    /// A token.
    Token(TokenHash),
}

impl Key {
    pub(super) fn name(&self) -> Name<'_> {
        match self {
            Self::Resource(directory, id) => Name::Resource(directory, id.as_str()),
            Self::Groups(directory, id) => Name::Groups(directory, id),
            Self::Holders(value) => value.name(),
            Self::Total(directory, resource_type) => Name::Total(directory, resource_type),
            Self::Token(hash) => Name::Token(hash),
        }
    }
}

/// A value that resources of a type are looked up by.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Value {
    pub(crate) directory: DirectoryId,
    pub(crate) resource_type: Box<str>,
    /// As [`rollbook_protocol::Key::attribute`].
    pub(crate) attribute: Box<str>,
    /// As [`rollbook_protocol::Key::value`].
    pub(crate) value: Box<str>,
}

impl Value {
    fn name(&self) -> Name<'_> {
        Name::Holders(&self.directory, &self.resource_type, &self.attribute, &self.value)
    }
}

/// How many resources of a type there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Total {
    pub(crate) live: u64,
    /// Stands for what the list of the type is: another one each time that the count is read again, which is after each
    /// commit by which a resource of the type came or went.
    pub(crate) list: u64,
}

/// A part of the list of a type, in the order in which it was read.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) directory: DirectoryId,
    pub(crate) resource_type: Box<str>,
    /// Which part.
    pub(crate) part: Box<str>,
    /// [`Total::list`] of the list that it is of.
    pub(crate) list: u64,
    pub(crate) ids: Arc<[ResourceId]>,
    /// Whether there is more on the other side of where it begins.
    pub(crate) beyond: bool,
}

/// A key, borrowed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Name<'k> {
    Resource(&'k DirectoryId, &'k str),
    Groups(&'k DirectoryId, &'k ResourceId),
    Holders(&'k DirectoryId, &'k str, &'k str, &'k str),
    Total(&'k DirectoryId, &'k str),
    Span(&'k DirectoryId, &'k str, &'k str),
    Token(&'k TokenHash),
    Number(&'k DirectoryId),
    Directory(&'k str),
}

/// What is kept, with its key.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A resource.
    Resource(DirectoryId, Stored),
    /// The groups of a member.
    Groups(DirectoryId, ResourceId, Arc<[GroupRef]>),
    /// The resources that hold a value, in any order; none is an answer too.
    Holders(Value, Arc<[ResourceId]>),
    /// How many resources of a type there are.
    Total(DirectoryId, Box<str>, Total),
    /// A part of the list of a type.
    Span(Box<Span>),
    /// A token.
    Token(Box<Token>),
    /// What stands for a directory in the tables.
    Number(DirectoryId, i64),
    /// A directory, by what it was asked for by: its slug or its id.
    Directory(Box<str>, Box<Directory>),
}

impl Entry {
    pub(super) fn name(&self) -> Name<'_> {
        match self {
            Self::Resource(directory, stored) => Name::Resource(directory, stored.id.as_str()),
            Self::Groups(directory, id, _) => Name::Groups(directory, id),
            Self::Holders(value, _) => value.name(),
            Self::Total(directory, resource_type, _) => Name::Total(directory, resource_type),
            Self::Span(span) => Name::Span(&span.directory, &span.resource_type, &span.part),
            Self::Token(token) => Name::Token(&token.hash),
            Self::Number(directory, _) => Name::Number(directory),
            Self::Directory(asked, _) => Name::Directory(asked),
        }
    }

    /// The memory that it holds on the heap, roughly; ids are counted where they are not shared.
    pub(super) fn heap(&self) -> usize {
        match self {
            Self::Resource(_, stored) => {
                stored.body.len() + stored.resource_type.len() + stored.id.as_str().len() + 64
            }
            Self::Groups(_, id, groups) => {
                let one = |group: &GroupRef| {
                    let display = group.display.as_ref().map_or(0, |display| display.len() + 16);
                    size_of::<GroupRef>() + group.id.as_str().len() + 16 + display
                };
                id.as_str().len() + 32 + groups.iter().map(one).sum::<usize>()
            }
            Self::Holders(value, ids) => {
                let texts = value.resource_type.len() + value.attribute.len() + value.value.len();
                texts + 64 + list(ids)
            }
            Self::Span(span) => {
                size_of::<Span>() + span.resource_type.len() + span.part.len() + 64 + list(&span.ids)
            }
            Self::Total(_, resource_type, _) => resource_type.len() + 16,
            Self::Token(token) => size_of::<Token>() + token.label.len() + token.prefix.len() + 128,
            Self::Number(..) => 64,
            // Settings are lists of at most some tens of words.
            Self::Directory(asked, directory) => {
                let settings = &directory.settings;
                asked.len() + size_of::<Directory>() + 64 * (settings.domains.len() + settings.required.len())
            }
        }
    }
}

fn list(ids: &[ResourceId]) -> usize {
    ids.iter().map(|id| size_of::<ResourceId>() + id.as_str().len() + 32).sum()
}
