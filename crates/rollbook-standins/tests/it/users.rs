//! Users, and what the service says of itself.

use rollbook_standins::Habits;

use crate::support::{call, create, patch, start, try_call};

const ANN: &str =
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ann","externalId":"x1"}"#;

#[tokio::test]
async fn rfc7644_3_a_user_lives_and_dies() {
    let service = start(Habits::default()).await;
    let answer = call(&service, "POST", "/Users", ANN).await;
    assert_eq!(answer.status, 201);
    assert!(answer.head.contains("content-type: application/scim+json"), "{}", answer.head);
    let id = answer.text("id");
    assert!(answer.head.contains(&format!("location: {}/users/{id}", service.url())), "{}", answer.head);

    let dr = patch(r#"{"op":"replace","path":"title","value":"Dr"}"#);
    let answer = call(&service, "PATCH", &format!("/Users/{id}"), &dr).await;
    assert_eq!((answer.status, answer.text("title")), (200, "Dr".to_owned()));
    let answer = call(&service, "PUT", &format!("/Users/{id}"), ANN).await;
    assert_eq!((answer.status, answer.text("title")), (200, String::new()));
    assert_eq!(call(&service, "DELETE", &format!("/Users/{id}"), "").await.status, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(call(&service, method, &format!("/Users/{id}"), "").await.status, 404);
    }
    assert!(service.users().is_empty());
    let counts = service.counts();
    assert_eq!(
        counts.iter().collect::<Vec<_>>(),
        [
            ("DELETE /Users/{id}", 2),
            ("GET /Users/{id}", 1),
            ("PATCH /Users/{id}", 1),
            ("POST /Users", 1),
            ("PUT /Users/{id}", 1)
        ]
    );
    assert_eq!(counts.total(), 6);
}

#[tokio::test]
async fn rfc7644_3_3_user_names_are_unique_whatever_their_case() {
    let service = start(Habits::default()).await;
    let id = create(&service, "/Users", ANN).await;
    let bob = create(&service, "/Users", r#"{"userName":"bob"}"#).await;
    let taken = r#"{"userName":"ANN"}"#;
    let rename = patch(r#"{"op":"replace","path":"userName","value":"aNN"}"#);
    for (method, path, body) in [
        ("POST", "/Users".to_owned(), taken),
        ("PUT", format!("/Users/{bob}"), taken),
        ("PATCH", format!("/Users/{bob}"), &rename),
    ] {
        let answer = call(&service, method, &path, body).await;
        assert_eq!((answer.status, answer.text("scimType")), (409, "uniqueness".to_owned()), "{method}");
    }
    assert_eq!(call(&service, "PATCH", &format!("/Users/{id}"), &rename).await.status, 200);
    let names: Vec<_> =
        service.users().iter().filter_map(|user| user.user_name().map(ToOwned::to_owned)).collect();
    assert_eq!(names, ["aNN", "bob"]);
    // The old key is free once the name is.
    call(&service, "DELETE", &format!("/Users/{id}"), "").await;
    create(&service, "/Users", ANN).await;
}

#[tokio::test]
async fn without_uniqueness_there_are_second_accounts() {
    let service = start(Habits { unique_user_names: false, ..Habits::default() }).await;
    create(&service, "/Users", ANN).await;
    create(&service, "/Users", ANN).await;
    assert_eq!(service.sizes(), (2, 0));
}

#[tokio::test]
async fn rfc7644_3_4_2_filters_and_pages() {
    let service = start(Habits::default()).await;
    for number in 0..5 {
        create(
            &service,
            "/Users",
            &format!(r#"{{"userName":"u{number}","externalId":"x{number}","title":"T{}"}}"#, number % 2),
        )
        .await;
    }
    for (query, total, page) in [
        ("", 5, 5),
        ("?startIndex=4&count=3", 5, 2),
        ("?count=0", 5, 0),
        ("?filter=userName%20eq%20%22U3%22", 1, 1),
        ("?filter=externalId%20eq%20%22x3%22", 1, 1),
        ("?filter=externalId%20eq%20%22X3%22", 0, 0),
        ("?filter=title%20eq%20%22t0%22", 3, 3),
        ("?filter=userName%20sw%20%22u%22%20and%20title%20eq%20%22T1%22&count=1", 2, 1),
    ] {
        let answer = call(&service, "GET", &format!("/Users{query}"), "").await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let found = (answer.text("totalResults"), answer.text("itemsPerPage"));
        assert_eq!(found, (total.to_string(), page.to_string()), "{query}");
    }
    assert_eq!(call(&service, "GET", "/Users?filter=userName%20eq", "").await.status, 400);
    assert_eq!(service.counts().of("GET /Users?filter"), 6);
}

#[tokio::test]
async fn requests_that_are_wrong_are_told_so() {
    let service = start(Habits::default()).await;
    for (method, path, body, status) in [
        ("POST", "/Users", "{", 400),
        ("POST", "/Users", "{}", 400),
        ("POST", "/Users/x", ANN, 405),
        ("DELETE", "/Users", "", 405),
        ("PATCH", "/Users/x", &*patch(r#"{"op":"remove","path":"title"}"#), 404),
        ("PUT", "/Users/x", ANN, 404),
        ("GET", "/Nothing", "", 404),
        ("POST", "/Bulk", "{}", 501),
        ("GET", "/Me", "", 501),
    ] {
        let answer = call(&service, method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert_eq!(answer.text("status"), status.to_string());
    }
    let answer = try_call(&service, "tokens", "GET", "/Users", "").await.unwrap();
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn rfc7644_4_discovery_tells_the_habits() {
    let service = start(Habits { groups: false, patch: false, ..Habits::default() }).await;
    let config = try_call(&service, "", "GET", "/ServiceProviderConfig", "").await.unwrap();
    assert_eq!(config.status, 200);
    assert_eq!(config.text("patch"), r#"{"supported":false}"#);
    let types = call(&service, "GET", "/ResourceTypes", "").await;
    assert!(types.body.contains("\"/Users\"") && !types.body.contains("\"/Groups\""), "{}", types.body);
    assert_eq!(call(&service, "GET", "/ResourceTypes/Group", "").await.status, 404);
    assert_eq!(call(&service, "GET", "/ResourceTypes/User", "").await.status, 200);
    let schema = "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User";
    assert_eq!(call(&service, "GET", schema, "").await.text("name"), "User");
    assert_eq!(call(&service, "POST", "/Schemas", "").await.status, 405);
    let all = start(Habits::default()).await;
    assert!(call(&all, "GET", "/ResourceTypes", "").await.body.contains("\"/Groups\""));
    assert_eq!(call(&all, "GET", "/ServiceProviderConfig", "").await.text("patch"), r#"{"supported":true}"#);
}
