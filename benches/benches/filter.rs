//! Reads the twelve filters of issue 3: `cargo bench -p rollbook-benches --bench filter`.
//!
//! The same with the other crates that parse filters: `cargo bench --manifest-path benches/peers/Cargo.toml`.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench that cannot go on must end")]
#![allow(missing_docs, reason = "criterion_group! writes a public function")]

#[path = "filter/cases.rs"]
mod cases;
#[path = "filter/floor.rs"]
#[allow(dead_code, reason = "what is read into the tree is compared, not used")]
mod floor;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rollbook_filter::Filter;

fn parse(criterion: &mut Criterion) {
    let cases = cases::twelve();
    let mut group = criterion.benchmark_group("parse_twelve");
    group.throughput(Throughput::Bytes(cases.iter().map(|(_, text)| text.len() as u64).sum()));
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            for (_, text) in &cases {
                let _ = black_box(floor::parse(black_box(text)).expect("a filter"));
            }
        });
    });
    group.bench_function("rollbook", |bencher| {
        bencher.iter(|| {
            for (_, text) in &cases {
                let _ = black_box(Filter::parse_with(black_box(text), &cases::LIMITS).expect("a filter"));
            }
        });
    });
    group.finish();
}

fn each(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse_each");
    for (name, text) in cases::twelve() {
        group.bench_function(format!("floor/{name}"), |bencher| {
            bencher.iter(|| black_box(floor::parse(black_box(&text))).expect("a filter"));
        });
        group.bench_function(format!("rollbook/{name}"), |bencher| {
            bencher
                .iter(|| black_box(Filter::parse_with(black_box(&text), &cases::LIMITS)).expect("a filter"));
        });
    }
    group.finish();
}

criterion_group!(benches, parse, each);
criterion_main!(benches);
