//! `rollbook serve` with flags and settings of the test's own: another base URL, TLS.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rollbook_testing::{Cli, Client, command, wait_until};

use crate::binary;

/// A running server; dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    /// Where it listens, whatever it calls itself.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it over `folder/data` and waits until it says that it serves.
    pub(crate) fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        // Between here and the start another program may take the port; then the start fails, loudly.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (out, log) = (folder.join("out.txt"), folder.join("log.txt"));
        let mut start = command(binary());
        start.arg("--data").arg(folder.join("data")).args(["serve", "--listen", &address.to_string()]);
        start.envs(environment.iter().copied());
        start.stdin(Stdio::null()).stdout(File::create(&out).unwrap()).stderr(File::create(&log).unwrap());
        let mut child = start.spawn().unwrap();
        let up = wait_until(Duration::from_secs(30), || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended early: {}", std::fs::read_to_string(&log).unwrap());
            let said = std::fs::read_to_string(&out).unwrap();
            (said.contains(" serves ") && folder.join("data/admin.sock").exists()).then_some(())
        });
        assert!(up.is_some(), "it did not start: {}", std::fs::read_to_string(&log).unwrap());
        Self { child, folder: folder.to_owned(), address }
    }

    /// The verbs, which find this server by its socket.
    pub(crate) fn cli(&self) -> Cli {
        Cli::new(binary(), &self.folder.join("data"))
    }

    /// A client that calls it by its address, not by its name.
    pub(crate) fn directory(&self, slug: &str, token: &str) -> Client {
        Client::new(&format!("http://{}/scim/v2/{slug}", self.address), token)
    }

    /// What it has logged so far.
    pub(crate) fn logs(&self) -> String {
        std::fs::read_to_string(self.folder.join("log.txt")).unwrap()
    }

    /// What it has printed so far.
    pub(crate) fn printed(&self) -> String {
        std::fs::read_to_string(self.folder.join("out.txt")).unwrap()
    }

    /// Sends it a signal, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").arg("-c").arg(kill).status().unwrap().success());
    }

    /// Waits until it has logged this.
    pub(crate) fn has_logged(&self, words: &str) {
        let found = wait_until(Duration::from_secs(10), || self.logs().contains(words).then_some(()));
        assert!(found.is_some(), "`{words}` is not in the log:\n{}", self.logs());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
