//! Resident memory at rest.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rollbook_testing::{Process, Serve, user};

use crate::USERS;
use crate::figures::Row;

/// How long the hub is left alone before it is looked at.
const REST: Duration = Duration::from_secs(5);

/// Looks at a hub without data, at one with users, and at one that has just taken them.
pub(crate) fn measure(binary: &Path, empty: &Path, filled: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, data) in [("no user", empty), ("1,000 users", filled)] {
        let hub = Serve::new(binary, data).start();
        rows.push(at_rest(&hub, &format!("{name}, just started")));
    }
    let hub = Process::ephemeral(binary);
    let mut session = hub.client().session();
    for number in 0..USERS {
        let answer = session.send("POST", "/Users", Some(&user(&format!("u{number}")))).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let answer = session.get("/Users?count=1000").expect("an answer");
    assert_eq!(answer.status, 200);
    rows.push(at_rest(&hub, "after taking 1,000 users and listing them"));
    rows
}

fn at_rest(hub: &Process, what: &str) -> Row {
    sleep(REST);
    let status = std::fs::read_to_string(format!("/proc/{}/status", hub.pid())).expect("Linux");
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: f64 =
        kilobytes.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).expect("a number of kB");
    Row {
        what: format!("resident memory, {what}"),
        seen: format!("{:.1} MB", kilobytes / 1024.0),
        goal: "40 MB",
    }
}
