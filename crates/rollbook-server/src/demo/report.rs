//! What the demo shows: a bar for each service while it runs, a table at the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rollbook_provision::Settled;
use rollbook_store::{Outcome, TargetId};

use super::company::{Company, Expected};
use super::services::Services;
use super::{check, say};
use crate::error::ServerError;
use crate::hub::{Hub, OnSettled};
use crate::print;

/// What the engine told of its deliveries, by service.
#[derive(Clone, Debug)]
pub(super) struct Deliveries {
    services: Arc<BTreeMap<TargetId, &'static str>>,
    seen: Arc<Mutex<BTreeMap<&'static str, Seen>>>,
}

/// What was seen of one service.
#[derive(Clone, Debug, Default)]
struct Seen {
    delivered: u64,
    failed: u64,
    /// How many groups wait for a member.
    waits: u64,
    /// The most groups that waited for a member at one time.
    waited: u64,
    lags: Vec<Duration>,
}

impl Deliveries {
    pub(super) async fn new(hub: &Hub, services: &Services) -> Result<Self, ServerError> {
        let targets = hub.store.targets(None).await?;
        let names = |name: &str| services.all().iter().find(|it| it.name == name).map(|it| it.name);
        let by_target =
            targets.into_iter().filter_map(|target| Some((target.id, names(&target.name)?))).collect();
        Ok(Self { services: Arc::new(by_target), seen: Arc::default() })
    }

    /// What the engine calls after each delivery.
    pub(super) fn callback(&self) -> OnSettled {
        let this = self.clone();
        Arc::new(move |settled: &Settled| this.note(settled))
    }

    fn note(&self, settled: &Settled) {
        let Some(service) = self.services.get(&settled.target) else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(service).or_default();
        if settled.outcome == Outcome::Failed {
            seen.failed += 1;
            return;
        }
        if !matches!(settled.outcome, Outcome::Skipped | Outcome::Unchanged) {
            seen.delivered += 1;
            seen.lags.extend(settled.lag);
        }
    }

    /// How far the targets are; notes how many groups wait for members on the way.
    pub(super) async fn settlement(&self, hub: &Hub) -> Result<Settlement, ServerError> {
        let status = hub.admin.status(None).await.map_err(|error| ServerError::Demo(error.to_string()))?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for service in self.services.values() {
            let here = status.targets.iter().filter(|it| it.name == *service);
            let waiting = here.map(|it| it.counts.waiting).sum();
            let seen = seen.entry(service).or_default();
            seen.waits = waiting;
            seen.waited = seen.waited.max(waiting);
        }
        drop(seen);
        let targets = status.targets.iter();
        let moving: u64 = targets.clone().map(|it| it.unread + it.counts.pending + it.counts.retrying).sum();
        let stuck: u64 = targets.map(|it| it.counts.waiting + it.counts.failed).sum();
        Ok(match (moving, stuck) {
            (0, 0) => Settlement::Done,
            (0, _) => Settlement::Stuck,
            _ => Settlement::Moving,
        })
    }

    /// How many groups wait for a member at a service, as of the last look.
    pub(super) fn waits_at(&self, service: &str) -> u64 {
        self.of(service).waits
    }

    fn of(&self, service: &str) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(service).cloned().unwrap_or_default()
    }
}

/// How far all targets are together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Settlement {
    /// Something is still to be sent.
    Moving,
    /// Nothing moves until somebody acts.
    Stuck,
    /// Every service holds what it should, as far as the hub knows.
    Done,
}

/// The bars; plain lines where there is no terminal.
#[derive(Debug)]
pub(super) struct Progress {
    multi: MultiProgress,
    bars: Vec<ProgressBar>,
}

impl Progress {
    pub(super) fn start(services: &Services, company: &Company) -> Self {
        let multi = MultiProgress::new();
        let style = ProgressStyle::with_template("  {prefix:5} {bar:40} {pos:>4}/{len:4} {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bars = services.all().iter().map(|service| {
            let bar = multi.add(ProgressBar::new(company.size() as u64).with_style(style.clone()));
            bar.set_prefix(service.name);
            bar.set_message(service.habit);
            bar
        });
        let bars = bars.collect();
        Self { multi, bars }
    }

    /// Shows how many people and groups each service holds; once all traffic is played, how many are as they should be.
    pub(super) fn show(&self, services: &Services, expected: Option<&Expected>) {
        for (bar, service) in self.bars.iter().zip(services.all()) {
            let done = match expected {
                Some(expected) => {
                    let groups = if service.groups { expected.groups.len() } else { 0 };
                    bar.set_length((expected.people.len() + groups) as u64);
                    check::in_place(service, expected)
                }
                None => service.standin.users().len() + service.standin.groups().len(),
            };
            bar.set_position(done as u64);
        }
    }

    /// Says a line above the bars.
    pub(super) fn say(&self, line: &str) {
        if self.multi.is_hidden() {
            say(line);
        } else if let Err(error) = self.multi.println(line) {
            tracing::debug!(%error, "a line of the demo was not shown");
        }
    }

    pub(super) fn finish(&self) {
        for bar in &self.bars {
            bar.abandon();
        }
    }
}

/// Prints the table and returns what differs from what should be.
pub(super) async fn print(
    hub: &Hub,
    services: &Services,
    deliveries: &Deliveries,
    expected: &Expected,
) -> Result<Vec<String>, ServerError> {
    let status = hub.admin.status(None).await.map_err(|error| ServerError::Demo(error.to_string()))?;
    let mut table = print::table(&[
        "service",
        "habit",
        "holds",
        "as it should",
        "calls",
        "retried",
        "groups waited",
        "still waits",
        "arrived after (p50 / p99)",
    ]);
    let mut all = Vec::new();
    let mut waiting = Vec::new();
    for service in services.all() {
        let differences = check::differences(service, expected);
        let seen = deliveries.of(service.name);
        let mut still = 0;
        for target in status.targets.iter().filter(|it| it.name == service.name) {
            still += target.counts.waiting + target.counts.retrying + target.counts.failed;
            for it in &target.troubled {
                let why = it.failure.as_ref().map_or_else(
                    || format!("waits for {}", it.waits_for.join(", ")),
                    |failure| failure.sentence.clone(),
                );
                waiting.push(format!("  {}: {} {}: {why}", service.name, it.resource_type, it.resource));
            }
        }
        let (users, groups) = (service.standin.users().len(), service.standin.groups().len());
        table.add_row([
            service.name.to_owned(),
            service.habit.to_owned(),
            format!("{users} users, {groups} groups"),
            if differences.is_empty() {
                "yes".to_owned()
            } else {
                format!("no: {} differ", differences.len())
            },
            service.standin.counts().total().to_string(),
            seen.failed.to_string(),
            seen.waited.to_string(),
            still.to_string(),
            lags(seen.lags),
        ]);
        all.extend(differences);
    }
    say(&format!("\n{table}"));
    for line in waiting {
        say(&line);
    }
    Ok(all)
}

fn lags(mut lags: Vec<Duration>) -> String {
    lags.sort_unstable();
    let at = |part: usize| lags.get((lags.len() * part / 100).min(lags.len().saturating_sub(1)));
    match (at(50), at(99)) {
        (Some(p50), Some(p99)) => {
            format!("{:.0} ms / {:.0} ms", p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3)
        }
        _ => "-".to_owned(),
    }
}
