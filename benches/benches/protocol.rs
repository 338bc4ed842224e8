//! Filters evaluated and PATCH applied, against code written by hand: `cargo bench -p rollbook-benches --bench protocol`.

#![allow(missing_docs, reason = "criterion_group! writes a public function")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench that cannot run must say so")]

#[path = "filter/cases.rs"]
mod cases;
#[path = "protocol/floor.rs"]
mod floor;
#[path = "protocol/user.rs"]
mod user;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rollbook_protocol::{PatchRequest, Predicate, Quirks, TypeRef, apply};
use rollbook_schema::{JsonLimits, Registry, Resource, Value, parse_value};
use user::USER;

fn user() -> Resource {
    Resource::from_slice(USER.as_bytes(), &JsonLimits::default(), &Registry::standard()).expect("a user")
}

fn evaluate(criterion: &mut Criterion) {
    let (registry, user, operands) = (Arc::new(Registry::standard()), user(), floor::Operands::new());
    let filters: Vec<_> = cases::twelve()
        .into_iter()
        .map(|(name, text)| {
            let quirks = Quirks::default();
            let predicate = Predicate::parse(&text, &cases::LIMITS, Arc::clone(&registry), "User", &quirks);
            (name, predicate.expect("a filter"))
        })
        .collect();
    for (place, (name, predicate)) in filters.iter().enumerate() {
        assert_eq!(predicate.matches(&user), floor::evaluate(place, &operands, &user), "{name}");
    }
    let mut group = criterion.benchmark_group("evaluate_twelve");
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            (0..12).filter(|place| floor::evaluate(black_box(*place), &operands, black_box(&user))).count()
        });
    });
    group.bench_function("rollbook", |bencher| {
        bencher.iter(|| filters.iter().filter(|(_, predicate)| predicate.matches(black_box(&user))).count());
    });
    group.finish();
    let mut group = criterion.benchmark_group("evaluate_each");
    for (place, (name, predicate)) in filters.iter().enumerate() {
        group.bench_function(format!("floor/{name}"), |bencher| {
            bencher.iter(|| floor::evaluate(black_box(place), &operands, black_box(&user)));
        });
        group.bench_function(format!("rollbook/{name}"), |bencher| {
            bencher.iter(|| predicate.matches(black_box(&user)));
        });
    }
    group.finish();
}

fn request(operation: &str) -> PatchRequest {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{operation}]}}"#
    );
    let body = parse_value(body.as_bytes(), &JsonLimits::default()).expect("JSON");
    PatchRequest::parse(&body, &Quirks::default()).expect("a PATCH")
}

fn patch(criterion: &mut Criterion) {
    let (registry, quirks) = (Registry::standard(), Quirks::default());
    let ty = |name: &str| TypeRef {
        registry: &registry,
        resource_type: registry.resource_type(name).expect("a type"),
    };
    // A stored body has neither id nor meta.
    let mut stored = user();
    stored.remove("id");
    stored.remove("meta");
    let values = ["babs@example.com", "bjensen@example.com"];
    let requests = values.map(|value| {
        request(&format!(r#"{{"op":"replace","path":"emails[type eq \"work\"].value","value":"{value}"}}"#))
    });
    let mut group = criterion.benchmark_group("patch_work_email");
    group.bench_function("floor", |bencher| {
        let (mut body, values, mut turn) = (stored.clone(), values.map(Value::from), 0);
        bencher.iter(|| {
            turn ^= 1;
            let changed = floor::patch(&mut body, black_box(&values[1 - turn]));
            assert!(changed);
            changed
        });
    });
    group.bench_function("rollbook", |bencher| {
        let (mut body, mut turn) = (stored.clone(), 0);
        bencher.iter(|| {
            turn ^= 1;
            let patched =
                apply(&mut body, black_box(&requests[1 - turn]), ty("User"), &quirks).expect("a change");
            assert!(patched.changed);
            patched
        });
    });
    group.finish();

    // Members are edges of the store: a PATCH of them sees a body without them, however many there are.
    let add = request(
        r#"{"op":"add","path":"members","value":[{"value":"2819c223-7f76-453a-919d-413861904646"}]}"#,
    );
    let mut group = criterion.benchmark_group("patch_add_member");
    for size in [10, 100_000] {
        let members: Vec<_> = (0..size).map(|n| format!(r#"{{"value":"member-{n:06}"}}"#)).collect();
        let text = format!(r#"{{"displayName":"Guides","members":[{}]}}"#, members.join(","));
        let whole =
            Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &registry).expect("a group");
        let draft = rollbook_protocol::prepare_create(whole, ty("Group"), &quirks).expect("a draft");
        assert_eq!(draft.members.map(|members| members.len()), Some(size));
        group.bench_function(format!("{size}"), |bencher| {
            bencher.iter_batched_ref(
                || draft.resource.clone(),
                |body| apply(body, black_box(&add), ty("Group"), &quirks).expect("an edit"),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, evaluate, patch);
criterion_main!(benches);
