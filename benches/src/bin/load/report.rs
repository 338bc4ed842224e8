//! What is printed: a line for each server of each scenario, and each goal with what was seen.

use crate::measure::Figures;

/// The tables of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<String>,
    goals: Vec<(String, String, String, Option<bool>)>,
    absent: Vec<String>,
}

impl Report {
    /// Notes what servers did in a scenario; the first one is the floor when `has_floor`.
    pub(crate) fn figures(&mut self, scenario: &str, figures: &[Figures], has_floor: bool) {
        let floor = figures.first().filter(|_| has_floor);
        for it in figures {
            let (mut rate, mut cpu) = (String::new(), String::new());
            if let Some(floor) = floor {
                rate = format!("{:.1} %", 100.0 * it.rate / floor.rate);
                cpu = format!("{:.2}", it.cpu / floor.cpu);
            }
            let line = format!(
                "| {scenario} | {} | {} | {rate} | {:.1} | {cpu} | {} | {} | {:.0} % |",
                it.server,
                count(it.rate),
                it.cpu,
                time(it.p50),
                time(it.p99),
                it.waited * 100.0
            );
            println!("{line}");
            self.lines.push(line);
            if it.failures > 0 {
                let note = format!(
                    "{} answers of {} failed in {scenario}: {}",
                    it.failures, it.server, it.first_failure
                );
                self.absent(note);
            }
        }
    }

    /// Notes a goal that is kept when `seen` is at least `least`.
    pub(crate) fn at_least(&mut self, what: &str, seen: f64, least: f64, unit: &str) {
        self.goal(what, seen, format!("≥ {least}{unit}"), unit, seen >= least);
    }

    /// Notes a goal that is kept when `seen` is at most `most`.
    pub(crate) fn at_most(&mut self, what: &str, seen: f64, most: f64, unit: &str) {
        self.goal(what, seen, format!("≤ {most}{unit}"), unit, seen <= most);
    }

    /// Notes a goal that could not be measured.
    pub(crate) fn not_measured(&mut self, what: &str, why: &str) {
        println!("NOT MEASURED: {what}: {why}");
        self.goals.push((what.to_owned(), why.to_owned(), String::new(), None));
    }

    /// Notes what was not there, or went wrong.
    pub(crate) fn absent(&mut self, note: String) {
        println!("NOTE: {note}");
        self.absent.push(note);
    }

    fn goal(&mut self, what: &str, seen: f64, limit: String, unit: &str, kept: bool) {
        let kept = kept && seen.is_finite();
        let seen = format!("{seen:.2}{unit}");
        println!("{} {what}: {seen} (goal {limit})", if kept { "PASS" } else { "FAIL" });
        self.goals.push((what.to_owned(), seen, limit, Some(kept)));
    }

    /// Prints it all as Markdown; whether every goal was kept.
    pub(crate) fn print(&self) -> bool {
        println!(
            "\n| work | server | answers/s | to the floor | CPU µs | to the floor | p50 | p99 | client idle |\n\
             |---|---|---|---|---|---|---|---|---|"
        );
        for line in &self.lines {
            println!("{line}");
        }
        println!("\n| goal of issue 4 | seen | goal | |\n|---|---|---|---|");
        for (what, seen, limit, kept) in &self.goals {
            let verdict = match kept {
                Some(true) => "kept",
                Some(false) => "MISSED",
                None => "not measured",
            };
            println!("| {what} | {seen} | {limit} | {verdict} |");
        }
        for note in &self.absent {
            println!("\n* {note}");
        }
        self.goals.iter().all(|(.., kept)| *kept == Some(true))
    }
}

fn count(rate: f64) -> String {
    if rate >= 100.0 { format!("{rate:.0}") } else { format!("{rate:.1}") }
}

fn time(micros: f64) -> String {
    if micros >= 10_000.0 {
        format!("{:.1} ms", micros / 1_000.0)
    } else if micros >= 1_000.0 {
        format!("{:.2} ms", micros / 1_000.0)
    } else {
        format!("{micros:.0} µs")
    }
}
