//! Resident memory with 100,000 users: just started, after all kinds of requests, and after a read of the largest group.

use crate::hub::{self, member_edit};
use crate::people::{self, user_name};
use crate::scenario::Setting;
use crate::seed::SPARE;
use crate::server::write_with_body;
use crate::wire::Wire;

pub(crate) fn memory(setting: &mut Setting) {
    let kept = setting.middle();
    let users = setting.options.middle;
    let seeded = hub::copy(&kept, &setting.place("memory"));
    let hub = hub::start(&setting.binary, &seeded);
    let mut wires: Vec<Wire> = (0..16).map(|_| Wire::open(hub.address).expect("it accepts")).collect();
    let mut number = 0;
    let mut ask = |request: &[u8], good: &[u16]| {
        number += 1;
        let at = number % wires.len();
        let (status, body) = wires[at].ask(request).expect("an answer");
        assert!(good.contains(&status), "{status}: {}", String::from_utf8_lossy(&body));
        body.len()
    };
    let (started, _) = hub.memory();
    for id in &seeded.users {
        ask(&hub.get(&format!("/Users/{id}")), &[200]);
    }
    for at in 0..users / 10 {
        let name = user_name(at * 10).replace('@', "%40");
        ask(&hub.get(&format!("/Users?filter=userName%20eq%20%22{name}%22")), &[200]);
    }
    for start in (1..users).step_by(1_000) {
        ask(&hub.get(&format!("/Users?startIndex={start}&count=1000")), &[200]);
    }
    let (mut request, create) = (Vec::new(), hub.head("POST", "/Users"));
    for at in 0..1_000 {
        request.clear();
        write_with_body(&mut request, &create, people::user(3_000_000 + at).to_string().as_bytes());
        ask(&request, &[201]);
    }
    for id in &seeded.users[seeded.users.len() - SPARE..] {
        for (add, group) in [(true, &seeded.groups[2]), (false, &seeded.groups[2])] {
            request.clear();
            let head = hub.head("PATCH", &format!("/Groups/{group}"));
            write_with_body(&mut request, &head, member_edit(add, id).as_bytes());
            ask(&request, &[200, 204]);
        }
    }
    let (now, highest) = hub.memory();
    println!(
        "memory at {users} users: started {started:.1} MB, after requests {now:.1} MB, at most {highest:.1} MB"
    );
    let size = ask(&hub.get(&format!("/Groups/{}", seeded.groups[2])), &[200]);
    let (_, with_group) = hub.memory();
    println!("after reading the largest group, {size} bytes: at most {with_group:.1} MB");
    let report = &mut setting.report;
    report.at_most(&format!("memory at {users} users, just started"), started, 100.0, " MB");
    report.at_most(
        &format!("memory at {users} users, highest under requests of all kinds"),
        highest,
        100.0,
        " MB",
    );
    report.at_most(
        &format!("memory at {users} users, highest with a read of the largest group"),
        with_group,
        100.0,
        " MB",
    );
}
