//! `rollbook backup`, the restore that the documentation describes, and `rollbook store check`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rollbook_standins::{Habits, Standin};
use rollbook_testing::{Cli, Client, Process, Serve, group, holdings, patch, user, wait_until};
use serde_json::{Value, json};

use crate::binary;

/// How long the service may take to hold what the hub holds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The documented restore: an empty data directory with the backup as its database, and the key.
fn restore(backup: &Path, key: &Path, data: &Path) {
    fs::create_dir(data).unwrap();
    fs::copy(backup, data.join("rollbook.db")).unwrap();
    fs::copy(key, data.join("rollbook.key")).unwrap();
}

/// Everything that can be asked of a hub, without what depends on its address.
fn all(hub: &Process, client: &Client) -> Vec<Value> {
    let mut asked: Vec<Value> = Vec::new();
    for path in ["/Users?count=1000", "/Groups?count=1000"] {
        let answer = client.send("GET", path, None);
        asked.push(serde_json::from_str(&answer.text().replace(&hub.base_url, "BASE")).unwrap());
    }
    for verb in [
        &["directory", "list"][..],
        &["directory", "show", "acme"],
        &["token", "list", "acme", "--all"],
        &["client", "list", "acme"],
        &["target", "list"],
        &["log", "acme", "service", "--limit", "1000"],
    ] {
        let said = hub.cli().json(verb).to_string().replace(&hub.base_url, "BASE");
        asked.push(serde_json::from_str(&said).unwrap());
    }
    // When a token was used last changes with every question.
    for token in asked[4].as_array_mut().unwrap() {
        token["last_used"] = Value::Null;
    }
    let status = hub.cli().json(&["status", "acme"]);
    asked.push(status["targets"][0]["counts"].clone());
    asked
}

fn converged(hub: &Process, client: &Client, service: &Client) {
    let mut last = Vec::new();
    let well = wait_until(PATIENCE, || {
        let wanted = holdings(&mut client.session()).unwrap();
        // Two accounts of one name are an error here.
        match holdings(&mut service.session()) {
            Ok(held) => last = wanted.differences(&held),
            Err(sentence) => last = vec![sentence],
        }
        let counts = &hub.cli().json(&["status", "acme"])["targets"][0]["counts"];
        let open = ["pending", "waiting", "retrying", "failed"].iter().any(|kind| counts[*kind] != 0);
        (last.is_empty() && !open).then_some(())
    });
    assert!(well.is_some(), "{last:#?}\n{}", hub.cli().run(&["status"]).stdout);
}

