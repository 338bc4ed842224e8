//! A restart loses nothing, and lets open requests end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rollbook_testing::{Serve, group, user, wait_until};

use crate::binary;

#[test]
fn everything_is_there_after_a_stop_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::new(binary(), &folder.path().join("data"));
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    let _ = hub.cli().json(&[
        "directory",
        "set",
        "acme",
        "--domains",
        "acme.example",
        "--patch-answer",
        "no-content",
    ]);
    let made = hub.cli().json(&["client", "add", "acme", "--client-id", "okta"]);
    let client = hub.directory("acme", &token);
    let ann = client.send("POST", "/Users", Some(&user("ann"))).id(201);
    let sales = client.send("POST", "/Groups", Some(&group("Sales", &[&ann]))).id(201);
    let before: Vec<_> =
        [format!("/Users/{ann}"), format!("/Groups/{sales}"), "/Users".to_owned()].into_iter().collect();
    let base = hub.base_url.clone();
    let bodies: Vec<String> = before.iter().map(|path| client.send("GET", path, None).text()).collect();
    let directory = hub.cli().json(&["directory", "show", "acme"]).to_string().replace(&base, "BASE");
    let rows = wait_until(Duration::from_secs(10), || {
        let rows = hub.cli().json(&["requests", "acme"]).as_array().unwrap().len();
        (rows >= 5).then_some(rows)
    });
    assert!(rows.is_some(), "the request log is not written");

    let (status, ..) = hub.stop();
    assert!(status.success());
    for round in 0..2 {
        let hub = serve.start();
        let client = hub.directory("acme", &token);
        for (path, body) in before.iter().zip(&bodies) {
            let now = client.send("GET", path, None).text();
            assert_eq!(
                now.replace(&hub.base_url, "BASE"),
                body.replace(&base, "BASE"),
                "round {round}: {path}"
            );
        }
        let now = hub.cli().json(&["directory", "show", "acme"]).to_string();
        assert_eq!(now.replace(&hub.base_url, "BASE"), directory, "round {round}");
        let clients = hub.cli().json(&["client", "list", "acme"]);
        assert_eq!(clients[0]["client_id"], made["client_id"], "round {round}");
        assert!(hub.cli().json(&["requests", "acme"]).as_array().unwrap().len() >= 5, "round {round}");
        hub.kill_9();
    }
}

#[test]
fn a_request_that_is_under_way_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::new(binary(), &folder.path().join("data"));
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    let client = hub.directory("acme", &token);
    let body = user("ann").to_string();
    let (first, rest) = body.split_at(20);
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    let head = client.head("POST", "/Users");
    let head = format!("{head}Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{first}").as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let stopping = std::thread::spawn(move || hub.stop());
    std::thread::sleep(Duration::from_millis(500));
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (status, ..) = stopping.join().unwrap();
    assert!(status.success());
    // What was answered is there.
    let hub = serve.start();
    let users = hub.directory("acme", &token).send("GET", "/Users", None);
    assert_eq!(users.json()["totalResults"], 1);
}
