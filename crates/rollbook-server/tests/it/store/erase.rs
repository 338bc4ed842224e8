//! `rollbook erase`: nothing that names the person is left in any file of the data directory.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rollbook_standins::{Habits, Standin};
use rollbook_testing::{Cli, Client, Process, Serve, group, holdings, patch, user, wait_until};
use serde_json::{Value, json};

use crate::binary;

/// In every text that describes the person.
const CANARY: &str = "zyxanna";

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The files of a data directory that hold a text, whatever its case.
fn holding(data: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = fs::read(&path) else { continue };
        let bytes = bytes.to_ascii_lowercase();
        if bytes.windows(text.len()).any(|it| it == text.as_bytes()) {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

/// The person, with the name wherever a name can be.
fn person(n: usize) -> Value {
    let mut body = user(CANARY);
    body["displayName"] = json!(format!("Zyxanna {n}"));
    body["name"] =
        json!({ "givenName": "Zyxanna", "familyName": format!("Zyxanna{n}"), "formatted": "Zyxanna Z." });
    body["externalId"] = json!("zyxanna-4711");
    // Longer than a page, so that some of it lies in pages of its own.
    body["title"] = json!(format!("Zyxanna {}", "zyxanna ".repeat(900)));
    body
}

fn in_sync(hub: &Process) {
    let well = wait_until(PATIENCE, || {
        let status = hub.cli().json(&["status", "acme"]);
        let target = &status["targets"][0];
        let open = ["pending", "waiting", "retrying", "failed"].iter().any(|it| target["counts"][*it] != 0);
        (!open && target["unread"] == 0).then_some(())
    });
    assert!(well.is_some(), "{}", hub.cli().run(&["status"]).stdout);
}

#[test]
fn nothing_of_an_erased_person_is_in_the_files() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let service = runtime.block_on(Standin::start(Habits::default(), "a-token-of-the-service")).unwrap();
    let at_service = Client::new(&service.url(), "a-token-of-the-service");
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::new(binary(), &folder.path().join("data"));
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    let client = hub.directory("acme", &token);
    let ann = client.send("POST", "/Users", Some(&person(0))).id(201);
    let ben = client.send("POST", "/Users", Some(&user("ben"))).id(201);
    let sales = client.send("POST", "/Groups", Some(&group("Sales", &[&ann, &ben]))).id(201);
    // Many versions, which leave their bytes in free pages and in the log; refusals, which are logged with a reason.
    for n in 1..20 {
        let _ = client.send("PUT", &format!("/Users/{ann}"), Some(&person(n))).id(200);
        assert_eq!(client.send("POST", "/Users", Some(&user(CANARY))).status, 409);
        let _ = client.send("POST", "/Users", Some(&user(&format!("filler{n}")))).id(201);
    }
    in_sync(&hub);
    let named = wait_until(PATIENCE, || {
        let rows = hub.cli().json(&["requests", "acme", "--limit", "1000"]).to_string();
        (rows.matches(&ann).count() >= 19).then_some(())
    });
    assert!(named.is_some(), "the request log does not name her, so that this test shows nothing");
    assert!(!holding(&hub.data, CANARY).is_empty(), "she is nowhere, so that this test shows nothing");
    let others = holdings(&mut client.session()).unwrap().users.len() - 1;

    // By name; it has to be typed, unless it is said that it need not.
    let asked = hub.cli().run(&["erase", "acme", "zyxanna@example.com"]);
    assert_eq!(
        (asked.code, asked.stderr.contains("nothing was erased")),
        (Some(1), true),
        "{}",
        asked.stderr
    );
    let said = hub.cli().json(&["erase", "acme", "zyxanna@example.com", "--yes"]);
    assert_eq!(
        (&said["erased"], &said["deleted"], &said["resource"]),
        (&json!(true), &json!(true), &json!(ann))
    );
    // While the hub goes on.
    assert_eq!(holding(&hub.data, CANARY), Vec::<String>::new());
    let held = holdings(&mut at_service.session()).unwrap();
    assert_eq!((held.users.len(), held.users.contains_key("zyxanna@example.com")), (others, false));
    assert_eq!(held.groups["Sales"].iter().collect::<Vec<_>>(), ["ben@example.com"]);
    let rows = hub.cli().json(&["requests", "acme", "--limit", "1000"]).to_string();
    assert!(!rows.contains(&ann) && rows.contains("/Users"), "{rows}");
    assert_eq!(hub.cli().json(&["log", "acme", "service", "--resource", &ann]), json!([]));
    assert_ne!(hub.cli().json(&["log", "acme", "service", "--resource", &ben]), json!([]));
    // The others are as they were, and the hub works.
    assert_eq!(client.send("GET", &format!("/Users/{ann}"), None).status, 404);
    assert_eq!(
        client.send("GET", &format!("/Groups/{sales}"), None).json()["members"].as_array().unwrap().len(),
        1
    );
    let change = patch(&[("replace", "displayName", json!("Ben B."))]);
    assert_eq!(client.send("PATCH", &format!("/Users/{ben}"), Some(&change)).status, 200);
    in_sync(&hub);
    assert_eq!(
        holdings(&mut at_service.session()).unwrap().users["ben@example.com"]["displayName"],
        "Ben B."
    );
    let checked = hub.cli().run(&["store", "check"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    // Again, by the id, is fine; somebody who never was is not.
    assert_eq!(hub.cli().json(&["erase", "acme", &ann, "--yes"])["deleted"], false);
    let nobody = hub.cli().run(&["erase", "acme", "nobody", "--yes"]);
    assert_eq!(
        (nobody.code, nobody.stderr.contains("there is no user `nobody`")),
        (Some(1), true),
        "{}",
        nobody.stderr
    );
    let group = hub.cli().run(&["erase", "acme", &sales, "--yes"]);
    assert_eq!(
        (group.code, group.stderr.contains("only users are erased")),
        (Some(1), true),
        "{}",
        group.stderr
    );
    let (status, ..) = hub.stop();
    assert!(status.success());
    assert_eq!(holding(&folder.path().join("data"), CANARY), Vec::<String>::new());
    // She may come again, as a new person.
    let hub = serve.start();
    let again = hub.directory("acme", &token).send("POST", "/Users", Some(&person(0))).id(201);
    assert_ne!(again, ann);
    in_sync(&hub);
    let (status, ..) = hub.stop();
    assert!(status.success());
    runtime.block_on(service.stop());
}

#[test]
fn nobody_is_erased_before_the_services_were_told() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let service = runtime.block_on(Standin::start(Habits::default(), "a-token-of-the-service")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let hub = Serve::new(binary(), &data).start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    let client = hub.directory("acme", &token);
    let ann = client.send("POST", "/Users", Some(&person(0))).id(201);
    in_sync(&hub);
    // The service is away.
    runtime.block_on(service.stop());
    let waits = hub.cli().run(&["erase", "acme", "zyxanna@example.com", "--yes", "--wait", "1"]);
    assert_eq!(waits.code, Some(3), "{}{}", waits.stdout, waits.stderr);
    assert!(waits.stderr.contains("not told yet that the user is gone: service;"), "{}", waits.stderr);
    assert!(waits.stdout.contains("Nothing is erased yet"), "{}", waits.stdout);
    assert!(!holding(&data, CANARY).is_empty());
    let (status, ..) = hub.stop();
    assert!(status.success());
    // Without a hub nobody is told at all.
    let cli = Cli::new(binary(), &data);
    let waits = cli.run(&["erase", "acme", &ann, "--yes"]);
    assert_eq!(waits.code, Some(3), "{}{}", waits.stdout, waits.stderr);
    assert!(waits.stderr.contains("start the hub"), "{}", waits.stderr);
    let said = cli.run(&["erase", "acme", &ann, "--yes", "--without-services"]);
    assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("Not told, and never will be: service."), "{}", said.stdout);
    assert_eq!(holding(&data, CANARY), Vec::<String>::new());
    assert_eq!(cli.run(&["store", "check"]).code, Some(0));
}
