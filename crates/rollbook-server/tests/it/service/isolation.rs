//! Two directories of one server know nothing of each other.

use std::time::Duration;

use rollbook_testing::{Answer, Client, Process, group, member_edit, patch, user, wait_until};
use serde_json::{Value, json};

use crate::binary;

/// Two directories with the same names in them.
struct Pair {
    hub: Process,
    left: Client,
    right: Client,
    /// What only the right one holds.
    right_user: String,
    right_group: String,
}

impl Pair {
    fn new() -> Self {
        let hub = Process::ephemeral(binary());
        let tokens = ["left", "right"].map(|slug| hub.cli().directory_with_token(slug));
        let left = hub.directory("left", &tokens[0]);
        let right = hub.directory("right", &tokens[1]);
        left.send("POST", "/Users", Some(&user("ann"))).id(201);
        // The same names are no conflict: uniqueness is a directory's own matter.
        let right_user = right.send("POST", "/Users", Some(&user("ann"))).id(201);
        right.send("POST", "/Users", Some(&user("secret-ben"))).id(201);
        let right_group = right.send("POST", "/Groups", Some(&group("Secret", &[&right_user]))).id(201);
        Self { hub, left, right, right_user, right_group }
    }
}

/// An answer without what differs from one to the next.
fn shape(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, headers, answer.text())
}

#[test]
fn no_id_filter_or_member_of_another_directory_means_anything() {
    let pair = Pair::new();
    let left = &pair.left;
    // An id of the other one is answered as an id of nobody, by every method.
    let nobody = "0c9f5c53-0000-4000-8000-000000000000";
    for (endpoint, foreign) in [("Users", &pair.right_user), ("Groups", &pair.right_group)] {
        let change = patch(&[("replace", "displayName", json!("mine"))]);
        let whole = if endpoint == "Users" { user("x") } else { group("x", &[]) };
        for (method, body) in
            [("GET", None), ("HEAD", None), ("DELETE", None), ("PATCH", Some(&change)), ("PUT", Some(&whole))]
        {
            let theirs = left.send(method, &format!("/{endpoint}/{foreign}"), body);
            let none = left.send(method, &format!("/{endpoint}/{nobody}"), body);
            assert_eq!(theirs.status, 404, "{method} {endpoint}: {}", theirs.text());
            let (status, headers, text) = shape(&theirs);
            assert_eq!(
                (status, headers, text.replace(foreign.as_str(), nobody)),
                shape(&none),
                "{method} {endpoint}"
            );
        }
    }
    // No list, filter, sort or search shows one.
    for path in [
        "/Users".to_owned(),
        "/Users?filter=userName%20co%20%22%22".to_owned(),
        "/Users?filter=userName%20eq%20%22secret-ben@example.com%22".to_owned(),
        format!("/Users?filter=id%20eq%20%22{}%22", pair.right_user),
        format!("/Users?filter=groups.value%20eq%20%22{}%22", pair.right_group),
        "/Groups".to_owned(),
        format!("/Groups?filter=members.value%20eq%20%22{}%22", pair.right_user),
        "/?sortBy=userName".to_owned(),
        "/Users?cursor=&count=1".to_owned(),
    ] {
        let answer = left.send("GET", &path, None).text();
        for foreign in [pair.right_user.as_str(), &pair.right_group, "secret-ben", "Secret"] {
            assert!(!answer.contains(foreign), "{path} shows {foreign}: {answer}");
        }
    }
    assert_eq!(left.send("GET", "/Users", None).json()["totalResults"], 1);
    // A member that is another directory's user names nothing: no display, no type, and no group of that user.
    let mine = left.send("POST", "/Groups", Some(&group("Mine", &[]))).id(201);
    let added = left.send("PATCH", &format!("/Groups/{mine}"), Some(&member_edit(true, &pair.right_user)));
    assert_eq!(added.status, 200, "{}", added.text());
    let member = &left
        .send("GET", &format!("/Groups/{mine}?attributes=members.display,members"), None)
        .json()["members"][0];
    assert_eq!((&member["value"], &member["display"]), (&json!(pair.right_user), &Value::Null), "{member}");
    let groups = &pair.right.send("GET", &format!("/Users/{}", pair.right_user), None).json()["groups"];
    assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
    // Cursors of one are no cursors of the other.
    pair.right.send("POST", "/Users", Some(&user("third"))).id(201);
    let cursor = pair.right.send("GET", "/Users?cursor=&count=1", None).json()["nextCursor"].clone();
    let cursor = cursor.as_str().expect("a next cursor");
    assert_eq!(left.send("GET", &format!("/Users?count=1&cursor={cursor}"), None).status, 400);
}

