//! Reads: by id from the cache and from SQLite, by `userName`, a list of 100, pages of a large directory.

use crate::measure::{Contestant, Figures, interleaved};
use crate::people::{scattered, user_name};
use crate::run::{End, Load, Pace};
use crate::scenario::{SMALL, Setting};
use crate::server::Server;
use crate::{floor, hub, peers};

/// Connections of the closed loops.
pub(crate) const CONNECTIONS: usize = 16;

/// Paths to ask for, made ahead so that making them is not measured.
pub(crate) fn gets(server: &Server, paths: impl Iterator<Item = String>) -> Vec<Vec<u8>> {
    paths.map(|path| server.get(&path)).collect()
}

/// A load that asks for these in turn.
pub(crate) fn in_turn<'l>(server: &Server, connections: usize, pace: Pace, all: &'l [Vec<u8>]) -> Load<'l> {
    let next = |number: u64, out: &mut Vec<u8>| {
        out.extend_from_slice(&all[usize::try_from(number).expect("few") % all.len()]);
    };
    Load::new(server.address, connections.min(server.most_connections), pace, &[200], next)
}

/// `GET` by id: 1,000 users over and over, which a cache holds.
pub(crate) fn get(setting: &mut Setting) {
    let seeded = setting.small().clone();
    let hub = hub::start(&setting.binary, &seeded);
    let path = |id: &String| format!("/Users/{id}");
    let answer = hub.expect(200, "GET", &path(&seeded.users[7]), None);
    println!("one user is {} bytes", answer.body.len());
    let floor = floor::start(&answer, &seeded.token, setting.folder.path());
    let peers = peers::start(setting);
    let mut servers = vec![(&floor, &seeded.users), (&hub, &seeded.users)];
    servers.extend(peers.iter().map(|peer| (&peer.server, &peer.users)));
    let asked: Vec<_> = servers.iter().map(|(server, users)| gets(server, users.iter().map(path))).collect();
    let figures = closed(setting, &servers, &asked, "GET by id, 1,000 users");
    let (to_floor, cpu) = ratios(&figures);
    let report = &mut setting.report;
    report.at_least("GET by id from the cache, rate to the floor", to_floor * 100.0, 45.0, " %");
    report.at_most("GET by id from the cache, CPU to the floor", cpu, 2.2, "");
    report.at_most(
        "GET by id from the cache, p99 (closed, 16 connections)",
        figures[1].p99 / 1e3,
        1.0,
        " ms",
    );
    let rate = (figures[1].rate * 0.6).floor();
    let open = open(setting, &servers[..2], &asked, rate, "GET by id, 1,000 users");
    setting.report.at_most(
        "GET by id from the cache, p99 (open, 60 % of its rate)",
        open[1].p99 / 1e3,
        1.0,
        " ms",
    );
}

/// `GET` by id of more users than a cache holds, in an order without a pattern.
pub(crate) fn get_sqlite(setting: &mut Setting) {
    let seeded = setting.middle();
    let hub = hub::start(&setting.binary, &seeded);
    let count = setting.options.middle;
    let path = |number: usize| format!("/Users/{}", seeded.users[number]);
    let answer = hub.expect(200, "GET", &path(20_000), None);
    let floor = floor::start(&answer, &seeded.token, setting.folder.path());
    let servers = [(&floor, &seeded.users), (&hub, &seeded.users)];
    // Each once, then again from the start: what was asked for last time is long out of a bounded cache.
    let asked =
        servers.map(|(server, _)| gets(server, (0..count as u64).map(|it| path(scattered(it, count)))));
    let name = format!("GET by id, {count} users in no order");
    let figures = closed(setting, &servers, &asked, &name);
    let (to_floor, cpu) = ratios(&figures);
    setting.report.at_least("GET by id from SQLite, rate to the floor", to_floor * 100.0, 30.0, " %");
    setting.report.at_most("GET by id from SQLite, CPU to the floor", cpu, 3.0, "");
    setting.report.at_most(
        "GET by id from SQLite, p99 (closed, 16 connections)",
        figures[1].p99 / 1e3,
        1.0,
        " ms",
    );
}

