//! Resource types from JSON files are served as the standard ones are.

use std::fs;
use std::path::Path;

use rollbook_testing::{Cli, Process, command, patch};
use serde_json::json;

use crate::binary;

const SCHEMA: &str = r#"{
  "id": "urn:example:scim:schemas:2.0:Device", "name": "Device", "description": "A device",
  "attributes": [
    {"name": "serial", "type": "string", "required": true, "uniqueness": "server", "caseExact": true,
     "mutability": "immutable"},
    {"name": "model", "type": "string"},
    {"name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never"},
    {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
      {"name": "value", "type": "integer"}, {"name": "type", "type": "string"}, {"name": "primary", "type": "boolean"}]}
  ]
}"#;

const TYPE: &str =
    r#"{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:scim:schemas:2.0:Device"}"#;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_resource_type_from_json_is_served_whole() {
    let schemas = folder(&[("device.schema.json", SCHEMA), ("device.type.json", TYPE)]);
    let path = schemas.path().display().to_string();
    let hub = Process::ephemeral_with(binary(), &[("ROLLBOOK_SCHEMAS", &path)]);
    let client = hub.client();
    let types = client.send("GET", "/ResourceTypes/Device", None);
    assert_eq!((types.status, &types.json()["endpoint"]), (200, &json!("/Devices")));
    let schema = client.send("GET", "/Schemas/urn:example:scim:schemas:2.0:Device", None);
    assert_eq!(schema.json()["attributes"].as_array().map(Vec::len), Some(4), "{}", schema.text());

    let device = json!({
        "schemas": ["urn:example:scim:schemas:2.0:Device"],
        "serial": "A-1", "model": "X", "pin": "1234",
        "ports": [{ "value": 80, "type": "web", "primary": true }, { "value": 22, "type": "ssh" }],
    });
    let made = client.send("POST", "/Devices", Some(&device));
    let id = made.id(201);
    let body = made.json();
    assert!(body.get("pin").is_none(), "returned: never: {body}");
    assert_eq!(body["meta"]["location"], format!("{}/Devices/{id}", hub.scim_url()));
    assert_eq!(client.send("POST", "/Devices", Some(&device)).status, 409, "uniqueness: server");
    let refused = client.send("POST", "/Devices", Some(&json!({ "model": "Y" })));
    assert_eq!(refused.status, 400, "required: {}", refused.text());
    assert!(refused.text().contains("serial"), "{}", refused.text());
    let path = format!("/Devices/{id}");
    let changed = client.send(
        "PATCH",
        &path,
        Some(&patch(&[
            ("replace", "ports[type eq \"ssh\"].value", json!(2222)),
            ("replace", "model", json!("Z")),
        ])),
    );
    assert_eq!(
        (changed.status, &changed.json()["ports"][1]["value"]),
        (200, &json!(2222)),
        "{}",
        changed.text()
    );
    let refused = client.send("PATCH", &path, Some(&patch(&[("replace", "serial", json!("B"))])));
    assert_eq!(
        (refused.status, &refused.json()["scimType"]),
        (400, &json!("mutability")),
        "{}",
        refused.text()
    );
    for (filter, total) in [
        ("serial%20eq%20%22A-1%22", 1),
        ("serial%20eq%20%22a-1%22", 0),
        ("ports[value%20gt%201000]", 1),
        ("model%20eq%20%22z%22", 1),
    ] {
        let found = client.send("GET", &format!("/Devices?filter={filter}"), None);
        assert_eq!(found.json()["totalResults"], total, "{filter}: {}", found.text());
    }
    assert_eq!(client.send("DELETE", &path, None).status, 204);
    assert_eq!(client.send("GET", &path, None).status, 404);
}

#[test]
fn a_server_without_the_files_serves_the_standard_types_only() {
    let hub = Process::ephemeral(binary());
    assert_eq!(hub.client().send("GET", "/Devices", None).status, 404);
    assert_eq!(hub.client().send("GET", "/ResourceTypes/Device", None).status, 404);
}

#[test]
fn a_required_attribute_may_be_of_an_own_type() {
    let schemas = folder(&[("all.json", &format!("[{SCHEMA}, {TYPE}]"))]);
    let data = tempfile::tempdir().unwrap();
    let cli = Cli::new(binary(), data.path());
    let path = schemas.path().join("all.json").display().to_string();
    let with = cli.run_with(
        &["directory", "add", "acme", "--required", "Device:model"],
        &[("ROLLBOOK_SCHEMAS", &path)],
    );
    assert_eq!(with.code, Some(0), "{}", with.stderr);
    let without = cli.run(&["directory", "add", "beta", "--required", "Device:model"]);
    assert_eq!(without.code, Some(1), "{}", without.stdout);
    assert!(without.stderr.contains("`Device`"), "{}", without.stderr);
}

#[test]
fn a_mistake_names_file_and_place_and_nothing_is_begun() {
    for (files, names) in [
        (vec![("a.json", "{\"id\": ")], &["a.json", "line 1"][..]),
        (vec![("a.json", "{}")], &["a.json", "neither a schema"]),
        (
            vec![("a.json", r#"{"id": "urn:x:y", "attributes": [{"name": "a", "requird": true}]}"#)],
            &["a.json", "attributes[0].requird", "did you mean `required`"],
        ),
        (vec![("a.json", SCHEMA), ("b.json", SCHEMA)], &["b.json", "urn:example:scim:schemas:2.0:Device"]),
        (vec![("t.json", TYPE)], &["t.json", "`Device`", "urn:example:scim:schemas:2.0:Device"]),
        (vec![("notes.txt", "x")], &["*.json"]),
    ] {
        let schemas = folder(&files);
        let data = schemas.path().join("data");
        refused(&data, schemas.path(), names);
    }
    let data = tempfile::tempdir().unwrap();
    refused(&data.path().join("data"), Path::new("/nowhere/schemas"), &["/nowhere/schemas"]);
}

fn refused(data: &Path, schemas: &Path, names: &[&str]) {
    let mut serve = command(binary());
    serve.arg("--data").arg(data).args(["serve", "--listen", "127.0.0.1:0", "--schemas"]).arg(schemas);
    let output = serve.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(5), "{told}");
    for name in names.iter().chain(&["`schemas`"]) {
        assert!(told.contains(name), "it does not name {name}: {told}");
    }
    assert!(!data.exists(), "a data directory was made all the same");
}
