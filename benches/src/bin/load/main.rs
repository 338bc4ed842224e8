//! Load on the started hub, beside the floor and the other SCIM servers: see `benches/README.md`.
//!
//! `cargo run --release -p rollbook-benches --bin load -- [scenario…]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement that fails ends, its table is what it is for, and its numbers are small"
)]

mod floor;
mod floor_of_writes;
mod hub;
mod machine;
mod measure;
mod options;
mod peers;
mod people;
mod report;
mod run;
mod scenario;
mod seed;
mod server;
mod wire;

use std::process::ExitCode;

use self::options::{Options, SCENARIOS};
use self::scenario::{Setting, fairness, members, memory, post, reads};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [floor::VERB, file, token] => {
            floor::serve(file, token);
            return ExitCode::SUCCESS;
        }
        [floor_of_writes::VERB, before, after, copy, group] => {
            floor_of_writes::run(before, after, copy, group);
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let options = match Options::parse(arguments.into_iter()) {
        Ok(options) => options,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    let binary = options.binary.clone().unwrap_or_else(hub::build);
    println!("{}, load average {}", machine::processor(), machine::load_average());
    machine::to_client_core();
    let mut setting = Setting::new(options, binary);
    for scenario in SCENARIOS {
        if setting.options.wants(scenario) {
            println!("\n== {scenario}");
            run(scenario, &mut setting);
        }
    }
    if setting.report.print() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(scenario: &str, setting: &mut Setting) {
    match scenario {
        "get" => reads::get(setting),
        "get-sqlite" => reads::get_sqlite(setting),
        "filter" => reads::filter(setting),
        "list" => reads::list(setting),
        "post" => post::post(setting),
        "members" => members::members(setting),
        "memory" => memory::memory(setting),
        _ => fairness::fairness(setting),
    }
}
