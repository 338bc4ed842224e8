//! The `rollbook` binary: reads the arguments, runs, ends with a stable exit code.

use std::process::ExitCode;

use clap::Parser;
use rollbook_server::{Arguments, run};

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rollbook: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
