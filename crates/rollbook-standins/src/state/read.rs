//! Reading the state.

use rollbook_protocol::{GroupView, Lookup, MemberView, Meta, Predicate, ScimError, assemble, display_of};
use rollbook_schema::Resource;

use super::State;

impl State {
    /// The stored body of a resource.
    pub(crate) fn body(&self, resource_type: &str, id: &str) -> Result<&Resource, ScimError> {
        self.table(resource_type).rows.get(id).map(|row| &row.body).ok_or_else(|| Self::no_such(id))
    }

    /// The ids of the resources that meet a filter, all when there is none, in the order of their creation.
    pub(crate) fn find(&self, resource_type: &str, predicate: Option<&Predicate>) -> Vec<String> {
        let table = self.table(resource_type);
        let all = || table.rows.keys().map(String::as_str).collect::<Vec<_>>();
        let candidates = match predicate.and_then(Predicate::lookup) {
            None => all(),
            Some(Lookup::Id(id)) => {
                table.rows.get_key_value(&id).into_iter().map(|(id, _)| id.as_str()).collect()
            }
            Some(Lookup::Key { attribute, value }) => table.with_key(&attribute, &value).collect(),
            Some(Lookup::Member(value)) => match self.held_by.get(&value) {
                Some(groups) => groups
                    .iter()
                    .filter(|group| table.rows.contains_key(*group))
                    .map(String::as_str)
                    .collect(),
                None => Vec::new(),
            },
        };
        let meets = |id: &&str| {
            let Some(predicate) = predicate.filter(|predicate| !predicate.exact()) else { return true };
            let (members, groups) = (predicate.reads_members(), predicate.reads_groups());
            self.assemble(resource_type, id, members, groups)
                .is_some_and(|resource| predicate.matches(&resource))
        };
        candidates.into_iter().filter(meets).map(ToOwned::to_owned).collect()
    }

    /// A whole resource; `members` and `groups` only where they are asked for and the type has them.
    pub(crate) fn assemble(
        &self,
        resource_type: &str,
        id: &str,
        members: bool,
        groups: bool,
    ) -> Option<Resource> {
        let row = self.table(resource_type).rows.get(id)?;
        let location = self.location(resource_type, id);
        let meta = Meta {
            resource_type,
            id,
            created: row.created,
            modified: row.modified,
            location: &location,
            version: row.version,
        };
        let is_group = resource_type == "Group";
        let members = (members && is_group).then(|| self.member_rows(id));
        let members: Option<Vec<_>> = members.as_ref().map(|rows| rows.iter().map(view_member).collect());
        let groups = (groups && !is_group).then(|| self.group_rows(id));
        let groups: Option<Vec<_>> = groups.as_ref().map(|rows| rows.iter().map(view_group).collect());
        Some(assemble(row.body.clone(), &meta, members.as_deref(), groups.as_deref()))
    }

    /// All resources of a type, whole.
    pub(crate) fn snapshot(&self, resource_type: &str) -> Vec<Resource> {
        let ids = self.table(resource_type).rows.keys();
        ids.filter_map(|id| self.assemble(resource_type, id, true, true)).collect()
    }

    /// The ids of a group's members.
    pub(crate) fn member_ids(&self, group: &str) -> Vec<String> {
        let members = self.members.get(group).into_iter().flat_map(|members| members.iter());
        members.map(|member| member.value.clone()).collect()
    }

    /// How many users and groups there are.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.users.rows.len(), self.groups.rows.len())
    }

    /// The address of a resource.
    pub(crate) fn location(&self, resource_type: &str, id: &str) -> String {
        format!("{}/{resource_type}s/{id}", self.base)
    }

    /// The type of the resource that an id names.
    pub(super) fn type_of(&self, id: &str) -> Option<&'static str> {
        if self.users.rows.contains_key(id) {
            Some("User")
        } else {
            self.groups.rows.contains_key(id).then_some("Group")
        }
    }

    fn member_rows(&self, group: &str) -> Vec<Shown> {
        let members = self.members.get(group).into_iter().flat_map(|members| members.iter());
        let shown = members.map(|member| {
            let resource_type = self.type_of(&member.value);
            let body = resource_type.and_then(|name| self.body(name, &member.value).ok());
            Shown {
                id: member.value.clone(),
                resource_type,
                display: body.and_then(display_of).or_else(|| member.display.clone()),
                location: resource_type.map(|name| self.location(name, &member.value)),
            }
        });
        shown.collect()
    }

    fn group_rows(&self, user: &str) -> Vec<Shown> {
        let groups = self.held_by.get(user).into_iter().flatten();
        let shown = groups.map(|id| Shown {
            id: id.clone(),
            resource_type: Some("Group"),
            display: self.body("Group", id).ok().and_then(display_of),
            location: Some(self.location("Group", id)),
        });
        shown.collect()
    }
}

/// A reference as it is shown.
struct Shown {
    id: String,
    resource_type: Option<&'static str>,
    display: Option<String>,
    location: Option<String>,
}

fn view_member(shown: &Shown) -> MemberView<'_> {
    MemberView {
        value: &shown.id,
        resource_type: shown.resource_type,
        display: shown.display.as_deref(),
        location: shown.location.as_deref(),
    }
}

fn view_group(shown: &Shown) -> GroupView<'_> {
    GroupView { value: &shown.id, display: shown.display.as_deref(), location: shown.location.as_deref() }
}
