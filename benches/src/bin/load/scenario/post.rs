//! `POST`, durable, at 16 connections; the floor writes the same rows by the bare driver, grouped alike.

use std::fs;
use std::path::Path;

use crate::floor_of_writes;
use crate::measure::{Figures, medians, window};
use crate::people;
use crate::run::{End, Load, Pace};
use crate::scenario::Setting;
use crate::scenario::reads::CONNECTIONS;
use crate::server::{Server, write_with_body};
use crate::{hub, peers};

/// Users that warm a server up; in the warm-up the size of the groups is seen.
const WARM_UP: u64 = 200;

/// Users of a round.
const USERS: u64 = 4_000;

/// A load that creates users, none of them twice.
fn creates(server: &Server) -> Load<'_> {
    let head = server.head("POST", "/Users");
    let next = move |number: u64, out: &mut Vec<u8>| {
        let number = 2_000_000 + usize::try_from(number).expect("few");
        write_with_body(out, &head, people::user(number).to_string().as_bytes());
    };
    Load::new(server.address, CONNECTIONS.min(server.most_connections), Pace::Closed, &[201], next)
}

pub(crate) fn post(setting: &mut Setting) {
    let seeded = setting.small().clone();
    let before = seeded.data.join("rollbook.db");
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for round in 0..setting.options.rounds.count {
        let copy = hub::copy(&seeded, &setting.place(&format!("post-{round}")));
        let hub = hub::start(&setting.binary, &copy);
        let mut load = creates(&hub);
        let _ = load.run(End::Answers(WARM_UP));
        let group = load.sent() as f64 / commits(&copy.data) as f64;
        if let Some(time) = setting.options.hold {
            println!("rollbook is process {}", hub.pid());
            let seen = load.run(End::After(time));
            println!("{:.0} answers/s, p50 {:.0} µs", seen.rate(), seen.quantile(0.5));
        }
        ours.push(window(&hub, &mut load, End::Answers(USERS)));
        drop(load);
        hub.stop();
        let after = copy.data.join("rollbook.db");
        let place = setting.place(&format!("post-floor-{round}.db"));
        floor.push(floor_of_writes::measure(&before, &after, &place, group));
        println!(
            "round {round}: {group:.1} users in a transaction; rollbook {:.0}/s, floor {:.0}/s",
            ours[round].rate, floor[round].rate
        );
        fs::remove_dir_all(&copy.data).expect("the copy can be removed");
    }
    let mut figures = vec![medians(&floor), medians(&ours)];
    figures.extend(peers::start(setting).iter().map(|peer| {
        let mut load = creates(&peer.server);
        let rounds = setting.options.rounds;
        let seen: Vec<Figures> =
            (0..rounds.count).map(|_| window(&peer.server, &mut load, End::After(rounds.window))).collect();
        medians(&seen)
    }));
    let report = &mut setting.report;
    report.figures("POST, 16 connections", &figures, true);
    report.at_least("POST, rate to the floor", figures[1].rate / figures[0].rate * 100.0, 50.0, " %");
    report.at_most("POST, p99", figures[1].p99 / 1e3, 10.0, " ms");
}

/// Transactions in the write-ahead log since it was last begun: frames that say how large the database is after them.
///
/// <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>
fn commits(data: &Path) -> usize {
    let log = fs::read(data.join("rollbook.db-wal")).expect("the write-ahead log is there");
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().expect("four bytes"));
    let (page, salts) = (number(8) as usize, &log[16..24]);
    let frames = log[32..].chunks_exact(24 + page);
    let ours = frames.filter(|frame| &frame[8..16] == salts);
    ours.filter(|frame| frame[4..8] != [0; 4]).count().max(1)
}
