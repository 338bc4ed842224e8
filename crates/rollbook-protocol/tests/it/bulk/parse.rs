//! Reading a bulk body (RFC 7644 §3.7, §3.7.4).

use rollbook_protocol::{BulkLimits, BulkRequest, ClientKind, Quirks, ScimType};
use rollbook_schema::Value;

use super::{read, request};
use crate::fixtures::registry;

/// Returns the error of the only operation.
fn refusal(operation: &str, kind: ClientKind) -> String {
    let request =
        read(&format!("[{operation}]"), kind).unwrap_or_else(|error| panic!("{operation}: {error}"));
    let Err(refusal) = &request.operations[0] else { panic!("{operation} is accepted") };
    let scim_type = refusal.error.scim_type.map_or("", ScimType::as_str);
    format!("{} {scim_type}: {}", refusal.error.status, refusal.error.detail)
}

#[test]
fn rfc7644_3_7_4_limits_are_413_and_named() {
    let registry = registry();
    let parse = |body: &str, limits: BulkLimits| {
        BulkRequest::from_slice(body.as_bytes(), &limits, &registry, &Quirks::default())
    };
    let small = BulkLimits { max_payload_size: 20, ..BulkLimits::default() };
    let error = parse(r#"{"Operations": [     ]}"#, small).unwrap_err();
    assert_eq!(error.status, 413);
    assert_eq!(error.scim_type, None);
    insta::assert_snapshot!(error, @"the size of the bulk operation exceeds the maxPayloadSize (20); send less at a time");
    let few = BulkLimits { max_operations: 2, ..BulkLimits::default() };
    let error = parse(r#"{"Operations": [1, 2, 3]}"#, few).unwrap_err();
    assert_eq!(error.status, 413);
    insta::assert_snapshot!(error, @"the bulk request has 3 operations, which exceeds the maxOperations (2); send fewer at a time");
    assert_eq!(parse(r#"{"Operations": [1, 2]}"#, few).unwrap().operations.len(), 2);
}

#[test]
fn what_is_no_bulk_body_is_invalid_syntax() {
    let registry = registry();
    let error = |body: &[u8], kind| {
        let limits = BulkLimits::default();
        BulkRequest::from_slice(body, &limits, &registry, &Quirks::of(kind)).unwrap_err()
    };
    let cases: [(&[u8], &str); 8] = [
        (b"", "the body is not JSON at line 1, column 0"),
        (b"{", "the body is not JSON at line 1, column 1"),
        (b"{} x", "the body is not JSON at line 1, column 4"),
        (b"[]", "a bulk request must be a JSON object that names nothing twice"),
        (
            br#"{"Operations": [], "operations": []}"#,
            "a bulk request must be a JSON object that names nothing twice",
        ),
        (b"{\"Operations\": [\"\xff\"]}", "the body is not UTF-8 at byte 17; encode it as UTF-8"),
        (b"{}", "`Operations` is required; send an array of operations"),
        (br#"{"Operations": {}}"#, "`Operations` must be an array of operations"),
    ];
    for (body, detail) in cases {
        let error = error(body, ClientKind::Generic);
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidSyntax)));
        assert_eq!(error.detail, detail);
    }
    assert!(error(br#"{"Operations": []}"#, ClientKind::Strict).detail.starts_with("`schemas` is required"));
}

#[test]
fn rfc7644_3_7_fail_on_errors_is_a_positive_integer() {
    let registry = registry();
    let parse = |value: &str| {
        let body = format!(r#"{{"FAILONERRORS": {value}, "OPERATIONS": []}}"#);
        let request =
            BulkRequest::from_slice(body.as_bytes(), &BulkLimits::default(), &registry, &Quirks::default());
        request.map(|request| request.fail_on_errors)
    };
    assert_eq!(parse("3").unwrap(), Some(3));
    assert_eq!(parse("null").unwrap(), None);
    for wrong in ["0", "-1", "1.5", "\"1\"", "true", "[]"] {
        assert_eq!(parse(wrong).unwrap_err().scim_type, Some(ScimType::InvalidValue), "{wrong}");
    }
}

#[test]
fn a_wrong_operation_is_its_own_error() {
    let cases = [
        ("1", "400 invalidSyntax: an operation must be a JSON object that names nothing twice"),
        (
            r#"{"path": "/Users"}"#,
            r#"400 invalidSyntax: `method` must be "POST", "PUT", "PATCH" or "DELETE""#,
        ),
        (
            r#"{"method": "GET", "path": "/Users"}"#,
            r#"400 invalidSyntax: `method` must be "POST", "PUT", "PATCH" or "DELETE""#,
        ),
        (r#"{"method": 1, "path": "/Users"}"#, "400 invalidSyntax: `method` must be a string"),
        (r#"{"method": "POST"}"#, r#"400 invalidSyntax: `path` is required, such as "/Users""#),
        (
            r#"{"method": "POST", "path": "/Bulk", "data": {}}"#,
            "404 : the path `/Bulk` is no endpoint of a resource type; send one relative to the base, such as `/Users`",
        ),
        (
            r#"{"method": "POST", "path": "https://example.com/v2/Users", "data": {}}"#,
            "404 : the path `https://example.com/v2/Users` is no endpoint of a resource type; send one relative to the base, such as `/Users`",
        ),
        (
            r#"{"method": "POST", "path": "/Users/1", "data": {}}"#,
            "400 invalidValue: the path of a POST must be an endpoint, such as `/Users`",
        ),
        (
            r#"{"method": "DELETE", "path": "/Users"}"#,
            "400 invalidValue: the path of a DELETE must name one resource, such as `/Users/2819c223`",
        ),
        (
            r#"{"method": "PUT", "path": "/Users/1/2", "data": {}}"#,
            "400 invalidValue: the path of a PUT must name one resource, such as `/Users/2819c223`",
        ),
        (
            r#"{"method": "PATCH", "path": "/Users/%ff", "data": {}}"#,
            "400 invalidValue: the path of a PATCH must name one resource, such as `/Users/2819c223`",
        ),
        (
            r#"{"method": "POST", "path": "/Users"}"#,
            "400 invalidSyntax: `data` is required for a POST; send what its body would be",
        ),
        (
            r#"{"method": "POST", "path": "/Users", "data": []}"#,
            "400 invalidSyntax: in `data`, the body is not a JSON object; send the resource as an object",
        ),
        (
            r#"{"method": "POST", "path": "/Users", "data": {"a": 1, "A": 2}}"#,
            "400 invalidSyntax: in `data`, `A` occurs twice in one object (upper and lower case are the same); send it once",
        ),
        (
            r#"{"method": "PATCH", "path": "/Users/1", "data": 1}"#,
            "400 invalidSyntax: `data` of a PATCH must be an object with `Operations`",
        ),
        (
            r#"{"method": "PUT", "path": "/Groups/1", "data": {"members": [{"value": "bulkId:x"}]}}"#,
            "400 invalidValue: no POST of the request has the bulkId `x`; add one, or send an id",
        ),
        (
            r#"{"method": "PUT", "path": "/Groups/bulkId:x", "data": {}}"#,
            "400 invalidValue: no POST of the request has the bulkId `x`; add one, or send an id",
        ),
    ];
    for (operation, expected) in cases {
        assert_eq!(refusal(operation, ClientKind::Generic), expected, "{operation}");
    }
}

#[test]
fn rfc7644_3_7_a_post_needs_a_bulk_id_of_strict_clients() {
    let operation = r#"{"method": "POST", "path": "/Users", "data": {"userName": "a"}}"#;
    assert!(request(&format!("[{operation}]")).operations[0].is_ok());
    insta::assert_snapshot!(
        refusal(operation, ClientKind::Strict),
        @"400 invalidSyntax: `bulkId` is required for a POST; send a name that is unique in the request"
    );
}

#[test]
fn rfc7644_3_7_a_bulk_id_is_unique() {
    let post = r#"{"method": "POST", "path": "/Users", "bulkId": "a", "data": {}}"#;
    let request = request(&format!("[{post}, {post}]"));
    assert!(request.operations[0].is_ok());
    let refusal = request.operations[1].as_ref().unwrap_err();
    assert_eq!(refusal.bulk_id.as_deref(), Some("a"));
    insta::assert_snapshot!(refusal.error, @"the bulkId `a` is taken by an operation before this one; send another");
}

#[test]
fn names_methods_and_slashes_are_read_leniently() {
    let request = request(
        r#"[{"METHOD": "put", "Path": "Users/a%20b+c/", "Version": "W/\"1\"", "extra": [1], "DATA": {"x:y:z": {"k":  1.0}}}]"#,
    );
    let operation = request.operations[0].as_ref().unwrap();
    assert_eq!(operation.path.to_string(), "/Users/a%20b%2Bc");
    assert_eq!(operation.version.as_deref(), Some("W/\"1\""));
    let data = operation.data.as_ref().unwrap().as_complex().unwrap();
    assert!(matches!(data.get("x:y:z"), Some(Value::Opaque(raw)) if raw.get() == r#"{"k":  1.0}"#));
}

#[test]
fn errata_5050_patch_data_may_be_the_bare_array() {
    let operation =
        r#"{"method": "PATCH", "path": "/Users/1", "data": [{"op": "remove", "path": "nickName"}]}"#;
    let request = request(&format!("[{operation}]"));
    let data = request.operations[0].as_ref().unwrap().data.as_ref().unwrap();
    assert_eq!(data.to_json_string(), r#"{"Operations":[{"op":"remove","path":"nickName"}]}"#);
    assert!(refusal(operation, ClientKind::Strict).starts_with("400 invalidSyntax: `data` of a PATCH"));
}

#[test]
fn a_request_is_written_as_it_is_read() {
    let text = r#"[{"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ada"}},
        {"method": "DELETE", "path": "/Users/bulkId:a", "version": "W/\"1\""}]"#;
    let mut request = request(text);
    request.fail_on_errors = Some(2);
    let written = request.to_json();
    insta::assert_snapshot!(
        String::from_utf8(written.clone()).unwrap(),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":2,"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"ada"}},{"method":"DELETE","path":"/Users/bulkId:a","version":"W/\"1\""}]}"#
    );
    let limits = BulkLimits::default();
    let again = BulkRequest::from_slice(&written, &limits, &registry(), &Quirks::of(ClientKind::Strict));
    assert_eq!(again.unwrap(), request);
}
