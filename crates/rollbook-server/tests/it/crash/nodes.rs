//! Several hubs on one PostgreSQL database: each takes requests, one at a time delivers to a target, and another takes over
//! when that one dies or stands still.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rollbook_standins::Standin;
use rollbook_testing::{Client, Postgres, Process, Random, Serve, command, user, wait_until};

use super::worker::Worker;
use super::{converged, holdings, lossy};
use crate::binary;

/// How soon another node must deliver (promise P2).
const TAKEOVER: Duration = Duration::from_secs(15);

const SECRET: &str = "a-token-of-the-service";

/// A node with a data directory of its own, and the key of the first one.
fn node(folder: &Path, name: &str, database: &str) -> Serve {
    let serve = Serve::new(binary(), &folder.join(name)).environment("ROLLBOOK_DATABASE", database);
    if name == "a" {
        return serve;
    }
    serve.environment("ROLLBOOK_KEY_FILE", folder.join("a/rollbook.key").to_str().unwrap())
}

/// Runs a verb, or a server that is to be refused, over a data directory and a database.
fn run(folder: &Path, name: &str, database: &str, arguments: &[&str]) -> (i32, String) {
    let mut run = command(binary());
    run.arg("--data").arg(folder.join(name)).args(arguments).env("ROLLBOOK_DATABASE", database);
    let output = run.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn nodes_share_a_database_and_a_key() {
    let Some(bin) = Postgres::programs() else { return };
    let server = Postgres::start(&bin, false);
    let (folder, database) = (tempfile::tempdir().unwrap(), server.address("postgres"));
    let folder = folder.path();
    // The first verb makes the tables and the key.
    assert_eq!(run(folder, "a", &database, &["directory", "add", "Acme"]).0, 0);
    let (code, said) = run(folder, "b", &database, &["directory", "list"]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("b/rollbook.key` is missing, but there is a database"), "{said}");
    assert!(said.contains("from another node"), "{said}");
    // A key of another hub does not fit.
    assert_eq!(run(folder, "b", &server.address("template1"), &["directory", "add", "Other"]).0, 0);
    let (code, said) = run(folder, "b", &database, &["directory", "list"]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("does not fit the PostgreSQL database"), "{said}");
    std::fs::copy(folder.join("a/rollbook.key"), folder.join("b/rollbook.key")).unwrap();
    let (code, said) = run(folder, "b", &database, &["directory", "list"]);
    assert!(code == 0 && said.contains("acme"), "{said}");
    let nowhere = "postgres://rollbook:hunter2@127.0.0.1:1/rollbook?connect_timeout=2";
    let (code, said) = run(folder, "b", nowhere, &["status"]);
    assert!(code == 5 && said.contains("the PostgreSQL server cannot be used"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");

    // A token that one node has made, and one that it revokes, count at the other one at once.
    let (a, b) = (node(folder, "a", &database).start(), node(folder, "b", &database).start());
    let made = a.cli().json(&["token", "create", "acme"]);
    let token = made["token"].as_str().unwrap().to_owned();
    let (at_a, at_b) = (a.directory("acme", &token), b.directory("acme", &token));
    let id = at_a.send("POST", "/Users", Some(&user("ann"))).id(201);
    assert_eq!(at_b.send("GET", &format!("/Users/{id}"), None).status, 200);
    assert_eq!(at_b.send("POST", "/Users", Some(&user("ann"))).status, 409);
    assert_eq!(at_b.send("DELETE", &format!("/Users/{id}"), None).status, 204);
    assert_eq!(at_a.send("GET", &format!("/Users/{id}"), None).status, 404);
    let tokens = b.cli().json(&["token", "list", "acme"]);
    let token = tokens.as_array().and_then(|tokens| tokens[0]["id"].as_str()).unwrap().to_owned();
    assert_eq!(b.cli().run(&["token", "revoke", "acme", &token]).code, Some(0));
    assert_eq!(at_a.send("GET", "/Users", None).status, 401);

    // Without its database a node is alive, and not ready.
    let probe = Client::new(&a.base_url, "");
    let status = |path: &str| probe.session().get(path).unwrap().status;
    assert_eq!((status("/livez"), status("/readyz")), (200, 200));
    drop(server);
    let unready = wait_until(TAKEOVER, || (status("/readyz") == 503).then_some(()));
    assert!(unready.is_some(), "{}", a.logs());
    assert_eq!(status("/livez"), 200);
}

#[test]
fn another_node_delivers_when_one_dies_or_stands_still() {
    let Some(bin) = Postgres::programs() else { return };
    let seed = Random::seed_from("ROLLBOOK_TEST_SEED");
    println!("ROLLBOOK_TEST_SEED={seed} repeats the choices of this run");
    let mut random = Random::new(seed);
    let server = Postgres::start(&bin, false);
    let (folder, database) = (tempfile::tempdir().unwrap(), server.address("postgres"));
    let folder = folder.path();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let service: Standin = runtime.block_on(Standin::start(lossy(), SECRET)).unwrap();
    let served = Client::new(&service.url(), SECRET);

    let a = node(folder, "a", &database).start();
    let token = a.cli().directory_with_token("acme");
    a.cli().add_target("acme", "service", &service.url(), SECRET);
    assert!(wait_until(TAKEOVER, || delivers(&a).then_some(())).is_some(), "{}", a.logs());
    let b = node(folder, "b", &database).start();
    let (at_a, at_b) = (a.directory("acme", &token), b.directory("acme", &token));
    let mut workers = |count: usize, from: usize| -> Vec<Worker> {
        (from..from + count).map(|number| Worker::new(number, random.bits())).collect()
    };

    // Both take requests; the one that delivers is killed.
    let (first, second) = (Load::start(workers(2, 0), &at_a), Load::start(workers(2, 2), &at_b));
    thread::sleep(Duration::from_secs(2));
    assert!(!delivers(&b), "two nodes work on one target:\n{}", b.logs());
    a.kill_9();
    let killed = Instant::now();
    let mut cut_off = first.end();
    arrives(&at_b, &served, "after-the-kill", killed);
    println!("killed; another node delivers after {:?}", killed.elapsed());
    let mut workers_of_b = second.end();
    let held = holdings(&mut at_b.session()).unwrap();
    for worker in cut_off.iter_mut().chain(&mut workers_of_b) {
        worker.settle(&held, &at_b).unwrap_or_else(|lines| panic!("seed {seed}: {lines}"));
    }

    // The other one stands still for longer than its lease, and goes on.
    let a = node(folder, "a", &database).start();
    let at_a = a.directory("acme", &token);
    assert!(!delivers(&a), "two nodes work on one target:\n{}", a.logs());
    let load = Load::start(workers(2, 4), &at_a);
    thread::sleep(Duration::from_millis(500));
    signal(&b, "STOP");
    let stopped = Instant::now();
    arrives(&at_a, &served, "after-the-stop", stopped);
    println!("stopped; another node delivers after {:?}", stopped.elapsed());
    signal(&b, "CONT");
    thread::sleep(Duration::from_secs(1));
    let mut more = load.end();
    let held = converged(&a, &at_b, &served);
    for worker in cut_off.iter_mut().chain(&mut workers_of_b).chain(&mut more) {
        worker.settle(&held, &at_a).unwrap_or_else(|lines| panic!("seed {seed}: {lines}"));
    }
    let answered: usize = [cut_off, workers_of_b, more].iter().flatten().map(Worker::answered).sum();
    assert!(answered > 150, "hardly any load: {answered}");
    println!("{answered} changes answered, all there; the service holds {} users", held.users.len());

    // A node that ends in order hands over at once.
    let began = Instant::now();
    let (status, ..) = a.stop();
    assert!(status.success());
    arrives(&at_b, &served, "after-the-end", began);
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    drop(b);
    runtime.block_on(service.stop());
}

/// Whether this node has said that it works on a target.
fn delivers(node: &Process) -> bool {
    node.logs().contains("provisioning starts")
}

/// Creates a user and waits until the service has it.
fn arrives(hub: &Client, service: &Client, name: &str, since: Instant) {
    let body = user(name);
    let name = body["userName"].as_str().unwrap().to_owned();
    hub.send("POST", "/Users", Some(&body)).id(201);
    let path = format!("/Users?filter=userName%20eq%20%22{name}%22");
    let there = wait_until(TAKEOVER.saturating_sub(since.elapsed()), || {
        thread::sleep(Duration::from_millis(100));
        let found = service.session().get(&path).ok()?.json();
        (found["totalResults"] == 1).then_some(())
    });
    assert!(there.is_some(), "`{name}` has not arrived after {:?}", since.elapsed());
}

fn signal(process: &Process, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(process.pid().to_string()).status();
    assert!(sent.unwrap().success());
}

/// Workers that change things until they are told to end, or cut off.
struct Load {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Worker>>,
}

impl Load {
    fn start(workers: Vec<Worker>, client: &Client) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let thread = |mut worker: Worker| {
            let (mut session, over) = (client.session(), Arc::clone(&over));
            thread::spawn(move || {
                while worker.change(&mut session) && !over.load(Ordering::Relaxed) {
                    // The service is to keep up with it.
                    thread::sleep(Duration::from_millis(60));
                }
                worker
            })
        };
        let threads = workers.into_iter().map(thread).collect();
        Self { over, threads }
    }

    fn end(self) -> Vec<Worker> {
        self.over.store(true, Ordering::Relaxed);
        self.threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    }
}
