//! An error names the operation that it comes from (RFC 7644 §3.12: `detail` is for people).

use rollbook_protocol::ClientKind;

use super::{ADA, refusal};

#[test]
fn an_error_names_its_operation() {
    let rows = [
        (
            ClientKind::Generic,
            r#"{"op": "replace", "path": "emails[type eq", "value": "x"}"#,
            ".path",
            "invalidPath",
        ),
        (ClientKind::Strict, r#"{"op": "replace", "path": "shoeSize", "value": 1}"#, ".path", "invalidPath"),
        (ClientKind::Strict, r#"{"op": "remove", "path": "id"}"#, ".path", "mutability"),
        (ClientKind::Strict, r#"{"op": "remove", "path": "emails[type eq \"x\"]"}"#, ".path", "noTarget"),
        (ClientKind::Generic, r#"{"op": "remove"}"#, ".path", "noTarget"),
        (ClientKind::Generic, r#"{"op": "replace", "path": "title"}"#, ".value", "invalidValue"),
        (
            ClientKind::Generic,
            r#"{"op": "replace", "path": "active", "value": "no"}"#,
            ".value",
            "invalidValue",
        ),
        (ClientKind::Generic, r#"{"op": "add", "value": {"name": 5}}"#, ".value", "invalidValue"),
        (
            ClientKind::Generic,
            r#"{"op": "add", "path": "emails", "value": [{"value": 5}]}"#,
            ".value",
            "invalidValue",
        ),
        (
            ClientKind::Generic,
            r#"{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": 5}"#,
            ".value",
            "invalidValue",
        ),
        (ClientKind::Generic, r#"{"op": "remove", "path": "userName"}"#, "", "mutability"),
        (ClientKind::Generic, r#"{"op": "move", "path": "title"}"#, ".op", "invalidSyntax"),
    ];
    let valid = r#"{"op": "replace", "path": "title", "value": "T"}"#;
    for (client, operation, part, kind) in rows {
        let operations = format!("[{valid}, {valid}, {operation}, {valid}]");
        let (found, detail) = refusal(client, "User", ADA, &operations);
        assert_eq!(found, kind, "{operation}: {detail}");
        assert!(detail.starts_with(&format!("`Operations[2]{part}`")), "{operation}: {detail}");
    }
}

#[test]
fn a_path_is_shown_as_it_was_meant() {
    let operations = r#"[{"op": "replace", "path": "title[value eq \"T\"].x", "value": "x"}]"#;
    let (_, detail) = refusal(ClientKind::Strict, "User", ADA, operations);
    assert_eq!(
        detail,
        r#"`Operations[0].path`: the path `title[value eq "T"].x` names nothing that the resource type has; see /Schemas"#
    );
}
