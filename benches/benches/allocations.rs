//! Counts what reading, copying, filtering and patching a user allocates:
//! `cargo bench -p rollbook-benches --bench allocations`. Fails where the tree allocates as often as `serde_json::Value`,
//! or a filter allocates at all.

#![allow(clippy::expect_used, reason = "a bench that cannot go on must end")]
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

#[path = "filter/cases.rs"]
mod cases;
#[path = "protocol/user.rs"]
mod user;

use std::hint::black_box;
use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use rollbook_protocol::{PatchRequest, Predicate, Quirks, TypeRef, apply};
use rollbook_schema::{JsonLimits, Registry, Resource};
use user::USER;

fn main() {
    let (registry, limits, quirks) =
        (Arc::new(Registry::standard()), JsonLimits::default(), Quirks::default());
    let read = || Resource::from_slice(USER.as_bytes(), &limits, &registry).expect("a user");
    let read_value = || serde_json::from_str::<serde_json::Value>(USER).expect("JSON");
    let ours = shown("user, read", &measure(|| drop(black_box(read()))));
    let theirs = shown("user, read by serde_json::Value", &measure(|| drop(black_box(read_value()))));
    assert!(ours < theirs, "reading allocates more often than serde_json");
    let (user, value) = (read(), read_value());
    let ours = shown("user, copied", &measure(|| drop(black_box(user.clone()))));
    let theirs = shown("user, copied as serde_json::Value", &measure(|| drop(black_box(value.clone()))));
    assert!(ours <= theirs, "copying allocates more often than serde_json");
    shown("user, written", &measure(|| drop(black_box(user.to_vec()))));
    for (name, text) in cases::twelve() {
        let predicate = Predicate::parse(&text, &cases::LIMITS, Arc::clone(&registry), "User", &quirks);
        let predicate = predicate.expect("a filter");
        let info = measure(|| {
            black_box(predicate.matches(black_box(&user)));
        });
        assert_eq!(shown(&format!("filter {name}, evaluated"), &info), 0, "a filter allocates");
    }
    let operation = r#"{"op":"replace","path":"emails[type eq \"work\"].value","value":"babs@example.com"}"#;
    let body = format!(r#"{{"Operations":[{operation}]}}"#);
    let request = PatchRequest::from_slice(body.as_bytes(), &limits, &quirks).expect("a PATCH");
    let ty = TypeRef::named(&registry, "User").expect("a type");
    let mut stored = user;
    stored.remove("id");
    stored.remove("meta");
    let mut changed = false;
    let info = measure(|| changed = apply(&mut stored, &request, ty, &quirks).expect("a change").changed);
    assert!(changed, "the PATCH changed nothing");
    shown("PATCH of the work email", &info);
}

/// Prints a line and returns how many allocations there were.
fn shown(what: &str, info: &AllocationInfo) -> u64 {
    println!("{what:<40} {:>6} allocations {:>8} bytes", info.count_total, info.bytes_total);
    info.count_total
}
