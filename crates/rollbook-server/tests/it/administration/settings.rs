//! Settings of a directory by the verbs, and what they do to its clients.

use rollbook_testing::{Cli, Process, group, patch, user};
use serde_json::{Value, json};

use crate::binary;

#[test]
fn settings_are_set_shown_and_refused_by_verbs() {
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(binary(), folder.path());
    let made = cli.json(&[
        "directory",
        "add",
        "Acme",
        "--source",
        "entra",
        "--domains",
        "acme.example, ACME.test",
        "--default-domain",
        "acme.example",
        "--profile",
        "workspace-one",
        "--required",
        "User:title",
        "--decode-ms-guid",
        "true",
        "--rate-limit",
        "50/100",
        "--token-lifetime",
        "90d",
        "--previous-token",
        "1h",
    ]);
    let settings = &made["settings"];
    assert_eq!((made["client"].as_str(), settings["source"].as_str()), (Some("entra"), Some("entra")));
    assert_eq!(settings["domains"], json!(["acme.example", "acme.test"]));
    assert_eq!(settings["rate_limit"], json!({ "per_second": 50, "burst": 100 }));
    assert_eq!(
        (&settings["token_minutes"], &settings["previous_token_minutes"]),
        (&json!(129_600), &json!(60))
    );
    assert_eq!(cli.json(&["directory", "show", "acme"]), made);
    let shown = cli.run(&["directory", "show", "acme"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    for words in
        ["acme.example, acme.test", "90 days", "1 hour", "50 requests a second, 100 at once", "workspace-one"]
    {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }

    let set = cli.json(&[
        "directory",
        "set",
        "acme",
        "--default-domain",
        "",
        "--domains",
        "",
        "--required",
        "",
        "--rate-limit",
        "off",
        "--token-lifetime",
        "default",
        "--patch-answer",
        "no-content",
        "--member-value",
        "external-id",
    ]);
    let settings = &set["settings"];
    assert_eq!((&settings["domains"], &settings["default_domain"]), (&json!([]), &Value::Null));
    assert_eq!((&settings["required"], &settings["rate_limit"]), (&json!([]), &Value::Null));
    assert_eq!((&settings["token_minutes"], &settings["previous_token_minutes"]), (&Value::Null, &json!(60)));
    assert_eq!(settings["profile"], "workspace_one", "what is not named stays");

    for (arguments, code, words) in [
        (&["--domains", "a b"][..], 1, "`domains` holds `a b`"),
        (&["--default-domain", "x.example"], 1, "`default_domain` is `x.example`"),
        (&["--required", "User:shoeSize"], 1, "`shoeSize`"),
        (&["--previous-token", "8d"], 1, "`previous_token_minutes`"),
        (&["--source", "ldap"], 2, "entra"),
        (&["--rate-limit", "many"], 2, "100/500"),
        (&["--token-lifetime", "soon"], 2, "90d"),
        (&[], 1, "nothing to set"),
    ] {
        let refused = cli.run(&[&["directory", "set", "acme"], arguments].concat());
        assert_eq!(refused.code, Some(code), "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(words), "{arguments:?}: {}", refused.stderr);
    }
}

#[test]
fn settings_reach_the_clients_at_once() {
    let hub = Process::ephemeral(binary());
    let (client, cli) = (hub.client(), hub.cli());
    let set = |arguments: &[&str]| {
        let _ = cli.json(&[&["directory", "set", "demo"], arguments].concat());
    };
    let ann = client.send("POST", "/Users", Some(&user("ann"))).id(201);
    let title = patch(&[("replace", "title", json!("Boss"))]);
    let path = format!("/Users/{ann}");

    // D1: 204 always, unless a body is asked for.
    assert_eq!(client.send("PATCH", &path, Some(&title)).status, 200);
    set(&["--patch-answer", "no-content"]);
    assert_eq!(client.send("PATCH", &path, Some(&title)).status, 204);
    assert_eq!(client.send("PATCH", &format!("{path}?attributes=title"), Some(&title)).status, 200);

    // D4: two groups of one name.
    let sales = client.send("POST", "/Groups", Some(&group("Sales", &[&ann]))).id(201);
    assert_eq!(client.send("POST", "/Groups", Some(&group("sales", &[]))).status, 409);
    set(&["--unique-group-names", "false"]);
    client.send("POST", "/Groups", Some(&group("sales", &[]))).id(201);

    // D11: all members out by naming none.
    let all_out = patch(&[("remove", "members", Value::Null)]);
    set(&["--remove-all-members", "false"]);
    let refused = client.send("PATCH", &format!("/Groups/{sales}"), Some(&all_out));
    assert_eq!(refused.status, 400, "{}", refused.text());

    // D29: the vendor's list, and one more.
    set(&["--profile", "workspace-one", "--required", "User:title"]);
    let mut ben = user("ben");
    let refused = client.send("POST", "/Users", Some(&ben));
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.text().contains("title"), "{}", refused.text());
    ben["title"] = json!("Clerk");
    let missing = {
        let mut ben = ben.clone();
        ben.as_object_mut().unwrap().remove("externalId");
        client.send("POST", "/Users", Some(&ben))
    };
    assert_eq!(missing.status, 400, "{}", missing.text());
    assert!(missing.text().contains("externalId"), "{}", missing.text());
    client.send("POST", "/Users", Some(&ben)).id(201);

    // A rate limit: 429 with Retry-After, and the other directory does not feel it.
    let other = cli.directory_with_token("other");
    set(&["--rate-limit", "1/3"]);
    let answers: Vec<_> = (0..6).map(|_| client.send("GET", "/Users", None)).collect();
    let limited = answers.iter().filter(|answer| answer.status == 429).count();
    assert!(limited >= 2, "{:?}", answers.iter().map(|it| it.status).collect::<Vec<_>>());
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(
        refused.header("retry-after").is_some_and(|it| it.parse::<u64>().is_ok()),
        "{:?}",
        refused.headers
    );
    for _ in 0..6 {
        assert_eq!(hub.directory("other", &other).send("GET", "/Users", None).status, 200);
    }
}
