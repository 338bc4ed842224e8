//! What may be set for a directory.

use serde_json::{Value, json};

use super::{Hub, code, message};

#[tokio::test]
async fn a_directory_shows_everything_that_is_set() {
    let hub = Hub::with_acme().await;
    assert_eq!(
        hub.get("directories/acme").await["settings"],
        json!({
            "source": "generic",
            "domains": [],
            "default_domain": null,
            "profile": "plain",
            "required": [],
            "decode_external_id_as_ms_guid": false,
            "patch_answer": "resource",
            "unique_group_names": true,
            "member_value": "id",
            "remove_all_members": true,
            "rate_limit": null,
            "token_minutes": null,
            "previous_token_minutes": 1440,
        })
    );
    let change = json!({
        "source": "entra",
        "domains": ["Example.COM", "corp"],
        "default_domain": "EXAMPLE.com",
        "profile": "workspace_one",
        "required": [{ "resource_type": "User", "attribute": "emails[type eq \"work\"].value" }],
        "decode_external_id_as_ms_guid": true,
        "patch_answer": "no_content",
        "unique_group_names": false,
        "member_value": "external_id",
        "remove_all_members": false,
        "rate_limit": { "per_second": 10, "burst": 20 },
        "token_minutes": 60,
        "previous_token_minutes": 0,
    });
    let body = json!({ "name": "Acme Inc.", "settings": change }).to_string();
    let (status, set) = hub.patch("directories/acme", &body).await;
    assert_eq!(status, 200, "{set}");
    let mut wanted = change;
    wanted["domains"] = json!(["example.com", "corp"]);
    wanted["default_domain"] = json!("example.com");
    assert_eq!(
        (&set["settings"], &set["name"], &set["slug"]),
        (&wanted, &json!("Acme Inc."), &json!("acme"))
    );
    assert_eq!(hub.get("directories/acme").await, set);

    // What a change does not name stays; `null` goes back to the default.
    let (_, set) = hub.patch("directories/acme", r#"{"settings": {"rate_limit": null}}"#).await;
    wanted["rate_limit"] = Value::Null;
    assert_eq!(set["settings"], wanted);
}

#[tokio::test]
async fn source_and_client_kind_propose_each_other() {
    for (new, client, source) in [
        (json!({}), "generic", "generic"),
        (json!({ "client": "entra" }), "entra", "entra"),
        (json!({ "client": "strict" }), "strict", "generic"),
        (json!({ "settings": { "source": "okta" } }), "okta", "okta"),
        (json!({ "client": "strict", "settings": { "source": "okta" } }), "strict", "okta"),
    ] {
        let hub = Hub::new();
        let mut body = new.clone();
        body["name"] = json!("Acme");
        let made = hub.made("directories", &body.to_string()).await;
        assert_eq!((&made["client"], &made["settings"]["source"]), (&json!(client), &json!(source)), "{new}");
    }
    // A new source changes a client kind that was only proposed.
    let hub = Hub::with_acme().await;
    let (_, set) = hub.patch("directories/acme", r#"{"settings": {"source": "okta"}}"#).await;
    assert_eq!(set["client"], "okta");
    let (_, set) = hub.patch("directories/acme", r#"{"client": "strict"}"#).await;
    assert_eq!((&set["client"], &set["settings"]["source"]), (&json!("strict"), &json!("okta")));
    let (_, set) = hub.patch("directories/acme", r#"{"settings": {"source": "entra"}}"#).await;
    assert_eq!(set["client"], "strict");
}

#[tokio::test]
async fn refusals_name_the_setting_and_what_would_be_right() {
    let hub = Hub::with_acme().await;
    let many: Vec<String> = (0..31).map(|number| format!("d{number}.example")).collect();
    let required =
        |attribute: &str| json!({ "required": [{ "resource_type": "User", "attribute": attribute }] });
    for (settings, sentence) in [
        (json!({ "domains": many }), "`domains` has more than 30 domains"),
        (
            json!({ "domains": ["a b"] }),
            "`domains` holds `a b`, which is not a domain name such as example.com",
        ),
        (json!({ "domains": ["a.example", "A.Example"] }), "`domains` holds `a.example` twice; keep one"),
        (
            json!({ "default_domain": "x.example" }),
            "`default_domain` is `x.example`, which is not one of the directory's domains: it has none yet",
        ),
        (
            json!({ "domains": ["a.example"], "default_domain": "b.example" }),
            "`default_domain` is `b.example`, which is not one of the directory's domains: it has a.example",
        ),
        (
            json!({ "required": [{ "resource_type": "Device", "attribute": "x" }] }),
            "`required` names the resource type `Device`, which there is not; there are User, Group",
        ),
        (
            required("shoeSize"),
            "`required` holds `shoeSize`, which no schema of `User` has; spell it as in /Schemas",
        ),
        (required("groups"), "`required` holds `groups`, which only the server writes; leave it out"),
        (
            required("userName[a eq 1]"),
            "`required` holds `userName[a eq 1]`, but `userName` takes no brackets",
        ),
        (
            required("emails[type eq \"work\"].size"),
            "`required` holds `emails[type eq \"work\"].size`, but `emails` has no `size`",
        ),
        (
            required("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
            "`required` holds `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`, a whole extension; name one \
             attribute of it",
        ),
        (
            json!({ "rate_limit": { "per_second": 0, "burst": 1 } }),
            "`rate_limit` `per_second` must be 1 to 100000",
        ),
        (
            json!({ "rate_limit": { "per_second": 1, "burst": 100_001 } }),
            "`rate_limit` `burst` must be 1 to 100000",
        ),
        (json!({ "token_minutes": 0 }), "`token_minutes` must be 1 to 1051200 minutes (2 years)"),
        (
            json!({ "previous_token_minutes": 10_081 }),
            "`previous_token_minutes` must be 0 to 10080 minutes (7 days); 0 ends the old token at once",
        ),
    ] {
        let body = json!({ "settings": settings }).to_string();
        let (status, answer) = hub.patch("directories/acme", &body).await;
        assert_eq!((status, message(&answer)), (400, sentence), "{settings}");
        // The same is refused when the directory is made.
        let body = json!({ "name": "Other", "settings": settings }).to_string();
        assert_eq!(message(&hub.post("directories", &body).await.1), sentence);
    }
    for (body, words) in [
        (r#"{"settings": {"domain": []}}"#, "`domain`"),
        (r#"{"settings": {"source": "ldap"}}"#, "`ldap`"),
        (r#"{"slug": "x"}"#, "`slug`"),
        (r#"{"name": " "}"#, "`name` is empty"),
        (r#"{"name": "a\nb"}"#, "`name` must be one line"),
    ] {
        let (status, answer) = hub.patch("directories/acme", body).await;
        assert_eq!(status, 400, "{body}");
        assert!(message(&answer).contains(words), "{body}: {answer}");
    }
    assert_eq!(hub.get("directories").await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_domain_belongs_to_one_directory() {
    let hub = Hub::new();
    hub.made("directories", r#"{"name": "Acme", "settings": {"domains": ["acme.example"]}}"#).await;
    hub.made("directories", r#"{"name": "Beta", "settings": {"domains": ["beta.example"]}}"#).await;
    let (status, answer) =
        hub.patch("directories/beta", r#"{"settings": {"domains": ["beta.example", "ACME.example"]}}"#).await;
    assert_eq!((status, code(&answer)), (409, "domain.already.exists"));
    assert!(message(&answer).contains("`acme.example` belongs to the directory `acme`"), "{answer}");
    // Its own are no hindrance, and one that is being deleted neither.
    let own = r#"{"settings": {"domains": ["beta.example"]}}"#;
    assert_eq!(hub.patch("directories/beta", own).await.0, 200);
    assert_eq!(hub.delete("directories/acme").await.0, 202);
    assert_eq!(hub.patch("directories/beta", r#"{"settings": {"domains": ["acme.example"]}}"#).await.0, 200);
}

#[tokio::test]
async fn required_attributes_may_be_anything_that_a_client_writes() {
    let hub = Hub::with_acme().await;
    for attribute in [
        "userName",
        "NAME.givenName",
        "externalId",
        "emails",
        "emails.value",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ] {
        let settings = json!({ "required": [{ "resource_type": "User", "attribute": attribute }] });
        let body = json!({ "settings": settings }).to_string();
        let (status, answer) = hub.patch("directories/acme", &body).await;
        assert_eq!(status, 200, "{attribute}: {answer}");
    }
}
