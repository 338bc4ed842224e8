//! Whether a service holds exactly what it should; compared by what people would see there, not by what the hub thinks.

use std::collections::{BTreeMap, BTreeSet};

use rollbook_schema::{Group, Resource, User};

use super::company::{Expected, Person};
use super::services::Service;

/// What differs, in words; empty when nothing does.
pub(super) fn differences(service: &Service, expected: &Expected) -> Vec<String> {
    let users = service.standin.users();
    let mut differences = Vec::new();
    let mut names = BTreeMap::new();
    for user in &users {
        let name = user.user_name().unwrap_or_default().to_owned();
        match expected.people.get(&name) {
            None => differences.push(format!("{}: {name} should not be there", service.name)),
            Some(person) if !same(user, person) => {
                differences.push(format!("{}: {name} is not as it should be", service.name));
            }
            Some(_) => {}
        }
        if names.insert(name.clone(), user.id().unwrap_or_default().to_owned()).is_some() {
            differences.push(format!("{}: {name} has two accounts", service.name));
        }
    }
    let missing = expected.people.keys().filter(|name| !names.contains_key(*name));
    differences.extend(missing.map(|name| format!("{}: {name} is missing", service.name)));
    if service.groups {
        compare_groups(service, expected, &names, &mut differences);
    } else if !service.standin.groups().is_empty() {
        differences.push(format!("{}: holds groups", service.name));
    }
    differences
}

/// How many people and groups are there as they should be.
pub(super) fn in_place(service: &Service, expected: &Expected) -> usize {
    let wanted = expected.people.len() + if service.groups { expected.groups.len() } else { 0 };
    wanted.saturating_sub(differences(service, expected).len())
}

fn compare_groups(
    service: &Service,
    expected: &Expected,
    ids: &BTreeMap<String, String>,
    differences: &mut Vec<String>,
) {
    let by_id: BTreeMap<&str, &str> = ids.iter().map(|(name, id)| (id.as_str(), name.as_str())).collect();
    let mut seen = BTreeSet::new();
    for group in service.standin.groups() {
        let view = Group::new(&group);
        let name = view.display_name().unwrap_or_default().to_owned();
        let members: BTreeSet<&str> = view
            .members()
            .map(|member| member.value().and_then(|id| by_id.get(id).copied()).unwrap_or("somebody unknown"))
            .collect();
        match expected.groups.get(&name) {
            None => differences.push(format!("{}: the group {name} should not be there", service.name)),
            Some(wanted) if !wanted.iter().map(String::as_str).eq(members.iter().copied()) => {
                let count = members.len();
                differences.push(format!(
                    "{}: the group {name} has {count} members, not {}",
                    service.name,
                    wanted.len()
                ));
            }
            Some(_) => {}
        }
        if !seen.insert(name.clone()) {
            differences.push(format!("{}: there are two groups {name}", service.name));
        }
    }
    let missing = expected.groups.keys().filter(|name| !seen.contains(*name));
    differences.extend(missing.map(|name| format!("{}: the group {name} is missing", service.name)));
}

fn same(user: &Resource, person: &Person) -> bool {
    let view = User::new(user);
    let department = view.enterprise().and_then(|enterprise| enterprise.department().map(str::to_owned));
    view.active() == Some(person.active)
        && view.display_name() == Some(person.display_name().as_str())
        && view.title() == person.title.as_deref()
        && view.external_id() == Some(person.external_id.as_str())
        && view.emails().any(|email| email.value() == Some(&person.user_name))
        && department.as_deref() == Some(&person.department)
}
