//! A disk that is full, or can only be read: writes are refused, reads go on, nothing is lost, and when there is room
//! again the hub goes on by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rollbook_standins::{Habits, Standin};
use rollbook_testing::{Client, Process, Serve, command, holdings, user, wait_until};

use crate::binary;

/// What was answered: the names of the users that are there.
struct Answered {
    client: Client,
    names: Vec<String>,
    tried: usize,
}

impl Answered {
    /// Creates users until one is refused; the refusal must be that of a store that cannot write now.
    fn until_refused(&mut self) {
        for _ in 0..4_000 {
            if !self.create() {
                return;
            }
        }
        panic!("no disk is full after {} users", self.names.len());
    }

    /// Creates one more user; whether it was accepted.
    fn create(&mut self) -> bool {
        self.tried += 1;
        let name = format!("u{}", self.tried);
        let answer = self.client.send("POST", "/Users", Some(&user(&name)));
        match answer.status {
            201 => self.names.push(format!("{name}@example.com")),
            503 => {
                assert!(answer.header("retry-after").is_some(), "{}", answer.text());
                let body = answer.json();
                assert_eq!(body["status"], "503");
                let detail = body["detail"].as_str().unwrap();
                assert!(detail.contains("nothing was changed, try again later"), "{detail}");
            }
            other => panic!("{other}: {}", answer.text()),
        }
        answer.status == 201
    }

    /// What was answered is there, and nothing that was refused.
    fn is_all_there(&self) {
        let held = holdings(&mut self.client.session()).unwrap();
        let mut names = self.names.clone();
        names.sort();
        assert_eq!(held.users.keys().cloned().collect::<Vec<_>>(), names);
    }
}

/// The service holds what the hub holds, each account once.
fn converged(hub: &Process, client: &Client, service: &Client) {
    let mut last = Vec::new();
    let well = wait_until(Duration::from_secs(60), || {
        let wanted = holdings(&mut client.session()).unwrap();
        match holdings(&mut service.session()) {
            Ok(held) => last = wanted.differences(&held),
            Err(sentence) => last = vec![sentence],
        }
        last.is_empty().then_some(())
    });
    assert!(well.is_some(), "{last:#?}\n{}", hub.cli().run(&["status"]).stdout);
}

/// Sets how large a file of the process may become.
fn limit(hub: &Process, bytes: &str) {
    let (pid, size) = (hub.pid().to_string(), format!("--fsize={bytes}:unlimited"));
    let set = Command::new("prlimit").args(["--pid", &pid, &size]).status().unwrap();
    assert!(set.success(), "prlimit, of util-linux, is part of every Linux");
}

fn service() -> (tokio::runtime::Runtime, Standin) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let habits = Habits { unique_user_names: false, ..Habits::default() };
    let service = runtime.block_on(Standin::start(habits, "a-token-of-the-service")).unwrap();
    (runtime, service)
}

