//! Rounds: each contestant gets a window in turn, several times over; medians are what counts.

use std::time::Duration;

use crate::run::{End, Load};
use crate::server::Server;

/// What a contestant did: medians of all rounds, but for processor time, which is counted in steps of 10 ms and is
/// therefore that of all rounds together.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) server: &'static str,
    /// Answers a second.
    pub(crate) rate: f64,
    /// Processor time of the server for each answer, in microseconds.
    pub(crate) cpu: f64,
    /// Latencies in microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Answers that were as expected, in all rounds.
    pub(crate) answers: u64,
    /// Answers that were not as expected, in all rounds.
    pub(crate) failures: u64,
    pub(crate) first_failure: String,
    /// The share of its time that the client had nothing to do.
    pub(crate) waited: f64,
}

/// A server with the load on it.
pub(crate) struct Contestant<'c> {
    pub(crate) server: &'c Server,
    pub(crate) load: Load<'c>,
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    pub(crate) count: usize,
    pub(crate) window: Duration,
}

/// Runs rounds over the contestants, interleaved, after a warm-up of each.
pub(crate) fn interleaved(contestants: &mut [Contestant<'_>], rounds: Rounds) -> Vec<Figures> {
    for it in contestants.iter_mut() {
        let _ = it.load.run(End::After(rounds.window / 4));
    }
    let mut all: Vec<Vec<Figures>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds.count {
        for (it, seen) in contestants.iter_mut().zip(&mut all) {
            seen.push(window(it.server, &mut it.load, End::After(rounds.window)));
        }
    }
    all.iter().map(|seen| medians(seen)).collect()
}

/// One window of one server.
pub(crate) fn window(server: &Server, load: &mut Load<'_>, end: End) -> Figures {
    let before = server.cpu();
    let seen = load.run(end);
    let used = server.cpu().saturating_sub(before);
    Figures {
        server: server.name,
        rate: seen.rate(),
        cpu: used.as_secs_f64() * 1e6 / seen.answers.max(1) as f64,
        p50: seen.quantile(0.5),
        p99: seen.quantile(0.99),
        answers: seen.answers,
        failures: seen.failures,
        first_failure: seen.first_failure,
        waited: seen.waited,
    }
}

pub(crate) fn medians(seen: &[Figures]) -> Figures {
    let of = |field: fn(&Figures) -> f64| median(&mut seen.iter().map(field).collect::<Vec<_>>());
    let answers: u64 = seen.iter().map(|it| it.answers).sum();
    Figures {
        server: seen[0].server,
        rate: of(|it| it.rate),
        cpu: seen.iter().map(|it| it.cpu * it.answers as f64).sum::<f64>() / answers.max(1) as f64,
        p50: of(|it| it.p50),
        p99: of(|it| it.p99),
        answers,
        failures: seen.iter().map(|it| it.failures).sum(),
        first_failure: seen
            .iter()
            .map(|it| &it.first_failure)
            .find(|it| !it.is_empty())
            .cloned()
            .unwrap_or_default(),
        waited: of(|it| it.waited),
    }
}

/// The middle one; of an even count the lower of the two.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}
