//! Properties of PATCH.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rollbook_protocol::{ClientKind, PatchRequest, Quirks, apply, prepare_create, prepare_replace};
use rollbook_schema::Value;

use super::value;
use crate::fixtures::{USER, registry, resource, ty};

/// Single-valued string attributes with nothing special about them.
const SIMPLE: [&str; 5] = ["title", "nickName", "userType", "locale", "displayName"];

#[derive(Clone, Debug)]
struct Op {
    kind: &'static str,
    name: &'static str,
    value: String,
    path: bool,
}

fn op() -> impl Strategy<Value = Op> {
    let kind = prop::sample::select(vec!["add", "replace", "remove"]);
    (kind, prop::sample::select(SIMPLE.to_vec()), "[a-c ]{1,3}", any::<bool>())
        .prop_map(|(kind, name, value, path)| Op { kind, name, value, path: path || kind == "remove" })
}

/// Any JSON, with the names that mean something as likely as others.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1.5e3".to_owned()),
        prop::sample::select(vec![
            "",
            " ",
            "add",
            "Remove",
            "replace",
            "emails",
            "members",
            "x",
            "True",
            "{\"title\": \"x\"}",
            "name.givenName",
            "emails[type eq \"work\"].value",
            "members[value eq \"x\" or type eq \"y\"]",
            "emails[not (type pr)]",
            "urn:x:y:2.0:User:z.w",
            "urn:x:y:2.0:User",
            "urn:x:y:2.0:User:z[a eq 1].b",
            "manager[value eq \"1\"].value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "roles[primary eq \"True\" and id eq 3].display",
            "schemas",
            "id",
            "meta.version",
            "active",
            "emails.primary",
        ])
        .prop_map(|text| Value::from(text).to_json_string()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec![
            "op",
            "path",
            "value",
            "Operations",
            "emails",
            "members",
            "type",
            "primary",
            "$ref",
            "name",
            "givenName",
            "userName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "manager",
            "urn:x:y:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "name.givenName",
            "password",
            "addresses[type eq \"a\"]",
            "",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|elements| format!("[{}]", elements.join(","))),
            prop::collection::btree_map(name, inner, 0..5).prop_map(|members| {
                let members = members
                    .iter()
                    .map(|(name, value)| format!("{}:{value}", Value::from(*name).to_json_string()));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

/// An operation with any path and value.
fn operation() -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec!["add", "Replace", "remove"]),
        prop::option::of(json()),
        prop::option::of(json()),
    )
        .prop_map(|(op, path, value)| {
            let part = |name: &str, value: Option<String>| {
                value.map(|it| format!(r#","{name}":{it}"#)).unwrap_or_default()
            };
            format!(r#"{{"op":"{op}"{}{}}}"#, part("path", path), part("value", value))
        })
}

fn kinds() -> impl Strategy<Value = ClientKind> {
    prop::sample::select(ClientKind::ALL.to_vec())
}

/// Applies a request to a body of everything and checks what must always hold.
fn try_apply(request: &PatchRequest, kind: ClientKind, type_name: &str) {
    let registry = registry();
    let quirks = Quirks::of(kind);
    let ty = ty(&registry, type_name);
    let mut body = prepare_create(resource(USER), ty, &Quirks::default()).unwrap().resource;
    let before = body.to_vec();
    match apply(&mut body, request, ty, &quirks) {
        Err(error) => {
            assert_eq!(error.status, 400);
            assert_eq!(body.to_vec(), before);
        }
        Ok(patched) => {
            assert_eq!(patched.changed, body.to_vec() != before);
            assert_eq!(patched.changed, patched.attributes.iter().any(|name| name != "members"));
            assert!(!body.contains("members") && !body.contains("id") && !body.contains("password"));
            if request.only_members(ty) {
                assert!(!patched.changed);
            }
            // What is stored is in shape: a PUT of it changes nothing.
            if patched.changed {
                let draft = prepare_replace(body.clone(), &body, ty, &Quirks::default());
                assert_eq!(draft.unwrap().resource, body);
            }
        }
    }
}

proptest! {
    #[test]
    fn simple_attributes_behave_like_a_map(operations in prop::collection::vec(op(), 0..12)) {
        let registry = registry();
        let quirks = Quirks::default();
        let mut model = BTreeMap::new();
        let mut texts = Vec::new();
        for Op { kind, name, value, path } in &operations {
            match *kind {
                "remove" => {
                    model.remove(name);
                    texts.push(format!(r#"{{"op": "remove", "path": "{name}"}}"#));
                }
                _ => {
                    model.insert(*name, value.clone());
                    texts.push(if *path {
                        format!(r#"{{"op": "{kind}", "path": "{name}", "value": "{value}"}}"#)
                    } else {
                        format!(r#"{{"op": "{kind}", "value": {{"{name}": "{value}"}}}}"#)
                    });
                }
            }
        }
        let mut body = resource(r#"{"userName": "a"}"#);
        let request = super::request(&format!("[{}]", texts.join(",")), &quirks).unwrap();
        let patched = apply(&mut body, &request, ty(&registry, "User"), &quirks).unwrap();
        for name in SIMPLE {
            prop_assert_eq!(body.get(name).and_then(Value::as_str), model.get(name).map(String::as_str));
        }
        prop_assert_eq!(patched.changed, !model.is_empty());
        prop_assert_eq!(patched.attributes.len(), model.len());
        let mut again = body.clone();
        if texts.iter().all(|text| !text.contains("remove")) {
            prop_assert!(!apply(&mut again, &request, ty(&registry, "User"), &quirks).unwrap().changed);
        }
    }

    #[test]
    fn any_json_is_refused_or_applied(body in json(), kind in kinds()) {
        if let Ok(request) = PatchRequest::parse(&value(&body), &Quirks::of(kind)) {
            try_apply(&request, kind, "Keeper");
        }
    }

    #[test]
    fn any_operation_is_refused_or_applied(
        operations in prop::collection::vec(operation(), 1..4),
        kind in kinds(),
        type_name in prop::sample::select(vec!["User", "Keeper", "Group"]),
    ) {
        let body = format!(
            r#"{{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{}]}}"#,
            operations.join(",")
        );
        if let Ok(request) = PatchRequest::parse(&value(&body), &Quirks::of(kind)) {
            try_apply(&request, kind, type_name);
        }
    }
}
