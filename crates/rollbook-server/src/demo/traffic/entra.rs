//! Entra ID: look up, create, PATCH with capitalised operations; groups without members first, members later.
//!
//! The shapes follow Microsoft's documentation and public traces: `Add`/`Replace`/`Remove`, `active` as `"False"`,
//! members removed by a value array with `"$ref": null`.

use http::Method;
use serde_json::{Value, json};

use super::Day;
use crate::demo::company::{Part, Person};
use crate::demo::idp::{Connection, Idp};
use crate::error::ServerError;

/// How many requests Entra ID has under way at once.
const CONNECTIONS: usize = 4;

pub(super) async fn play(mut part: Part, idp: &Idp) -> Result<Day, ServerError> {
    let people: Vec<String> = joiners(&part.people, idp).await?;
    let mut connection = idp.connect().await?;
    let mut groups = Vec::new();
    for (name, _) in &part.groups {
        connection.find("Groups", "displayName", name).await?;
        groups.push(connection.create("Groups", &group(name)).await?);
    }
    for (id, (_, members)) in groups.iter().zip(&part.groups) {
        // Entra ID adds members in small requests.
        for chunk in members.chunks(20) {
            let ids = chunk.iter().filter_map(|index| people.get(*index)).map(|id| json!({ "value": id }));
            patch(
                &mut connection,
                "Groups",
                id,
                json!([{
                    "op": "Add", "path": "members", "value": ids.collect::<Vec<Value>>()
                }]),
            )
            .await?;
        }
    }
    movers(&mut part, &people, &groups, &mut connection).await?;
    let left = leavers(&mut part, &people, &mut connection).await?;
    // A rename: the person marries, the address follows.
    if let (Some(person), Some(id)) = (part.people.get_mut(1), people.get(1)) {
        "Married".clone_into(&mut person.family);
        person.user_name = format!("married.{}", person.user_name);
        patch(
            &mut connection,
            "Users",
            id,
            json!([
                { "op": "Replace", "path": "userName", "value": person.user_name },
                { "op": "Replace", "path": "name.familyName", "value": person.family },
                { "op": "Replace", "path": "displayName", "value": person.display_name() },
                { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": person.user_name }
            ]),
        )
        .await?;
    }
    // A group gets another name.
    if let (Some((name, _)), Some(id)) = (part.groups.first_mut(), groups.first()) {
        *name = format!("{name} Worldwide");
        patch(
            &mut connection,
            "Groups",
            id,
            json!([{ "op": "Replace", "path": "displayName", "value": name }]),
        )
        .await?;
    }
    Ok(Day { part, ids: people, left })
}

/// Changes one person's title.
pub(super) async fn set_title(idp: &Idp, id: &str, title: &str) -> Result<(), ServerError> {
    let operations = json!([{ "op": "Replace", "path": "title", "value": title }]);
    patch(&mut idp.connect().await?, "Users", id, operations).await
}

async fn joiners(people: &[Person], idp: &Idp) -> Result<Vec<String>, ServerError> {
    let size = people.len().div_ceil(CONNECTIONS).max(1);
    let tasks: Vec<_> = people
        .chunks(size)
        .map(|chunk| {
            let (chunk, idp) = (chunk.to_vec(), idp.clone());
            tokio::spawn(async move {
                let mut connection = idp.connect().await?;
                let mut ids = Vec::new();
                for person in &chunk {
                    connection.find("Users", "userName", &person.user_name).await?;
                    ids.push(connection.create("Users", &user(person)).await?);
                }
                Ok::<_, ServerError>(ids)
            })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.extend(task.await.map_err(|error| ServerError::Demo(error.to_string()))??);
    }
    Ok(ids)
}

/// One in ten changes department and title, and goes from the first group to the second.
async fn movers(
    part: &mut Part,
    people: &[String],
    groups: &[String],
    connection: &mut Connection,
) -> Result<(), ServerError> {
    for index in (0..part.people.len()).step_by(10) {
        let (Some(person), Some(id)) = (part.people.get_mut(index), people.get(index)) else { continue };
        "Research".clone_into(&mut person.department);
        person.title = Some("Principal Engineer".to_owned());
        patch(connection, "Users", id, json!([
            { "op": "Add", "path": "title", "value": person.title },
            { "op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
              "value": person.department }
        ]))
        .await?;
        let [(_, first), (_, second), ..] = part.groups.as_mut_slice() else { continue };
        let [first_id, second_id, ..] = groups else { continue };
        first.retain(|member| *member != index);
        if !second.contains(&index) {
            second.push(index);
        }
        let value = json!([{ "$ref": null, "value": id }]);
        patch(connection, "Groups", first_id, json!([{ "op": "Remove", "path": "members", "value": value }]))
            .await?;
        patch(connection, "Groups", second_id, json!([{ "op": "Add", "path": "members", "value": value }]))
            .await?;
    }
    Ok(())
}

/// One in twenty leaves: switched off first; half of them are deleted too.
async fn leavers(
    part: &mut Part,
    people: &[String],
    connection: &mut Connection,
) -> Result<Vec<usize>, ServerError> {
    let mut left = Vec::new();
    for index in (5..part.people.len()).step_by(20) {
        let (Some(person), Some(id)) = (part.people.get_mut(index), people.get(index)) else { continue };
        person.active = false;
        patch(connection, "Users", id, json!([{ "op": "Replace", "path": "active", "value": "False" }]))
            .await?;
        if index % 40 == 5 {
            connection.send(Method::DELETE, &format!("/Users/{id}"), None).await?;
            left.push(index);
        }
    }
    Ok(left)
}

async fn patch(
    connection: &mut Connection,
    endpoint: &str,
    id: &str,
    operations: Value,
) -> Result<(), ServerError> {
    let body =
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    connection.send(Method::PATCH, &format!("/{endpoint}/{id}"), Some(&body)).await?;
    Ok(())
}

fn user(person: &Person) -> Value {
    let mut user = json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "externalId": person.external_id,
        "userName": person.user_name,
        "active": true,
        "displayName": person.display_name(),
        "name": { "givenName": person.given, "familyName": person.family },
        "emails": [{ "primary": true, "type": "work", "value": person.user_name }],
        "meta": { "resourceType": "User" },
        "roles": [],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": person.department }
    });
    if let (Some(title), Some(user)) = (&person.title, user.as_object_mut()) {
        user.insert("title".to_owned(), json!(title));
    }
    user
}

fn group(name: &str) -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
        ],
        "externalId": format!("entra-{}", name.to_ascii_lowercase().replace(' ', "-")),
        "displayName": name,
        "meta": { "resourceType": "Group" }
    })
}
