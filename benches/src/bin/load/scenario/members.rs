//! `PATCH` that adds one member to groups of 10, 10,000 and 100,000, and `PATCH` that takes it out again.
//!
//! The groups keep their sizes: each second edit removes a member that an earlier one added. Once as clients send it,
//! which answers a small group with its members and a large one with 204 (decision D1); and once without the members
//! in the answer, where all three are asked for the same.

use crate::hub::{self, member_edit};
use crate::measure::{Figures, medians, window};
use crate::run::{End, Load, Pace};
use crate::scenario::Setting;
use crate::seed::{GROUPS, SPARE};
use crate::server::{Server, write_with_body};

/// Edits of a connection in a window.
const EDITS: u64 = 200;

/// How many members an added one outlives: more than there are connections, so that its addition is answered.
const LAG: u64 = 24;

pub(crate) fn members(setting: &mut Setting) {
    let kept = setting.middle();
    let seeded = hub::copy(&kept, &setting.place("members"));
    let hub = hub::start(&setting.binary, &seeded);
    let spare = &seeded.users[seeded.users.len() - SPARE..];
    // Each kind edits by users of its own, so that none adds whom another has added.
    let kinds = [
        ("as clients send it", "", 1),
        ("answer without members", "?excludedAttributes=members", 1),
        ("answer without members", "?excludedAttributes=members", 16),
    ];
    for ((name, query, connections), users) in kinds.into_iter().zip(spare.chunks(SPARE / kinds.len())) {
        let mut loads: Vec<Load<'_>> =
            seeded.groups.iter().map(|group| edits(&hub, group, query, users, connections)).collect();
        let mut seen: Vec<Vec<Figures>> = GROUPS.iter().map(|_| Vec::new()).collect();
        if let Some(time) = setting.options.hold {
            println!("rollbook is process {}", hub.pid());
            let seen = loads[2].run(End::After(time));
            println!("{:.0} answers/s, p50 {:.0} µs", seen.rate(), seen.quantile(0.5));
        }
        // Sixteen share transactions, so that each takes less of the time.
        let many = if connections > 1 { 5 } else { 1 };
        // The first round warms up.
        for round in 0..=2 * setting.options.rounds.count {
            for (load, seen) in loads.iter_mut().zip(&mut seen) {
                let figures = window(&hub, load, End::Answers(EDITS * many));
                if round > 0 {
                    seen.push(figures);
                }
            }
        }
        let figures: Vec<Figures> = seen.iter().map(|seen| medians(seen)).collect();
        for (size, figures) in GROUPS.iter().zip(&figures) {
            let size = setting.options.middle.min(*size);
            let scenario = format!("PATCH of one member, group of {size}, {name}, {connections} connections");
            setting.report.figures(&scenario, std::slice::from_ref(figures), false);
        }
        let goal = format!("PATCH of one member, {name}, {connections} connections");
        let report = &mut setting.report;
        report.at_most(
            &format!("{goal}: p50 of the slowest group to the fastest"),
            spread(&figures, |it| it.p50),
            1.2,
            "",
        );
        if !query.is_empty() {
            report.at_most(
                &format!("{goal}: CPU of the dearest group to the cheapest"),
                spread(&figures, |it| it.cpu),
                1.2,
                "",
            );
        }
    }
}

fn spread(figures: &[Figures], of: impl Fn(&Figures) -> f64) -> f64 {
    let values = || figures.iter().map(&of);
    values().fold(0.0, f64::max) / values().fold(f64::MAX, f64::min)
}

fn edits<'l>(hub: &Server, group: &str, query: &str, users: &'l [String], connections: usize) -> Load<'l> {
    let head = hub.head("PATCH", &format!("/Groups/{group}{query}"));
    let next = move |number: u64, out: &mut Vec<u8>| {
        let (pair, adds) = (number / 2, number.is_multiple_of(2));
        let user = if adds { pair + LAG } else { pair };
        let user = &users[usize::try_from(user).expect("few") % users.len()];
        write_with_body(out, &head, member_edit(adds, user).as_bytes());
    };
    Load::new(hub.address, connections, Pace::Closed, &[200, 204], next)
}
