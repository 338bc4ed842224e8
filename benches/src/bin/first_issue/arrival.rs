//! From the answer to a change (201 or 200, as the client receives it) to its arrival at a service on loopback.
//!
//! The service is a stand-in in this process that notes when a write is done. A change that arrives before its answer
//! counts as 0.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use rollbook_standins::{Accepted, Habits, Standin};
use rollbook_testing::{Client, Serve, Session, patch, user};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::figures::{Row, millis, quantile};

/// What a stand-in tells of the writes that it does.
type Arrivals = UnboundedReceiver<Accepted>;

/// Changes that are not counted: connections are made, caches fill.
const WARM_UP: usize = 50;

/// Changes that are counted.
const CHANGES: usize = 500;

/// Clients under load, and changes of each.
const LOAD: (usize, usize) = (4, 250);

/// Measures creates and updates one after the other, then creates from several clients at once.
pub(crate) fn measure(binary: &Path, folder: &Path) -> Vec<Row> {
    let runtime = Runtime::new().expect("a runtime");
    let service = runtime.block_on(Standin::start(Habits::default(), "a-token")).expect("a stand-in");
    let hub = Serve::new(binary, &folder.join("arrival")).start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token");
    let client = hub.directory("acme", &token);
    let mut arrivals = service.listen();
    let mut session = client.session();
    let mut ids = Vec::new();
    let mut creates = one_by_one(&mut arrivals, |number| {
        let (answered, id) = create(&mut session, &format!("u{number}"));
        ids.push(id);
        answered
    });
    let mut updates = one_by_one(&mut arrivals, |number| {
        let body = patch(&[("replace", "displayName", format!("Renamed {number}").into())]);
        let answer =
            session.send("PATCH", &format!("/Users/{}", ids[number]), Some(&body)).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
        Instant::now()
    });
    let (mut loaded, rate) = under_load(&client, &service, &mut arrivals);
    let what = "accepted change to its arrival";
    let mut rows = Vec::new();
    for (name, times) in [("a create at a time", &mut creates), ("an update at a time", &mut updates)] {
        rows.push(row(format!("{what}, {name}, {CHANGES} changes"), times, "p50 20 ms"));
    }
    let name = format!(
        "{what}, {} clients at full speed ({rate:.0} creates/s), {} changes",
        LOAD.0,
        LOAD.0 * LOAD.1
    );
    rows.push(row(name, &mut loaded, ""));
    rows
}

fn row(what: String, times: &mut [Duration], goal: &'static str) -> Row {
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(|share| millis(quantile(times, share)));
    Row { what, seen: format!("p50 {p50}, p99 {p99}, most {most}"), goal }
}

/// Makes a change, waits for its arrival, pauses, makes the next.
fn one_by_one(arrivals: &mut Arrivals, mut change: impl FnMut(usize) -> Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..WARM_UP + CHANGES {
        let answered = change(number);
        let arrived = arrivals.blocking_recv().expect("the stand-in runs").at.into_std();
        if number >= WARM_UP {
            times.push(arrived.saturating_duration_since(answered));
        }
        sleep(Duration::from_millis(2));
    }
    times
}

/// Several clients create users as fast as they can; also how many a second were accepted.
fn under_load(client: &Client, service: &Standin, arrivals: &mut Arrivals) -> (Vec<Duration>, f64) {
    let started = Instant::now();
    let threads: Vec<_> = (0..LOAD.0)
        .map(|worker| {
            let mut session = client.session();
            spawn(move || {
                let names = (0..LOAD.1).map(|number| format!("l{worker}-{number}"));
                names
                    .map(|name| (format!("{name}@example.com"), create(&mut session, &name).0))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let answered: BTreeMap<String, Instant> =
        threads.into_iter().flat_map(|thread| thread.join().expect("it ends")).collect();
    let rate = f64::from(u32::try_from(answered.len()).expect("few")) / started.elapsed().as_secs_f64();
    let arrived: Vec<Accepted> =
        answered.iter().map(|_| arrivals.blocking_recv().expect("the stand-in runs")).collect();
    let names: BTreeMap<String, String> = service
        .users()
        .iter()
        .map(|it| {
            [it.id(), it.get("userName").and_then(|name| name.as_str())]
                .map(|it| it.expect("both").to_owned())
        })
        .map(|[id, name]| (id, name))
        .collect();
    let times = arrived
        .iter()
        .map(|it| it.at.into_std().saturating_duration_since(answered[&names[&it.id]]))
        .collect();
    (times, rate)
}

/// Creates a user; when the answer came, and the user's id.
fn create(session: &mut Session, name: &str) -> (Instant, String) {
    let answer = session.send("POST", "/Users", Some(&user(name))).expect("an answer");
    let answered = Instant::now();
    (answered, answer.id(201))
}
