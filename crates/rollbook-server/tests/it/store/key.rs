//! `rollbook key rotate`: the credentials go over to a new key, whatever happens meanwhile.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rollbook_standins::{Habits, Standin};
use rollbook_testing::{Cli, Client, Random, Serve, command, holdings, user, wait_until};
use serde_json::json;

use crate::binary;

/// A data directory with a target whose credential is sealed, and the service.
struct Sealed {
    runtime: tokio::runtime::Runtime,
    service: Standin,
    folder: tempfile::TempDir,
    token: String,
    users: usize,
}

impl Sealed {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let service = runtime.block_on(Standin::start(Habits::default(), "a-token-of-the-service")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let cli = Cli::new(binary(), &folder.path().join("data"));
        let token = cli.directory_with_token("acme");
        cli.add_target("acme", "service", &service.url(), "a-token-of-the-service");
        Self { runtime, service, folder, token, users: 0 }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn cli(&self) -> Cli {
        Cli::new(binary(), &self.data())
    }

    fn key(&self) -> String {
        fs::read_to_string(self.data().join("rollbook.key")).unwrap()
    }

    /// The files of keys, without the database.
    fn keys(&self) -> Vec<String> {
        let names =
            fs::read_dir(self.data()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name.starts_with("rollbook.key")).collect();
        names.sort();
        names
    }

    /// The hub still knows the service's token: what is new arrives there.
    fn delivers(&mut self) {
        let hub = Serve::new(binary(), &self.data()).start();
        self.users += 1;
        let client = hub.directory("acme", &self.token);
        let _ = client.send("POST", "/Users", Some(&user(&format!("u{}", self.users)))).id(201);
        let at_service = Client::new(&self.service.url(), "a-token-of-the-service");
        let arrived = wait_until(Duration::from_secs(20), || {
            let held = holdings(&mut at_service.session()).unwrap();
            (held.users.len() == self.users).then_some(())
        });
        assert!(arrived.is_some(), "{}", hub.cli().run(&["status"]).stdout);
        let (status, ..) = hub.stop();
        assert!(status.success());
    }

    fn end(self) {
        self.runtime.block_on(self.service.stop());
    }
}

#[test]
fn the_credentials_go_over_to_a_new_key_and_the_old_one_opens_old_backups() {
    let mut sealed = Sealed::new();
    sealed.delivers();
    let old = sealed.key();
    let backup = sealed.folder.path().join("before.db");
    assert_eq!(sealed.cli().run(&["backup", backup.to_str().unwrap()]).code, Some(0));

    // A hub that serves works with the key that it has.
    let hub = Serve::new(binary(), &sealed.data()).start();
    let refused = sealed.cli().run(&["key", "rotate"]);
    assert_eq!((refused.code, refused.stderr.contains("stop it")), (Some(1), true), "{}", refused.stderr);
    let (status, ..) = hub.stop();
    assert!(status.success());

    let said = sealed.cli().json(&["key", "rotate"]);
    assert_eq!(said["credentials"], 1);
    assert!(!said.to_string().contains(sealed.key().trim()), "a key is shown");
    let new = sealed.key();
    assert_ne!(new, old);
    let kept = PathBuf::from(said["old_key_file"].as_str().unwrap());
    assert_eq!(fs::read_to_string(&kept).unwrap(), old);
    for file in [kept.as_path(), &sealed.data().join("rollbook.key")] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(sealed.keys().len(), 2, "{:?}", sealed.keys());
    sealed.delivers();
    // The old key opens what is sealed now no more, and the backup still.
    fs::write(sealed.data().join("rollbook.key"), &old).unwrap();
    let unfit = sealed.cli().run(&["directory", "list"]);
    assert_eq!((unfit.code, unfit.stderr.contains("does not fit")), (Some(5), true), "{}", unfit.stderr);
    let restored = sealed.folder.path().join("restored");
    fs::create_dir(&restored).unwrap();
    fs::copy(&backup, restored.join("rollbook.db")).unwrap();
    fs::copy(&kept, restored.join("rollbook.key")).unwrap();
    assert_eq!(Cli::new(binary(), &restored).run(&["directory", "list"]).code, Some(0));
    fs::write(sealed.data().join("rollbook.key"), &new).unwrap();
    sealed.delivers();

    // A key that is given directly cannot be replaced by a verb; one in a file elsewhere can.
    let given = sealed.cli().run_with(&["key", "rotate"], &[("ROLLBOOK_KEY", new.trim())]);
    assert_eq!((given.code, given.stderr.contains("key_file")), (Some(5), true), "{}", given.stderr);
    let elsewhere = sealed.folder.path().join("hub.key");
    fs::rename(sealed.data().join("rollbook.key"), &elsewhere).unwrap();
    let named = [("ROLLBOOK_KEY_FILE", elsewhere.to_str().unwrap())];
    let rotated = sealed.cli().run_with(&["key", "rotate"], &named);
    assert_eq!(rotated.code, Some(0), "{}", rotated.stderr);
    assert_ne!(fs::read_to_string(&elsewhere).unwrap(), new);
    assert_eq!(sealed.cli().run_with(&["directory", "list"], &named).code, Some(0));
    sealed.end();
}

/// Each moment at which a rotation can be cut off leaves one of these states.
#[test]
fn a_rotation_that_was_cut_off_is_finished_or_taken_back_by_the_next_start() {
    let mut sealed = Sealed::new();
    let path = |name: &str| sealed.data().join(name);
    let (key, pending) = (path("rollbook.key"), path("rollbook.key.new"));
    let old = sealed.key();
    // The new key is on the disk, or a part of it; the database has the old one.
    let stranger = json!("A".repeat(43) + "=").as_str().unwrap().to_owned();
    for text in ["", "AAAA", stranger.as_str()] {
        fs::write(&pending, text).unwrap();
        assert_eq!(sealed.cli().run(&["directory", "list"]).code, Some(0), "{text}");
        assert!(!pending.exists() && sealed.key() == old, "{text}");
    }
    // The database has the new key; the files are as they were before, without and with a copy of the old one.
    let said = sealed.cli().json(&["key", "rotate"]);
    let (new, kept) = (sealed.key(), PathBuf::from(said["old_key_file"].as_str().unwrap()));
    for copy in [None, Some(kept.as_path()), Some(Path::new(&path("rollbook.key.part")))] {
        let _ = fs::remove_file(&kept);
        if let Some(copy) = copy {
            fs::write(copy, if copy == kept { old.as_str() } else { "half" }).unwrap();
        }
        fs::write(&key, &old).unwrap();
        fs::write(&pending, &new).unwrap();
        let listed = sealed.cli().run(&["directory", "list"]);
        assert_eq!(listed.code, Some(0), "{copy:?}: {}", listed.stderr);
        assert_eq!(
            (sealed.key(), fs::read_to_string(&kept).unwrap()),
            (new.clone(), old.clone()),
            "{copy:?}"
        );
        assert_eq!(sealed.keys().len(), 2, "{copy:?}: {:?}", sealed.keys());
    }
    // Neither fits: nothing is touched.
    fs::write(&key, &old).unwrap();
    fs::write(&pending, &stranger).unwrap();
    let refused = sealed.cli().run(&["directory", "list"]);
    assert_eq!(
        (refused.code, refused.stderr.contains("does not fit")),
        (Some(5), true),
        "{}",
        refused.stderr
    );
    assert_eq!((sealed.key(), fs::read_to_string(&pending).unwrap()), (old, stranger));
    fs::write(&pending, &new).unwrap();
    sealed.delivers();
    sealed.end();
}

#[test]
fn kill_9_at_any_moment_of_a_rotation_loses_no_credential() {
    let mut sealed = Sealed::new();
    let seed = Random::seed_from("ROLLBOOK_TEST_SEED");
    println!("ROLLBOOK_TEST_SEED={seed} repeats the choices of this run");
    let mut random = Random::new(seed);
    let (mut rotated, mut last) = (0, sealed.key());
    for round in 0..30 {
        let mut rotation = command(binary());
        rotation.arg("--data").arg(sealed.data()).args(["key", "rotate"]);
        let mut child = rotation.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(u64::try_from(random.below(60_000)).unwrap()));
        // It may have ended already.
        let _ = child.kill();
        child.wait().unwrap();
        let listed = sealed.cli().run(&["target", "list"]);
        assert_eq!(listed.code, Some(0), "seed {seed}, round {round}: {}", listed.stderr);
        assert!(!sealed.data().join("rollbook.key.new").exists(), "seed {seed}, round {round}");
        rotated += usize::from(sealed.key() != last);
        last = sealed.key();
    }
    println!("{rotated} of 30 rotations happened");
    sealed.delivers();
    sealed.end();
}
