//! Lists of what is known to fail.

use std::collections::BTreeSet;

/// Compares what failed with the list of what is known to fail: `name # reason`, one a line.
///
/// # Panics
/// When a failure is not listed, a listed one has gone, or a line has no reason.
pub(super) fn check(suite: &str, failed: &[String], list: &str) {
    let mut known = BTreeSet::new();
    for line in list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (name, reason) =
            line.split_once(" # ").unwrap_or_else(|| panic!("{suite}: no reason in `{line}`"));
        assert!(!reason.trim().is_empty(), "{suite}: no reason in `{line}`");
        assert!(known.insert(name.trim().to_owned()), "{suite}: `{name}` is listed twice");
    }
    let failed: BTreeSet<String> = failed.iter().cloned().collect();
    let new: Vec<&String> = failed.difference(&known).collect();
    let gone: Vec<&String> = known.difference(&failed).collect();
    assert!(new.is_empty(), "{suite}: new failures: {new:#?}");
    assert!(gone.is_empty(), "{suite}: these pass now, take them off the list: {gone:#?}");
}

#[test]
#[should_panic(expected = "new failures")]
fn a_new_failure_is_seen() {
    check("a suite", &["a".to_owned(), "b".to_owned()], "a # for a reason\n");
}

#[test]
#[should_panic(expected = "take them off the list")]
fn a_failure_that_has_gone_is_seen() {
    check("a suite", &[], "a # for a reason\n");
}

#[test]
#[should_panic(expected = "no reason")]
fn a_failure_needs_a_reason() {
    check("a suite", &["a".to_owned()], "a\n");
}
