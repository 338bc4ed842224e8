//! Attributes of the core schema, without a filter.

use rollbook_protocol::ClientKind;

use super::{ADA, check_users, patch, refusal};

#[test]
fn rfc7644_3_5_2_single_valued_attributes() {
    check_users(&[
        (
            "add sets",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "title", "value": "T"}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "add overwrites",
            r#"{"userName": "a", "title": "Old"}"#,
            r#"[{"op": "add", "path": "title", "value": "T"}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "replace sets what is absent",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "path": "title", "value": "T"}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "remove",
            r#"{"userName": "a", "title": "T"}"#,
            r#"[{"op": "remove", "path": "title"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove ignores a value on a single-valued attribute",
            r#"{"userName": "a", "title": "T"}"#,
            r#"[{"op": "remove", "path": "title", "value": "T"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove of what is absent",
            r#"{"userName": "a"}"#,
            r#"[{"op": "remove", "path": "title"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "replace with null removes",
            r#"{"userName": "a", "title": "T"}"#,
            r#"[{"op": "replace", "path": "title", "value": null}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "replace with an empty string removes",
            r#"{"userName": "a", "title": "T"}"#,
            r#"[{"op": "replace", "path": "title", "value": ""}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "a blank is a value",
            r#"{"userName": "a", "title": "T"}"#,
            r#"[{"op": "Replace", "path": "title", "value": " "}]"#,
            r#"{"userName": "a", "title": " "}"#,
        ),
        (
            "names in any case",
            r#"{"userName": "a"}"#,
            r#"[{"op": "REPLACE", "path": "TITLE", "value": "T"}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "the core schema's URI before a name",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "Chief"}]"#,
            r#"{"userName": "a", "title": "Chief"}"#,
        ),
        (
            "of two replaces the last wins",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "path": "title", "value": "1"}, {"op": "replace", "path": "title", "value": "2"}]"#,
            r#"{"userName": "a", "title": "2"}"#,
        ),
        (
            "a value in the wrapper of an old library",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Replace", "path": "displayName", "value": [{"$ref": null, "value": "W"}]}]"#,
            r#"{"userName": "a", "displayName": "W"}"#,
        ),
        (
            "externalId comes later",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "externalId", "value": "E-1"}]"#,
            r#"{"userName": "a", "externalId": "E-1"}"#,
        ),
        (
            "externalId goes by null",
            r#"{"userName": "a", "externalId": "E"}"#,
            r#"[{"op": "replace", "value": {"userName": "a", "externalId": null}}]"#,
            r#"{"userName": "a"}"#,
        ),
    ]);
}

#[test]
fn entra_booleans_as_strings() {
    for (text, expected) in [
        (r#""False""#, "false"),
        (r#""false""#, "false"),
        (r#""FALSE""#, "false"),
        (r#""True""#, "true"),
        ("false", "false"),
        (r#"[{"value": "False"}]"#, "false"),
    ] {
        for op in ["Replace", "Add"] {
            let operations = format!(r#"[{{"op": "{op}", "path": "active", "value": {text}}}]"#);
            let after = format!(r#"{{"userName": "a", "active": {expected}}}"#);
            check_users(&[(text, r#"{"userName": "a", "active": true}"#, &operations, &after)]);
        }
    }
    let (kind, detail) =
        refusal(ClientKind::Generic, "User", ADA, r#"[{"op": "replace", "path": "active", "value": "no"}]"#);
    assert_eq!(kind, "invalidValue");
    assert_eq!(
        detail,
        "`Operations[0].value`: `active` must be a boolean; send true or false without quotes"
    );
}

#[test]
fn rfc7644_3_5_2_3_complex_attributes_merge() {
    check_users(&[
        (
            "replace keeps the parts it does not name",
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "F"}}"#,
            r#"[{"op": "replace", "path": "name", "value": {"familyName": "N"}}]"#,
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "N"}}"#,
        ),
        (
            "add too",
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
            r#"[{"op": "add", "path": "name", "value": {"FamilyName": "N"}}]"#,
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "N"}}"#,
        ),
        (
            "a null part goes",
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "F"}}"#,
            r#"[{"op": "replace", "path": "name", "value": {"familyName": null}}]"#,
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
        ),
        (
            "without a path",
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "F"}}"#,
            r#"[{"op": "replace", "value": {"name": {"familyName": "N"}}}]"#,
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "N"}}"#,
        ),
        (
            "a part by its path",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "name.familyName", "value": "N"}]"#,
            r#"{"userName": "a", "name": {"familyName": "N"}}"#,
        ),
        (
            "remove a part",
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "F"}}"#,
            r#"[{"op": "remove", "path": "name.givenName"}]"#,
            r#"{"userName": "a", "name": {"familyName": "F"}}"#,
        ),
        (
            "remove the last part",
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
            r#"[{"op": "remove", "path": "name.givenName"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove the whole",
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
            r#"[{"op": "remove", "path": "name"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "replace by null",
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
            r#"[{"op": "replace", "path": "name", "value": null}]"#,
            r#"{"userName": "a"}"#,
        ),
    ]);
}

