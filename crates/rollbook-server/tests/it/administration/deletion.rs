//! The deletion of a directory, through crashes, beside a neighbour that goes on.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use rollbook_testing::{Cli, Client, Process, Serve, command, user, wait_until};
use serde_json::json;

use crate::binary;

/// How many users the deleted directory holds: several steps of the removal.
const USERS: usize = 4_000;

#[test]
fn a_deletion_goes_on_after_kill_9_and_the_neighbour_never_notices() {
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::new(binary(), &folder.path().join("data"));
    let hub = serve.start();
    let (doomed, neighbour) =
        (hub.cli().directory_with_token("doomed"), hub.cli().directory_with_token("neighbour"));
    fill(&hub.directory("doomed", &doomed));
    let client = hub.directory("neighbour", &neighbour);
    let ann = client.send("POST", "/Users", Some(&user("ann"))).id(201);

    let begun = hub.cli().json(&["directory", "delete", "doomed", "--yes"]);
    assert_eq!(begun["delete_in_progress"], true, "{begun}");
    assert_eq!(hub.directory("doomed", &doomed).send("GET", "/Users", None).status, 401, "at once");
    assert_eq!(client.send("GET", &format!("/Users/{ann}"), None).status, 200);
    // Killed at once, and again and again: each time some rows are gone, never a part of one.
    let data = hub.data.clone();
    hub.kill_9();
    assert!(
        users(&Cli::new(binary(), &data), "doomed").is_some(),
        "the deletion was over before the first kill"
    );
    let mut kills = 0;
    let mut hub = serve.start();
    while let Some(left) = users(&hub.cli(), "doomed") {
        assert!(left <= USERS as u64, "{left}");
        let refused = hub.cli().run(&["token", "create", "doomed"]);
        assert_eq!(refused.code, Some(1), "{}", refused.stdout);
        assert_eq!(hub.directory("doomed", &doomed).send("GET", "/Users", None).status, 401);
        if kills < 3 {
            hub.kill_9();
            kills += 1;
            hub = serve.start();
        }
    }
    assert_eq!(hub.directory("doomed", &doomed).send("GET", "/Users", None).status, 401);

    // The neighbour, a second directory of that name, and the database are in order.
    let client = hub.directory("neighbour", &neighbour);
    assert_eq!(client.send("GET", &format!("/Users/{ann}"), None).status, 200);
    let again = hub.cli().directory_with_token("doomed");
    let client = hub.directory("doomed", &again);
    assert_eq!(client.send("GET", "/Users", None).json()["totalResults"], 0);
    client.send("POST", "/Users", Some(&user("user-1"))).id(201);
    let database = hub.data.join("rollbook.db");
    let (status, ..) = hub.stop();
    assert!(status.success());
    let check: String = rusqlite::Connection::open(database)
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn a_directory_with_targets_leaves_the_accounts() {
    let service = Process::ephemeral(binary());
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    client.send("POST", "/Users", Some(&user("ann"))).id(201);
    hub.cli().add_target("demo", "service", service.scim_url(), service.token());
    let there = |service: &Process| service.client().send("GET", "/Users", None).json()["totalResults"] == 1;
    assert!(wait_until(Duration::from_secs(20), || there(&service).then_some(())).is_some());

    let told = hub.cli().run(&["directory", "delete", "demo", "--yes"]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(told.stdout.contains("Its targets go with it (service)"), "{}", told.stdout);
    assert!(told.stdout.contains("stay as they are"), "{}", told.stdout);
    let gone = wait_until(Duration::from_secs(60), || {
        hub.cli().json(&["directory", "list"]).as_array().unwrap().is_empty().then_some(())
    });
    assert!(gone.is_some(), "{}", hub.cli().json(&["status"]));
    assert_eq!(hub.cli().json(&["target", "list"]), json!([]));
    assert!(there(&service), "the account at the service is gone");
}

#[test]
fn deleting_wants_a_yes_or_the_typed_address() {
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(binary(), folder.path());
    let _ = cli.directory_with_token("acme");
    let refused = cli.run(&["directory", "delete", "acme"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("nothing was deleted"), "{}", refused.stderr);
    assert!(refused.stderr.contains("`--yes`"), "{}", refused.stderr);
    assert_eq!(typed(folder.path(), "acne\n"), Some(1));
    assert_eq!(cli.json(&["directory", "list"]).as_array().map(Vec::len), Some(1));
    assert_eq!(typed(folder.path(), "acme\n"), Some(0));
    // No server runs: it is gone when the verb ends.
    assert_eq!(cli.json(&["directory", "list"]), json!([]));
    let refused = cli.run(&["directory", "delete", "acme", "--yes"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
}

/// `rollbook directory delete acme` with something on standard input; its exit code.
fn typed(data: &std::path::Path, line: &str) -> Option<i32> {
    let mut delete = command(binary());
    delete.arg("--data").arg(data).args(["directory", "delete", "acme"]);
    let mut child = delete.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    child.wait().unwrap().code()
}

/// How many users a directory holds; `None` once it is gone.
fn users(cli: &Cli, slug: &str) -> Option<u64> {
    let list = cli.json(&["directory", "list"]);
    let found = list.as_array().unwrap().iter().find(|it| it["slug"] == slug)?;
    assert_eq!(found["delete_in_progress"], true, "{found}");
    found["users"].as_u64()
}

/// Fills a directory by bulk requests.
fn fill(client: &Client) {
    for part in 0..USERS / 500 {
        let operations: Vec<_> = (0..500)
            .map(|number| {
                let name = format!("user-{}", part * 500 + number);
                json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": user(&name) })
            })
            .collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        let answer = client.send("POST", "/Bulk", Some(&body));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        let done = answer["Operations"].as_array().unwrap();
        assert!(done.iter().all(|it| it["status"] == "201"), "{}", done[0]);
    }
}
