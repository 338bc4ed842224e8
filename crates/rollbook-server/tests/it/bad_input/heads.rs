//! Credentials first, then the endpoint, then the method (design §4); and bytes that are no HTTP.

use rollbook_testing::{Client, user};

use super::{Fixture, wanted};

#[test]
fn without_a_good_token_everything_is_the_same_401() {
    let fixture = Fixture::new();
    let other = fixture.hub.cli().directory_with_token("other");
    let good = fixture.client.send("GET", "/Users", None);
    assert_eq!(good.status, 200);
    let tokens = ["", "rb_wrong", "x", other.as_str(), &format!("{}x", fixture.hub.token())];
    let mut bodies = Vec::new();
    for token in tokens {
        let client = fixture.client.with_token(token);
        for (method, path) in [
            ("GET", "/Users"),
            ("POST", "/Users"),
            ("BREW", "/Users"),
            ("GET", "/Widgets"),
            ("GET", "/Schemas"),
        ] {
            let body = (method == "POST").then(|| user("bob"));
            let answer = client.send(method, path, body.as_ref());
            fixture.check(
                &format!("{method} {path} with `{token}`"),
                &answer,
                &wanted(401, None, &["Authorization"]),
            );
            assert!(
                answer.header("www-authenticate").is_some_and(|it| it.starts_with("Bearer")),
                "decision D20"
            );
            bodies.push(answer.body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the answers tell tokens apart: {bodies:?}");

    // The other directory's token opens the other directory, and not one that does not exist.
    let base = &fixture.hub.base_url;
    let opened = Client::new(&format!("{base}/scim/v2/other"), &other).send("GET", "/Users", None);
    assert_eq!((opened.status, &opened.json()["totalResults"]), (200, &serde_json::json!(0)));
    let absent = Client::new(&format!("{base}/scim/v2/absent"), &other).send("GET", "/Users", None);
    assert_eq!(absent.status, 401);
    assert_eq!(absent.body, bodies[0], "it tells which directories there are");
}

#[test]
fn other_schemes_than_bearer_are_401() {
    let fixture = Fixture::new();
    let bare = fixture.client.with_token("");
    for value in ["Basic YTpi", "Bearer", "Bearer ", fixture.hub.token(), "Bearer \u{e4}"] {
        let head = bare.head("GET", "/Users");
        let answer = bare.raw(format!("{head}Authorization: {value}\r\n\r\n").as_bytes()).unwrap();
        fixture.check(value, &answer, &wanted(401, None, &["Bearer"]));
    }
}

#[test]
fn discovery_of_the_service_is_public_and_tells_nothing() {
    let fixture = Fixture::new();
    let base = &fixture.hub.base_url;
    let [known, unknown] = ["demo", "absent"].map(|slug| {
        let answer =
            Client::new(&format!("{base}/scim/v2/{slug}"), "").send("GET", "/ServiceProviderConfig", None);
        assert_eq!(answer.status, 200);
        answer.text().replace(slug, "SLUG")
    });
    assert_eq!(known, unknown, "decision D20");
}

#[test]
fn paths_outside_of_scim_are_404() {
    let fixture = Fixture::new();
    for path in ["", "/", "/scim/v2", "/scim/v1/demo/Users", "/etc/passwd", "/usergroup/t/x"] {
        let client = Client::new(&fixture.hub.base_url, fixture.hub.token());
        let path = if path.is_empty() { "/" } else { path };
        let answer = client.send("GET", path, None);
        fixture.check(path, &answer, &wanted(404, None, &[]));
    }
}

#[test]
fn what_is_no_http_ends_its_connection_and_nothing_else() {
    let fixture = Fixture::new();
    for bytes in [
        &b"\0\0\0\0\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET /scim/v2/demo/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n",
        b"GET /scim/v2/demo/Users HTTP/9.9\r\n\r\n",
    ] {
        // Decision D17: hyper's own bare 400, or nothing.
        if let Ok(answer) = fixture.client.raw(bytes) {
            assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(fixture.state(), fixture.before);
    }
    let head = fixture.client.head("GET", "/Users");
    let long = format!("{head}X-Long: {}\r\n\r\n", "x".repeat(1024 * 1024));
    if let Ok(answer) = fixture.client.raw(long.as_bytes()) {
        assert_eq!(answer.status, 431);
    }
    assert_eq!(fixture.state(), fixture.before);
}