#[test]
fn values_without_a_path() {
    check_users(&[
        (
            "plain names",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "value": {"active": "False", "title": "T"}}]"#,
            r#"{"userName": "a", "active": false, "title": "T"}"#,
        ),
        (
            "dotted names",
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
            r#"[{"op": "replace", "value": {"name.familyName": "F", "name.middleName": "M"}}]"#,
            r#"{"userName": "a", "name": {"givenName": "G", "familyName": "F", "middleName": "M"}}"#,
        ),
        (
            "paths with filters",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "value": {"emails[type eq \"work\"].value": "w@x"}}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "w@x"}]}"#,
        ),
        (
            "attributes under the core schema's URI",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:User": {"title": "T"}}}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "a qualified name",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:User:name.givenName": "G"}}]"#,
            r#"{"userName": "a", "name": {"givenName": "G"}}"#,
        ),
        (
            "what the server sets is ignored",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "value": {"id": "x", "schemas": ["urn:x"], "meta": {"version": "1"}, "groups": [{"value": "g"}], "title": "T"}}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "unknown names are dropped",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "value": {"shoeSize": 43, "has space": 1, "title": "T"}}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "add of several values",
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
            r#"[{"op": "add", "value": {"emails": [{"value": "2@x", "type": "home"}], "nickname": "B"}}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "2@x", "type": "home"}], "nickName": "B"}"#,
        ),
        (
            "replace of all values",
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
            r#"[{"op": "replace", "value": {"emails": [{"value": "2@x"}]}}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x"}]}"#,
        ),
        (
            "one object in an array",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "value": [{"title": "T"}]}]"#,
            r#"{"userName": "a", "title": "T"}"#,
        ),
        (
            "a JSON text, as Keycloak sends it",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "value": "{\"active\": \"false\", \"title\": \"T\"}"}]"#,
            r#"{"userName": "a", "active": false, "title": "T"}"#,
        ),
        (
            "remove what an object names",
            r#"{"userName": "a", "title": "T", "emails": [{"value": "1@x"}, {"value": "2@x"}]}"#,
            r#"[{"op": "remove", "value": {"title": null, "emails": [{"value": "1@x"}]}}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x"}]}"#,
        ),
    ]);
}

