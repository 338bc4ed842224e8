//! The suite itself: complete, and able to fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A behaviour that the macro does not name would never run.
#[test]
fn every_behaviour_is_in_the_macro() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    let mut written = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let module = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("pub async fn ") {
                written.insert(format!("{module}::{}", rest.split('(').next().unwrap()));
            }
        }
    }
    let source = include_str!("../../src/conformance.rs");
    let mut named = BTreeSet::new();
    let lists = source.split("@modules $factory;\n").skip(1);
    let list: String = lists.map(|list| list.split_once("        }\n    };").unwrap().0).collect();
    for part in list.split(';') {
        let Some((module, behaviours)) = part.split_once(':') else { continue };
        for behaviour in behaviours.split_whitespace() {
            assert!(named.insert(format!("{}::{behaviour}", module.trim())), "{behaviour} is there twice");
        }
    }
    assert!(written.len() >= 150, "{} behaviours", written.len());
    assert_eq!(named, written);
}
