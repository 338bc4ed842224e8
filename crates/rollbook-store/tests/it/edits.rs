//! Member edits against the plainest model: a set.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rollbook_protocol::{Member, MemberEdit};
use rollbook_store::edits::{EdgeChanges, Touched, apply, touched, wire_path};

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-f]", 0..5)
}

fn edit() -> impl Strategy<Value = MemberEdit> {
    let members = || values().prop_map(|values| values.into_iter().map(Member::new).collect::<Vec<_>>());
    prop_oneof![
        4 => members().prop_map(MemberEdit::Add),
        4 => values().prop_map(MemberEdit::Remove),
        1 => Just(MemberEdit::RemoveAll),
        1 => members().prop_map(MemberEdit::ReplaceAll),
    ]
}

/// What the edits make of a set, step by step.
fn model(before: &BTreeSet<String>, edits: &[MemberEdit]) -> BTreeSet<String> {
    let mut now = before.clone();
    for edit in edits {
        match edit {
            MemberEdit::Add(members) => now.extend(members.iter().map(|member| member.value.clone())),
            MemberEdit::Remove(values) => now.retain(|value| !values.contains(value)),
            MemberEdit::RemoveAll => now.clear(),
            MemberEdit::ReplaceAll(members) => {
                now = members.iter().map(|member| member.value.clone()).collect();
            }
            MemberEdit::RemoveMatching(_) => unreachable!("not made here"),
        }
    }
    now
}

proptest! {
    #[test]
    fn edits_are_those_of_a_set(
        before in prop::collection::btree_set("[a-h]", 0..8),
        edits in prop::collection::vec(edit(), 0..6),
    ) {
        let known: BTreeSet<String> = match touched(&edits).unwrap() {
            Touched::All => before.clone(),
            Touched::Named(named) => before.iter().filter(|value| named.contains(value.as_str())).cloned().collect(),
        };
        let changes = apply(&edits, &known).unwrap();
        let after = model(&before, &edits);
        let added: BTreeSet<String> = changes.added.iter().cloned().collect();
        let removed: BTreeSet<String> = changes.removed.iter().cloned().collect();
        prop_assert_eq!(added.len(), changes.added.len(), "nothing twice");
        prop_assert_eq!(removed.len(), changes.removed.len(), "nothing twice");
        prop_assert_eq!(&added, &after.difference(&before).cloned().collect());
        prop_assert_eq!(&removed, &before.difference(&after).cloned().collect());
        prop_assert_eq!(changes.is_empty(), before == after);
    }
}

#[test]
fn added_values_keep_the_order_of_the_request() {
    let edits = [MemberEdit::Add(["c", "a", "b", "c"].map(Member::new).to_vec())];
    let changes = apply(&edits, &set(&["a"])).unwrap();
    assert_eq!(changes, EdgeChanges { added: vec!["c".to_owned(), "b".to_owned()], removed: Vec::new() });
}

#[test]
fn adding_and_removing_touch_the_named_alone() {
    let add = MemberEdit::Add(vec![Member::new("b")]);
    let remove = MemberEdit::Remove(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(touched(&[add.clone(), remove]).unwrap(), Touched::Named(BTreeSet::from(["a", "b"])));
    assert_eq!(touched(&[]).unwrap(), Touched::Named(BTreeSet::new()));
    for all in [MemberEdit::RemoveAll, MemberEdit::ReplaceAll(Vec::new())] {
        assert_eq!(touched(&[add.clone(), all]).unwrap(), Touched::All);
    }
}

#[test]
fn the_spelling_of_a_key_is_that_of_the_body() {
    let body = br#"{"userName":"a","emails":[{"type":"work"},{"Value":"x"}],"EMAILS2":1,
        "urn:ietf:params:scim:schemas:extension:ws1b:2.0:User":{"userPrincipalName":"x"}}"#;
    for (attribute, expected) in [
        ("username", "userName"),
        ("emails.value", "emails.value"),
        ("emails2", "EMAILS2"),
        (
            "urn:ietf:params:scim:schemas:extension:ws1b:2.0:user:userprincipalname",
            "urn:ietf:params:scim:schemas:extension:ws1b:2.0:User:userPrincipalName",
        ),
        ("externalid", "externalid"),
        ("user", "user"),
        ("", ""),
        ("usernameß", "usernameß"),
    ] {
        assert_eq!(wire_path(body, attribute), expected);
    }
    assert_eq!(wire_path(b"no JSON", "username"), "username");
}
