//! One directory is flooded: what becomes of the p99 of a quiet one in the same server?

use std::time::Duration;

use crate::hub::{self, Seeded};
use crate::measure::median;
use crate::people;
use crate::run::{End, Load, Pace, run_together};
use crate::scenario::Setting;
use crate::scenario::reads::gets;
use crate::server::{Server, head, write_with_body};

/// Requests a second of the quiet directory.
const QUIET: f64 = 200.0;

/// Connections of the flood.
const FLOOD: usize = 32;

/// The slug of the quiet directory.
const SLUG: &str = "quiet";

/// What the flood asks for; creates come last, since they make the scans longer.
const FLOODS: [&str; 4] = ["reads by id", "lists of 100", "scans", "creates"];

pub(crate) fn fairness(setting: &mut Setting) {
    let seeded = hub::copy(&setting.small().clone(), &setting.place("fairness"));
    let (token, users) = hub::second_directory(&setting.binary, &seeded, SLUG);
    let hub = hub::start(&setting.binary, &seeded);
    let base = format!("/scim/v2/{SLUG}");
    for flood in FLOODS {
        for quiet in ["reads", "changes"] {
            let (mut alone, mut beside, mut rates) = (Vec::new(), Vec::new(), Vec::new());
            for round in 0..=setting.options.rounds.count {
                let (asked, name) = (flood_requests(&hub, &seeded, flood), format!("{quiet}-{round}"));
                let mut load = quiet_load(&hub, &base, &token, &users, quiet == "reads");
                let first = load.run(End::After(Duration::from_secs(2)));
                let mut flooding = flood_load(&hub, &asked, flood, &name);
                // The flood is on before the quiet directory asks.
                let _ = flooding.run(End::After(Duration::from_millis(200)));
                let seen = run_together(&mut [&mut load, &mut flooding], End::After(Duration::from_secs(2)));
                let failures = seen[0].failures + first.failures;
                if failures > 0 {
                    let why = &seen[0].first_failure;
                    setting.report.absent(format!("{failures} {quiet} of the quiet directory failed: {why}"));
                }
                if round > 0 {
                    alone.push(first.quantile(0.99));
                    beside.push(seen[0].quantile(0.99));
                    rates.push(seen[1].rate());
                }
            }
            let [alone, beside, rate] = [alone, beside, rates].map(|mut it| median(&mut it));
            println!("quiet {quiet}: p99 alone {alone:.0} µs, beside {rate:.0} {flood}/s {beside:.0} µs");
            let goal = format!(
                "p99 of quiet {quiet} beside a flood of {flood} ({beside:.0} µs) to alone ({alone:.0} µs)"
            );
            setting.report.at_most(&goal, beside / alone, 2.0, "");
        }
    }
}

fn quiet_load<'l>(hub: &Server, base: &str, token: &str, users: &'l [String], reads: bool) -> Load<'l> {
    let (base, token) = (base.to_owned(), token.to_owned());
    let next = move |number: u64, out: &mut Vec<u8>| {
        let path = format!("/Users/{}", users[usize::try_from(number).expect("few") % users.len()]);
        if reads {
            out.extend_from_slice((head("GET", &base, &path, &token) + "\r\n").as_bytes());
        } else {
            let value = format!("Title {number}");
            let body = rollbook_testing::patch(&[("replace", "title", value.into())]).to_string();
            write_with_body(out, &head("PATCH", &base, &path, &token), body.as_bytes());
        }
    };
    Load::new(hub.address, 8, Pace::Open(QUIET), &[200], next)
}

fn flood_requests(hub: &Server, seeded: &Seeded, flood: &str) -> Vec<Vec<u8>> {
    match flood {
        "reads by id" => gets(hub, seeded.users.iter().map(|id| format!("/Users/{id}"))),
        "lists of 100" => {
            gets(hub, (0..900).map(|start| format!("/Users?startIndex={}&count=100", start + 1)))
        }
        "scans" => gets(hub, (0..900).map(|it| format!("/Users?filter=title%20co%20%22x{it}%22"))),
        _ => Vec::new(),
    }
}

fn flood_load<'l>(hub: &Server, asked: &'l [Vec<u8>], flood: &str, round: &'l str) -> Load<'l> {
    if flood != "creates" {
        let next = |number: u64, out: &mut Vec<u8>| {
            out.extend_from_slice(&asked[usize::try_from(number).expect("few") % asked.len()]);
        };
        return Load::new(hub.address, FLOOD, Pace::Closed, &[200, 429, 503], next);
    }
    let head = hub.head("POST", "/Users");
    let next = move |number: u64, out: &mut Vec<u8>| {
        let mut user = people::user(usize::try_from(number).expect("few"));
        user["userName"] = format!("flood-{round}-{number}@example.com").into();
        write_with_body(out, &head, user.to_string().as_bytes());
    };
    Load::new(hub.address, FLOOD, Pace::Closed, &[201, 429, 503], next)
}
