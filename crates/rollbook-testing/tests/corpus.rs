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

#[test]
fn the_corpora_hold_what_is_accepted_and_what_is_refused() {
    let inputs = |target: &str| -> Vec<Vec<u8>> {
        let folder = fs::read_dir(workspace_dir().join("fuzz/corpus").join(target)).unwrap();
        folder.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
    };
    let read = |target: &str, accepts: fn(&str) -> bool| {
        let inputs = inputs(target);
        let texts = inputs.iter().filter_map(|input| std::str::from_utf8(input).ok());
        let accepted = texts.filter(|text| accepts(text)).count();
        assert!(accepted >= 20, "{target}: {accepted} accepted");
        assert!(inputs.len() - accepted >= 3, "{target}: {} refused", inputs.len() - accepted);
    };
    read("filter", |text| rollbook_filter::Filter::parse(text).is_ok());
    read("path", |text| rollbook_filter::PatchPath::parse(text).is_ok());
    read("resource", |text| {
        let (limits, registry) = Default::default();
        rollbook_schema::Resource::from_slice(text.as_bytes(), &limits, &registry).is_ok()
    });
}
