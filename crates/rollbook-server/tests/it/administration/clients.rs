//! OAuth client credentials, from the verb to the resource (RFC 6749 §4.4, RFC 6750).

use rollbook_testing::{Answer, Client, Process, user};
use serde_json::{Value, json};

use crate::binary;

/// Asks for an access token with these form fields, and Basic credentials when given.
fn token(hub: &Process, basic: Option<(&str, &str)>, form: &str) -> Answer {
    let client = Client::new(&hub.base_url, "");
    let mut request = client.head("POST", "/acs/token");
    if let Some((id, secret)) = basic {
        request.push_str(&format!("Authorization: Basic {}\r\n", base64(&format!("{id}:{secret}"))));
    }
    request.push_str(&format!(
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    ));
    client.raw(request.as_bytes()).unwrap()
}

fn access_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer", "{body}");
    assert!(body["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{body}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    body["access_token"].as_str().unwrap().to_owned()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

#[test]
fn a_client_gets_tokens_and_its_secret_is_rotated_without_a_gap() {
    let hub = Process::ephemeral(binary());
    let made = hub.cli().json(&["client", "add", "demo", "--label", "Okta"]);
    let (id, first) = (text(&made, "client_id"), text(&made, "client_secret"));
    assert_eq!(text(&made, "token_url"), format!("{}/acs/token", hub.base_url));
    let grant = "grant_type=client_credentials";
    let by_basic = access_token(&token(&hub, Some((id, first)), grant));
    let by_post =
        access_token(&token(&hub, None, &format!("{grant}&client_id={id}&client_secret={first}&scope=scim")));
    for token in [&by_basic, &by_post] {
        let client = hub.client().with_token(token);
        assert_eq!(client.send("GET", "/Users", None).status, 200);
    }
    hub.client().with_token(&by_post).send("POST", "/Users", Some(&user("ann"))).id(201);
    // They are listed with --all only, without the token itself.
    assert_eq!(hub.cli().json(&["token", "list", "demo"]).as_array().map(Vec::len), Some(1));
    let all = hub.cli().json(&["token", "list", "demo", "--all"]);
    assert_eq!(all.as_array().map(Vec::len), Some(3));
    assert!(!all.to_string().contains(&by_post), "{all}");

    // Two secrets while rotating, one after it is retired.
    let rotated = hub.cli().json(&["client", "rotate", "demo", id, "--previous-minutes", "10"]);
    let second = text(&rotated, "client_secret");
    for secret in [first, second] {
        access_token(&token(&hub, Some((id, secret)), grant));
    }
    let third = hub.cli().json(&["client", "rotate", "demo", id]);
    let third = text(&third, "client_secret");
    assert_eq!(token(&hub, Some((id, first)), grant).status, 401, "never a third");
    let retired = hub.cli().run(&["client", "retire", "demo", id]);
    assert_eq!(retired.code, Some(0), "{}", retired.stderr);
    let refused = token(&hub, Some((id, second)), grant);
    assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("invalid_client")));
    assert!(refused.header("www-authenticate").is_some_and(|it| it.starts_with("Basic")), "RFC 6749 §5.2");
    access_token(&token(&hub, Some((id, third)), grant));

    // A deleted client takes its access tokens along; the administrator's own stay.
    let deleted = hub.cli().run(&["client", "delete", "demo", id]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.stderr);
    assert_eq!(token(&hub, Some((id, third)), grant).status, 401);
    assert_eq!(hub.client().with_token(&by_basic).send("GET", "/Users", None).status, 401);
    assert_eq!(hub.client().send("GET", "/Users", None).status, 200);
}

#[test]
fn a_client_for_reading_gets_no_more_and_a_secret_is_no_token() {
    let hub = Process::ephemeral(binary());
    let made = hub.cli().json(&["client", "add", "demo", "--scope", "scim.read", "--token-seconds", "60"]);
    let (id, secret) = (text(&made, "client_id"), text(&made, "client_secret"));
    let answer = token(&hub, Some((id, secret)), "grant_type=client_credentials");
    assert_eq!((&answer.json()["scope"], &answer.json()["expires_in"]), (&json!("scim.read"), &json!(60)));
    let reader = hub.client().with_token(&access_token(&answer));
    assert_eq!(reader.send("GET", "/Users", None).status, 200);
    assert_eq!(reader.send("POST", "/Users", Some(&user("ann"))).status, 403);
    let refused = token(&hub, Some((id, secret)), "grant_type=client_credentials&scope=scim");
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_scope")));
    let refused = token(&hub, Some((id, secret)), "grant_type=password&username=a&password=b");
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("unsupported_grant_type")));
    // The most common mistake: the secret is pasted as the token. The log says so, the secret is not in it.
    assert_eq!(hub.client().with_token(secret).send("GET", "/Users", None).status, 401);
    let said = rollbook_testing::wait_until(std::time::Duration::from_secs(10), || {
        let rows = hub.cli().json(&["requests", "demo"]).to_string();
        rows.contains("this is a client secret, not a token").then_some(rows)
    });
    let said = said.unwrap_or_else(|| panic!("{}", hub.cli().run(&["requests", "demo"]).stdout));
    assert!(!said.contains(secret), "{said}");
}

/// RFC 4648 §4, for Basic credentials.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            (0..3).fold(0_u32, |bits, at| (bits << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}
