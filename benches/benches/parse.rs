//! A user of 1.5 kB read into the tree and copied, beside `serde_json::Value`:
//! `cargo bench -p rollbook-benches --bench parse`. Allocations: `--bench allocations`.

#![allow(missing_docs, reason = "criterion_group! writes a public function")]
#![allow(clippy::expect_used, reason = "a bench that cannot run must say so")]

#[path = "protocol/user.rs"]
mod user;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rollbook_schema::{JsonLimits, Registry, Resource};
use user::USER;

fn parse(criterion: &mut Criterion) {
    let (registry, limits) = (Registry::standard(), JsonLimits::default());
    let mut group = criterion.benchmark_group("parse_user");
    group.throughput(Throughput::Bytes(USER.len() as u64));
    group.bench_function("serde_json", |bencher| {
        bencher
            .iter(|| serde_json::from_slice::<serde_json::Value>(black_box(USER.as_bytes())).expect("JSON"));
    });
    group.bench_function("rollbook", |bencher| {
        bencher
            .iter(|| Resource::from_slice(black_box(USER.as_bytes()), &limits, &registry).expect("a user"));
    });
    group.finish();

    let mut group = criterion.benchmark_group("clone_user");
    let value: serde_json::Value = serde_json::from_str(USER).expect("JSON");
    group.bench_function("serde_json", |bencher| bencher.iter(|| black_box(&value).clone()));
    let user = Resource::from_slice(USER.as_bytes(), &limits, &registry).expect("a user");
    group.bench_function("rollbook", |bencher| bencher.iter(|| black_box(&user).clone()));
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
