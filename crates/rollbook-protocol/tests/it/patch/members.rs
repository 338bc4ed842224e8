//! Operations on the members of a group.

use rollbook_filter::Filter;
use rollbook_protocol::MemberEdit::{Add, Remove, RemoveAll, RemoveMatching, ReplaceAll};
use rollbook_protocol::{ClientKind, Member, MemberEdit, PatchRequest, Quirks, apply};
use rollbook_schema::Resource;

use super::{edits, patch, refusal, request};
use crate::fixtures::{registry, ty};

fn members(ids: &[&str]) -> Vec<Member> {
    ids.iter().copied().map(Member::new).collect()
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn matching(filter: &str) -> MemberEdit {
    RemoveMatching(Filter::parse(filter).unwrap().into_owned())
}

#[test]
fn every_way_to_address_members() {
    let rows: Vec<(&str, Vec<MemberEdit>)> = vec![
        (
            r#"[{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "a"}]}]"#,
            vec![Add(members(&["a"]))],
        ),
        (r#"[{"op": "add", "path": "members", "value": {"value": "a"}}]"#, vec![Add(members(&["a"]))]),
        (r#"[{"op": "add", "path": "members", "value": ["a", "b"]}]"#, vec![Add(members(&["a", "b"]))]),
        (r#"[{"op": "add", "path": "members", "value": "a"}]"#, vec![Add(members(&["a"]))]),
        (r#"[{"op": "add", "path": "members.value", "value": "a"}]"#, vec![Add(members(&["a"]))]),
        (
            r#"[{"op": "add", "path": "Members", "value": [{"Value": "a", "displayName": "new"}], "name": "addMember"}]"#,
            vec![Add(members(&["a"]))],
        ),
        (
            r#"[{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:members", "value": [{"value": "a"}]}]"#,
            vec![Add(members(&["a"]))],
        ),
        (r#"[{"op": "add", "value": {"members": [{"value": "a"}]}}]"#, vec![Add(members(&["a"]))]),
        (r#"[{"op": "add", "path": "members", "value": []}]"#, vec![]),
        (r#"[{"op": "add", "path": "members", "value": null}]"#, vec![]),
        (
            r#"[{"op": "replace", "path": "members", "value": [{"value": "b"}, {"value": "c"}]}]"#,
            vec![ReplaceAll(members(&["b", "c"]))],
        ),
        (r#"[{"op": "replace", "path": "members", "value": []}]"#, vec![ReplaceAll(vec![])]),
        (r#"[{"op": "replace", "value": {"members": [{"value": "b"}]}}]"#, vec![ReplaceAll(members(&["b"]))]),
        (r#"[{"op": "remove", "path": "members"}]"#, vec![RemoveAll]),
        (r#"[{"op": "remove", "path": "members", "value": null}]"#, vec![RemoveAll]),
        (
            r#"[{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "a"}]}]"#,
            vec![Remove(ids(&["a"]))],
        ),
        (r#"[{"op": "remove", "path": "members", "value": {"value": "a"}}]"#, vec![Remove(ids(&["a"]))]),
        (r#"[{"op": "remove", "path": "members", "value": "a"}]"#, vec![Remove(ids(&["a"]))]),
        (
            r#"[{"op": "remove", "path": "members", "value": {"members": [{"value": "a"}, {"value": "b"}]}}]"#,
            vec![Remove(ids(&["a", "b"]))],
        ),
        (r#"[{"op": "remove", "value": {"members": [{"value": "a"}]}}]"#, vec![Remove(ids(&["a"]))]),
        (r#"[{"op": "remove", "path": "members", "value": []}]"#, vec![]),
        (r#"[{"op": "remove", "path": "members[value eq \"a\"]"}]"#, vec![Remove(ids(&["a"]))]),
        (r#"[{"op": "remove", "path": "members[value eq \"a\"].value"}]"#, vec![Remove(ids(&["a"]))]),
        (
            r#"[{"op": "remove", "path": "members[value eq \"a\" or value eq \"b\" or Value EQ \"c\"]"}]"#,
            vec![Remove(ids(&["a", "b", "c"]))],
        ),
        (r#"[{"op": "remove", "path": "members[type eq \"Group\"]"}]"#, vec![matching("type eq \"Group\"")]),
        (
            r#"[{"op": "remove", "path": "members[value eq \"a\" and type eq \"User\"]"}]"#,
            vec![matching("value eq \"a\" and type eq \"User\"")],
        ),
        (r#"[{"op": "remove", "path": "members[value ne \"a\"]"}]"#, vec![matching("value ne \"a\"")]),
        (
            r#"[{"op": "add", "path": "members[value eq \"a\"]", "value": {"display": "A"}}]"#,
            vec![Add(vec![Member { display: Some("A".to_owned()), ..Member::new("a") }])],
        ),
        (
            r#"[{"op": "replace", "path": "members[value eq \"a\"]", "value": {"value": "b"}}]"#,
            vec![Remove(ids(&["a"])), Add(members(&["b"]))],
        ),
        (
            r#"[{"op": "replace", "path": "members[value eq \"a\"].value", "value": "b"}]"#,
            vec![Remove(ids(&["a"])), Add(members(&["b"]))],
        ),
        (
            r#"[{"op": "replace", "path": "members[value eq \"a\"]", "value": null}]"#,
            vec![Remove(ids(&["a"]))],
        ),
        (r#"[{"op": "add", "path": "members[value eq \"a\"]", "value": null}]"#, vec![]),
        (r#"[{"op": "replace", "path": "members[value eq \"a\"].display", "value": "A"}]"#, vec![]),
        (r#"[{"op": "remove", "path": "members[value eq \"a\"].type"}]"#, vec![]),
    ];
    assert!(rows.len() > 30);
    for (operations, expected) in rows {
        assert_eq!(edits(operations), expected, "{operations}");
    }
}

#[test]
fn edits_keep_the_order_of_the_request() {
    let operations = r#"[{"op": "remove", "path": "members[value eq \"a\"]"},
        {"op": "add", "path": "members", "value": [{"value": "b", "display": "mail", "type": "User"}, {"value": "b", "type": "Group"}]},
        {"op": "remove", "path": "members", "value": [{"value": "c"}]}]"#;
    let b = Member {
        value: "b".to_owned(),
        member_type: Some("Group".to_owned()),
        display: Some("mail".to_owned()),
    };
    assert_eq!(edits(operations), [Remove(ids(&["a"])), Add(vec![b]), Remove(ids(&["c"]))]);
}

#[test]
fn members_and_other_attributes_in_one_request() {
    let operations = r#"[{"op": "replace", "path": "members", "value": [{"value": "b"}]},
        {"op": "replace", "value": {"displayName": "New", "externalId": "x"}}]"#;
    let (body, patched) =
        patch(ClientKind::Generic, "Group", r#"{"displayName": "Old"}"#, operations).unwrap();
    assert_eq!(body.display_name(), Some("New"));
    assert!(!body.contains("members"));
    assert_eq!(patched.attributes, ["displayName", "externalId", "members"]);
    assert_eq!(patched.members, [ReplaceAll(members(&["b"]))]);
}

#[test]
fn only_members_needs_no_resource() {
    let registry = registry();
    let quirks = Quirks::default();
    let group = ty(&registry, "Group");
    let rows = [
        (r#"[{"op": "add", "path": "members", "value": [{"value": "a"}]}]"#, true),
        (
            r#"[{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:group:MEMBERS[value eq \"a\"]"}]"#,
            true,
        ),
        (r#"[{"op": "add", "value": {"id": "g", "members": [{"value": "a"}]}}]"#, true),
        (r#"[{"op": "remove", "path": "members[value eq \"a\"].display"}]"#, true),
        (r#"[{"op": "add", "value": {"displayName": "g", "members": [{"value": "a"}]}}]"#, false),
        (
            r#"[{"op": "add", "path": "members", "value": ["a"]}, {"op": "remove", "path": "externalId"}]"#,
            false,
        ),
        (r#"[{"op": "add", "value": {"id": "g"}}]"#, false),
        (r#"[{"op": "remove"}]"#, false),
        ("[]", false),
    ];
    for (operations, expected) in rows {
        let request = request(operations, &quirks).unwrap();
        assert_eq!(request.only_members(group), expected, "{operations}");
        if expected {
            let mut empty = Resource::new();
            let patched = apply(&mut empty, &request, group, &quirks).unwrap();
            assert!(!patched.changed && empty.as_complex().is_empty(), "{operations}");
        }
        assert!(!request.only_members(ty(&registry, "User")), "a user has no members: {operations}");
    }
    assert_eq!(PatchRequest::default().operations, []);
}

#[test]
fn d11_a_directory_may_refuse_to_remove_all_members() {
    let registry = registry();
    let quirks = {
        let mut quirks = Quirks::default();
        quirks.refuse_remove_all_members = true;
        quirks
    };
    let all = request(r#"[{"op": "remove", "path": "members"}]"#, &quirks).unwrap();
    let error = apply(&mut Resource::new(), &all, ty(&registry, "Group"), &quirks).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Operations[0]`: `remove` of all `members` is turned off in this directory; name the members to remove"
    );
    let one = request(r#"[{"op": "remove", "path": "members", "value": "a"}]"#, &quirks).unwrap();
    assert!(apply(&mut Resource::new(), &one, ty(&registry, "Group"), &quirks).is_ok());
}

#[test]
fn d21_strict_never_removes_all_members_for_a_value() {
    let operations = r#"[{"op": "remove", "path": "members", "value": [{"value": "a"}]}]"#;
    let (kind, _) = refusal(ClientKind::Strict, "Group", r#"{"displayName": "G"}"#, operations);
    assert_eq!(kind, "invalidValue");
}

#[test]
fn members_that_are_none() {
    for (operations, kind) in [
        (r#"[{"op": "add", "path": "members", "value": [{"display": "x"}]}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "members", "value": [{"value": 7}]}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "members", "value": [{"value": ""}]}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "members", "value": [7]}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "members"}]"#, "invalidValue"),
        (r#"[{"op": "add", "path": "members[type eq \"User\"]", "value": {"value": "a"}}]"#, "noTarget"),
        (r#"[{"op": "remove", "path": "members[0]"}]"#, "invalidPath"),
    ] {
        assert_eq!(
            refusal(ClientKind::Generic, "Group", r#"{"displayName": "G"}"#, operations).0,
            kind,
            "{operations}"
        );
    }
}
