//! Where things are.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Cargo's target directory, where the tools go too.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), |path| workspace().join(path))
}

/// The shared folder: `ROLLBOOK_SHARED`, else `../shared`; `None` where it is absent.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = env::var_os("ROLLBOOK_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    path.canonicalize().ok().filter(|path| path.is_dir())
}

/// A text file of the workspace.
///
/// # Errors
/// A sentence with its name.
pub(crate) fn read(file: &str) -> Result<String, String> {
    let path = workspace().join(file);
    fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
