//! Corners of the RFCs that no client case reaches: filters on elements, paths that make elements, projections of parts,
//! orders by several values, lists of versions.

mod groups;

use serde_json::{Value, json};

use crate::support::{Answer, ENTERPRISE, Hub, USER};

/// A hub with four users and a group, and their ids by name.
async fn people() -> (Hub, impl Fn(&str) -> String) {
    let hub = Hub::new().await;
    let boss = hub.user("boss").await;
    let ann = hub
        .create("/Users", json!({
            "userName": "Ann", "title": "T", "name": { "givenName": "Ann", "familyName": "Zed" },
            "emails": [{ "type": "work", "value": "ann@w.example", "primary": true }, { "type": "home", "value": "ann@h.example" }],
            "addresses": [{ "type": "work", "country": "FR" }, { "type": "home", "country": "IT" }],
            ENTERPRISE: { "department": "Sales", "costCenter": "c", "manager": { "value": boss } }
        }))
        .await;
    let bob = hub
        .create("/Users", json!({
            "userName": "bob", "active": false, "name": { "familyName": "Abe" },
            "emails": [{ "type": "work", "value": "zoe@w.example" }, { "type": "home", "value": "aaa@h.example", "primary": true }],
            "addresses": [{ "type": "work", "country": "IT" }, { "type": "home", "country": "FR" }]
        }))
        .await;
    let cid = hub.create("/Users", json!({ "userName": "cid", "active": true })).await;
    hub.group("Staff", &[&ann, &cid]).await;
    let id = move |name: &str| match name {
        "boss" => boss.clone(),
        "ann" => ann.clone(),
        "bob" => bob.clone(),
        _ => cid.clone(),
    };
    (hub, id)
}