#[test]
fn multi_valued_attributes() {
    check_users(&[
        (
            "add appends",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
            r#"[{"op": "add", "path": "emails", "value": [{"value": "2@x", "type": "home"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}, {"value": "2@x", "type": "home"}]}"#,
        ),
        (
            "one object stands for an array",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "emails", "value": {"value": "2@x"}}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x"}]}"#,
        ),
        (
            "a bare string stands for a value",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "emails", "value": "2@x"}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x"}]}"#,
        ),
        (
            "D15: the same type and value is one",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work", "display": "old"}, {"value": "3@x"}]}"#,
            r#"[{"op": "add", "path": "emails", "value": [{"value": "1@X", "type": "Work", "display": "new"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@X", "type": "Work", "display": "new"}, {"value": "3@x"}]}"#,
        ),
        (
            "D15: another type is another value",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
            r#"[{"op": "add", "path": "emails", "value": [{"value": "1@x", "type": "home"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}, {"value": "1@x", "type": "home"}]}"#,
        ),
        (
            "D15: addresses have no value",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A"}]}"#,
            r#"[{"op": "add", "path": "addresses", "value": [{"type": "work", "locality": "B"}]}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A"}, {"type": "work", "locality": "B"}]}"#,
        ),
        (
            "the same address again",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A", "primary": true}]}"#,
            r#"[{"op": "add", "path": "addresses", "value": [{"primary": "true", "locality": "A", "type": "work"}]}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A", "primary": true}]}"#,
        ),
        (
            "D14: an added primary wins",
            r#"{"userName": "a", "emails": [{"value": "1@x", "primary": true}]}"#,
            r#"[{"op": "add", "path": "emails", "value": [{"value": "2@x", "primary": true}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "primary": false}, {"value": "2@x", "primary": true}]}"#,
        ),
        (
            "D14: of several the last wins",
            r#"{"userName": "a"}"#,
            r#"[{"op": "replace", "path": "emails", "value": [{"value": "1@x", "primary": true}, {"value": "2@x", "primary": "True"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "primary": false}, {"value": "2@x", "primary": true}]}"#,
        ),
        (
            "replace",
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "2@x"}]}"#,
            r#"[{"op": "replace", "path": "emails", "value": [{"value": "3@x"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "3@x"}]}"#,
        ),
        (
            "replace by nothing",
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
            r#"[{"op": "replace", "path": "emails", "value": []}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove",
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
            r#"[{"op": "remove", "path": "emails"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "D21: remove what the value names",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}, {"value": "1@x", "type": "home"}, {"value": "2@x"}]}"#,
            r#"[{"op": "Remove", "path": "emails", "value": [{"value": "1@X", "type": "home"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}, {"value": "2@x"}]}"#,
        ),
        (
            "D21: nothing named, nothing removed",
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
            r#"[{"op": "Remove", "path": "emails", "value": []}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
        ),
        (
            "D21: an address by its parts",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A"}, {"type": "home"}]}"#,
            r#"[{"op": "Remove", "path": "addresses", "value": {"type": "work"}}]"#,
            r#"{"userName": "a", "addresses": [{"type": "home"}]}"#,
        ),
        (
            "a sub-attribute without a filter is the primary's",
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "2@x", "primary": true}]}"#,
            r#"[{"op": "replace", "path": "emails.value", "value": "3@x"}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "3@x", "primary": true}]}"#,
        ),
        (
            "of none, a new one",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "emails.value", "value": "3@x"}]"#,
            r#"{"userName": "a", "emails": [{"value": "3@x"}]}"#,
        ),
        (
            "remove it everywhere",
            r#"{"userName": "a", "emails": [{"value": "1@x", "display": "1"}, {"value": "2@x", "display": "2"}]}"#,
            r#"[{"op": "remove", "path": "emails.display"}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "2@x"}]}"#,
        ),
        (
            "nulls in an array",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "emails", "value": [null, {"value": "1@x", "type": null}, {}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
        ),
        (
            "unknown keys in an element",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "roles", "value": [{"id": "r1", "value": "admin"}]}]"#,
            r#"{"userName": "a", "roles": [{"value": "admin"}]}"#,
        ),
        (
            "a JSON text as a role stays a text",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "roles", "value": [{"value": "{\"id\":\"1\"}"}]}]"#,
            r#"{"userName": "a", "roles": [{"value": "{\"id\":\"1\"}"}]}"#,
        ),
    ]);
}

