//! Requests that are well-formed HTTP and JSON, and wrong.

use rollbook_testing::{GROUP, PATCH_OP, USER, patch, user};
use serde_json::{Value, json};

use super::{Fixture, Wanted, wanted};

/// `{user}` and `{group}` in a path stand for the fixture's ids.
type Case = (&'static str, &'static str, &'static str, Value, Wanted);

#[test]
fn wrong_values_are_refused_rfc7644_3_12() {
    let no_user_name = json!({ "schemas": [USER], "displayName": "Nobody" });
    let member = json!([{ "value": 5 }]);
    let value = Some("invalidValue");
    let syntax = Some("invalidSyntax");
    let cases: Vec<Case> = vec![
        ("no userName", "POST", "/Users", no_user_name.clone(), wanted(400, value, &["userName"])),
        (
            "no displayName",
            "POST",
            "/Groups",
            json!({ "schemas": [GROUP] }),
            wanted(400, value, &["displayName"]),
        ),
        (
            "number as userName",
            "POST",
            "/Users",
            with("userName", json!(5)),
            wanted(400, value, &["userName"]),
        ),
        ("text as name", "POST", "/Users", with("name", json!("Ann")), wanted(400, value, &["name"])),
        ("word as active", "POST", "/Users", with("active", json!("maybe")), wanted(400, value, &["active"])),
        (
            "number in emails",
            "POST",
            "/Users",
            with("emails", json!([{ "value": 5 }])),
            wanted(400, value, &["emails"]),
        ),
        (
            "member without text",
            "PATCH",
            "/Groups/{group}",
            patch(&[("add", "members", member)]),
            wanted(400, value, &["members"]),
        ),
        (
            "taken userName",
            "POST",
            "/Users",
            with("userName", json!("ANN@example.com")),
            wanted(409, Some("uniqueness"), &["userName"]),
        ),
        (
            "taken displayName",
            "POST",
            "/Groups",
            json!({ "displayName": "SALES" }),
            wanted(409, Some("uniqueness"), &["displayName"]),
        ),
        ("PUT without userName", "PUT", "/Users/{user}", no_user_name, wanted(400, value, &["userName"])),
        ("a list as user", "POST", "/Users", json!([1]), wanted(400, syntax, &["object"])),
        ("a list as PATCH", "PATCH", "/Users/{user}", json!([1]), wanted(400, syntax, &["object"])),
        (
            "no Operations",
            "PATCH",
            "/Users/{user}",
            json!({ "schemas": [PATCH_OP] }),
            wanted(400, syntax, &["Operations"]),
        ),
        (
            "unknown op",
            "PATCH",
            "/Users/{user}",
            patch(&[("swap", "title", json!("x"))]),
            wanted(400, syntax, &["Operations[0].op"]),
        ),
        (
            "bad path",
            "PATCH",
            "/Users/{user}",
            patch(&[("add", "emails[type eq", json!("x"))]),
            wanted(400, Some("invalidPath"), &["path", "byte 14"]),
        ),
        (
            "required removed",
            "PATCH",
            "/Users/{user}",
            patch(&[("remove", "userName", Value::Null)]),
            wanted(400, Some("mutability"), &["userName"]),
        ),
        (
            "remove without path",
            "PATCH",
            "/Users/{user}",
            json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "remove" }] }),
            wanted(400, Some("noTarget"), &["path"]),
        ),
        (
            "number as active",
            "PATCH",
            "/Users/{user}",
            patch(&[("replace", "active", json!(7))]),
            wanted(400, value, &["active"]),
        ),
        (
            "second wrong of two",
            "PATCH",
            "/Users/{user}",
            patch(&[("replace", "title", json!("x")), ("replace", "active", json!([1]))]),
            wanted(400, value, &["active"]),
        ),
    ];
    run(&cases);
}