#[test]
fn a_token_opens_its_own_directory_and_a_wrong_path_tells_nothing() {
    let pair = Pair::new();
    let base = &pair.hub.base_url;
    let left_token = pair.hub.cli().json(&["token", "create", "left"])["token"].as_str().unwrap().to_owned();
    let unknown =
        shape(&Client::new(&format!("{base}/scim/v2/right"), "rb_nobody").send("GET", "/Users", None));
    assert_eq!(unknown.0, 401);
    for slug in ["right", "demo", "absent"] {
        let answer = Client::new(&format!("{base}/scim/v2/{slug}"), &left_token).send("GET", "/Users", None);
        assert_eq!(shape(&answer), unknown, "{slug}");
    }
    // Where the path names no directory, the token does.
    for path in ["usergroup/scim/v2", "usergroup/t/any/scim/v2"] {
        let client = Client::new(&format!("{base}/{path}"), &left_token);
        assert_eq!(client.send("GET", "/Users", None).json()["totalResults"], 1, "{path}");
    }
    // An OAuth client of one gets tokens for that one.
    let made = pair.hub.cli().json(&["client", "add", "left"]);
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        made["client_id"].as_str().unwrap(),
        made["client_secret"].as_str().unwrap()
    );
    let server = Client::new(base, "");
    let head = server.head("POST", "/acs/token");
    let head = format!(
        "{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    let issued = server.raw(format!("{head}{form}").as_bytes()).unwrap().json();
    let issued = issued["access_token"].as_str().unwrap();
    assert_eq!(pair.left.with_token(issued).send("GET", "/Users", None).status, 200);
    assert_eq!(shape(&pair.right.with_token(issued).send("GET", "/Users", None)), unknown);
}

#[test]
fn request_logs_are_apart() {
    let pair = Pair::new();
    assert_eq!(pair.left.send("GET", "/Users?filter=userName%20eq%20%22canary%22", None).status, 200);
    assert_eq!(pair.right.send("GET", &format!("/Groups/{}", pair.right_group), None).status, 200);
    let nobody = Client::new(&pair.hub.base_url, "").send("GET", "/scim/v2/absent/Groups", None);
    assert_eq!(nobody.status, 401);
    let rows = |arguments: &[&str]| pair.hub.cli().json(arguments).to_string();
    let written = wait_until(Duration::from_secs(10), || {
        let all = [rows(&["requests", "left"]), rows(&["requests", "right"]), rows(&["requests"])];
        let there = [("/scim/v2/left", 0), (pair.right_group.as_str(), 1), ("401", 2)];
        there.iter().all(|(text, at)| all[*at].contains(text)).then_some(all)
    });
    let [left, right, none] = written.unwrap_or_else(|| {
        panic!("{}{}{}", rows(&["requests", "left"]), rows(&["requests", "right"]), rows(&["requests"]))
    });
    assert!(left.contains("/scim/v2/left") && !left.contains("/scim/v2/right"), "{left}");
    assert!(right.contains("/scim/v2/right") && !right.contains("/scim/v2/left"), "{right}");
    for foreign in [pair.right_user.as_str(), &pair.right_group, "/scim/v2/right"] {
        assert!(!left.contains(foreign) && !none.contains(foreign), "{left}{none}");
    }
    assert!(!format!("{left}{right}{none}").contains("canary"), "a query's value is in the log");
}
