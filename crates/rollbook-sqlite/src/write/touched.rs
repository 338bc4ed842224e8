//! What a transaction changes of what a cache may hold.

use std::collections::BTreeSet;

use rollbook_store::{DirectoryId, ResourceId, TokenHash};

use crate::cache::{Key, Value};

/// Group lists of one directory that are dropped one by one; beyond that, all of the directory are.
const PRECISE: usize = 512;

/// The keys to drop from a cache, gathered while the batches of a transaction are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    keys: BTreeSet<Key>,
    groups: BTreeSet<DirectoryId>,
    directories: bool,
}

impl Touched {
    /// What is kept by name.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    /// The directories whose group lists are all out of date.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &DirectoryId> {
        self.groups.iter()
    }

    /// Whether what is kept of any directory's settings is out of date.
    pub(crate) const fn directories(&self) -> bool {
        self.directories
    }

    /// Takes in what another batch has changed.
    pub(crate) fn append(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.groups.extend(other.groups);
        self.directories |= other.directories;
    }

    pub(super) fn resource(&mut self, directory: &DirectoryId, id: &ResourceId) {
        self.keys.insert(Key::Resource(directory.clone(), id.clone()));
    }

    /// Which resources of a type hold a value of a key.
    pub(super) fn value(
        &mut self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        value: &str,
    ) {
        let (resource_type, attribute, value) = (resource_type.into(), attribute.into(), value.into());
        self.keys.insert(Key::Holders(Value {
            directory: directory.clone(),
            resource_type,
            attribute,
            value,
        }));
    }

    /// How many resources of a type there are.
    pub(super) fn total(&mut self, directory: &DirectoryId, resource_type: &str) {
        self.keys.insert(Key::Total(directory.clone(), resource_type.into()));
    }

    /// The group lists of these members.
    pub(super) fn groups_of<'m>(
        &mut self,
        directory: &DirectoryId,
        members: impl ExactSizeIterator<Item = &'m str>,
    ) {
        if members.len() > PRECISE {
            self.all_groups(directory);
        } else {
            self.keys.extend(members.map(|member| Key::Groups(directory.clone(), member.into())));
        }
    }

    /// The group lists of a whole directory.
    pub(super) fn all_groups(&mut self, directory: &DirectoryId) {
        self.groups.insert(directory.clone());
    }

    pub(super) fn token(&mut self, hash: TokenHash) {
        self.keys.insert(Key::Token(hash));
    }

    /// The settings of directories: whichever, since one's slug may be another's id.
    pub(super) const fn any_directory(&mut self) {
        self.directories = true;
    }
}