#[test]
fn wrong_addresses_are_refused() {
    let filter = Some("invalidFilter");
    let none = Value::Null;
    let cases: Vec<Case> = vec![
        ("half a filter", "GET", "/Users?filter=userName%20eq", none.clone(), wanted(400, filter, &[])),
        (
            "unknown operator",
            "GET",
            "/Users?filter=userName%20is%20%22a%22",
            none.clone(),
            wanted(400, filter, &["is"]),
        ),
        (
            "unquoted value (D9)",
            "GET",
            "/Users?filter=userName%20sw%20O",
            none.clone(),
            wanted(400, filter, &["O"]),
        ),
        (
            "text as startIndex",
            "GET",
            "/Users?startIndex=first",
            none.clone(),
            wanted(400, Some("invalidValue"), &["startIndex"]),
        ),
        (
            "filter on schemas (D2)",
            "GET",
            "/Schemas?filter=id%20pr",
            none.clone(),
            wanted(403, None, &["filter"]),
        ),
        ("no such user", "GET", "/Users/nobody", none.clone(), wanted(404, None, &["nobody"])),
        ("a group's id as a user's", "GET", "/Users/{group}", none.clone(), wanted(404, None, &["User"])),
        ("no such user to delete", "DELETE", "/Users/nobody", none.clone(), wanted(404, None, &["nobody"])),
        (
            "no such user to change",
            "PATCH",
            "/Users/nobody",
            patch(&[("add", "title", json!("x"))]),
            wanted(404, None, &["nobody"]),
        ),
        ("unknown endpoint", "GET", "/Widgets", none.clone(), wanted(404, None, &["/ResourceTypes"])),
        ("too deep a path", "GET", "/Users/{user}/emails", none.clone(), wanted(404, None, &[])),
        ("not UTF-8 in the path", "GET", "/Users/%FF", none.clone(), wanted(404, None, &[])),
        ("nobody is /Me (D10)", "GET", "/Me", none, wanted(501, None, &["/Me"])),
    ];
    run(&cases);
}

#[test]
fn wrong_methods_are_refused_with_those_that_are_right() {
    let fixture = Fixture::new();
    let body = user("bob");
    for (method, path, allow) in [
        ("PATCH", "/Users", "GET, HEAD, POST"),
        ("DELETE", "/Groups", "GET, HEAD, POST"),
        ("BREW", "/Users", "GET, HEAD, POST"),
        ("POST", "/Users/{user}", "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/Schemas", "GET, HEAD"),
        ("DELETE", "/ResourceTypes/User", "GET, HEAD"),
        ("PUT", "/ServiceProviderConfig", "GET, HEAD"),
    ] {
        let path = path.replace("{user}", &fixture.user);
        let answer = fixture.client.send(method, &path, Some(&body));
        fixture.check(&format!("{method} {path}"), &answer, &wanted(405, None, &["is not allowed"]));
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
}

#[test]
fn a_stale_version_is_refused_rfc7644_3_14() {
    let fixture = Fixture::new();
    let body = patch(&[("replace", "title", json!("Boss"))]).to_string();
    let head = fixture.client.head("PATCH", &format!("/Users/{}", fixture.user));
    let request = format!("{head}If-Match: W/\"0\"\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = fixture.client.raw(request.as_bytes()).unwrap();
    fixture.check("If-Match of another version", &answer, &wanted(412, None, &[]));
}

/// Runs every case, so that one failure does not hide another.
fn run(cases: &[Case]) {
    let fixture = Fixture::new();
    let mut wrong = Vec::new();
    for (name, method, path, body, wanted) in cases {
        let path = path.replace("{user}", &fixture.user).replace("{group}", &fixture.group);
        let body = (!body.is_null()).then_some(body);
        wrong.extend(fixture.judge(name, &fixture.client.send(method, &path, body), wanted).err());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A good user but for one attribute.
fn with(attribute: &str, value: Value) -> Value {
    let mut body = user("bob");
    body[attribute] = value;
    body
}