#[test]
fn simple_multi_valued_attributes() {
    const TAGS: &str = "urn:example:params:scim:schemas:extension:zoo:2.0:User:tags";
    let before = r#"{"userName": "a", "urn:example:params:scim:schemas:extension:zoo:2.0:User": {"tags": ["lion", "Tiger"]}}"#;
    let rows = [
        (r#"{"op": "add", "path": "TAGS", "value": ["bear", "LION"]}"#, r#"["lion", "Tiger", "bear"]"#),
        (r#"{"op": "add", "path": "TAGS", "value": "bear"}"#, r#"["lion", "Tiger", "bear"]"#),
        (r#"{"op": "replace", "path": "TAGS", "value": ["bear"]}"#, r#"["bear"]"#),
        (r#"{"op": "remove", "path": "TAGS[value eq \"tiger\"]"}"#, r#"["lion"]"#),
        (r#"{"op": "remove", "path": "TAGS", "value": ["tiger"]}"#, r#"["lion"]"#),
        (r#"{"op": "replace", "path": "TAGS[value eq \"lion\"]", "value": "cub"}"#, r#"["cub", "Tiger"]"#),
        (r#"{"op": "add", "path": "TAGS[value eq \"fox\"]", "value": "fox"}"#, r#"["lion", "Tiger", "fox"]"#),
    ];
    for (operation, tags) in rows {
        let operations = format!("[{}]", operation.replace("TAGS", TAGS));
        let after = before.replace(r#"["lion", "Tiger"]"#, tags);
        check_users(&[(operation, before, &operations, &after)]);
    }
}

#[test]
fn d23_d30_what_changes_nothing() {
    let same = [
        "[]",
        r#"[{"op": "replace", "path": "displayName", "value": "Ada Byron"}]"#,
        r#"[{"op": "replace", "path": "active", "value": "True"}]"#,
        r#"[{"op": "add", "path": "emails", "value": [{"type": "work", "value": "ada@work.example", "primary": true}]}]"#,
        r#"[{"op": "remove", "path": "title"}]"#,
        r#"[{"op": "replace", "path": "password", "value": "n3w-Passw0rd!"}]"#,
        r#"[{"op": "replace", "value": {"password": "n3w-Passw0rd!"}}]"#,
        r#"[{"op": "remove", "path": "password"}]"#,
        r#"[{"op": "replace", "path": "id", "value": "x"}]"#,
        r#"[{"op": "replace", "path": "meta.version", "value": "x"}]"#,
        r#"[{"op": "add", "path": "groups", "value": [{"value": "g"}]}]"#,
        r#"[{"op": "replace", "path": "schemas", "value": ["urn:x"]}]"#,
        r#"[{"op": "replace", "path": "shoeSize", "value": 43}]"#,
        r#"[{"op": "replace", "path": "name.shoeSize", "value": 43}]"#,
        r#"[{"op": "replace", "path": "title", "value": "x"}, {"op": "remove", "path": "title"}]"#,
        r#"[{"op": "add", "path": "emails[type eq \"work\"]", "value": null}]"#,
        r#"[{"op": "add", "path": "emails", "value": null}]"#,
        r#"[{"op": "replace", "path": "emails[type eq \"home\"].value", "value": ""}]"#,
        r#"[{"op": "remove", "path": "emails[type eq \"home\"]"}]"#,
    ];
    for operations in same {
        let (_, patched) = patch(ClientKind::Generic, "User", ADA, operations)
            .unwrap_or_else(|error| panic!("{operations}: {error}"));
        assert!(!patched.changed, "{operations}");
        assert_eq!(patched.attributes, Vec::<String>::new(), "{operations}");
    }
}

#[test]
fn d30_a_password_of_another_type_is_refused_without_being_shown() {
    let operations = r#"[{"op": "replace", "path": "password", "value": {"clear": "hunter2"}}]"#;
    let (kind, detail) = refusal(ClientKind::Generic, "User", ADA, operations);
    assert_eq!(
        (kind.as_str(), detail.as_str()),
        ("invalidValue", "`Operations[0].value`: `password` must be a string; send text in quotes")
    );
}

#[test]
fn the_answer_names_what_differs_and_lists_the_schemas() {
    let operations = r#"[{"op": "replace", "value": {"title": "T", "active": true, "name.givenName": "A"}},
        {"op": "remove", "path": "displayName"},
        {"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "D"}]"#;
    let (body, patched) = patch(ClientKind::Generic, "User", ADA, operations).unwrap();
    assert!(patched.changed);
    assert_eq!(
        patched.attributes,
        [
            "name",
            "title",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "displayName",
        ]
    );
    assert_eq!(
        body.schemas().collect::<Vec<_>>(),
        [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ]
    );
    let operations =
        r#"[{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}]"#;
    let before = String::from_utf8(body.to_vec()).unwrap();
    let (body, _) = patch(ClientKind::Generic, "User", &before, operations).unwrap();
    assert_eq!(body.schemas().collect::<Vec<_>>(), ["urn:ietf:params:scim:schemas:core:2.0:User"]);
}
