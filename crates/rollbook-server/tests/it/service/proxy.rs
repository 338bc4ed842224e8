//! Behind a proxy: addresses come from `base_url`, never from the request; the client's from a trusted proxy only.

use std::time::Duration;

use rollbook_testing::{Client, user, wait_until};

use crate::server::Server;

/// Headers that claim another place.
const LIES: &str = "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n\
                    X-Forwarded-Prefix: /evil\r\nForwarded: for=198.51.100.9;host=evil.example;proto=gopher\r\n";

/// A request with an own set of headers.
fn raw(
    client: &Client,
    method: &str,
    path: &str,
    token: &str,
    headers: &str,
    body: &str,
) -> rollbook_testing::Answer {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{headers}Authorization: Bearer {token}\r\n\
         Content-Type: application/scim+json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    client.raw(request.as_bytes()).unwrap()
}

#[test]
fn locations_come_from_the_base_url_with_the_requests_own_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let base = "https://hub.example/identity";
    let server = Server::start(folder.path(), &[("ROLLBOOK_BASE_URL", base)]);
    let token = server.cli().directory_with_token("acme");
    let client = server.directory("acme", &token);
    for (number, prefix) in
        ["/scim/v2/acme", "/usergroup/scim/v2", "/usergroup/t/acme/scim/v2"].iter().enumerate()
    {
        let body = user(&format!("user-{number}")).to_string();
        let made = raw(&client, "POST", &format!("{prefix}/Users"), &token, LIES, &body);
        let id = made.id(201);
        let wanted = format!("{base}{prefix}/Users/{id}");
        assert_eq!(made.header("location"), Some(wanted.as_str()));
        assert_eq!(made.json()["meta"]["location"], wanted);
        let list = raw(&client, "GET", &format!("{prefix}/Users"), &token, LIES, "");
        assert!(!list.text().contains("evil"), "{}", list.text());
        assert!(list.text().contains(&wanted), "{}", list.text());
        let types = raw(&client, "GET", &format!("{prefix}/ResourceTypes/User"), &token, LIES, "").text();
        assert!(types.contains(&format!("{base}{prefix}/ResourceTypes/User")), "{types}");
    }
    assert!(server.printed().contains(&format!("serves {base}")), "{}", server.printed());
    assert!(server.printed().contains("a proxy must bring it"), "{}", server.printed());
}

#[test]
fn the_clients_address_is_taken_from_trusted_proxies_only() {
    for (trusted, wanted) in
        [("", "127.0.0.1"), ("127.0.0.0/8,::1", "203.0.113.7"), ("10.0.0.0/8", "127.0.0.1")]
    {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path(), &[("ROLLBOOK_TRUSTED_PROXIES", trusted)]);
        let token = server.cli().directory_with_token("acme");
        let client = server.directory("acme", &token);
        // What a client invents stands left of what the proxy writes.
        let headers = "Host: hub.example\r\nX-Forwarded-For: 198.51.100.66, 203.0.113.7\r\n";
        assert_eq!(raw(&client, "GET", "/scim/v2/acme/Users", &token, headers, "").status, 200);
        let row = wait_until(Duration::from_secs(10), || {
            server.cli().json(&["requests", "acme"]).as_array().unwrap().first().cloned()
        });
        assert_eq!(row.expect("a row")["client"], wanted, "trusted: `{trusted}`");
        assert_eq!(server.printed().contains("Trusted proxies"), !trusted.is_empty());
    }
}
