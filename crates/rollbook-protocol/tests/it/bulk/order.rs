//! References between the operations of a bulk request, and the order they ask for (RFC 7644 §3.7.1, §3.7.2).

use std::collections::BTreeSet;

use proptest::prelude::*;
use rollbook_protocol::{BulkMethod, BulkRun, BulkSuccess};

use super::{carry_out, request};

/// Makes a POST of a group with members.
fn group(name: &str, members: &[&str]) -> String {
    let members: Vec<_> = members.iter().map(|id| format!(r#"{{"value": "bulkId:{id}"}}"#)).collect();
    format!(
        r#"{{"method": "POST", "path": "/Groups", "bulkId": "{name}", "data": {{"displayName": "{name}", "members": [{}]}}}}"#,
        members.join(",")
    )
}

fn calls(operations: &[String]) -> Vec<String> {
    let (calls, response) = carry_out(request(&format!("[{}]", operations.join(","))), |_| false);
    assert_eq!(response.operations.len(), operations.len());
    assert!(response.operations.iter().all(|result| result.status < 300), "{response:?}");
    calls
}

#[test]
fn backward_references_keep_the_order() {
    insta::assert_snapshot!(calls(&[group("u", &[]), group("g", &["u"])]).join("\n"), @r#"
    0 POST /Groups {"displayName":"u","members":[]}
    1 POST /Groups {"displayName":"g","members":[{"value":"id0"}]}
    "#);
}

#[test]
fn forward_references_wait_and_nothing_else_does() {
    let other = r#"{"method": "DELETE", "path": "/Users/7"}"#.to_owned();
    insta::assert_snapshot!(calls(&[group("g", &["u"]), other, group("u", &[])]).join("\n"), @r#"
    1 DELETE /Users/7
    2 POST /Groups {"displayName":"u","members":[]}
    0 POST /Groups {"displayName":"g","members":[{"value":"id2"}]}
    "#);
}

#[test]
fn operations_on_one_resource_keep_their_order() {
    let add = r#"{"method": "PATCH", "path": "/Groups/7", "data": {"Operations":
        [{"op": "add", "path": "members", "value": [{"value": "bulkId:u"}]}]}}"#;
    let clear = r#"{"method": "PATCH", "path": "Groups/7/", "data": {"Operations": [{"op": "remove", "path": "members"}]}}"#;
    insta::assert_snapshot!(calls(&[add.to_owned(), clear.to_owned(), group("u", &[])]).join("\n"), @r#"
    2 POST /Groups {"displayName":"u","members":[]}
    0 PATCH /Groups/7 {"Operations":[{"op":"add","path":"members","value":[{"value":"id2"}]}]}
    1 PATCH /Groups/7 {"Operations":[{"op":"remove","path":"members"}]}
    "#);
}

#[test]
fn rfc7644_3_7_1_circles_are_closed_by_a_second_step() {
    insta::assert_snapshot!(calls(&[group("a", &["b"]), group("b", &["a"])]).join("\n"), @r#"
    0 POST /Groups {"displayName":"a"}
    1 POST /Groups {"displayName":"b","members":[{"value":"id0"}]}
    0 PATCH /Groups/id0 {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"id1"}]}]}
    "#);
}

#[test]
fn rfc7644_3_7_1_a_resource_may_refer_to_itself() {
    let boss = r#"{"method": "POST", "path": "/Users", "bulkId": "boss", "data": {"userName": "boss",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "d", "manager": {"value": "bulkId:boss"}}}}"#;
    insta::assert_snapshot!(calls(&[boss.to_owned()]).join("\n"), @r#"
    0 POST /Users {"userName":"boss","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d"}}
    0 PATCH /Users/id0 {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"id0"}}]}
    "#);
}

