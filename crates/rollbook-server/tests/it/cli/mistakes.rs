//! Mistakes that stop the start: exit code 5, one clear sentence, nothing half done.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use rollbook_testing::{Cli, Outcome, Serve, command};

use crate::binary;

#[test]
fn a_wrong_configuration_names_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rollbook.toml");
    for (toml, environment, names) in [
        ("lissten = \"127.0.0.1:0\"", vec![], &["`lissten`", "rollbook.toml", "did you mean `listen`"][..]),
        ("[listen]\nport = 1", vec![], &["`listen`", "rollbook.toml"]),
        ("listen = \"localhost\"", vec![], &["`listen`", "`localhost`", "127.0.0.1:8080"]),
        ("listen = ", vec![], &["rollbook.toml", "line 1"]),
        ("log_format = \"xml\"", vec![], &["`log_format`", "auto, text, json"]),
        ("log = \"rollbook=loud\"", vec![], &["`log`", "trace"]),
        ("allow_addresses = [\"home\"]", vec![], &["`allow_addresses`", "`home`", "loopback"]),
        ("listen = \"0.0.0.0:0\"", vec![], &["`base_url`", "loopback"]),
        ("", vec![("ROLLBOOK_BASE_ULR", "x")], &["`ROLLBOOK_BASE_ULR`", "did you mean `ROLLBOOK_BASE_URL`"]),
        ("", vec![("ROLLBOOK_LISTEN", "0")], &["`listen`", "ROLLBOOK_LISTEN"]),
        ("", vec![("ROLLBOOK_KEY", "short")], &["ROLLBOOK_KEY"]),
        ("", vec![("ROLLBOOK_KEY_FILE", "/nowhere/key")], &["key_file", "/nowhere/key"]),
    ] {
        fs::write(&file, toml).unwrap();
        let data = folder.path().join("data");
        let cli = Cli::new(binary(), &data);
        let config = file.display().to_string();
        let refused = cli.run_with(&["--config", &config, "serve"], &environment);
        one_sentence(&format!("{toml} {environment:?}"), &refused, names);
        if !environment.iter().any(|(name, _)| name.starts_with("ROLLBOOK_KEY")) {
            assert!(!data.exists(), "{toml} {environment:?}: a data directory was made all the same");
        }
    }
    let absent = folder.path().join("absent.toml").display().to_string();
    let refused = Cli::new(binary(), folder.path()).run(&["--config", &absent, "serve"]);
    one_sentence("an absent file", &refused, &["absent.toml"]);
}

#[test]
fn a_taken_port_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = Cli::new(binary(), &folder.path().join("data")).run(&["serve", "--listen", &address]);
    one_sentence("a taken port", &refused, &[&address, "another program", "--listen"]);
    let refused = Cli::new(binary(), folder.path()).run(&["serve", "--ephemeral", "--listen", &address]);
    one_sentence("a taken port, ephemeral", &refused, &[&address]);
}

#[test]
fn a_data_directory_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // Below a file nothing can be made, not even by root.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for data in [file.join("data"), file] {
        let refused = Cli::new(binary(), &data).run(&["serve", "--listen", "127.0.0.1:0"]);
        one_sentence("no directory", &refused, &[&data.display().to_string()]);
        let refused = Cli::new(binary(), &data).run(&["directory", "list"]);
        one_sentence("no directory, a verb", &refused, &[&data.display().to_string()]);
    }
    let nowhere = Path::new("/proc/rollbook-data");
    let refused = Cli::new(binary(), nowhere).run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("a place that takes no files", &refused, &["/proc/rollbook-data"]);
}

#[test]
fn a_data_directory_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Serve::new(binary(), &folder.path().join("data")).start();
    let refused = hub.cli().run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("in use", &refused, &[&hub.data.display().to_string(), "in use", "--data"]);
    // The first one goes on, and its socket still answers.
    assert_eq!(hub.cli().json(&["directory", "list"]).as_array().map(Vec::len), Some(0));

    // After a kill -9 the lock is gone, the socket's file is not: the next start replaces it.
    let data = hub.data.clone();
    hub.kill_9();
    assert!(data.join("admin.sock").exists());
    assert_eq!(Cli::new(binary(), &data).json(&["directory", "list"]).as_array().map(Vec::len), Some(0));
    let hub = Serve::new(binary(), &data).start();
    assert_eq!(hub.cli().json(&["directory", "list"]).as_array().map(Vec::len), Some(0));
}

