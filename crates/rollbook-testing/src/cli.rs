//! The verbs of the command line, run as a person runs them.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::process::command;

/// Runs verbs of the binary over one data directory.
#[derive(Clone, Debug)]
pub struct Cli {
    binary: PathBuf,
    data: PathBuf,
}

/// What a verb did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it printed beside that.
    pub stderr: String,
}

impl Cli {
    /// Verbs over the data directory `data`.
    #[must_use]
    pub fn new(binary: &Path, data: &Path) -> Self {
        Self { binary: binary.to_owned(), data: data.to_owned() }
    }

    /// Runs a verb; nothing of the caller's `ROLLBOOK_*` environment reaches it.
    ///
    /// # Panics
    /// When the binary cannot be started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, &[])
    }

    /// Runs a verb with environment variables.
    ///
    /// # Panics
    /// When the binary cannot be started.
    #[must_use]
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        let mut command = command(&self.binary);
        command.envs(environment.iter().copied()).arg("--data").arg(&self.data).args(arguments);
        let output = command.stdin(Stdio::null()).output().expect("the binary starts");
        Outcome::from(output)
    }

    /// Runs a verb with `--json` and reads what it prints.
    ///
    /// # Panics
    /// When it fails or prints no JSON.
    #[must_use]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let outcome = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}{}", outcome.stdout, outcome.stderr);
        serde_json::from_str(&outcome.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", outcome.stdout))
    }

    /// Makes a directory and a token for it, and returns the token.
    ///
    /// # Panics
    /// When either is refused.
    #[must_use]
    pub fn directory_with_token(&self, slug: &str) -> String {
        let _ = self.json(&["directory", "add", slug]);
        let made = self.json(&["token", "create", slug]);
        made["token"].as_str().expect("a token").to_owned()
    }

    /// Adds a SCIM service as a target; the credential travels in the environment, as for a person.
    ///
    /// # Panics
    /// When it is refused.
    pub fn add_target(&self, directory: &str, name: &str, url: &str, token: &str) {
        let arguments = ["target", "add", directory, name, "--url", url];
        let outcome = self.run_with(&arguments, &[("ROLLBOOK_TARGET_TOKEN", token)]);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}{}", outcome.stdout, outcome.stderr);
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
