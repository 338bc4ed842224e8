//! List responses (RFC 7644 §3.4.2, RFC 9865 §2).

use rollbook_protocol::{CursorPage, cursor_list_response, list_response};

fn text(total: u64, start_index: u64, resources: &[&str]) -> String {
    let resources: Vec<Vec<u8>> = resources.iter().map(|text| text.as_bytes().to_vec()).collect();
    String::from_utf8(list_response(total, start_index, &resources)).unwrap()
}

#[test]
fn idp_clients_0_18_every_member_is_there_also_when_empty() {
    insta::assert_snapshot!(
        text(0, 1, &[]),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]}"#
    );
}

#[test]
fn resources_are_copied_to_the_byte() {
    insta::assert_snapshot!(
        text(12, 11, &[r#"{"a": 1.0}"#, "{}"]),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":12,"startIndex":11,"itemsPerPage":2,"Resources":[{"a": 1.0},{}]}"#
    );
}

#[test]
fn rfc9865_2_pages_by_cursor() {
    let text =
        |page: &CursorPage<'_>| String::from_utf8(cursor_list_response(page, &[b"{}".to_vec()])).unwrap();
    let middle =
        CursorPage { total: Some(100), next: Some("YkU3OF86Pz0rGv"), previous: Some("ze7L30kMiiLX6x") };
    insta::assert_snapshot!(
        text(&middle),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":100,"previousCursor":"ze7L30kMiiLX6x","nextCursor":"YkU3OF86Pz0rGv","itemsPerPage":1,"Resources":[{}]}"#
    );
    insta::assert_snapshot!(
        text(&CursorPage::default()),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"itemsPerPage":1,"Resources":[{}]}"#
    );
}
