//! The first run, and the verbs with and without a server.

use rollbook_testing::{Cli, Process, Serve, user};
use std::os::unix::fs::PermissionsExt;

use crate::binary;

#[test]
fn the_first_run_says_where_to_look_next() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Serve::new(binary(), &folder.path().join("data")).start();
    let hello = hub.printed();
    assert!(hello.contains(&format!("{}/scim/v2/{{directory}}", hub.base_url)), "{hello}");
    assert!(hello.contains("rollbook directory add \"Acme\""), "{hello}");
    assert!(hello.contains("rollbook token create acme"), "{hello}");

    // The two commands, as they are printed.
    let added = hub.cli().run(&["directory", "add", "Acme"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(added.stdout.contains(&format!("{}/scim/v2/acme", hub.base_url)), "{}", added.stdout);
    let made = hub.cli().run(&["token", "create", "acme"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let token = made.stdout.lines().map(str::trim).find(|line| line.starts_with("rb_"));
    let token = token.unwrap_or_else(|| panic!("no token in {}", made.stdout));
    assert_eq!(hub.directory("acme", token).send("GET", "/Users", None).status, 200);

    // With a directory, the second start does not tell how to make one.
    let serve = Serve::new(binary(), &hub.data);
    let (status, ..) = hub.stop();
    assert!(status.success());
    let hub = serve.start();
    assert!(!hub.printed().contains("directory add"), "{}", hub.printed());
    assert_eq!(hub.directory("acme", token).send("GET", "/Users", None).status, 200);
}

#[test]
fn what_is_kept_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Serve::new(binary(), &folder.path().join("data")).start();
    for (file, mode) in [("", 0o700), ("rollbook.key", 0o600), ("admin.sock", 0o600)] {
        let found = hub.data.join(file).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "`{file}` has mode {found:o}");
    }
    let socket = hub.data.join("admin.sock");
    let (status, ..) = hub.stop();
    assert!(status.success());
    assert!(!socket.exists(), "the socket outlives its server");
}

#[test]
fn the_verbs_do_the_same_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    all_verbs(&Cli::new(binary(), &data), "offline");
    let hub = Serve::new(binary(), &data).start();
    all_verbs(&hub.cli(), "online");

    // Both wrote into one store.
    let slugs = |cli: &Cli| -> Vec<String> {
        let list = cli.json(&["directory", "list"]);
        list.as_array().unwrap().iter().map(|it| it["slug"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(slugs(&hub.cli()), ["offline", "online"]);
    let data = hub.data.clone();
    let (status, ..) = hub.stop();
    assert!(status.success());
    assert_eq!(slugs(&Cli::new(binary(), &data)), ["offline", "online"]);
}

/// Every verb, with tables and with JSON.
fn all_verbs(cli: &Cli, slug: &str) {
    let made = cli.json(&["directory", "add", slug]);
    assert_eq!((made["slug"].as_str(), made["users"].as_u64()), (Some(slug), Some(0)));
    assert!(made["scim_url"].as_str().unwrap().ends_with(&format!("/scim/v2/{slug}")), "{made}");
    let token = cli.json(&["token", "create", slug, "--label", "Entra", "--days", "30"]);
    assert!(token["token"].as_str().unwrap().starts_with("rb_"), "{token}");
    assert!(token["expires"].is_string());
    cli.add_target(slug, "service", "http://127.0.0.1:9/scim/v2", "canary-of-the-verbs");
    let rotated = cli.json(&["token", "rotate", slug]);
    assert!(rotated["previous_until"].is_string(), "{rotated}");
    let listed = cli.json(&["token", "list", slug]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    let client = cli.json(&["client", "add", slug, "--label", "Okta"]);
    assert!(client["client_secret"].as_str().unwrap().starts_with("rbs_"), "{client}");
    assert!(client["token_url"].as_str().unwrap().ends_with("/acs/token"), "{client}");
    let client = client["client_id"].as_str().unwrap().to_owned();
    assert_eq!(cli.json(&["client", "list", slug])[0]["client_id"], client.as_str());
    let set = cli.json(&["directory", "set", slug, "--source", "okta"]);
    assert_eq!((set["client"].as_str(), &set["slug"]), (Some("okta"), &made["slug"]));
    assert_eq!(cli.json(&["directory", "show", slug]), set);
    let targets = cli.json(&["target", "list", slug]);
    assert_eq!(targets[0]["name"], "service");
    assert_eq!(targets[0]["has_credential"], true);
    assert!(!targets.to_string().contains("canary"), "{targets}");
    let status = cli.json(&["status", slug]);
    assert_eq!(status["directories"][0]["slug"], slug);
    assert_eq!(status["targets"][0]["name"], "service");
    assert_eq!(cli.json(&["log", slug, "service"]).as_array().map(Vec::len), Some(0));
    for verb in [
        &["directory", "list"][..],
        &["directory", "show", slug],
        &["token", "list", slug],
        &["token", "list", slug, "--all"],
        &["token", "rotate", slug],
        &["client", "list", slug],
        &["client", "rotate", slug, &client],
        &["client", "retire", slug, &client],
        &["client", "delete", slug, &client],
        &["requests"],
        &["requests", slug],
        &["target", "list"],
        &["target", "list", slug],
        &["status"],
        &["status", slug],
        &["log", slug, "service"],
    ] {
        let shown = cli.run(verb);
        assert_eq!(shown.code, Some(0), "{verb:?}: {}", shown.stderr);
        assert!(!shown.stdout.trim().is_empty(), "{verb:?} says nothing");
        assert!(!shown.stdout.contains("canary"), "{verb:?}: {}", shown.stdout);
    }

    // Refusals: one sentence, exit code 1, and nothing on standard output.
    for (verb, names) in [
        (&["directory", "add", slug][..], slug),
        (&["directory", "add", "!"], "name"),
        (&["token", "create", "absent"], "absent"),
        (&["target", "add", "absent", "x", "--url", "https://a.example"], "absent"),
        (&["target", "add", slug, "service", "--url", "https://a.example"], "service"),
        (&["target", "add", slug, "x", "--url", "ftp://a.example"], "url"),
        (&["target", "list", "absent"], "absent"),
        (&["directory", "show", "absent"], "absent"),
        (&["directory", "show", "a b/c"], "`a b/c`"),
        (&["directory", "set", "absent", "--name", "x"], "absent"),
        (&["directory", "delete", "absent", "--yes"], "absent"),
        (&["token", "list", "absent"], "absent"),
        (&["token", "rotate", slug, "rb_nobody"], "rb_nobody"),
        (&["token", "revoke", slug, "rb_nobody"], "rb_nobody"),
        (&["client", "rotate", slug, "nobody"], "nobody"),
        (&["requests", "absent"], "absent"),
        (&["status", "absent"], "absent"),
        (&["log", slug, "absent"], "absent"),
    ] {
        let refused = cli.run(verb);
        assert_eq!(refused.code, Some(1), "{verb:?}: {}{}", refused.stdout, refused.stderr);
        assert_eq!(refused.stdout, "", "{verb:?}");
        assert!(refused.stderr.starts_with("rollbook: "), "{verb:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(names), "{verb:?}: {}", refused.stderr);
        assert_eq!(refused.stderr.lines().count(), 1, "{verb:?}: {}", refused.stderr);
    }
    for wrong in [&["token", "create", slug, "--days", "0"][..], &["serve", "--port", "1"], &["fly"]] {
        assert_eq!(cli.run(wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn status_counts_what_is_there() {
    let service = Process::ephemeral(binary());
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    for name in ["ann", "ben", "cleo"] {
        client.send("POST", "/Users", Some(&user(name))).id(201);
    }
    hub.cli().add_target("demo", "service", service.scim_url(), service.token());
    let synced = rollbook_testing::wait_until(std::time::Duration::from_secs(20), || {
        let status = hub.cli().json(&["status", "demo"]);
        (status["targets"][0]["counts"]["in_sync"] == 3).then_some(status)
    });
    let status = synced.unwrap_or_else(|| panic!("{}", hub.cli().run(&["status"]).stdout));
    assert_eq!(status["directories"][0]["users"], 3);
    let rows = hub.cli().json(&["log", "demo", "service"]);
    let row = &rows.as_array().unwrap()[0];
    assert_eq!(row["steps"].as_array().unwrap().len(), 5, "five steps (promise P8): {row}");
}
