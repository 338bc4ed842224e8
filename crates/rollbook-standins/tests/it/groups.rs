//! Groups and their members.

use std::num::NonZeroUsize;
use std::time::Instant;

use rollbook_schema::Value;
use rollbook_standins::{Fault, Habits, Standin};

use crate::support::{call, create, patch, start};

async fn user(service: &Standin, name: &str) -> String {
    create(service, "/Users", &format!(r#"{{"userName":"{name}"}}"#)).await
}

/// Changes a group and returns the status.
async fn change(service: &Standin, group: &str, operations: &str) -> u16 {
    call(service, "PATCH", &format!("/Groups/{group}"), &patch(operations)).await.status
}

fn add(values: &[&str]) -> String {
    let members: Vec<_> = values.iter().map(|value| format!(r#"{{"value":"{value}"}}"#)).collect();
    format!(r#"{{"op":"add","path":"members","value":[{}]}}"#, members.join(","))
}

fn remove(value: &str) -> String {
    format!(r#"{{"op":"remove","path":"members[value eq \"{value}\"]"}}"#)
}

#[tokio::test]
async fn rfc7644_3_5_2_members_come_and_go() {
    let service = start(Habits::default()).await;
    let (a, b) = (user(&service, "a").await, user(&service, "b").await);
    let body = format!(r#"{{"displayName":"Staff","members":[{{"value":"{a}"}}]}}"#);
    let group = create(&service, "/Groups", &body).await;
    assert_eq!(service.members(&group), [&*a]);
    assert_eq!(change(&service, &group, &add(&[&b, &a, "later"])).await, 204);
    assert_eq!(service.members(&group), [a.clone(), b.clone(), "later".to_owned()]);
    assert_eq!(change(&service, &group, &format!("{},{}", remove(&a), add(&[&a]))).await, 204);
    assert_eq!(service.members(&group), [b.clone(), "later".to_owned(), a.clone()]);
    let by_type = r#"{"op":"remove","path":"members[type eq \"User\"]"}"#;
    assert_eq!(change(&service, &group, by_type).await, 204);
    assert_eq!(service.members(&group), ["later"]);
    let replace = format!(r#"{{"op":"replace","path":"members","value":[{{"value":"{b}"}}]}}"#);
    assert_eq!(change(&service, &group, &replace).await, 204);
    assert_eq!(service.members(&group), [b]);
    assert_eq!(change(&service, &group, r#"{"op":"remove","path":"members"}"#).await, 204);
    assert!(service.members(&group).is_empty());
    assert_eq!(change(&service, "none", &add(&[&a])).await, 404);
}

#[tokio::test]
async fn references_show_on_both_sides_and_go_with_the_user() {
    let service = start(Habits::default()).await;
    let ann = user(&service, "ann").await;
    let staff = create(&service, "/Groups", r#"{"displayName":"Staff"}"#).await;
    let nested = format!(r#"{{"displayName":"All","members":[{{"value":"{staff}"}},{{"value":"{ann}"}}]}}"#);
    let all = create(&service, "/Groups", &nested).await;
    change(&service, &staff, &add(&[&ann])).await;

    let groups = |service: &Standin| {
        let user = service.users().remove(0);
        let groups = user.get("groups").map(Value::elements).unwrap_or_default();
        groups
            .filter_map(|group| group.as_complex()?.get("display")?.as_str().map(ToOwned::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(groups(&service), ["Staff", "All"]);
    let members = service.groups().remove(1).get("members").unwrap().to_json_string();
    assert!(members.contains(r#""type":"Group""#) && members.contains(&format!("/Users/{ann}")), "{members}");

    let by_member = format!("/Groups?filter=members%20eq%20%22{ann}%22&excludedAttributes=members");
    let found = call(&service, "GET", &by_member, "").await;
    assert_eq!(found.text("totalResults"), "2");
    assert!(!found.body.contains("members"), "{}", found.body);

    call(&service, "DELETE", &format!("/Groups/{all}"), "").await;
    assert_eq!(groups(&service), ["Staff"]);
    service.command(Fault::Forget(ann));
    assert!(service.members(&staff).is_empty());
    assert_eq!(service.sizes(), (0, 1));
}

#[tokio::test]
async fn rfc7644_3_5_2_a_patch_is_done_whole_or_not_at_all() {
    let service = start(Habits { refuse_unknown_members: true, ..Habits::default() }).await;
    let (a, b) = (user(&service, "a").await, user(&service, "b").await);
    let body = format!(r#"{{"displayName":"Staff","members":[{{"value":"{a}"}}]}}"#);
    let group = create(&service, "/Groups", &body).await;
    let rename = r#"{"op":"replace","path":"displayName","value":"New"}"#;
    let wrong = format!("{rename},{},{},{}", add(&[&b]), remove(&a), add(&["ghost"]));
    let answer = call(&service, "PATCH", &format!("/Groups/{group}"), &patch(&wrong)).await;
    assert_eq!((answer.status, answer.text("scimType")), (400, "invalidValue".to_owned()));
    assert!(answer.text("detail").contains("`ghost`"));
    assert_eq!(service.members(&group), [&*a]);
    assert_eq!(service.groups()[0].display_name(), Some("Staff"));
    let replace = r#"{"op":"replace","path":"members","value":[{"value":"ghost"}]}"#;
    assert_eq!(change(&service, &group, replace).await, 400);
    assert_eq!(service.members(&group), [a]);

    for (method, path) in [("POST", "/Groups".to_owned()), ("PUT", format!("/Groups/{group}"))] {
        let body = r#"{"displayName":"New","members":[{"value":"ghost"}]}"#;
        assert_eq!(call(&service, method, &path, body).await.status, 400, "{method}");
    }
    assert_eq!(service.sizes(), (2, 1));
    assert_eq!(service.groups()[0].display_name(), Some("Staff"));
}

#[tokio::test]
async fn rfc7644_3_5_1_a_put_without_members_empties_the_group() {
    let service = start(Habits::default()).await;
    let group = create(&service, "/Groups", r#"{"displayName":"Staff","members":[{"value":"x"}]}"#).await;
    let answer = call(&service, "PUT", &format!("/Groups/{group}"), r#"{"displayName":"Staff"}"#).await;
    assert_eq!(answer.status, 200);
    assert!(service.members(&group).is_empty());
}

#[tokio::test]
async fn limits_and_letters_of_the_rfc_are_habits() {
    let habits =
        Habits { max_members_per_patch: NonZeroUsize::new(2), unique_group_names: true, ..Habits::default() };
    let service = start(habits).await;
    let group = create(
        &service,
        "/Groups",
        r#"{"displayName":"A","members":[{"value":"x"},{"value":"y"},{"value":"z"}]}"#,
    );
    let group = group.await;
    assert_eq!(change(&service, &group, &format!("{},{}", add(&["1", "2"]), remove("x"))).await, 400);
    assert_eq!(service.members(&group), ["x", "y", "z"]);
    assert_eq!(change(&service, &group, &add(&["1", "2"])).await, 204);
    assert_eq!(call(&service, "POST", "/Groups", r#"{"displayName":"a"}"#).await.status, 409);

    assert_eq!(change(&service, &group, &remove("nobody")).await, 204);
    service.command(Fault::Habits(Habits { strict: true, ..Habits::default() }));
    let answer = call(&service, "PATCH", &format!("/Groups/{group}"), &patch(&remove("nobody"))).await;
    assert_eq!((answer.status, answer.text("scimType")), (400, "noTarget".to_owned()));
}

#[tokio::test]
async fn a_group_of_fifty_thousand_takes_a_member_as_fast_as_a_small_one() {
    let service = start(Habits::default()).await;
    let group = create(&service, "/Groups", r#"{"displayName":"Everybody"}"#).await;
    for chunk in 0..5 {
        let ids: Vec<_> = (0..10_000).map(|number| format!("m{}", chunk * 10_000 + number)).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        assert_eq!(change(&service, &group, &add(&ids)).await, 204);
    }
    assert_eq!(service.members(&group).len(), 50_000);
    let start = Instant::now();
    for number in 0..50 {
        let (gone, new) = (format!("m{number}"), format!("n{number}"));
        assert_eq!(change(&service, &group, &format!("{},{}", remove(&gone), add(&[&new]))).await, 204);
    }
    // Copying the members for each would take minutes in a debug build.
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert_eq!(service.members(&group).len(), 50_000);
}
