//! Whether each crate that is published has what its page on crates.io needs.

use std::fs;
use std::path::Path;

use crate::place;

/// What a manifest must hold; the values are the workspace's, but for the description.
const KEYS: [&str; 8] = [
    "description = \"",
    "version.workspace = true",
    "edition.workspace = true",
    "rust-version.workspace = true",
    "license.workspace = true",
    "repository.workspace = true",
    "keywords.workspace = true",
    "categories.workspace = true",
];

/// The files that go with a package.
const FILES: [&str; 2] = ["README.md", "LICENSE"];

/// Looks at every folder in `crates/` whose package is published.
///
/// # Errors
/// A sentence that names the crate and what it lacks.
pub(crate) fn check() -> Result<(), String> {
    let crates = place::workspace().join("crates");
    let entries =
        fs::read_dir(&crates).map_err(|error| format!("cannot read {}: {error}", crates.display()))?;
    let mut folders: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    folders.sort();
    let mut published = 0;
    for folder in folders {
        let manifest = folder.join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&manifest) else { continue };
        if text.lines().any(|line| line.trim() == "publish = false") {
            continue;
        }
        published += 1;
        if let Some(lack) = lack(&text, &folder) {
            return Err(format!("{} lacks `{lack}`", manifest.display()));
        }
    }
    if published == 0 { Err("no crate would be published".to_owned()) } else { Ok(()) }
}

/// The first thing that a crate lacks.
fn lack(manifest: &str, folder: &Path) -> Option<&'static str> {
    let has_key = |key: &str| manifest.lines().any(|line| line.starts_with(key));
    let key = KEYS.into_iter().find(|key| !has_key(key));
    // A test that needs an unpublished crate cannot run from a package.
    let tests = manifest.contains("rollbook-testing") && !has_key("exclude = [\"/tests\"]");
    key.or_else(|| tests.then_some("exclude = [\"/tests\"]"))
        .or_else(|| FILES.into_iter().find(|file| !folder.join(file).is_file()))
}

#[cfg(test)]
mod tests {
    use super::{KEYS, check, lack};
    use crate::place;

    #[test]
    fn every_published_crate_has_its_metadata() {
        assert_eq!(check(), Ok(()));
    }

    #[test]
    fn what_a_crate_lacks_is_named() {
        let folder = place::workspace().join("crates/rollbook");
        for missing in KEYS {
            let manifest: String =
                KEYS.iter().filter(|key| **key != missing).map(|key| format!("{key}\n")).collect();
            assert_eq!(lack(&manifest, &folder), Some(missing));
        }
        let whole = KEYS.map(|key| format!("{key}\n")).concat();
        assert_eq!(lack(&whole, &folder), None);
        assert_eq!(lack(&whole, &folder.join("src")), Some("README.md"));
        let needs = format!("{whole}rollbook-testing.workspace = true\n");
        assert_eq!(lack(&needs, &folder), Some("exclude = [\"/tests\"]"));
    }
}