fn filter_path(number: usize) -> String {
    format!("/Users?filter=userName%20eq%20%22{}%22", user_name(number).replace('@', "%40"))
}

/// `filter=userName eq "x"` in 1,000 users, and in the large directory.
pub(crate) fn filter(setting: &mut Setting) {
    let seeded = setting.small().clone();
    let hub = hub::start(&setting.binary, &seeded);
    let answer = hub.expect(200, "GET", &filter_path(7), None);
    assert!(answer.text().contains("\"totalResults\":1"), "{}", answer.text());
    let floor = floor::start(&answer, &seeded.token, setting.folder.path());
    let peers = peers::start(setting);
    let large = setting.large().map(|it| (hub::start_as("rollbook, large", &setting.binary, &it), it));
    let mut servers = vec![(&floor, &seeded.users), (&hub, &seeded.users)];
    servers.extend(peers.iter().map(|peer| (&peer.server, &peer.users)));
    let asked: Vec<_> = servers.iter().map(|(server, _)| gets(server, (0..SMALL).map(filter_path))).collect();
    let figures = closed(setting, &servers, &asked, "userName eq, 1,000 users");
    let (to_floor, _) = ratios(&figures);
    setting.report.at_least("userName eq, rate to the floor", to_floor * 100.0, 30.0, " %");
    let what = "userName eq, rate in the large directory to that in 1,000 users";
    let Some((large_hub, _)) = &large else {
        setting.report.not_measured(what, "--large 0");
        return;
    };
    let users = setting.options.large;
    // As many different names as in the small directory, and then any: the second is what one would call random.
    for (name, count) in [("1,000 of them", SMALL), ("any of them", 100_000)] {
        let large_asked = gets(large_hub, (0..count as u64).map(|it| filter_path(scattered(it, users))));
        let mut contestants = [(&hub, &asked[1]), (large_hub, &large_asked)].map(|(server, asked)| {
            Contestant { server, load: in_turn(server, CONNECTIONS, Pace::Closed, asked) }
        });
        let figures = interleaved(&mut contestants, setting.options.rounds);
        setting.report.figures(&format!("userName eq, 1,000 and {users} users, {name}"), &figures, false);
        setting.report.at_least(
            &format!("{what} ({name})"),
            figures[1].rate / figures[0].rate * 100.0,
            80.0,
            " %",
        );
    }
}

/// A list of 100, one after the other, then pages of the large directory.
pub(crate) fn list(setting: &mut Setting) {
    let seeded = setting.small().clone();
    let hub = hub::start(&setting.binary, &seeded);
    let path = "/Users?count=100";
    let answer = hub.expect(200, "GET", path, None);
    println!("a list of 100 is {} bytes", answer.body.len());
    let floor = floor::start(&answer, &seeded.token, setting.folder.path());
    let peers = peers::start(setting);
    let mut servers = vec![(&floor, &seeded.users), (&hub, &seeded.users)];
    servers.extend(peers.iter().map(|peer| (&peer.server, &peer.users)));
    let asked: Vec<_> = servers.iter().map(|(server, _)| vec![server.get(path)]).collect();
    let figures = one_by_one(setting, &servers, &asked, "list of 100, 1,000 users, 1 connection");
    let to_floor = figures[1].p50 / figures[0].p50;
    setting.report.at_most("list of 100, p50 to the floor", to_floor, 4.0, "");
    drop((hub, peers));
    pages(setting, &floor);
}

