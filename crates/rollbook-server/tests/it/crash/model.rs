//! What one worker's part of the directory must look like.

use std::collections::{BTreeMap, BTreeSet};

use rollbook_testing::Holdings;

/// A user's changeable attributes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Person {
    pub(super) display: String,
    pub(super) active: bool,
}

/// Users by `userName`, groups by `displayName` with the names of their members.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Model {
    pub(super) users: BTreeMap<String, Person>,
    pub(super) groups: BTreeMap<String, BTreeSet<String>>,
}

impl Model {
    /// The part of what a hub holds whose names begin with `prefix`.
    pub(super) fn of(held: &Holdings, prefix: &str) -> Self {
        let users = held.users.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(name, user)| {
            let display = user["displayName"].as_str().unwrap_or_default().to_owned();
            (name.clone(), Person { display, active: user["active"] == true })
        });
        let groups = held.groups.iter().filter(|(name, _)| name.starts_with(prefix));
        Self {
            users: users.collect(),
            groups: groups.map(|(name, members)| (name.clone(), members.clone())).collect(),
        }
    }

    /// A user is gone, from all groups too.
    pub(super) fn remove_user(&mut self, name: &str) {
        self.users.remove(name);
        for members in self.groups.values_mut() {
            members.remove(name);
        }
    }

    /// What differs, for people.
    pub(super) fn differences(&self, other: &Self) -> String {
        let users: BTreeSet<_> = self.users.keys().chain(other.users.keys()).collect();
        let groups: BTreeSet<_> = self.groups.keys().chain(other.groups.keys()).collect();
        let users = users
            .into_iter()
            .filter(|it| self.users.get(*it) != other.users.get(*it))
            .map(|it| format!("user {it}: {:?} against {:?}", self.users.get(it), other.users.get(it)));
        let groups = groups
            .into_iter()
            .filter(|it| self.groups.get(*it) != other.groups.get(*it))
            .map(|it| format!("group {it}: {:?} against {:?}", self.groups.get(it), other.groups.get(it)));
        users.chain(groups).collect::<Vec<_>>().join("\n")
    }
}
