//! The parts of `cargo xtask test`, in their order.

use std::env;
use std::ffi::OsString;
use std::process::Command;
use std::time::Instant;

use crate::step::{self, command};
use crate::{dependencies, packages, place, tools};

/// Everything, in the order in which it runs: what fails fast comes first.
pub(crate) const PARTS: [Part; 6] =
    [Part::Format, Part::Lints, Part::Tools, Part::Tests, Part::Docs, Part::Fuzz];

/// A part that can be asked for by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Docs,
    Format,
    Fuzz,
    Lints,
    Tests,
    Tools,
}

impl Part {
    /// What `--only` calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Format => "format",
            Self::Fuzz => "fuzz",
            Self::Lints => "lints",
            Self::Tests => "tests",
            Self::Tools => "tools",
        }
    }

    fn run(self) -> Result<(), String> {
        match self {
            Self::Docs => {
                let mut docs = cargo(&["doc", "--workspace", "--no-deps"]);
                step::run("documentation", docs.env("RUSTDOCFLAGS", "-D warnings"))
            }
            Self::Format => step::run("format", &mut cargo(&["fmt", "--all", "--check"])),
            Self::Fuzz => {
                // The targets compile on stable; to run them takes a nightly toolchain (fuzz/README.md).
                step::run("fuzz targets", &mut cargo(&["check", "--manifest-path", "fuzz/Cargo.toml"]))?;
                // A workspace of its own too: its other parsers stay out of the lock file and the licence checks.
                let arguments = ["check", "--all-targets", "--manifest-path", "benches/peers/Cargo.toml"];
                step::run("benches beside other crates", &mut cargo(&arguments))
            }
            Self::Lints => {
                dependencies::check()?;
                packages::check()?;
                let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
                step::run("lints", &mut cargo(&arguments))
            }
            Self::Tests => {
                tools::install()?;
                let mut tests = cargo(&["test", "--workspace"]);
                // With this, a test that misses its tool fails instead of skipping.
                tests.env("ROLLBOOK_TEST_TOOLS", "1");
                if let Some(shared) = place::shared() {
                    tests.env("ROLLBOOK_SHARED", shared);
                }
                step::run("tests", &mut tests)
            }
            Self::Tools => tools::install(),
        }
    }
}

/// Runs parts; the first failure ends it.
///
/// # Errors
/// A sentence that names the step that failed.
pub(crate) fn run(parts: &[Part]) -> Result<(), String> {
    let started = Instant::now();
    for part in parts {
        part.run()?;
    }
    println!("all well after {:.0} s", started.elapsed().as_secs_f64());
    match place::shared() {
        Some(_) => println!("not run: nothing"),
        None => println!(
            "not run, since ../shared is absent (ROLLBOOK_SHARED names it elsewhere): the cases of real clients, \
             scim2-tester, Okta's and Entra's collections, the filter vectors, the discovery schemas, the RFC examples"
        ),
    }
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")), arguments)
}
