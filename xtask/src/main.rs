//! Development commands: `cargo xtask test` runs everything that must pass before a change is handed in.

#![allow(clippy::print_stdout, reason = "a command for the terminal")]

mod dependencies;
mod packages;
mod place;
mod step;
mod suite;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask test [--only PART]

  test           everything: the tools that the tests need are installed below target/, then format, lints, tests, docs, fuzz
  --only PART    one part: tools, format, lints, tests (with the tools), docs, fuzz";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["test"] => suite::run(&suite::PARTS),
        ["test", "--only", part] => match suite::PARTS.iter().find(|known| known.name() == *part) {
            Some(part) => suite::run(std::slice::from_ref(part)),
            None => Err(format!("there is no part `{part}`\n\n{USAGE}")),
        },
        ["-h" | "--help" | "help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}
