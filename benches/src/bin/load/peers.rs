//! The other SCIM servers: PyPI's scim2-server, npm's scimmy-routers, the scim-server crate. One that cannot be
//! started is named in the report, with the way to have it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rollbook_testing::{tool, workspace_dir};

use crate::hub;
use crate::machine::on_server_core;
use crate::scenario::{SMALL, Setting};
use crate::server::{Server, Spawned};

/// A server of somebody else, with the same users and groups in it.
pub(crate) struct Peer {
    pub(crate) server: Server,
    pub(crate) users: Vec<String>,
}

/// The token that they are told.
const TOKEN: &str = "a-token-of-the-load-program";

/// Packages of npm, pinned.
const PACKAGES: &str = r#"{
  "name": "rollbook-load-scimmy", "private": true, "type": "module",
  "dependencies": { "express": "5.1.0", "scimmy": "1.3.5", "scimmy-routers": "1.3.2" }
}
"#;

/// A way to start a server on a port.
type Start = fn(port: u16) -> Result<(Command, &'static str), String>;

/// Starts all of them, with 1,000 users and three groups in each.
pub(crate) fn start(setting: &mut Setting) -> Vec<Peer> {
    if !setting.options.peers {
        return Vec::new();
    }
    let all: [(&str, Start); 3] =
        [("scim2-server", scim2_server), ("scimmy-routers", scimmy), ("scim-server crate", scim_server)];
    let mut peers = Vec::new();
    for (name, start) in all {
        match one(name, start) {
            Ok(peer) => peers.push(peer),
            Err(why) => setting.report.absent(format!("{name} was not measured: {why}")),
        }
    }
    peers
}

fn one(name: &'static str, start: Start) -> Result<Peer, String> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    let address: SocketAddr = free.map_err(|error| error.to_string())?;
    let (mut command, base) = start(address.port())?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = on_server_core(|| command.spawn()).map_err(|error| error.to_string())?;
    let mut server = Server::new(name, address, base, TOKEN, Spawned::Child(child));
    if name == "scim2-server" {
        // It closes each connection after its answer and lets five wait: more of them are lost, and tried again late.
        server.most_connections = 4;
    }
    server.wait_until_up("/Users?count=1")?;
    let (users, _) = hub::fill(&server.client(), SMALL)?;
    Ok(Peer { server, users })
}

fn scim2_server(port: u16) -> Result<(Command, &'static str), String> {
    let program = tool("scim2-server").ok_or("`cargo xtask test` installs it into target/py")?;
    let mut command = Command::new(program);
    command.args(["--bearer-token", TOKEN, "--port", &port.to_string()]);
    Ok((command, ""))
}

fn scimmy(port: u16) -> Result<(Command, &'static str), String> {
    let place = place("scimmy");
    if !place.join("node_modules/scimmy-routers").exists() {
        std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        std::fs::write(place.join("package.json"), PACKAGES).map_err(|error| error.to_string())?;
        run(Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund"])
            .current_dir(&place))?;
    }
    let mut command = Command::new("node");
    command.arg(source("scimmy.mjs")).args([&port.to_string(), TOKEN]).current_dir(&place);
    command.env("NODE_ENV", "production");
    Ok((command, "/scim"))
}

fn scim_server(port: u16) -> Result<(Command, &'static str), String> {
    let target = place("scim-server");
    let manifest = source("scim-server/Cargo.toml");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest);
    run(cargo.env("CARGO_TARGET_DIR", &target))?;
    let mut command = Command::new(target.join("release/rollbook-load-scim-server"));
    command.args([&port.to_string(), TOKEN]);
    Ok((command, ""))
}

/// Where a peer is installed.
fn place(name: &str) -> PathBuf {
    workspace_dir().join("target/load").join(name)
}

/// Where what starts a peer stands.
fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("load-peers").join(name)
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} failed: {}", said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("?")))
}
