//! Counts what reading each of the twelve filters allocates:
//! `cargo bench -p rollbook-benches --bench filter_allocations`. Fails where a plain comparison allocates at all.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench that cannot go on must end")]
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

#[path = "filter/cases.rs"]
mod cases;
#[path = "filter/floor.rs"]
#[allow(dead_code, reason = "what is read into the tree is compared, not used")]
mod floor;

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use rollbook_filter::Filter;

fn main() {
    let plain = ours(r#"userName eq "x""#);
    println!(r#"userName eq "x": {} allocations"#, plain.count_total);
    assert_eq!(plain.count_total, 0, "a plain comparison must borrow");
    println!("{:<16} {:>8} {:>10} {:>8} {:>10}", "filter", "rollbook", "bytes", "floor", "bytes");
    for (name, text) in cases::twelve() {
        let (ours, floor) = (ours(&text), measure(|| drop(black_box(floor::parse(&text)))));
        println!(
            "{name:<16} {:>8} {:>10} {:>8} {:>10}",
            ours.count_total, ours.bytes_total, floor.count_total, floor.bytes_total
        );
    }
}

fn ours(text: &str) -> AllocationInfo {
    measure(|| drop(black_box(Filter::parse_with(text, &cases::LIMITS).expect("a filter"))))
}