#[test]
fn what_hangs_on_a_circle_waits_for_all_of_it() {
    let clear = r#"{"method": "PATCH", "path": "/Groups/bulkId:a", "data": {"Operations": [{"op": "remove", "path": "members[value eq \"bulkId:b\"]"}]}}"#;
    insta::assert_snapshot!(
        calls(&[group("top", &["a", "b"]), group("a", &["b", "leaf"]), clear.to_owned(), group("b", &["a"]), group("leaf", &[])]).join("\n"),
        @r#"
    4 POST /Groups {"displayName":"leaf","members":[]}
    1 POST /Groups {"displayName":"a","members":[{"value":"id4"}]}
    3 POST /Groups {"displayName":"b","members":[{"value":"id1"}]}
    0 POST /Groups {"displayName":"top","members":[{"value":"id1"},{"value":"id3"}]}
    1 PATCH /Groups/id1 {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"id3"}]}]}
    2 PATCH /Groups/id1 {"Operations":[{"op":"remove","path":"members[value eq \"id3\"]"}]}
    "#
    );
}

#[test]
fn rfc7644_3_7_2_references_stand_in_extensions_too() {
    let user = r#"{"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "u"}}"#.to_owned();
    let friend = r#"{"method": "POST", "path": "/Users", "bulkId": "f", "data": {"userName": "f",
        "urn:example:friends:1.0:User": {"best":  ["bulkId:u"]}}}"#
        .to_owned();
    let kept =
        r#"{"method": "POST", "path": "/Users", "data": {"urn:example:friends:1.0:User": {"best":  1.0}}}"#
            .to_owned();
    insta::assert_snapshot!(calls(&[friend, user, kept]).join("\n"), @r#"
    1 POST /Users {"userName":"u"}
    0 POST /Users {"userName":"f","urn:example:friends:1.0:User":{"best":["id1"]}}
    2 POST /Users {"urn:example:friends:1.0:User":{"best":  1.0}}
    "#);
}

proptest! {
    /// Whatever refers to whatever: each operation runs once, after what it names, and every reference is set at last.
    #[test]
    fn every_reference_is_set(edges in prop::collection::vec(prop::collection::vec(0_usize..12, 0..5), 1..12)) {
        let count = edges.len();
        let wanted: Vec<BTreeSet<usize>> =
            edges.iter().map(|targets| targets.iter().map(|target| target % count).collect()).collect();
        let operations: Vec<String> = wanted.iter().enumerate().map(|(place, targets)| {
            let names: Vec<String> = targets.iter().map(|target| format!("n{target}")).collect();
            group(&format!("n{place}"), &names.iter().map(String::as_str).collect::<Vec<_>>())
        }).collect();
        let mut run = BulkRun::new(request(&format!("[{}]", operations.join(","))), "");
        let mut members: Vec<Option<BTreeSet<String>>> = vec![None; count];
        while let Some(call) = run.next_call() {
            let data = call.data.unwrap();
            let data = data.as_complex().unwrap();
            let list = match call.method {
                BulkMethod::Post => data.get("members").cloned(),
                _ => {
                    let operations = data.get("Operations").unwrap().as_array().unwrap();
                    prop_assert_eq!(operations.len(), 1);
                    operations[0].as_complex().unwrap().get("value").cloned()
                }
            };
            let list = list.unwrap_or_default();
            let added: BTreeSet<String> = list.elements()
                .map(|member| member.as_complex().unwrap().get("value").unwrap().as_str().unwrap().to_owned()).collect();
            let exists = |id: &String| members[id.strip_prefix("id").unwrap().parse::<usize>().unwrap()].is_some();
            prop_assert!(added.iter().all(exists), "{added:?} is named before it is there");
            let place = call.operation;
            match call.method {
                BulkMethod::Post => {
                    prop_assert!(members[place].is_none(), "created twice");
                    members[place] = Some(added);
                    run.record(Ok(BulkSuccess::created(format!("id{place}"), "W/\"1\"")));
                }
                _ => {
                    prop_assert!(!added.is_empty());
                    members[place].as_mut().unwrap().extend(added);
                    run.record(Ok(BulkSuccess::new(204, None)));
                }
            }
        }
        let response = run.finish();
        prop_assert!(response.operations.iter().all(|result| result.status < 300));
        for (members, wanted) in members.into_iter().zip(wanted) {
            prop_assert_eq!(members.unwrap(), wanted.iter().map(|place| format!("id{place}")).collect());
        }
    }
}
