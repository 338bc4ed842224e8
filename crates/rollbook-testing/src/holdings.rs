//! What a SCIM service holds, in a shape in which two services can be compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::http::Session;

/// The users and groups of a service without what is the service's own (ids, meta, `$ref`, computed values).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holdings {
    /// Users by `userName`; two of the same name make the reading fail.
    pub users: BTreeMap<String, Value>,
    /// The names of each group's members, by the group's `displayName`: a user's `userName` or a group's `displayName`.
    pub groups: BTreeMap<String, BTreeSet<String>>,
}

impl Holdings {
    /// What differs, one line each, `self` first; empty when both hold the same.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = differences("user", &self.users, &other.users);
        lines.extend(differences("group", &self.groups, &other.groups));
        lines
    }
}

/// Reads everything that a service holds.
///
/// # Errors
/// A sentence: it does not answer as SCIM does, or holds two users or two groups of one name.
pub fn holdings(session: &mut Session) -> Result<Holdings, String> {
    let users = all(session, "Users")?;
    let groups = all(session, "Groups")?;
    let mut names = BTreeMap::new();
    for (list, attribute) in [(&users, "userName"), (&groups, "displayName")] {
        for it in list {
            names.insert(text(it, "id")?, text(it, attribute)?);
        }
    }
    let mut held = Holdings::default();
    for user in users {
        let name = text(&user, "userName")?;
        if held.users.insert(name.clone(), bare(user, &names)).is_some() {
            return Err(format!("there are two accounts `{name}`"));
        }
    }
    for group in groups {
        let name = text(&group, "displayName")?;
        let mut members = BTreeSet::new();
        for member in group["members"].as_array().into_iter().flatten() {
            let id = text(member, "value")?;
            members.insert(names.get(&id).cloned().unwrap_or_else(|| format!("nobody: {id}")));
        }
        if held.groups.insert(name.clone(), members).is_some() {
            return Err(format!("there are two groups `{name}`"));
        }
    }
    Ok(held)
}

fn differences<T: PartialEq + std::fmt::Debug>(
    what: &str,
    left: &BTreeMap<String, T>,
    right: &BTreeMap<String, T>,
) -> Vec<String> {
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing = names.into_iter().filter(|name| left.get(*name) != right.get(*name));
    differing
        .map(|name| format!("{what} `{name}`: {:?} against {:?}", left.get(name), right.get(name)))
        .collect()
}

/// All resources of an endpoint, page by page.
fn all(session: &mut Session, endpoint: &str) -> Result<Vec<Value>, String> {
    let mut found: Vec<Value> = Vec::new();
    loop {
        let path = format!("/{endpoint}?startIndex={}&count=100", found.len() + 1);
        let answer = session.get(&path).map_err(|error| format!("GET {path}: {error}"))?;
        if answer.status != 200 {
            return Err(format!("GET {path}: {} {}", answer.status, answer.text()));
        }
        let page = answer.json();
        let total = page["totalResults"].as_u64().ok_or("no totalResults")?;
        let resources = page["Resources"].as_array().cloned().unwrap_or_default();
        let last = resources.is_empty();
        found.extend(resources);
        if last || found.len() as u64 >= total {
            return Ok(found);
        }
    }
}

/// A user without what the service itself makes; the manager by name.
fn bare(user: Value, names: &BTreeMap<String, String>) -> Value {
    let Value::Object(mut user) = user else { return user };
    for own in ["id", "meta", "groups", "schemas"] {
        user.remove(own);
    }
    for extension in user.values_mut().filter_map(Value::as_object_mut) {
        let manager = extension.get("manager").and_then(|manager| manager["value"].as_str());
        if let Some(id) = manager {
            let name = names.get(id).cloned().unwrap_or_else(|| format!("nobody: {id}"));
            extension.insert("manager".to_owned(), name.into());
        }
    }
    Value::Object(user.into_iter().filter(|(_, value)| !empty(value)).collect::<Map<_, _>>())
}

/// Absent, null and empty are one state (RFC 7643 §2.5).
fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn text(value: &Value, attribute: &str) -> Result<String, String> {
    value[attribute].as_str().map(str::to_owned).ok_or_else(|| format!("no `{attribute}` in {value}"))
}
