//! Ping Identity's filter vectors, read from the project's shared files.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use rollbook_filter::Filter;
use serde_json::Value;

fn shared() -> PathBuf {
    env::var_os("ROLLBOOK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
}

fn texts<'v>(vectors: &'v Value, list: &str) -> Vec<&'v str> {
    let list = vectors[list].as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn published_filters_are_read_or_refused() {
    let file = shared().join("cases/filter-vectors.json");
    let Ok(text) = fs::read_to_string(&file) else {
        eprintln!("not run: {} is absent (set ROLLBOOK_SHARED to the folder that has it)", file.display());
        return;
    };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let (valid, invalid) = (texts(&vectors, "valid"), texts(&vectors, "invalid"));
    assert!(!valid.is_empty() && !invalid.is_empty());
    for text in valid {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{}", error.render()));
        assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter, "{text}");
    }
    for text in invalid {
        assert!(Filter::parse(text).is_err(), "{text}");
    }
}
