//! Tokens of a running server: rotated without a gap, ended at once, never ended by a setting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rollbook_testing::{Client, Process, user};
use serde_json::Value;

use crate::binary;

#[test]
fn a_client_that_never_stops_sees_no_gap_in_a_rotation() {
    let hub = Process::ephemeral(binary());
    let first = hub.client();
    let over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let busy = {
        let (client, over, answered) = (first.clone(), Arc::clone(&over), Arc::clone(&answered));
        thread::spawn(move || {
            let mut session = client.session();
            while !over.load(Ordering::Relaxed) {
                assert_eq!(session.get("/Users").unwrap().status, 200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let rotated = hub.cli().json(&["token", "rotate", "demo"]);
    let second = with(&first, &rotated);
    assert!(rotated["previous_until"].is_string(), "{rotated}");
    for name in ["ann", "ben", "cleo"] {
        second.send("POST", "/Users", Some(&user(name))).id(201);
        assert_eq!(first.send("GET", "/Users", None).status, 200, "the previous one lives for a day");
    }
    let before = answered.load(Ordering::Relaxed);
    rollbook_testing::wait_until(std::time::Duration::from_secs(10), || {
        (answered.load(Ordering::Relaxed) > before + 20).then_some(())
    })
    .unwrap();
    over.store(true, Ordering::Relaxed);
    busy.join().unwrap();

    // A third: the oldest ends at once, the two newest are good.
    let third = with(&first, &hub.cli().json(&["token", "rotate", "demo"]));
    assert_eq!(status(&[&first, &second, &third]), [401, 200, 200]);
    let list = hub.cli().json(&["token", "list", "demo"]);
    let mut states: Vec<&str> =
        list.as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["expired", "live", "previous"]);
    let table = hub.cli().run(&["token", "list", "demo"]).stdout;
    assert!(table.contains("previous, until "), "{table}");

    // 0 minutes: the old one ends with the rotation.
    let _ = hub.cli().json(&["directory", "set", "demo", "--previous-token", "0"]);
    let fourth = with(&first, &hub.cli().json(&["token", "rotate", "demo"]));
    assert_eq!(status(&[&second, &third, &fourth]), [401, 401, 200]);
}

#[test]
fn a_changed_lifetime_kills_no_living_token() {
    let hub = Process::ephemeral(binary());
    let before = hub.client();
    let _ = hub.cli().json(&["directory", "set", "demo", "--token-lifetime", "1m"]);
    assert_eq!(before.send("GET", "/Users", None).status, 200);
    let short = hub.cli().json(&["token", "create", "demo"]);
    assert_eq!(minutes(&short), 1);
    let long = hub.cli().json(&["token", "create", "demo", "--lifetime", "2y"]);
    assert_eq!(minutes(&long), 1_051_200);
    let list = hub.cli().json(&["token", "list", "demo"]);
    assert!(list.as_array().unwrap().iter().all(|it| it["state"] == "live"), "{list}");
    let table = hub.cli().run(&["token", "list", "demo"]).stdout;
    assert!(
        table.contains("live, expires in 0 minutes") || table.contains("live, expires in 1 minute"),
        "{table}"
    );

    // It is warned of, by the status of the server too.
    let status = hub.cli().run(&["status", "demo"]).stdout;
    let warned = status.contains("rollbook token rotate demo");
    let newest_is_long = !warned;
    assert!(newest_is_long, "the newest token lives for two years: {status}");
    let prefix: String = long["token"].as_str().unwrap().chars().take(7).collect();
    let revoked = hub.cli().run(&["token", "revoke", "demo", &prefix]);
    assert_eq!(revoked.code, Some(0), "{}", revoked.stderr);
    assert_eq!(with(&before, &long).send("GET", "/Users", None).status, 401);
    let status = hub.cli().run(&["status", "demo"]).stdout;
    assert!(status.contains("rollbook token rotate demo"), "{status}");
}

#[test]
fn a_token_for_reading_writes_nothing() {
    let hub = Process::ephemeral(binary());
    let ann = hub.client().send("POST", "/Users", Some(&user("ann"))).id(201);
    let made = hub.cli().json(&[
        "token",
        "create",
        "demo",
        "--scope",
        "scim.read",
        "--label",
        "Reports",
        "--me",
        &ann,
    ]);
    let reader = with(&hub.client(), &made);
    assert_eq!(reader.send("GET", "/Users", None).status, 200);
    let search = serde_json::json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] });
    assert_eq!(reader.send("POST", "/Users/.search", Some(&search)).status, 200);
    let me = reader.send("GET", "/Me", None);
    assert_eq!((me.status, &me.json()["id"]), (200, &Value::from(ann.as_str())));
    for (method, path) in [("POST", "/Users".to_owned()), ("DELETE", format!("/Users/{ann}"))] {
        let refused = reader.send(method, &path, Some(&user("ben")));
        assert_eq!(refused.status, 403, "{method}: {}", refused.text());
        let challenge = refused.header("www-authenticate").unwrap_or_default();
        assert!(challenge.contains("insufficient_scope"), "{method}: {challenge}");
    }
    assert_eq!(reader.send("GET", "/Users", None).json()["totalResults"], 1);
    // Its use is noted.
    let used = rollbook_testing::wait_until(std::time::Duration::from_secs(10), || {
        let list = hub.cli().json(&["token", "list", "demo"]);
        let reports = list.as_array().unwrap().iter().find(|it| it["label"] == "Reports").cloned().unwrap();
        (!reports["last_used"].is_null()).then_some(())
    });
    assert!(used.is_some());
}

fn with(client: &Client, made: &Value) -> Client {
    client.with_token(made["token"].as_str().unwrap())
}

fn status(clients: &[&Client]) -> Vec<u16> {
    clients.iter().map(|client| client.send("GET", "/Users", None).status).collect()
}

/// How many minutes a token is good for, as it was made just now.
fn minutes(made: &Value) -> i64 {
    let expires: chrono::DateTime<chrono::Utc> = made["expires"].as_str().unwrap().parse().unwrap();
    let now = rollbook_store::Environment::now(&rollbook_store::SystemEnvironment);
    ((expires - now).num_seconds() + 59) / 60
}
