//! `serve --ephemeral`: what it announces, what it leaves, what it never tells.

use rollbook_testing::{Process, patch, user, wait_until};
use serde_json::{Value, json};
use std::time::Duration;

use crate::binary;

#[test]
fn it_prints_one_line_and_leaves_nothing() {
    let hub = Process::ephemeral(binary());
    let announced = hub.announced.clone();
    let url = announced["scim_url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(!url.ends_with('/'), "{url}");
    assert_eq!(announced["directory"], "demo");
    assert!(announced["token"].as_str().is_some_and(|token| token.len() >= 40), "a token of 256 bits");
    let client = hub.client();
    let id = client.send("POST", "/Users", Some(&user("ann"))).id(201);
    assert_eq!(client.send("GET", &format!("/Users/{id}"), None).status, 200);
    let data = hub.data.clone();
    assert!(data.is_dir());
    let holder = data.parent().unwrap().to_owned();

    let (status, stdout, stderr) = hub.stop();
    assert!(status.success(), "{status}: {stderr}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap(), announced);
    assert!(!data.exists() && !holder.exists(), "{} is still there", holder.display());
}

#[test]
fn an_open_connection_does_not_hold_up_the_end() {
    let hub = Process::ephemeral(binary());
    let mut session = hub.client().session();
    assert_eq!(session.get("/Users").unwrap().status, 200);
    let started = std::time::Instant::now();
    let (status, ..) = hub.stop();
    assert!(status.success());
    assert!(started.elapsed() < Duration::from_secs(8), "an idle connection held it up");
}

#[test]
fn no_secret_is_logged_at_any_level() {
    let service = Process::ephemeral(binary());
    let hub =
        Process::ephemeral_with(binary(), &[("ROLLBOOK_LOG", "trace"), ("ROLLBOOK_LOG_FORMAT", "text")]);
    // One target whose credential is right, one whose is wrong: that failure is logged too.
    let wrong_credential = "canary-credential-3f9a";
    hub.cli().add_target("demo", "right", service.scim_url(), service.token());
    hub.cli().add_target("demo", "wrong", service.scim_url(), wrong_credential);
    let client = hub.client();
    let mut ann = user("ann");
    ann["password"] = json!("canary-password-created");
    let id = client.send("POST", "/Users", Some(&ann)).id(201);
    let change = patch(&[("replace", "password", json!("canary-password-patched"))]);
    let patched = client.send("PATCH", &format!("/Users/{id}"), Some(&change));
    assert_eq!(patched.status, 200, "{}", patched.text());
    let whole = patch(&[("replace", "", json!({ "password": "canary-password-whole", "title": "Boss" }))]);
    assert_eq!(client.send("PATCH", &format!("/Users/{id}"), Some(&whole)).status, 200);
    let broken = b"{\"userName\": \"x\", \"password\": \"canary-password-broken\", ]";
    let head = client.head("POST", "/Users");
    let mut request = format!("{head}Content-Length: {}\r\n\r\n", broken.len()).into_bytes();
    request.extend_from_slice(broken);
    let refused = client.raw(&request).unwrap();
    assert_eq!(refused.status, 400, "{}", refused.text());
    let wrong_token = "canary-token-81bc";
    assert_eq!(client.with_token(wrong_token).send("GET", "/Users", None).status, 401);
    let arrived = wait_until(Duration::from_secs(20), || {
        let status = hub.cli().json(&["status", "demo"]);
        let targets = status["targets"].as_array().unwrap();
        let right = targets.iter().find(|it| it["name"] == "right").unwrap();
        let wrong = targets.iter().find(|it| it["name"] == "wrong").unwrap();
        (right["counts"]["in_sync"] == 1 && !wrong["health"]["failure"].is_null()).then_some(())
    });
    assert!(arrived.is_some(), "{}", hub.cli().json(&["status", "demo"]));
    let told = hub.cli().json(&["log", "demo", "wrong"]).to_string();

    let (hub_token, service_token) = (hub.token().to_owned(), service.token().to_owned());
    let (status, stdout, stderr) = hub.stop();
    assert!(status.success());
    assert!(stderr.lines().count() > 10, "trace logs little: {stderr}");
    let secrets = [
        ("the hub's token", hub_token.as_str()),
        ("the target's credential", service_token.as_str()),
        ("the wrong credential", wrong_credential),
        ("the wrong token", wrong_token),
        ("a password", "canary-password"),
    ];
    for (what, secret) in secrets {
        assert!(!stderr.contains(secret), "{what} is in the log: {}", around(&stderr, secret));
        assert!(!told.contains(secret), "{what} is in the delivery log: {}", around(&told, secret));
    }
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(!service.logs().contains("canary-password"), "the service was sent a password");
}

/// The line in which a secret stands.
fn around<'t>(text: &'t str, secret: &str) -> &'t str {
    text.lines().find(|line| line.contains(secret)).unwrap_or_default()
}
