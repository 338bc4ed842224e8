//! What a strict directory refuses, by the letter of the RFC.

use rollbook_protocol::ClientKind::{Generic, Strict};

use super::{ADA, patch, refusal};

#[test]
fn strict_refuses_what_others_understand() {
    let rows = [
        (r#"[{"op": "replace", "path": "active", "value": "False"}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "displayName", "value": ["x"]}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "emails", "value": {"value": "x"}}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "emails", "value": ["x"]}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"}]"#, "noTarget"),
        (r#"[{"op": "add", "path": "emails[type eq \"home\"].value", "value": "x"}]"#, "noTarget"),
        (r#"[{"op": "remove", "path": "emails[type eq \"home\"]"}]"#, "noTarget"),
        (r#"[{"op": "remove", "path": "emails", "value": [{"value": "x"}]}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "id", "value": "x"}]"#, "mutability"),
        (r#"[{"op": "replace", "path": "meta.version", "value": "x"}]"#, "mutability"),
        (r#"[{"op": "remove", "path": "groups"}]"#, "mutability"),
        (r#"[{"op": "replace", "path": "shoeSize", "value": 1}]"#, "invalidPath"),
        (r#"[{"op": "replace", "path": "manager", "value": {"value": "x"}}]"#, "invalidPath"),
        (r#"[{"op": "replace", "path": "urn:x:y:2.0:User:z", "value": 1}]"#, "invalidPath"),
        (r#"[{"op": "replace", "value": {"shoeSize": 1}}]"#, "invalidSyntax"),
        (r#"[{"op": "replace", "value": {"name.givenName": "x"}}]"#, "invalidSyntax"),
        (r#"[{"op": "replace", "value": {"urn:x:y:2.0:User": {"z": 1}}}]"#, "invalidSyntax"),
        (r#"[{"op": "replace", "value": "{\"active\": false}"}]"#, "invalidValue"),
        (r#"[{"op": "remove", "value": {"title": null}}]"#, "noTarget"),
    ];
    for (operations, kind) in rows {
        assert_eq!(refusal(Strict, "User", ADA, operations).0, kind, "{operations}");
        if let Err(error) = patch(Generic, "User", ADA, operations) {
            panic!("{operations} is no quirk: {error}");
        }
    }
}

#[test]
fn everybody_is_refused() {
    let rows = [
        (r#"[{"op": "remove"}]"#, "noTarget"),
        (r#"[{"op": "remove", "path": null, "value": "title"}]"#, "noTarget"),
        (r#"[{"op": "remove", "path": "", "value": ["title"]}]"#, "noTarget"),
        (r#"[{"op": "add", "path": "title"}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "title"}]"#, "invalidValue"),
        (r#"[{"op": "add", "value": 7}]"#, "invalidValue"),
        (r#"[{"op": "add"}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "title", "value": 7}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "title", "value": ["a", "b"]}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "title", "value": {"a": 1}}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "name", "value": "Ada"}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "name", "value": [[{"givenName": "A"}]]}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "emails", "value": [[{"value": "x"}]]}]"#, "invalidValue"),
        (r#"[{"op": "replace", "path": "emails[type eq \"work\"].value", "value": 7}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "emails[type sw \"ho\"].value", "value": "x"}]"#, "noTarget"),
        (r#"[{"op": "replace", "path": "title[value eq \"x\"]", "value": "x"}]"#, "invalidPath"),
        (r#"[{"op": "replace", "path": "emails.value[type eq \"x\"]", "value": "x"}]"#, "invalidPath"),
        (r#"[{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User"}]"#, "invalidPath"),
        (
            r#"[{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "value": 7}]"#,
            "invalidValue",
        ),
        (r#"[{"op": "remove", "path": "userName"}]"#, "mutability"),
        (r#"[{"op": "replace", "path": "userName", "value": null}]"#, "mutability"),
        (r#"[{"op": "replace", "path": "userName", "value": ""}]"#, "mutability"),
    ];
    for (operations, kind) in rows {
        for client in [Generic, Strict] {
            let (found, detail) = refusal(client, "User", ADA, operations);
            assert_eq!(found, kind, "{client}: {operations}: {detail}");
        }
    }
}
