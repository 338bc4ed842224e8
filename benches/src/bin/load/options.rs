//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::measure::Rounds;

/// What is to be measured, and how.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) scenarios: Vec<String>,
    pub(crate) rounds: Rounds,
    /// Users of the middle directory: reads from SQLite, groups, memory.
    pub(crate) middle: usize,
    /// Users of the large directory; 0 leaves its goals out.
    pub(crate) large: usize,
    pub(crate) binary: Option<PathBuf>,
    pub(crate) peers: bool,
    /// Keeps the servers of the first scenario up for so long, under its load: for a profiler.
    pub(crate) hold: Option<Duration>,
}

/// The scenarios, in the order in which they run.
pub(crate) const SCENARIOS: [&str; 8] =
    ["get", "get-sqlite", "filter", "list", "post", "members", "memory", "fairness"];

pub(crate) const USAGE: &str = "\
usage: cargo run --release -p rollbook-benches --bin load -- [scenario…] [flags]

scenarios: get get-sqlite filter list post members memory fairness (all of them unless named)
  --rounds N        windows of each server in each scenario, interleaved (5)
  --seconds S       length of a window (2)
  --middle N        users of the middle directory (100000)
  --large N         users of the large directory (1000000; 0 leaves its goals out)
  --binary FILE     the hub to measure, instead of building it
  --no-peers        only the floor and rollbook
  --hold S          only load rollbook for so long in each scenario and print its process id: for a profiler
";

impl Options {
    /// Reads the arguments; an error is a sentence.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            scenarios: Vec::new(),
            rounds: Rounds { count: 5, window: Duration::from_secs(2) },
            middle: 100_000,
            large: 1_000_000,
            binary: None,
            peers: true,
            hold: None,
        };
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--rounds" => options.rounds.count = number(&value()?)?,
                "--seconds" => options.rounds.window = seconds(&value()?)?,
                "--middle" => options.middle = number(&value()?)?,
                "--large" => options.large = number(&value()?)?,
                "--binary" => options.binary = Some(value()?.into()),
                "--no-peers" => options.peers = false,
                "--hold" => options.hold = Some(seconds(&value()?)?),
                name if SCENARIOS.contains(&name) => options.scenarios.push(argument),
                other => return Err(format!("`{other}` is no scenario and no flag\n\n{USAGE}")),
            }
        }
        if options.scenarios.is_empty() {
            options.scenarios = SCENARIOS.map(str::to_owned).to_vec();
        }
        if options.rounds.count == 0 || options.middle < 20_000 {
            return Err("at least 1 round and 20000 users in the middle directory".to_owned());
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, scenario: &str) -> bool {
        self.scenarios.iter().any(|it| it == scenario)
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.replace('_', "").parse().map_err(|_| format!("`{text}` is not a number"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs_f64).map_err(|_| format!("`{text}` is not a number of seconds"))
}
