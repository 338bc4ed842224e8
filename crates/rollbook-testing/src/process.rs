//! The started binary.

mod lines;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;

use self::lines::Lines;
use crate::cli::Cli;
use crate::http::Client;
use crate::wait::wait_until;

/// How long a start or an orderly stop may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How `rollbook serve` is to be started.
#[derive(Clone, Debug)]
pub struct Serve {
    binary: PathBuf,
    data: PathBuf,
    listen: String,
    environment: Vec<(String, String)>,
}

/// A running server; dropped, it is killed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    binary: PathBuf,
    stdout: Lines,
    stderr: Lines,
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// Its data directory.
    pub data: PathBuf,
    /// What an ephemeral server printed; null for others.
    pub announced: Value,
}

impl Serve {
    /// `rollbook serve` over a data directory, on a free port, with targets on this machine allowed.
    #[must_use]
    pub fn new(binary: &Path, data: &Path) -> Self {
        let environment = vec![("ROLLBOOK_ALLOW_ADDRESSES".to_owned(), "loopback".to_owned())];
        Self {
            binary: binary.to_owned(),
            data: data.to_owned(),
            listen: "127.0.0.1:0".to_owned(),
            environment,
        }
    }

    /// Listens on the address of an earlier process.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address.to_string();
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it and waits until it answers.
    ///
    /// # Panics
    /// When it ends or does not answer within 30 s; the panic holds what it logged.
    #[must_use]
    pub fn start(&self) -> Process {
        let mut command = command(&self.binary);
        command.arg("--data").arg(&self.data).args(["serve", "--listen", &self.listen]);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut process = Process::spawn(&mut command, &self.binary, &self.data);
        let line = process.first_line(" serves ");
        let url = line.split(" serves ").nth(1).and_then(|rest| rest.split(',').next());
        url.unwrap_or_else(|| panic!("no address in `{line}`")).clone_into(&mut process.base_url);
        let live = Client::new(&process.base_url, "");
        let up =
            wait_until(PATIENCE, || live.session().get("/livez").ok().filter(|answer| answer.status == 200));
        assert!(up.is_some(), "{} does not answer: {}", process.base_url, process.logs());
        process
    }
}

impl Process {
    /// `rollbook serve --ephemeral` on a free port.
    ///
    /// # Panics
    /// When it does not announce itself within 30 s.
    #[must_use]
    pub fn ephemeral(binary: &Path) -> Self {
        Self::ephemeral_with(binary, &[])
    }

    /// `rollbook serve --ephemeral` with environment variables.
    ///
    /// # Panics
    /// When it does not announce itself within 30 s.
    #[must_use]
    pub fn ephemeral_with(binary: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = command(binary);
        command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]).envs(environment.iter().copied());
        let mut process = Self::spawn(&mut command, binary, Path::new(""));
        let line = process.first_line("{");
        let announced: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text =
            |key: &str| announced[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {line}")).to_owned();
        process.base_url = text("scim_url").split("/scim/").next().unwrap_or_default().to_owned();
        process.data = PathBuf::from(announced["data"].as_str().unwrap_or_default());
        process.announced = announced;
        process
    }

    /// The SCIM base address of an ephemeral server's directory.
    ///
    /// # Panics
    /// For another server.
    #[must_use]
    pub fn scim_url(&self) -> &str {
        self.announced["scim_url"].as_str().expect("an ephemeral server")
    }

    /// The token of an ephemeral server's directory.
    ///
    /// # Panics
    /// For another server.
    #[must_use]
    pub fn token(&self) -> &str {
        self.announced["token"].as_str().expect("an ephemeral server")
    }

    /// A client of an ephemeral server's directory.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.scim_url(), self.token())
    }

    /// A client of a directory of this server.
    #[must_use]
    pub fn directory(&self, slug: &str, token: &str) -> Client {
        Client::new(&format!("{}/scim/v2/{slug}", self.base_url), token)
    }

    /// The verbs, which find this server by its socket.
    #[must_use]
    pub fn cli(&self) -> Cli {
        Cli::new(&self.binary, &self.data)
    }

    /// The address that it listens on.
    ///
    /// # Panics
    /// When the base URL holds none.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.base_url.trim_start_matches("http://").parse().expect("an address")
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn logs(&self) -> String {
        self.stderr.text()
    }

    /// What it has printed so far.
    #[must_use]
    pub fn printed(&self) -> String {
        self.stdout.text()
    }

    /// Ends it as a power cut would: SIGKILL.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill_9(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process is waited for");
    }

    /// Asks it to end (SIGTERM) and waits; returns how it ended, what it printed and what it logged.
    ///
    /// # Panics
    /// When it does not end within 30 s.
    #[must_use]
    pub fn stop(mut self) -> (ExitStatus, String, String) {
        let signal = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.pid())).status();
        assert!(signal.expect("sh starts").success());
        let ended = wait_until(PATIENCE, || self.child.try_wait().expect("the process is waited for"));
        let status = ended.unwrap_or_else(|| panic!("it did not stop: {}", self.logs()));
        (status, self.stdout.finish(), self.stderr.finish())
    }

    fn spawn(command: &mut Command, binary: &Path, data: &Path) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()));
        let stdout = Lines::read(child.stdout.take().expect("it is piped"));
        let stderr = Lines::read(child.stderr.take().expect("it is piped"));
        Self {
            child,
            binary: binary.to_owned(),
            stdout,
            stderr,
            base_url: String::new(),
            data: data.to_owned(),
            announced: Value::Null,
        }
    }

    /// The first line on standard output that holds `mark`.
    fn first_line(&mut self, mark: &str) -> String {
        let found = wait_until(PATIENCE, || {
            let line = self.stdout.find(mark);
            let ended = line.is_none() && self.child.try_wait().expect("the process is waited for").is_some();
            assert!(!ended, "it ended early: {}{}", self.printed(), self.stderr.finish());
            line
        });
        found.unwrap_or_else(|| panic!("it did not start: {}{}", self.printed(), self.logs()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, without the caller's `ROLLBOOK_*` variables: they are for the tests, or for another server.
#[must_use]
pub fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ROLLBOOK_")) {
        command.env_remove(name);
    }
    command
}
