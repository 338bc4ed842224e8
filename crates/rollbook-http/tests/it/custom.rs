//! Resource types of an operator's own, from JSON files: they get everything that users and groups get.

use rollbook_schema::Registry;
use serde_json::json;

use crate::support::{BASE, Hub, ORIGIN, Setup};

const SCHEMA: &str = "urn:example:2.0:Device";

fn registry() -> Registry {
    let attribute = |name: &str, mutability: &str, returned: &str, uniqueness: &str, required: bool| {
        json!({ "name": name, "type": "string", "mutability": mutability, "returned": returned,
                "uniqueness": uniqueness, "required": required, "caseExact": false })
    };
    let sub = |name: &str| json!({ "name": name, "type": "string", "mutability": "immutable" });
    let schema = json!({ "id": SCHEMA, "name": "Device", "attributes": [
        attribute("serial", "readWrite", "default", "server", true),
        attribute("model", "immutable", "default", "none", false),
        attribute("secret", "writeOnly", "never", "none", false),
        attribute("note", "readWrite", "request", "none", false),
        attribute("tag", "readWrite", "always", "none", false),
        attribute("state", "readOnly", "default", "none", false),
        { "name": "members", "type": "complex", "multiValued": true, "subAttributes": [sub("value"), sub("display"), sub("type"), sub("$ref")] },
    ]});
    let ty = json!({ "name": "Device", "endpoint": "/Devices", "schema": SCHEMA });
    Registry::builder()
        .standard()
        .schema_json(&schema.to_string())
        .resource_type_json(&ty.to_string())
        .build()
        .unwrap()
}

async fn hub() -> Hub {
    Hub::setup(Setup { registry: registry(), ..Setup::default() }).await
}

#[tokio::test]
async fn every_mutability_and_returned_holds() {
    let hub = hub().await;
    let ann = hub.user("ann").await;
    let body = json!({ "schemas": [SCHEMA], "serial": "S1", "model": "m", "secret": "hidden", "note": "n", "tag": "t",
                       "state": "forged", "members": [{ "value": ann }] });
    let made = hub.call("POST", "/Devices", body).await;
    let device = made.expect(201).json();
    let id = made.id();
    assert_eq!(made.header("location"), Some(format!("{ORIGIN}{BASE}/Devices/{id}").as_str()));
    assert_eq!(device["meta"]["resourceType"], "Device");
    for (name, shown) in [
        ("serial", Some("S1")),
        ("model", Some("m")),
        ("secret", None),
        ("note", None),
        ("tag", Some("t")),
        ("state", None),
    ] {
        assert_eq!(device[name].as_str(), shown, "{name}");
    }
    assert_eq!(device["members"][0]["$ref"], format!("{ORIGIN}{BASE}/Users/{ann}"));
    let at = format!("/Devices/{id}");
    let asked = hub.get(&format!("{at}?attributes=note,secret")).await.json();
    assert_eq!(
        (asked["note"].as_str(), asked["tag"].as_str(), asked.get("secret"), asked.get("serial")),
        (Some("n"), Some("t"), None, None)
    );
    assert_eq!(hub.get(&format!("{at}?excludedAttributes=tag,serial")).await.json()["tag"], "t");
    hub.patch(&at, json!([{ "op": "replace", "path": "model", "value": "other" }])).await.refused(
        400,
        "mutability",
        "model",
    );
    hub.call("PUT", &at, json!({ "serial": "S1", "model": "other" })).await.refused(
        400,
        "mutability",
        "model",
    );
    hub.patch(&at, json!([{ "op": "replace", "path": "state", "value": "x" }])).await.expect(200);
    hub.call("POST", "/Devices", json!({ "serial": "s1" })).await.refused(409, "uniqueness", "serial");
    hub.call("POST", "/Devices", json!({ "tag": "x" })).await.refused(400, "invalidValue", "serial");
    // The same name elsewhere is something else.
    hub.call("POST", "/Users", json!({ "userName": "s1" })).await.expect(201);
}

#[tokio::test]
async fn bulk_search_cursors_and_discovery_know_it() {
    let hub = hub().await;
    let post = |serial: &str| json!({ "method": "POST", "path": "/Devices", "bulkId": serial, "data": { "serial": serial } });
    let operations = json!([
        post("a"), post("b"), post("c"),
        { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "displayName": "g", "members": [{ "value": "bulkId:b" }] } },
        { "method": "PATCH", "path": "/Devices/bulkId:a", "data": { "Operations": [{ "op": "add", "path": "tag", "value": "x" }] } }
    ]);
    let answer = hub.call("POST", "/Bulk", json!({ "Operations": operations })).await.expect(200).json();
    let statuses: Vec<_> = answer["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["201", "201", "201", "201", "200"]);
    assert_eq!(hub.get("/Groups").await.json()["Resources"][0]["members"][0]["type"], "Device");

    let found = hub.get("/Devices?filter=serial+eq+%22A%22").await;
    assert_eq!(found.json()["Resources"][0]["tag"], "x");
    assert_eq!(
        hub.get("/Devices?sortBy=serial&sortOrder=descending").await.column("serial"),
        ["c", "b", "a"]
    );
    let first = hub.get("/Devices?cursor&count=2").await.json();
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(hub.get(&format!("/Devices?cursor={next}&count=2")).await.column("serial"), ["c"]);
    let search = hub.call("POST", "/Devices/.search", json!({ "filter": "tag eq \"x\"" })).await;
    assert_eq!(search.column("serial"), ["a"]);
    let all = hub.call("POST", "/.search", json!({ "filter": "meta.resourceType eq \"Device\"" })).await;
    assert_eq!(all.column("serial"), ["a", "b", "c"]);
    let by_serial =
        hub.call("POST", "/.search", json!({ "filter": "serial eq \"b\" or displayName eq \"g\"" })).await;
    assert_eq!(by_serial.json()["totalResults"], 2);
    assert!(hub.get("/ResourceTypes").await.column("name").contains(&"Device".to_owned()));
    hub.get(&format!("/Schemas/{SCHEMA}")).await.expect(200);
    hub.call("PUT", "/Devices", json!({})).await.expect(405);
}