fn encoded(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

async fn users(hub: &Hub, parameter: &str, value: &str) -> Answer {
    hub.get(&format!("/Users?{parameter}={}", encoded(value))).await
}

#[tokio::test]
async fn rfc7644_3_4_2_2_filters_on_elements() {
    let (hub, id) = people().await;
    let boss = id("boss");
    let cases: Vec<(String, &[&str])> = vec![
        // One element must meet all of a value path, any element each term without one.
        (r#"addresses[type eq "work" and country eq "FR"]"#.to_owned(), &["Ann"]),
        (r#"addresses.type eq "work" and addresses.country eq "FR""#.to_owned(), &["Ann", "bob"]),
        (r#"not (addresses[type eq "work" and country eq "FR"])"#.to_owned(), &["boss", "bob", "cid"]),
        (r#"emails[not (type eq "work")]"#.to_owned(), &["Ann", "bob"]),
        (r#"not (emails[type eq "work"])"#.to_owned(), &["boss", "cid"]),
        (r#"emails[type eq "work" or primary eq true] and title pr"#.to_owned(), &["Ann"]),
        (r#"emails[primary eq true].value co "h.example""#.to_owned(), &["bob"]),
        (r#"emails[primary ne true]"#.to_owned(), &["Ann", "bob"]),
        (r#"emails[(type eq "home") and (value sw "AAA")]"#.to_owned(), &["bob"]),
        ("emails pr".to_owned(), &["Ann", "bob"]),
        ("emails[value pr]".to_owned(), &["Ann", "bob"]),
        ("emails.display pr".to_owned(), &[]),
        ("name pr".to_owned(), &["Ann", "bob"]),
        ("name.givenName pr".to_owned(), &["Ann"]),
        ("not (name pr)".to_owned(), &["boss", "cid"]),
        ("name.givenName eq null".to_owned(), &["boss", "bob", "cid"]),
        ("title ne null".to_owned(), &["Ann"]),
        // D26, D31.
        ("active ne true".to_owned(), &["boss", "Ann", "bob"]),
        ("active eq false".to_owned(), &["bob"]),
        ("active co true".to_owned(), &[]),
        (r#"emails ne "ann@w.example""#.to_owned(), &["boss", "Ann", "bob", "cid"]),
        (r#"emails.value ge "zoe""#.to_owned(), &["bob"]),
        (r#"title gt "S" and title le "t""#.to_owned(), &["Ann"]),
        // Extensions, the common attributes, what the server computes.
        (format!("{ENTERPRISE}:manager eq \"{boss}\""), &["Ann"]),
        (format!("{ENTERPRISE}:manager.value eq \"{boss}\""), &["Ann"]),
        (format!("{ENTERPRISE}:manager pr"), &["Ann"]),
        (format!("not ({ENTERPRISE}:department sw \"s\")"), &["boss", "bob", "cid"]),
        (format!("schemas eq \"{ENTERPRISE}\""), &["Ann"]),
        (format!("{USER}:emails[type eq \"home\"].value ew \"H.EXAMPLE\""), &["Ann", "bob"]),
        (r#"groups.display eq "staff""#.to_owned(), &["Ann", "cid"]),
        (r#"groups[type eq "direct" and display sw "ST"]"#.to_owned(), &["Ann", "cid"]),
        ("not (groups pr)".to_owned(), &["boss", "bob"]),
        (r#"meta.resourceType eq "user""#.to_owned(), &[]),
        (r#"meta.created ge "2027-01-15T09:00:00+01:00""#.to_owned(), &["boss", "Ann", "bob", "cid"]),
        (r#"meta.created lt "2027-01-15T08:00:00Z""#.to_owned(), &[]),
        ("password pr".to_owned(), &[]),
        // Precedence and words.
        (r#"userName eq "ann" or userName eq "bob" and active eq true"#.to_owned(), &["Ann"]),
        (r#"(userName eq "ann" or userName eq "bob") AND Not(title pr)"#.to_owned(), &["bob"]),
        (r#"userName eq "A\u006eN""#.to_owned(), &["Ann"]),
        (r#"userName co """#.to_owned(), &["boss", "Ann", "bob", "cid"]),
    ];
    for (filter, wanted) in cases {
        let answer = users(&hub, "filter", &filter).await;
        assert_eq!(answer.status, 200, "{filter}: {}", answer.text());
        assert_eq!(answer.column("userName"), wanted, "{filter}");
        // A search by POST says the same.
        let body = json!({ "filter": filter, "attributes": ["userName"] });
        let found = hub.call("POST", "/Users/.search", body).await;
        assert_eq!(found.expect(200).column("userName"), wanted, "{filter}");
    }
    for filter in [
        r#"emails[addresses[type eq "work"]]"#,
        "emails[type eq \"work\"",
        "emails[]",
        "emails type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "userName eq 'ann'",
        "(userName eq \"ann\"))",
        "not userName eq \"ann\"",
        "userName pr pr",
        "userName eq \"ann\" and or title pr",
        "userName eq \"\\x41\"",
        "userName eq \"\\ud800\"",
        "emails[primary gt true]",
        "1userName pr",
        "userName.x.y pr",
    ] {
        let answer = users(&hub, "filter", filter).await;
        assert_eq!(answer.outcome(), (400, Some("invalidFilter".to_owned())), "{filter}: {}", answer.text());
    }
}

#[tokio::test]
async fn rfc7644_3_4_2_3_orders_by_several_values() {
    let (hub, _) = people().await;
    for (query, order) in [
        // The primary value counts, else the first; who has none comes last, or first where the order is turned.
        ("sortBy=emails", ["bob", "Ann", "boss", "cid"]),
        ("sortBy=emails.value", ["bob", "Ann", "boss", "cid"]),
        ("sortBy=emails.value&sortOrder=descending", ["boss", "cid", "Ann", "bob"]),
        ("sortBy=emails.type", ["bob", "Ann", "boss", "cid"]),
        ("sortBy=addresses.country", ["Ann", "bob", "boss", "cid"]),
        ("sortBy=name.familyName", ["bob", "Ann", "boss", "cid"]),
        ("sortBy=active", ["bob", "cid", "boss", "Ann"]),
        (
            "sortBy=urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Aenterprise%3A2.0%3AUser%3Adepartment",
            ["Ann", "boss", "bob", "cid"],
        ),
        ("sortBy=emails%5Btype+eq+%22work%22%5D.value", ["boss", "Ann", "bob", "cid"]),
        ("sortBy=addresses", ["boss", "Ann", "bob", "cid"]),
        ("sortBy=password", ["boss", "Ann", "bob", "cid"]),
    ] {
        let answer = hub.get(&format!("/Users?{query}")).await;
        assert_eq!(answer.expect(200).column("userName"), order, "{query}");
    }
}

#[tokio::test]
async fn rfc7644_3_9_parts_of_attributes() {
    let (hub, id) = people().await;
    let ann = id("ann");
    let manager = json!({ "manager": { "value": id("boss") } });
    let emails = json!([{ "value": "ann@w.example" }, { "value": "ann@h.example" }]);
    let shown = async |query: String| {
        let mut user = hub.get(&format!("/Users/{ann}?{query}")).await.expect(200).json();
        let object = user.as_object_mut().unwrap();
        assert_eq!(object.remove("id"), Some(json!(ann)), "{query}");
        assert!(object.remove("schemas").is_some(), "{query}");
        user
    };
    for (query, wanted) in [
        ("attributes=emails.value".to_owned(), json!({ "emails": emails })),
        (
            "attributes=emails.VALUE,name.familyName".to_owned(),
            json!({ "name": { "familyName": "Zed" }, "emails": emails }),
        ),
        ("attributes=emails.display".to_owned(), json!({})),
        (format!("attributes={ENTERPRISE}:manager.value"), json!({ ENTERPRISE: manager })),
        (format!("attributes={ENTERPRISE}:manager"), json!({ ENTERPRISE: manager })),
        (
            format!("attributes={ENTERPRISE}"),
            json!({ ENTERPRISE: { "department": "Sales", "costCenter": "c", "manager": { "value": id("boss") } } }),
        ),
        (
            format!("attributes={USER}:title,{USER}:name.givenName"),
            json!({ "title": "T", "name": { "givenName": "Ann" } }),
        ),
        ("attributes=meta.resourceType".to_owned(), json!({ "meta": { "resourceType": "User" } })),
        ("attributes=groups.display".to_owned(), json!({ "groups": [{ "display": "Staff" }] })),
        ("attributes=password".to_owned(), json!({})),
        ("attributes=schemas".to_owned(), json!({})),
        ("attributes=userName,userName,USERNAME".to_owned(), json!({ "userName": "Ann" })),
        ("attributes=+userName+,%20title".to_owned(), json!({ "userName": "Ann", "title": "T" })),
        (
            "attributes=name&excludedAttributes=name.givenName".to_owned(),
            json!({ "name": { "familyName": "Zed" } }),
        ),
    ] {
        assert_eq!(shown(query.clone()).await, wanted, "{query}");
    }
    let whole = shown(String::new()).await;
    for (query, pointer, wanted) in [
        (format!("excludedAttributes={ENTERPRISE}:department,{ENTERPRISE}:costCenter"), ENTERPRISE, manager),
        ("excludedAttributes=name.familyName".to_owned(), "name", json!({ "givenName": "Ann" })),
        ("excludedAttributes=emails.type,emails.primary".to_owned(), "emails", emails),
        (format!("excludedAttributes={ENTERPRISE}"), ENTERPRISE, Value::Null),
        (
            "excludedAttributes=groups.%24ref,groups.value,groups.type".to_owned(),
            "groups",
            json!([{ "display": "Staff" }]),
        ),
    ] {
        let part = shown(query.clone()).await;
        assert_eq!(part[pointer], wanted, "{query}");
        for (name, value) in whole.as_object().unwrap().iter().filter(|(name, _)| *name != pointer) {
            assert_eq!(&part[name], value, "{query}: {name}");
        }
    }
    // An empty list of attributes is none.
    assert_eq!(shown("attributes=".to_owned()).await, whole);
    assert_eq!(shown("excludedAttributes=".to_owned()).await, whole);
}

#[tokio::test]
async fn rfc7644_3_5_2_paths_that_select_and_make_elements() {
    let (hub, _) = people().await;
    let mails =
        json!([{ "type": "work", "value": "w@x", "primary": true }, { "type": "home", "value": "h@x" }]);
    let body = json!({ "userName": "dan", "emails": mails, "name": { "givenName": "D", "familyName": "F" }, ENTERPRISE: { "department": "d" } });
    // (operations, where to look, what must be there)
    let cases: Vec<(Value, &str, Value)> = vec![
        (
            json!([{ "op": "add", "path": "emails[type eq \"other\" and primary eq true].value", "value": "o@x" }]),
            "emails",
            json!([{ "type": "work", "value": "w@x", "primary": false }, { "type": "home", "value": "h@x" },
                   { "type": "other", "primary": true, "value": "o@x" }]),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type eq \"other\"]", "value": { "value": "o@x", "display": "O" } }]),
            "emails",
            json!([{ "type": "work", "value": "w@x", "primary": true }, { "type": "home", "value": "h@x" },
                   { "type": "other", "value": "o@x", "display": "O" }]),
        ),
        (
            json!([{ "op": "add", "path": "phoneNumbers[type eq \"work\"]", "value": { "value": "1" } },
                   { "op": "add", "path": "phoneNumbers[type eq \"work\"].display", "value": "one" },
                   { "op": "replace", "path": "phoneNumbers[type eq \"fax\"].value", "value": "2" }]),
            "phoneNumbers",
            json!([{ "type": "work", "value": "1", "display": "one" }, { "type": "fax", "value": "2" }]),
        ),
        (
            json!([{ "op": "add", "path": "phoneNumbers[value eq \"1\"]", "value": { "type": "work" } }]),
            "phoneNumbers",
            json!([{ "value": "1", "type": "work" }]),
        ),
        (
            json!([{ "op": "replace", "path": "emails[type ne \"work\"].value", "value": "n@x" }]),
            "emails",
            json!([{ "type": "work", "value": "w@x", "primary": true }, { "type": "home", "value": "n@x" }]),
        ),
        (
            json!([{ "op": "replace", "path": "emails[not (primary eq true)].primary", "value": true }]),
            "emails",
            json!([{ "type": "work", "value": "w@x", "primary": false }, { "type": "home", "value": "h@x", "primary": true }]),
        ),
        (
            json!([{ "op": "remove", "path": "emails[type eq \"work\" or type eq \"home\"]" }]),
            "emails",
            Value::Null,
        ),
        (
            json!([{ "op": "remove", "path": "emails[type eq \"work\"].primary" }, { "op": "remove", "path": "emails[value sw \"h\"]" }]),
            "emails",
            json!([{ "type": "work", "value": "w@x" }]),
        ),
        (
            json!([{ "op": "remove", "path": "emails.primary" }]),
            "emails",
            json!([{ "type": "work", "value": "w@x" }, { "type": "home", "value": "h@x" }]),
        ),
        (json!([{ "op": "remove", "path": "name.givenName" }]), "name", json!({ "familyName": "F" })),
        (
            json!([{ "op": "remove", "path": "name.givenName" }, { "op": "remove", "path": "name.familyName" }]),
            "name",
            Value::Null,
        ),
        (
            json!([{ "op": "add", "path": "name", "value": { "middleName": "M", "givenName": null } }]),
            "name",
            json!({ "familyName": "F", "middleName": "M" }),
        ),
        (
            json!([{ "op": "replace", "path": "emails", "value": [{ "value": "1", "primary": true }, { "value": "2", "primary": true }] }]),
            "emails",
            json!([{ "value": "1", "primary": false }, { "value": "2", "primary": true }]),
        ),
        (json!([{ "op": "replace", "path": "emails", "value": [] }]), "emails", Value::Null),
        (json!([{ "op": "remove", "path": ENTERPRISE }]), "schemas", json!([USER])),
        (json!([{ "op": "remove", "path": format!("{ENTERPRISE}:department") }]), "schemas", json!([USER])),
        (
            json!([{ "op": "replace", "path": ENTERPRISE, "value": { "division": "v" } }]),
            ENTERPRISE,
            json!({ "department": "d", "division": "v" }),
        ),
        (
            json!([{ "op": "add", "value": { format!("{USER}:title"): "t", format!("{USER}:emails[type eq \"home\"].display"): "H" } }]),
            "title",
            json!("t"),
        ),
        (
            json!([{ "op": "add", "path": "schemas", "value": ["urn:x"] }]),
            "schemas",
            json!([USER, ENTERPRISE]),
        ),
        (
            json!([{ "op": "add", "path": "emails", "value": { "value": "h@x", "type": "HOME", "display": "H" } }]),
            "emails",
            json!([{ "type": "work", "value": "w@x", "primary": true }, { "type": "HOME", "value": "h@x", "display": "H" }]),
        ),
        (
            json!([{ "op": "add", "path": "title", "value": "a" }, { "op": "remove", "path": "title" }, { "op": "add", "path": "title", "value": "b" }]),
            "title",
            json!("b"),
        ),
    ];
    for (operations, field, wanted) in cases {
        let at = format!("/Users/{}", hub.create("/Users", body.clone()).await);
        let answer = hub.patch(&at, operations.clone()).await;
        assert_eq!(answer.status, 200, "{operations}: {}", answer.text());
        assert_eq!(answer.json()[field], wanted, "{operations}");
        assert_eq!(hub.get(&at).await.body, answer.body, "{operations}");
        hub.call("DELETE", &at, None).await.expect(204);
    }
    let created = hub.call("POST", "/Users", body).await;
    let at = format!("/Users/{}", created.id());
    for (operation, kind) in [
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "remove", "path": "" }), "noTarget"),
        (json!({ "op": "remove", "path": null, "value": "title" }), "noTarget"),
        (
            json!({ "op": "add", "path": "phoneNumbers[type eq \"a\" or type eq \"b\"].value", "value": "1" }),
            "noTarget",
        ),
        (json!({ "op": "add", "path": "phoneNumbers[not (type eq \"a\")].value", "value": "1" }), "noTarget"),
        (json!({ "op": "replace", "path": "emails[type eq \"work\"]value", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq \"work\"].value.x", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "name.familyName.x", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq \"work\"] .value", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[0].value", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "/emails/0/value", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "name", "value": 7 }), "invalidValue"),
        (json!({ "op": "replace", "path": "active", "value": "yes" }), "invalidValue"),
        (
            json!({ "op": "replace", "path": "emails[type eq \"work\"].primary", "value": "yes" }),
            "invalidValue",
        ),
        (json!({ "op": "remove", "path": format!("{USER}:userName") }), "mutability"),
    ] {
        let answer = hub.patch(&at, json!([operation])).await;
        assert_eq!(answer.outcome(), (400, Some(kind.to_owned())), "{operation}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains("Operations[0]"), "{}", answer.text());
    }
}

#[tokio::test]
async fn rfc9110_13_1_lists_of_versions() {
    let (hub, id) = people().await;
    let at = format!("/Users/{}", id("bob"));
    let etag = hub.get(&at).await.etag();
    let opaque = etag.trim_start_matches("W/");
    for (list, known) in [
        (format!("{etag}, W/\"0\""), true),
        (format!("W/\"0\",{etag}"), true),
        (format!("\"a,b\" , {opaque}"), true),
        (format!(",, {etag} ,"), true),
        // The `W` is a capital (RFC 9110 §8.8.3).
        (format!("w/{opaque}"), false),
        ("W/\"0\", \"1\"".to_owned(), false),
        (format!("\"x{}\"", opaque.trim_matches('"')), false),
        (format!("\"{}x\"", opaque.trim_matches('"')), false),
        (format!("\"a, {opaque}"), false),
    ] {
        let read = hub.with_headers("GET", &at, &[("If-None-Match", &list)], None).await;
        assert_eq!(read.status, if known { 304 } else { 200 }, "{list}");
        let write = hub.with_headers("PATCH", &at, &[("If-Match", &list)], json!({ "Operations": [] })).await;
        assert_eq!(write.status, if known { 200 } else { 412 }, "{list}");
    }
}
