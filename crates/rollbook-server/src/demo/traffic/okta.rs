//! Okta: look up, create, PUT for changes; groups with their members at once, then single adds and removes.

use http::Method;
use serde_json::{Value, json};

use super::Day;
use crate::demo::company::{Part, Person};
use crate::demo::idp::{Connection, Idp};
use crate::error::ServerError;

pub(super) async fn play(mut part: Part, idp: &Idp) -> Result<Day, ServerError> {
    let mut connection = idp.connect().await?;
    let mut people = Vec::new();
    for person in &part.people {
        connection.find("Users", "userName", &person.user_name).await?;
        people.push(connection.create("Users", &user(person, None)).await?);
    }
    let mut groups = Vec::new();
    for (name, members) in &part.groups {
        connection.find("Groups", "displayName", name).await?;
        let members =
            members.iter().filter_map(|index| Some((people.get(*index)?, part.people.get(*index)?)));
        let members: Vec<Value> =
            members.map(|(id, person)| json!({ "value": id, "display": person.user_name })).collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members
        });
        groups.push(connection.create("Groups", &body).await?);
    }
    movers(&mut part, &people, &groups, &mut connection).await?;
    leavers(&mut part, &people, &mut connection).await?;
    Ok(Day { part, ids: people, left: Vec::new() })
}

/// One in ten gets a new title by PUT; the first group swaps a member for another.
async fn movers(
    part: &mut Part,
    people: &[String],
    groups: &[String],
    connection: &mut Connection,
) -> Result<(), ServerError> {
    for index in (0..part.people.len()).step_by(10) {
        let (Some(person), Some(id)) = (part.people.get_mut(index), people.get(index)) else { continue };
        person.title = Some("Team Lead".to_owned());
        connection.send(Method::PUT, &format!("/Users/{id}"), Some(&user(person, Some(id)))).await?;
    }
    let (Some((_, members)), Some(group)) = (part.groups.first_mut(), groups.first()) else { return Ok(()) };
    let newcomer = (0..people.len()).find(|index| !members.contains(index));
    let (Some(gone), Some(newcomer)) = (members.first().copied(), newcomer) else { return Ok(()) };
    let (Some(gone_id), Some(new_id)) = (people.get(gone), people.get(newcomer)) else { return Ok(()) };
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            { "op": "remove", "path": format!("members[value eq \"{gone_id}\"]") },
            { "op": "add", "path": "members", "value": [{ "value": new_id, "display": "new" }] }
        ]
    });
    connection.send(Method::PATCH, &format!("/Groups/{group}"), Some(&body)).await?;
    members.retain(|member| *member != gone);
    members.push(newcomer);
    Ok(())
}

/// Okta never deletes users: one in ten is switched off.
async fn leavers(part: &mut Part, people: &[String], connection: &mut Connection) -> Result<(), ServerError> {
    for index in (7..part.people.len()).step_by(10) {
        let (Some(person), Some(id)) = (part.people.get_mut(index), people.get(index)) else { continue };
        person.active = false;
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "value": { "active": false } }]
        });
        connection.send(Method::PATCH, &format!("/Users/{id}"), Some(&body)).await?;
    }
    Ok(())
}

fn user(person: &Person, id: Option<&str>) -> Value {
    let mut user = json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "userName": person.user_name,
        "name": { "givenName": person.given, "familyName": person.family },
        "emails": [{ "primary": true, "value": person.user_name, "type": "work" }],
        "displayName": person.display_name(),
        "locale": "en-US",
        "externalId": person.external_id,
        "groups": [],
        "password": "not kept anywhere",
        "active": person.active,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": person.department }
    });
    let Some(members) = user.as_object_mut() else { return user };
    if let Some(title) = &person.title {
        members.insert("title".to_owned(), json!(title));
    }
    if let Some(id) = id {
        members.insert("id".to_owned(), json!(id));
        members.insert("meta".to_owned(), json!({ "resourceType": "User" }));
    }
    user
}
