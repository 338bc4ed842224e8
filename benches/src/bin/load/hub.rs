//! rollbook itself: the release binary over a data directory that is made by the public ways.

use std::path::{Path, PathBuf};
use std::process::Command;

use rollbook_testing::{Client, Process, Serve, workspace_dir};
use serde_json::{Value, json};

use crate::machine::on_server_core;
use crate::people;
use crate::server::{Server, Spawned};

/// The slug of the directory that is measured.
pub(crate) const DIRECTORY: &str = "load";

/// A data directory with users and groups in it, and what is needed to ask for them.
#[derive(Clone, Debug)]
pub(crate) struct Seeded {
    pub(crate) data: PathBuf,
    pub(crate) token: String,
    /// The ids of the users, in creation order.
    pub(crate) users: Vec<String>,
    /// The ids of the groups.
    pub(crate) groups: Vec<String>,
}

/// Builds the hub as it is released: measurements of a debug build mislead.
pub(crate) fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "rollbook-server", "--bin", "rollbook"])
        .current_dir(workspace_dir())
        .status();
    assert!(built.expect("cargo starts").success(), "the hub does not build");
    std::env::current_exe().expect("this program has a path").with_file_name("rollbook")
}

/// Starts the hub over a data directory, on the servers' core.
pub(crate) fn start(binary: &Path, seeded: &Seeded) -> Server {
    start_as("rollbook", binary, seeded)
}

/// As [`start`], with a name for the table.
pub(crate) fn start_as(name: &'static str, binary: &Path, seeded: &Seeded) -> Server {
    let process = on_server_core(|| Serve::new(binary, &seeded.data).start());
    let base = format!("/scim/v2/{DIRECTORY}");
    Server::new(name, process.address(), &base, &seeded.token, Spawned::Rollbook(process))
}

/// A copy of a data directory, for scenarios that write.
pub(crate) fn copy(seeded: &Seeded, to: &Path) -> Seeded {
    let copied = Command::new("cp").args(["-r", "--reflink=auto"]).arg(&seeded.data).arg(to).status();
    assert!(copied.expect("cp starts").success(), "the data directory cannot be copied");
    Seeded { data: to.to_owned(), ..seeded.clone() }
}

/// Makes a data directory with a directory and a token, and fills it over HTTP: users, and groups that hold them all.
pub(crate) fn seed_over_http(binary: &Path, data: &Path, users: usize) -> Seeded {
    let hub = Serve::new(binary, data).start();
    let token = hub.cli().directory_with_token(DIRECTORY);
    let (users, groups) = fill(&hub.directory(DIRECTORY, &token), users).expect("the hub takes them");
    stop(hub);
    Seeded { data: data.to_owned(), token, users, groups }
}

/// Creates users, and groups that hold them all, on any SCIM server; the ids of both, or what it refused.
pub(crate) fn fill(client: &Client, users: usize) -> Result<(Vec<String>, Vec<String>), String> {
    let mut session = client.session();
    let mut create = |path: &str, body: &Value| {
        let answer = session.send("POST", path, Some(body)).map_err(|error| error.to_string())?;
        if answer.status == 201 { Ok(answer.id(201)) } else { Err(answer.text()) }
    };
    let users =
        (0..users).map(|number| create("/Users", &people::user(number))).collect::<Result<Vec<_>, _>>()?;
    let groups = (0..people::GROUPS_OF_USER).map(|number| create("/Groups", &people::group(number, &users)));
    let groups = groups.collect::<Result<_, _>>()?;
    Ok((users, groups))
}

/// An empty data directory with a directory and a token.
pub(crate) fn empty(binary: &Path, data: &Path) -> (String, String) {
    let hub = Serve::new(binary, data).start();
    let made = hub.cli().json(&["directory", "add", DIRECTORY]);
    let id = made["id"].as_str().expect("an id").to_owned();
    let token = hub.cli().json(&["token", "create", DIRECTORY]);
    stop(hub);
    (id, token["token"].as_str().expect("a token").to_owned())
}

/// Adds a second directory, of 100 users, to the data directory; its token and the ids of its users.
pub(crate) fn second_directory(binary: &Path, seeded: &Seeded, slug: &str) -> (String, Vec<String>) {
    let hub = Serve::new(binary, &seeded.data).start();
    let token = hub.cli().directory_with_token(slug);
    let mut session = hub.directory(slug, &token).session();
    let create =
        |number| session.send("POST", "/Users", Some(&people::user(number))).expect("an answer").id(201);
    let users = (0..100).map(create).collect();
    stop(hub);
    (token, users)
}

/// A PATCH that adds a member to a group, or takes it out, as Entra sends them.
pub(crate) fn member_edit(add: bool, id: &str) -> String {
    let operation = if add {
        json!({ "op": "Add", "path": "members", "value": [{ "value": id }] })
    } else {
        json!({ "op": "Remove", "path": "members", "value": [{ "value": id }] })
    };
    json!({ "schemas": [rollbook_testing::PATCH_OP], "Operations": [operation] }).to_string()
}

fn stop(hub: Process) {
    let (status, _, log) = hub.stop();
    assert!(status.success(), "{log}");
}
