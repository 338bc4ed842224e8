//! Where things are: the workspace, the shared folder, the tools that `cargo xtask test` installs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Set by `cargo xtask test` once the tools are installed: then a missing tool is a failure, not a reason to skip.
const TOOLS: &str = "ROLLBOOK_TEST_TOOLS";

/// The root of the workspace.
#[must_use]
pub fn workspace_dir() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate is in crates/")
}

/// The shared folder: `ROLLBOOK_SHARED`, else `../shared` beside the workspace; `None` where there is none.
///
/// # Panics
/// When `ROLLBOOK_SHARED` names a folder that is not there.
#[must_use]
pub fn shared_dir() -> Option<PathBuf> {
    if let Some(named) = env::var_os("ROLLBOOK_SHARED") {
        let path = PathBuf::from(named);
        assert!(path.is_dir(), "ROLLBOOK_SHARED names {}, which is no folder", path.display());
        return Some(path);
    }
    workspace_dir().parent().map(|parent| parent.join("shared")).filter(|path| path.is_dir())
}

/// Whether the tools must be there.
#[must_use]
pub fn tools_demanded() -> bool {
    env::var_os(TOOLS).is_some()
}

/// A program of the Python environment (`python`, `scim2-server`) or of npm (`newman`) below `target/`; `None`, and a
/// line that says so, where it is not installed.
///
/// # Panics
/// When it is missing though `cargo xtask test` promised it.
#[must_use]
pub fn tool(name: &str) -> Option<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_dir().join("target"), PathBuf::from);
    let places = [target.join("py/bin").join(name), target.join("npm/node_modules/.bin").join(name)];
    let found = places.into_iter().find(|path| path.exists());
    if found.is_none() {
        not_run(&format!("what needs `{name}`; `cargo xtask test` installs it"));
        assert!(!tools_demanded(), "`{name}` is not below {}, though {TOOLS} is set", target.display());
    }
    found
}

/// Says what a test did not run for want of something outside.
pub fn not_run(what: &str) {
    println!("not run: {what}");
}

/// Runs a Python program of the shared folder with the environment's Python.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn run_python(python: &Path, arguments: &[&str]) -> Output {
    Command::new(python).args(arguments).output().expect("python starts")
}
