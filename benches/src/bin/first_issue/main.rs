//! Measures the started binary: time to serve, time from an accepted change to its arrival, memory at rest.
//!
//! `cargo run --release -p rollbook-benches --bin first_issue`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that fails ends, and its table is what it is for"
)]

mod arrival;
mod figures;
mod memory;
mod start;

use std::path::{Path, PathBuf};
use std::process::Command;

use rollbook_testing::{Serve, user, workspace_dir};

use self::figures::Row;

/// How many users the data directory of "with users" holds.
const USERS: usize = 1_000;

fn main() {
    let binary = release_binary();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (empty, filled) = (folder.path().join("empty"), folder.path().join("filled"));
    let mut rows: Vec<Row> = Vec::new();
    let hub = Serve::new(&binary, &empty).start();
    assert!(hub.stop().0.success());
    fill(&binary, &filled);
    rows.extend(start::measure(&binary, &[("no user", &empty), ("1,000 users", &filled)]));
    rows.extend(memory::measure(&binary, &empty, &filled));
    rows.extend(arrival::measure(&binary, folder.path()));
    println!("\n{} on {} processors, {}", env!("CARGO_PKG_VERSION"), processors(), cpu());
    println!("{}", figures::table(&rows));
}

/// Builds the hub as it is released: measurements of a debug build mislead.
fn release_binary() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "rollbook-server", "--bin", "rollbook"])
        .current_dir(workspace_dir())
        .status();
    assert!(built.expect("cargo starts").success(), "the hub does not build");
    let here = std::env::current_exe().expect("this program has a path");
    here.with_file_name("rollbook")
}

fn fill(binary: &Path, data: &Path) {
    let hub = Serve::new(binary, data).start();
    let token = hub.cli().directory_with_token("acme");
    let mut session = hub.directory("acme", &token).session();
    for number in 0..USERS {
        let answer = session.send("POST", "/Users", Some(&user(&format!("u{number}")))).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert!(hub.stop().0.success());
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(0, Into::into)
}

fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or("an unknown processor", |it| it.trim_start_matches(['\t', ' ', ':'])).to_owned()
}
