//! Worst inputs within the default limits: `cargo run --release -p rollbook-benches --bin bounds [16MiB] [word…]`.
//!
//! Each input is made to be as dear as possible for what reads it. The processor time and the peak of the heap are
//! compared with the bounds that the crates state; the program fails where one is broken. Words choose the cases whose
//! names contain one of them. Bodies are made 1 MiB long, or as the first word says: the default limit is 16 MiB.

#![allow(clippy::expect_used, reason = "a measurement that cannot go on must say so")]
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

mod bodies;
mod bulk;
mod case;
mod evaluation;
mod patches;
mod texts;
mod world;

use std::process::ExitCode;
use std::sync::OnceLock;

use case::Case;
use world::World;

/// How large the bodies are made, in bytes.
static BODY: OnceLock<usize> = OnceLock::new();

fn body() -> usize {
    *BODY.get_or_init(|| MIB)
}

const MIB: usize = 1024 * 1024;

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(size) = words.first().and_then(|word| word.strip_suffix("MiB")?.parse::<usize>().ok()) {
        BODY.get_or_init(|| size * MIB);
        words.remove(0);
    }
    let world = World::new();
    let mut cases: Vec<Case<'_>> = Vec::new();
    texts::add(&mut cases, &world);
    bodies::add(&mut cases, &world);
    patches::add(&mut cases, &world);
    evaluation::add(&mut cases, &world);
    bulk::add(&mut cases, &world);
    println!(
        "{:<52} {:>10} {:>10} {:>10} {:>9} {:>7}  outcome",
        "input", "bytes", "ms", "bound ms", "heap", "bound"
    );
    let mut broken = 0;
    for case in cases.iter().filter(|case| case.is_chosen(&words)) {
        let outcome = case.measure();
        println!("{outcome}");
        broken += usize::from(outcome.is_broken());
    }
    println!("{broken} of the bounds are broken");
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
