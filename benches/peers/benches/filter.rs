//! Reads the twelve filters with each parser: `cargo bench --manifest-path benches/peers/Cargo.toml --bench filter`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rollbook_peers::{PARSERS, readable};

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse_twelve");
    for (name, parser) in PARSERS {
        let (texts, refused) = readable(parser);
        if !refused.is_empty() {
            println!("{name} refuses {refused:?}: its time is for the other {}", texts.len());
        }
        group.bench_function(name, |bencher| {
            bencher.iter(|| texts.iter().filter(|text| parser(black_box(text))).count());
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
