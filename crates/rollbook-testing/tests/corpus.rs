//! The oracles of the fuzz targets over the committed corpus, on stable Rust.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::panic::catch_unwind;

use rollbook_testing::oracle::{ORACLES, Oracle};
use rollbook_testing::workspace_dir;

/// The fewest inputs that a corpus must have: an empty folder would prove nothing.
const FEWEST: usize = 20;

/// Puts every input of a target to its oracle, and names each that does not hold.
fn replay(target: &str, oracle: Oracle) -> Vec<String> {
    let folder = workspace_dir().join("fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() >= FEWEST, "{} has {} inputs only", folder.display(), inputs.len());
    let failed = |path: &std::path::PathBuf| {
        let input = fs::read(path).unwrap();
        catch_unwind(|| oracle(&input)).is_err()
    };
    inputs.iter().filter(|path| failed(path)).map(|path| path.display().to_string()).collect()
}

#[test]
fn every_input_of_the_corpus_holds() {
    let failed: Vec<String> =
        ORACLES.into_iter().flat_map(|(target, oracle)| replay(target, oracle)).collect();
    assert!(failed.is_empty(), "these inputs do not hold:\n{}", failed.join("\n"));
}

#[test]
fn every_target_has_an_oracle_and_a_corpus() {
    let mut targets: Vec<String> = fs::read_dir(workspace_dir().join("fuzz/fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    targets.sort();
    let oracles: Vec<&str> = ORACLES.iter().map(|(target, _)| *target).collect();
    assert_eq!(targets, oracles);
}