#[test]
fn when_files_may_grow_no_more_writes_are_refused_and_nothing_is_lost() {
    let (runtime, service) = service();
    let at_service = Client::new(&service.url(), "a-token-of-the-service");
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serve = Serve::new(binary(), &data);
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    let client = hub.directory("acme", &token);
    let mut answered = Answered { client: client.clone(), names: Vec::new(), tried: 0 };
    for _ in 0..10 {
        assert!(answered.create());
    }
    for round in 0..3 {
        let largest = ["rollbook.db", "rollbook.db-wal", "rollbook.db-shm"]
            .map(|name| fs::metadata(data.join(name)).map_or(0, |it| it.len()));
        limit(&hub, &(largest.into_iter().max().unwrap() + 50_000).to_string());
        answered.until_refused();
        // Reads go on, and verbs say what is the matter.
        assert_eq!(client.send("GET", "/Users?count=5", None).status, 200, "round {round}");
        answered.is_all_there();
        let refused = hub.cli().run(&["directory", "add", "Other"]);
        assert_eq!(refused.code, Some(1), "{}", refused.stdout);
        assert!(refused.stderr.contains("nothing was changed, try again later"), "{}", refused.stderr);
        assert_eq!(hub.cli().run(&["status"]).code, Some(0));
        assert!(!answered.create(), "round {round}: it stays refused while there is no room");
        // Room again: the hub goes on, and nobody has to do anything.
        limit(&hub, "unlimited");
        assert!(answered.create(), "round {round}");
        answered.is_all_there();
    }
    converged(&hub, &client, &at_service);
    let checked = hub.cli().run(&["store", "check"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    // A power cut while there is no room.
    limit(&hub, "4096");
    assert!(!answered.create());
    hub.kill_9();
    let hub = serve.start();
    answered.client = hub.directory("acme", &token);
    answered.is_all_there();
    assert!(answered.create());
    converged(&hub, &answered.client, &at_service);
    let (status, ..) = hub.stop();
    assert!(status.success());
    runtime.block_on(service.stop());
}

#[test]
fn a_start_without_room_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // 512 or 1,024 bytes, as the shell counts: not even an empty database.
    let script = format!(
        "ulimit -S -f 1; exec '{}' --data '{}' serve --listen 127.0.0.1:0",
        binary().display(),
        data.display()
    );
    let ended = command(Path::new("sh")).args(["-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(5), "no signal ends it: {:?} {said}", ended.status);
    let sentences: Vec<_> = said.lines().filter(|line| line.starts_with("rollbook: ")).collect();
    assert!(
        matches!(sentences.as_slice(), [it] if it.contains("that the disk is neither full nor")),
        "{said}"
    );
    // Nothing stands in the way of the next start.
    let hub = Serve::new(binary(), &data).start();
    let (status, ..) = hub.stop();
    assert!(status.success());
}

/// A file system of its own, seen by one process and those that it starts.
struct Disk {
    folder: PathBuf,
    /// A shell that holds the mount.
    holder: std::process::Child,
}

impl Disk {
    /// `None`, and a line that says so, where this user may not mount.
    fn new(folder: &Path, size: &str) -> Option<Self> {
        let script = format!(
            "mount -t tmpfs -o size={size} tmpfs '{0}' && touch '{0}/.here' && echo up && read x",
            folder.display()
        );
        let holder = Command::new("unshare")
            .args(["-m", "sh", "-c", &script])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .ok()?;
        let mut disk = Self { folder: folder.to_owned(), holder };
        let mut line = String::new();
        let mut out = std::io::BufReader::new(disk.holder.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
        if line.trim() == "up" {
            return Some(disk);
        }
        rollbook_testing::not_run("a full and a read-only disk: this user may not mount a tmpfs");
        None
    }

    /// A program that starts the binary where the disk is seen.
    fn wrapper(&self, folder: &Path) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join("rollbook-on-disk");
        let enter =
            format!("#!/bin/sh\nexec nsenter -t {} -m '{}' \"$@\"\n", self.holder.id(), binary().display());
        fs::write(&path, enter).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn run(&self, script: &str) {
        let holder = self.holder.id().to_string();
        let script = format!("cd '{}' && {script}", self.folder.display());
        let done = Command::new("nsenter").args(["-t", &holder, "-m", "sh", "-c", &script]).output().unwrap();
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The mount goes with the last process that sees it.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

#[test]
fn a_full_disk_and_one_that_is_read_only() {
    let (runtime, service) = service();
    let at_service = Client::new(&service.url(), "a-token-of-the-service");
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("disk");
    fs::create_dir(&mount).unwrap();
    let Some(disk) = Disk::new(&mount, "6m") else { return };
    let program = disk.wrapper(folder.path());
    let serve = Serve::new(&program, &mount.join("data"));
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    let client = hub.directory("acme", &token);
    let mut answered = Answered { client: client.clone(), names: Vec::new(), tried: 0 };
    for _ in 0..5 {
        assert!(answered.create());
    }
    disk.run("dd if=/dev/zero of=filler bs=64k 2>/dev/null; test -s filler");
    answered.until_refused();
    answered.is_all_there();
    disk.run("rm filler");
    assert!(answered.create(), "there is room again");
    answered.is_all_there();
    converged(&hub, &client, &at_service);

    let (status, ..) = hub.stop();
    assert!(status.success());
    disk.run("mount -o remount,ro .");
    let refused =
        rollbook_testing::Cli::new(&program, &mount.join("data")).run(&["directory", "add", "Other"]);
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    assert!(refused.stderr.contains("ead-only"), "{}", refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    // What only reads works there.
    let cli = rollbook_testing::Cli::new(&program, &mount.join("data"));
    let checked = cli.run(&["store", "check"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let copied = cli.run(&["backup", folder.path().join("copy.db").to_str().unwrap()]);
    assert_eq!(copied.code, Some(0), "{}{}", copied.stdout, copied.stderr);
    disk.run("mount -o remount,rw .");
    let hub = serve.start();
    answered.client = hub.directory("acme", &token);
    answered.is_all_there();
    assert!(answered.create());
    converged(&hub, &answered.client, &at_service);
    let (status, ..) = hub.stop();
    assert!(status.success());
    runtime.block_on(service.stop());
}