#[test]
fn a_backup_restores_everything_and_the_hub_goes_on_from_there() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // A service that takes a second account of the same name, so that one which is made twice is seen.
    let habits = Habits { unique_user_names: false, ..Habits::default() };
    let service = runtime.block_on(Standin::start(habits, "a-token-of-the-service")).unwrap();
    let at_service = Client::new(&service.url(), "a-token-of-the-service");
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::new(binary(), &folder.path().join("data"));
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    let _ = hub.cli().json(&["client", "add", "acme", "--label", "HR"]);
    let _ = hub.cli().json(&["directory", "set", "acme", "--domains", "acme.example", "--rate-limit", "900"]);
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    let client = hub.directory("acme", &token);
    let ids: Vec<String> =
        (0..12).map(|n| client.send("POST", "/Users", Some(&user(&format!("u{n}")))).id(201)).collect();
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let sales = client.send("POST", "/Groups", Some(&group("Sales", &members[..9]))).id(201);
    assert_eq!(client.send("DELETE", &format!("/Users/{}", ids[3]), None).status, 204);
    converged(&hub, &client, &at_service);

    // While the hub serves.
    let before = all(&hub, &client);
    let file = folder.path().join("night.db");
    let said = hub.cli().json(&["backup", file.to_str().unwrap()]);
    assert_eq!(said["counts"]["resources"], json!({ "User": 11, "Group": 1 }), "{said}");
    assert_eq!(said["counts"]["tombstones"], 1);
    assert_eq!(said["bytes"], fs::metadata(&file).unwrap().len());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(hub.data.join("rollbook.key")).unwrap();
    let bytes = fs::read(&file).unwrap();
    for secret in [key.trim(), "a-token-of-the-service", token.as_str()] {
        assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()), "a secret is in the backup");
    }
    // Nothing is overwritten.
    let again = hub.cli().run(&["backup", file.to_str().unwrap()]);
    assert_eq!((again.code, again.stderr.contains("there already")), (Some(1), true), "{}", again.stderr);
    assert_eq!(fs::read(&file).unwrap(), bytes);
    // Accounts that the backup does not know of: the identity provider will send them again.
    for n in 20..25 {
        let _ = client.send("POST", "/Users", Some(&user(&format!("u{n}")))).id(201);
    }
    converged(&hub, &client, &at_service);
    let created = created_at(&service);
    let (status, ..) = hub.stop();
    assert!(status.success());

    // At rest too.
    let cli = Cli::new(binary(), &folder.path().join("data"));
    let rest = cli.run(&["backup", folder.path().join("rest.db").to_str().unwrap()]);
    assert_eq!(rest.code, Some(0), "{}", rest.stderr);
    assert!(
        rest.stdout.contains("16 of type User") && rest.stdout.contains("rollbook.key"),
        "{}",
        rest.stdout
    );

    let restored = folder.path().join("restored");
    restore(&file, &folder.path().join("data/rollbook.key"), &restored);
    let checked = Cli::new(binary(), &restored).run(&["store", "check"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let hub = Serve::new(binary(), &restored).start();
    let client = hub.directory("acme", &token);
    assert_eq!(all(&hub, &client), before, "every resource, link and setting is as it was");

    // It goes on: what came after the backup comes again, and finds its accounts.
    for n in 20..25 {
        let _ = client.send("POST", "/Users", Some(&user(&format!("u{n}")))).id(201);
    }
    let renamed = patch(&[("replace", "displayName", json!("Renamed"))]);
    assert_eq!(client.send("PATCH", &format!("/Users/{}", ids[0]), Some(&renamed)).status, 200);
    assert_eq!(client.send("DELETE", &format!("/Groups/{sales}"), None).status, 204);
    let _ = client.send("POST", "/Users", Some(&user("new"))).id(201);
    converged(&hub, &client, &at_service);
    assert_eq!(created_at(&service).difference(&created).count(), 1, "only the new one is a new account");
    let checked = hub.cli().run(&["store", "check"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let (status, ..) = hub.stop();
    assert!(status.success());
    runtime.block_on(service.stop());
}

/// The ids of the service's users.
fn created_at(service: &Standin) -> BTreeSet<String> {
    let client = Client::new(&service.url(), "a-token-of-the-service");
    let list = client.send("GET", "/Users?count=1000", None).json();
    list["Resources"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_backup_without_its_key_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let cli = Cli::new(binary(), &data);
    let _ = cli.directory_with_token("acme");
    let file = folder.path().join("backup.db");
    assert_eq!(cli.run(&["backup", file.to_str().unwrap()]).code, Some(0));
    let restored = folder.path().join("restored");
    fs::create_dir(&restored).unwrap();
    fs::copy(&file, restored.join("rollbook.db")).unwrap();
    let refused = Cli::new(binary(), &restored).run(&["directory", "list"]);
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    assert!(refused.stderr.contains("rollbook.key"), "{}", refused.stderr);
    assert!(!restored.join("rollbook.key").exists(), "a new key would hide the loss of the old one");
    fs::copy(data.join("rollbook.key"), restored.join("rollbook.key")).unwrap();
    assert_eq!(Cli::new(binary(), &restored).run(&["directory", "list"]).code, Some(0));
}

#[test]
fn a_check_tells_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serve = Serve::new(binary(), &data);
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    let ann = hub.directory("acme", &token).send("POST", "/Users", Some(&user("ann"))).id(201);
    // While the hub serves.
    let sound = hub.cli().run(&["store", "check"]);
    assert_eq!(sound.code, Some(0), "{}", sound.stderr);
    assert!(sound.stdout.contains("is sound: 1 directory, 1 of type User"), "{}", sound.stdout);
    assert_eq!(hub.cli().json(&["store", "check"])["sound"], true);
    let (status, ..) = hub.stop();
    assert!(status.success());
    let cli = Cli::new(binary(), &data);
    assert_eq!(cli.run(&["store", "check"]).code, Some(0));

    let database = rusqlite::Connection::open(data.join("rollbook.db")).unwrap();
    assert_eq!(
        database.execute("UPDATE keys SET value = 'eve' WHERE attribute = 'username'", []).unwrap(),
        1
    );
    assert_eq!(database.execute("UPDATE totals SET live = 5", []).unwrap(), 1);
    drop(database);
    let wrong = cli.run(&["store", "check"]);
    assert_eq!(wrong.code, Some(1), "{}", wrong.stdout);
    assert!(wrong.stderr.contains("is not sound: 3 findings"), "{}{}", wrong.stdout, wrong.stderr);
    assert!(
        wrong.stdout.contains("totals: 5 resources of type User are counted, there are 1"),
        "{}",
        wrong.stdout
    );
    assert!(wrong.stdout.contains(&format!("resource {ann}: its key `username`")), "{}", wrong.stdout);
    assert_eq!(wrong.stdout.matches("  next: ").count(), 3, "{}", wrong.stdout);
    let refused = cli.run(&["backup", folder.path().join("x.db").to_str().unwrap()]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("rollbook store check"), "{}", refused.stderr);
    assert!(!folder.path().join("x.db").exists());

    // Nothing to check, nothing to copy.
    for verb in [&["store", "check"][..], &["backup", "y.db"]] {
        let nothing = Cli::new(binary(), &folder.path().join("absent")).run(verb);
        assert_eq!(nothing.code, Some(5), "{verb:?}: {}", nothing.stderr);
        assert!(nothing.stderr.contains("--data"), "{}", nothing.stderr);
    }
    assert!(!folder.path().join("absent").exists(), "a look leaves nothing behind");
}