#[test]
fn a_newer_database_is_named_and_left_alone() {
    let data = prepared();
    let database = data.path().join("rollbook.db");
    let version =
        || -> i64 { open(&database).query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap() };
    let ours = version();
    let bump = |to: i64| open(&database).pragma_update(None, "user_version", to).unwrap();

    // One version ahead is opened (promise P10), and stays ahead.
    bump(ours + 1);
    assert_eq!(
        Cli::new(binary(), data.path()).json(&["directory", "list"]).as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(version(), ours + 1);
    bump(ours + 2);
    let refused = Cli::new(binary(), data.path()).run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("newer", &refused, &["rollbook.db", &format!("version {}", ours + 2)]);
    assert_eq!(version(), ours + 2);
}

#[test]
fn a_database_of_something_else_is_named_and_left_alone() {
    let data = prepared();
    let database = data.path().join("rollbook.db");
    for leftover in ["rollbook.db-wal", "rollbook.db-shm"] {
        let _ = fs::remove_file(data.path().join(leftover));
    }
    let text = "these are not the bytes of a database, but there are more than a hundred of them, so that it has a header\n";
    fs::write(&database, text.repeat(20)).unwrap();
    let refused = Cli::new(binary(), data.path()).run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("no database", &refused, &["rollbook.db", "not a rollbook database"]);
    assert_eq!(fs::read_to_string(&database).unwrap(), text.repeat(20));
}

#[test]
fn a_missing_or_wrong_key_is_named_and_none_is_made() {
    let data = prepared();
    let key = data.path().join("rollbook.key");
    let text = fs::read_to_string(&key).unwrap();
    let cli = Cli::new(binary(), data.path());

    fs::remove_file(&key).unwrap();
    let refused = cli.run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("missing", &refused, &["rollbook.key", "missing", "backup"]);
    assert!(!key.exists(), "a new key was made: the old credentials could never be read again");

    // The key of another installation.
    let other = prepared();
    fs::copy(other.path().join("rollbook.key"), &key).unwrap();
    let refused = cli.run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("of another", &refused, &["rollbook.key", "rollbook.db", "does not fit"]);
    fs::write(&key, "nonsense").unwrap();
    let refused = cli.run(&["serve", "--listen", "127.0.0.1:0"]);
    one_sentence("nonsense", &refused, &["rollbook.key"]);
    assert!(!refused.stderr.contains("nonsense"), "it tells what the key file holds");

    fs::write(&key, &text).unwrap();
    assert_eq!(cli.json(&["directory", "list"]).as_array().map(Vec::len), Some(1));
    // Given directly, it works without the file.
    fs::remove_file(&key).unwrap();
    let listed = cli.run_with(&["directory", "list"], &[("ROLLBOOK_KEY", text.trim())]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
}

#[test]
fn the_default_is_to_serve_in_the_current_directory() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fs::write(folder.path().join("rollbook.toml"), format!("listen = \"{port}\"")).unwrap();
    let mut child = command(binary())
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = rollbook_testing::Client::new(&format!("http://{port}"), "");
    let up = rollbook_testing::wait_until(std::time::Duration::from_secs(20), || {
        client.session().get("/livez").ok()
    });
    let made = folder.path().join("data/rollbook.db").exists();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(up.map(|answer| answer.status), Some(200));
    assert!(made, "no SQLite under ./data");
}

/// A data directory with one directory and a target with a credential.
fn prepared() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let cli = Cli::new(binary(), data.path());
    let _ = cli.json(&["directory", "add", "acme"]);
    cli.add_target("acme", "service", "https://service.example/scim/v2", "a-credential");
    data
}

fn open(database: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(database).unwrap()
}

/// Exit code 5, and one sentence on standard error beside the log's lines, which are JSON there.
fn one_sentence(case: &str, refused: &Outcome, names: &[&str]) {
    assert_eq!(refused.code, Some(5), "{case}: {}{}", refused.stdout, refused.stderr);
    let told: Vec<&str> = refused.stderr.lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(told.len(), 1, "{case}: {}", refused.stderr);
    assert!(told[0].starts_with("rollbook: "), "{case}: {}", refused.stderr);
    assert_eq!(refused.stdout, "", "{case}");
    for name in names {
        assert!(told[0].contains(name), "{case}: it does not name {name}: {}", told[0]);
    }
}
