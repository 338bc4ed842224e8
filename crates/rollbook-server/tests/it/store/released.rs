//! Promise P10, by the binary: it starts on the data directory of every version that there was.

use std::fs;

use rollbook_testing::{Cli, Serve, holdings, workspace_dir};

use crate::binary;

#[test]
fn the_data_directory_of_every_version_starts_and_is_whole() {
    let released = workspace_dir().join("crates/rollbook-sqlite/tests/released");
    let mut versions = 0;
    for entry in fs::read_dir(released).unwrap() {
        let from = entry.unwrap().path();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let database = rusqlite::Connection::open(data.join("rollbook.db")).unwrap();
        database.execute_batch(&fs::read_to_string(from.join("rollbook.sql")).unwrap()).unwrap();
        drop(database);
        fs::copy(from.join("rollbook.key"), data.join("rollbook.key")).unwrap();
        // Nobody listens at the address of its service.
        let hub = Serve::new(binary(), &data).start();
        let token = fs::read_to_string(from.join("token")).unwrap();
        let held = holdings(&mut hub.directory("acme", token.trim()).session()).unwrap();
        assert_eq!((held.users.len(), held.groups["Sales"].len()), (4, 2), "{}", from.display());
        assert_eq!(held.users["ann@acme.example"]["title"], "Head of \"Sales\"");
        // Each start looks at every link again, so that it is not said in which condition they are.
        let status = hub.cli().json(&["status", "acme"]);
        let counts = status["targets"][0]["counts"].as_object().unwrap();
        assert_eq!(counts.values().filter_map(serde_json::Value::as_u64).sum::<u64>(), 7, "{status}");
        let checked = hub.cli().run(&["store", "check"]);
        assert_eq!(checked.code, Some(0), "{}: {}{}", from.display(), checked.stdout, checked.stderr);
        let (status, ..) = hub.stop();
        assert!(status.success());
        // Its credentials open.
        assert_eq!(Cli::new(binary(), &data).json(&["key", "rotate"])["credentials"], 1);
        versions += 1;
    }
    assert!(versions >= 2);
}
