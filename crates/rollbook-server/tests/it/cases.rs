//! The suites of `../shared/cases` against the started binary, each on an empty directory.
//!
//! What is known to fail is named in a list beside the test, each with its reason. A new failure fails the test, and so
//! does one that has gone: then its line is to be taken off.

mod clients;
mod discovery;
mod entra;
mod filters;
mod known;
mod suites;

use std::path::PathBuf;

use rollbook_testing::{not_run, shared_dir};

/// The folder of the cases; `None`, and a line that says so, where it is absent.
fn cases_dir(what: &str) -> Option<PathBuf> {
    let found = shared_dir().map(|shared| shared.join("cases"));
    if found.is_none() {
        not_run(&format!("{what}, since ../shared is absent (ROLLBOOK_SHARED names it elsewhere)"));
    }
    found
}
