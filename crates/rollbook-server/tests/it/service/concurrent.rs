//! Many clients at one group: none of them loses a member.

use std::collections::BTreeSet;
use std::thread;

use rollbook_testing::{Client, Process, group, member_edit, user};

use crate::binary;

/// How many clients there are, and how many members they add in all.
const CLIENTS: usize = 16;
const MEMBERS: usize = 1_000;

#[test]
fn a_thousand_members_added_by_sixteen_clients_are_all_there() {
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    let group = client.send("POST", "/Groups", Some(&group("Everyone", &[]))).id(201);
    let path = format!("/Groups/{group}");
    let workers: Vec<_> = (0..CLIENTS)
        .map(|worker| {
            let (client, path) = (client.clone(), path.clone());
            thread::spawn(move || work(&client, &path, worker))
        })
        .collect();
    let added: BTreeSet<String> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    assert_eq!(added.len(), MEMBERS);
    assert_eq!(members(&client, &path), added);

    // And out again, half of them, while the other half is added once more.
    let (out, stay): (Vec<_>, Vec<_>) = added.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let lists = [(false, out), (true, stay.clone())].map(|(add, list)| {
        let (client, path) = (client.clone(), path.clone());
        thread::spawn(move || {
            let mut session = client.session();
            for (_, id) in list {
                let answer = session.send("PATCH", &path, Some(&member_edit(add, &id))).unwrap();
                assert!(matches!(answer.status, 200 | 204), "{}", answer.text());
            }
        })
    });
    for list in lists {
        list.join().unwrap();
    }
    assert_eq!(members(&client, &path), stay.into_iter().map(|(_, id)| id).collect());
}

#[test]
fn two_creates_of_one_name_at_once_are_one_user() {
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    for round in 0..20 {
        let name = format!("twin-{round}");
        let twins: Vec<_> = (0..8)
            .map(|_| {
                let (client, name) = (client.clone(), name.clone());
                thread::spawn(move || client.send("POST", "/Users", Some(&user(&name))).status)
            })
            .collect();
        let mut answers: Vec<u16> = twins.into_iter().map(|twin| twin.join().unwrap()).collect();
        answers.sort_unstable();
        assert_eq!(answers, [201, 409, 409, 409, 409, 409, 409, 409], "round {round}");
    }
    assert_eq!(client.send("GET", "/Users?count=0", None).json()["totalResults"], 20);
}

/// Creates this worker's users and adds each to the group by a PATCH of its own.
fn work(client: &Client, path: &str, worker: usize) -> Vec<String> {
    let mut session = client.session();
    let mut added = Vec::new();
    for number in (worker..MEMBERS).step_by(CLIENTS) {
        let id = session.send("POST", "/Users", Some(&user(&format!("user-{number}")))).unwrap().id(201);
        let answer = session.send("PATCH", path, Some(&member_edit(true, &id))).unwrap();
        assert!(matches!(answer.status, 200 | 204), "{}", answer.text());
        added.push(id);
    }
    added
}

fn members(client: &Client, path: &str) -> BTreeSet<String> {
    let group = client.send("GET", path, None).json();
    let members: Vec<&str> = match group["members"].as_array() {
        Some(members) => members.iter().map(|member| member["value"].as_str().unwrap()).collect(),
        None => Vec::new(),
    };
    let set: BTreeSet<String> = members.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(set.len(), members.len(), "a member is there twice");
    set
}
