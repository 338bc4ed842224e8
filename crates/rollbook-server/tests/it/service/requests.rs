//! The inbound request log: everything that came in, refusals in words, no secret.

use std::time::Duration;

use rollbook_testing::{Client, Process, user, wait_until};
use serde_json::Value;

use crate::binary;

/// The rows of a directory once there are `count`, newest first.
fn rows(hub: &Process, arguments: &[&str], count: usize) -> Vec<Value> {
    let arguments = [&["requests"], arguments, &["--limit", "100"]].concat();
    let found = wait_until(Duration::from_secs(10), || {
        let rows = hub.cli().json(&arguments).as_array().unwrap().clone();
        (rows.len() >= count).then_some(rows)
    });
    found.unwrap_or_else(|| panic!("{}", hub.cli().run(&arguments).stdout))
}

#[test]
fn each_request_has_its_row() {
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    let id = client.send("POST", "/Users", Some(&user("ann"))).id(201);
    assert_eq!(client.send("POST", "/Users", Some(&user("ann"))).status, 409);
    assert_eq!(client.send("GET", &format!("/Users/{id}?attributes=canary-query"), None).status, 200);
    assert_eq!(client.send("DELETE", "/Users", None).status, 405);
    let rows = rows(&hub, &["demo"], 4);
    let seen: Vec<(&str, u64)> = rows
        .iter()
        .rev()
        .map(|row| (row["method"].as_str().unwrap(), row["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [("POST", 201), ("POST", 409), ("GET", 200), ("DELETE", 405)]);
    assert_eq!(rows[1]["path"], format!("/scim/v2/demo/Users/{id}"));
    assert_eq!(rows[1]["reason"], Value::Null);
    assert!(rows[2]["reason"].as_str().is_some_and(|it| it.contains("unique")), "{}", rows[2]);
    assert_eq!(rows[0]["client"], "127.0.0.1");
    assert!(hub.token().starts_with(rows[0]["token"].as_str().unwrap()), "{}", rows[0]);
    let shown = hub.cli().run(&["requests", "demo"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("405") && shown.stdout.contains("reason"), "{}", shown.stdout);
    for secret in [hub.token(), "canary-query", "ann@example.com"] {
        assert!(!shown.stdout.contains(secret), "{}", shown.stdout);
    }
}

#[test]
fn a_refusal_before_authentication_says_why_in_words() {
    let hub = Process::ephemeral(binary());
    let secret = "rbs_canary-of-the-log-canary-of-the-log-canary-of-the";
    let client = hub.client();
    for (token, words) in [
        (secret, "this is a client secret, not a token"),
        ("", "no Authorization header"),
        ("Bearer rb_x", "the word Bearer is there twice"),
        ("eyJhbGciOiJub25lIn0.e30.x", "JWT"),
    ] {
        assert_eq!(client.with_token(token).send("GET", "/Users", None).status, 401, "{token}");
        let said = wait_until(Duration::from_secs(10), || {
            let newest = rows(&hub, &["demo"], 1).remove(0);
            let reason = newest["reason"].as_str().unwrap_or_default().to_owned();
            reason.to_ascii_lowercase().contains(&words.to_ascii_lowercase()).then_some(())
        });
        assert!(said.is_some(), "{words}: {:?}", rows(&hub, &["demo"], 1)[0]);
    }
    let all = format!("{:?}{}", rows(&hub, &["demo"], 4), hub.logs());
    assert!(!all.contains("canary"), "{all}");
    // What belongs to no directory has a log of its own; a path that is none of the server's is not repeated.
    assert_eq!(Client::new(&hub.base_url, "").send("GET", "/wp-login.php", None).status, 404);
    let none = rows(&hub, &[], 1);
    assert_eq!((&none[0]["path"], &none[0]["status"]), (&Value::from("/…"), &Value::from(404)));
}

#[test]
fn it_can_be_switched_off_and_is_pruned() {
    let hub = Process::ephemeral_with(binary(), &[("ROLLBOOK_REQUEST_LOG_ROWS", "0")]);
    let other = Process::ephemeral_with(binary(), &[("ROLLBOOK_REQUEST_LOG_ROWS", "5")]);
    for _ in 0..30 {
        assert_eq!(hub.client().send("GET", "/Users", None).status, 200);
        assert_eq!(other.client().send("GET", "/Users", None).status, 200);
    }
    assert!(rows(&other, &["demo"], 5).len() >= 5);
    assert_eq!(rows(&hub, &["demo"], 0), Vec::<Value>::new());
    let pruned =
        wait_until(Duration::from_secs(90), || (rows(&other, &["demo"], 5).len() == 5).then_some(()));
    assert!(pruned.is_some(), "{} rows", rows(&other, &["demo"], 5).len());
}