/// The last cursor page, and pages at any index, of the large directory.
fn pages(setting: &mut Setting, floor: &Server) {
    let (last, any) = (
        "last cursor page of the large directory, p50 to the floor",
        "any startIndex of the large directory, p50 to the floor",
    );
    let Some(seeded) = setting.large() else {
        setting.report.not_measured(last, "--large 0");
        setting.report.not_measured(any, "--large 0");
        return;
    };
    let users = seeded.users.len();
    let hub = hub::start(&setting.binary, &seeded);
    let servers = [(floor, &seeded.users), (&hub, &seeded.users)];
    match last_cursor(&hub) {
        Ok(path) => {
            let asked = servers.map(|(server, _)| vec![server.get(&path)]);
            let name = format!("last cursor page of {users}");
            let figures = one_by_one(setting, &servers, &asked, &name);
            setting.report.at_most(last, figures[1].p50 / figures[0].p50, 4.0, "");
        }
        Err(why) => setting.report.not_measured(last, &why),
    }
    let page = |start: usize| format!("/Users?startIndex={start}&count=100");
    for (name, starts) in [
        ("the last", vec![users - 99]),
        ("any", (0..500).map(|it| 1 + scattered(it, users - 100)).collect::<Vec<_>>()),
    ] {
        let asked = servers.map(|(server, _)| gets(server, starts.iter().map(|start| page(*start))));
        let figures = one_by_one(setting, &servers, &asked, &format!("{name} startIndex in {users}"));
        setting.report.at_most(&format!("{any} ({name})"), figures[1].p50 / figures[0].p50, 10.0, "");
    }
}

/// Walks to the last page by cursor (RFC 9865) and returns its path.
fn last_cursor(hub: &Server) -> Result<String, String> {
    let client = hub.client();
    let mut session = client.session();
    let mut path = "/Users?count=100&cursor".to_owned();
    loop {
        let answer = session.get(&path).map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("a cursor is answered by {}", answer.status));
        }
        // It stands before or after the resources, none of which holds such a name.
        let text = answer.text();
        let Some((_, rest)) = text.split_once("\"nextCursor\":\"") else {
            let is_first = path.ends_with("cursor");
            return if is_first { Err("there are no cursors".to_owned()) } else { Ok(path) };
        };
        let cursor = rest.split('"').next().unwrap_or_default();
        path = format!("/Users?count=100&cursor={cursor}");
    }
}

type Entry<'e> = (&'e Server, &'e Vec<String>);

fn closed(setting: &mut Setting, servers: &[Entry<'_>], asked: &[Vec<Vec<u8>>], name: &str) -> Vec<Figures> {
    run(setting, servers, asked, CONNECTIONS, Pace::Closed, name)
}

fn one_by_one(
    setting: &mut Setting,
    servers: &[Entry<'_>],
    asked: &[Vec<Vec<u8>>],
    name: &str,
) -> Vec<Figures> {
    run(setting, servers, asked, 1, Pace::Closed, name)
}

fn open(
    setting: &mut Setting,
    servers: &[Entry<'_>],
    asked: &[Vec<Vec<u8>>],
    rate: f64,
    name: &str,
) -> Vec<Figures> {
    run(setting, servers, asked, 64, Pace::Open(rate), &format!("{name}, open loop, {rate}/s"))
}

fn run(
    setting: &mut Setting,
    servers: &[Entry<'_>],
    asked: &[Vec<Vec<u8>>],
    connections: usize,
    pace: Pace,
    name: &str,
) -> Vec<Figures> {
    if let Some(time) = setting.options.hold {
        let server = servers[1].0;
        println!("{name}: {} is process {}", server.name, server.pid());
        let seen = in_turn(server, connections, pace, &asked[1]).run(End::After(time));
        println!(
            "{:.0} answers/s, p50 {:.0} µs, {} failures",
            seen.rate(),
            seen.quantile(0.5),
            seen.failures
        );
    }
    let mut contestants: Vec<_> = servers
        .iter()
        .zip(asked)
        .map(|((server, _), asked)| Contestant { server, load: in_turn(server, connections, pace, asked) })
        .collect();
    let figures = interleaved(&mut contestants, setting.options.rounds);
    setting.report.figures(name, &figures, true);
    figures
}

/// Rate and processor time of rollbook, to the floor's.
fn ratios(figures: &[Figures]) -> (f64, f64) {
    (figures[1].rate / figures[0].rate, figures[1].cpu / figures[0].cpu)
}
