//! Carrying a bulk request out (RFC 7644 §3.7, §3.7.3).

use rollbook_protocol::{BulkMethod, BulkResponse, BulkRun};

use super::{carry_out, request};
use crate::patch::value;

const USER: &str = r#"{"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "u"}}"#;
const GROUP: &str =
    r#"{"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"members": [{"value": "bulkId:u"}]}}"#;
const DELETE: &str = r#"{"method": "DELETE", "path": "/Users/7"}"#;

fn show(response: &BulkResponse) -> String {
    let lines = response.operations.iter().map(|result| {
        let method = result.method.map_or("-", BulkMethod::as_str);
        let bulk_id = result.bulk_id.as_deref().unwrap_or("-");
        let location = result.location.as_deref().unwrap_or("-");
        let detail = result.response.as_deref().map(value).and_then(|error| {
            error.as_complex().and_then(|error| error.get("detail")).map(|detail| detail.to_json_string())
        });
        format!("{method} {bulk_id} {location} {} {}", result.status, detail.unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn rfc7644_3_7_3_failures_are_disregarded_and_told_in_the_order_of_the_request() {
    let body = format!("[{GROUP}, {DELETE}, {{\"method\": \"GET\"}}, {USER}]");
    let (calls, response) = carry_out(request(&body), |call| call.method == BulkMethod::Delete);
    assert_eq!(calls.len(), 3);
    insta::assert_snapshot!(show(&response), @r#"
    POST g https://example.com/v2/Groups/id0 201 
    DELETE - https://example.com/v2/Users/7 412 "refused"
    - - - 400 "`method` must be \"POST\", \"PUT\", \"PATCH\" or \"DELETE\""
    POST u https://example.com/v2/Users/id3 201 
    "#);
}

#[test]
fn rfc7644_3_7_fail_on_errors_stops() {
    let body = format!("[{DELETE}, {DELETE}, {USER}]");
    for (most, done) in [(1, 1), (2, 2), (3, 3)] {
        let mut request = request(&body);
        request.fail_on_errors = Some(most);
        let (_, response) = carry_out(request, |call| call.method == BulkMethod::Delete);
        assert_eq!(response.operations.len(), done, "{most}");
    }
}

#[test]
fn what_needs_a_failed_post_fails_with_409() {
    let (calls, response) = carry_out(request(&format!("[{GROUP}, {USER}]")), |call| call.operation == 1);
    assert_eq!(calls.len(), 1);
    insta::assert_snapshot!(show(&response), @r#"
    POST g - 409 "the operation with the bulkId `u` did not create anything; mend that one and send both again"
    POST u - 412 "refused"
    "#);
}

#[test]
fn rfc7644_3_7_1_a_circle_that_cannot_be_closed_is_409() {
    let circle = r#"[{"method": "POST", "path": "/Groups", "bulkId": "a", "data": {"members": [{"value": "bulkId:b"}]}},
        {"method": "POST", "path": "/Groups", "bulkId": "b", "data": {"members": [{"value": "bulkId:a"}]}}]"#;
    let (calls, response) = carry_out(request(circle), |call| call.operation == 1);
    assert_eq!(calls.len(), 2);
    insta::assert_snapshot!(show(&response), @r#"
    POST a https://example.com/v2/Groups/id0 409 "created, but incomplete: the operation with the bulkId `b`, which it refers to, failed"
    POST b - 412 "refused"
    "#);
    let (_, response) = carry_out(request(circle), |call| call.method == BulkMethod::Patch);
    insta::assert_snapshot!(show(&response), @r#"
    POST a https://example.com/v2/Groups/id0 412 "created, but its references could not be set: refused"
    POST b https://example.com/v2/Groups/id1 201 
    "#);
    let mut stopped = request(&format!("{}, {DELETE}]", circle.trim_end_matches(']')));
    stopped.fail_on_errors = Some(1);
    let (_, response) = carry_out(stopped, |call| call.operation == 1);
    insta::assert_snapshot!(show(&response), @r#"
    POST a https://example.com/v2/Groups/id0 409 "created, but incomplete: the request was stopped before its references could be set"
    POST b - 412 "refused"
    "#);
}

#[test]
fn a_call_that_is_not_recorded_failed() {
    let mut run = BulkRun::new(request(&format!("[{USER}, {DELETE}]")), "https://example.com");
    assert!(run.next_call().is_some() && run.next_call().is_some() && run.next_call().is_none());
    let statuses: Vec<u16> = run.finish().operations.iter().map(|result| result.status).collect();
    assert_eq!(statuses, [500, 500]);
}

#[test]
fn an_answer_is_read_as_it_is_written() {
    let (_, response) = carry_out(request(&format!("[{USER}, {DELETE}]")), |call| call.operation == 1);
    let written = String::from_utf8(response.to_json()).unwrap();
    insta::assert_snapshot!(
        written,
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[{"location":"https://example.com/v2/Users/id0","method":"POST","bulkId":"u","version":"W/\"1\"","status":"201"},{"location":"https://example.com/v2/Users/7","method":"DELETE","status":"412","response":{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"refused"}}]}"#
    );
    assert_eq!(BulkResponse::parse(&value(&written)).unwrap(), response);
    for wrong in ["[]", "{}", r#"{"Operations": [{}]}"#, r#"{"Operations": [{"status": "ok"}]}"#] {
        assert!(BulkResponse::parse(&value(wrong)).is_err(), "{wrong}");
    }
}
