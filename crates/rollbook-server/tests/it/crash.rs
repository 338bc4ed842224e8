//! `kill -9` of the real process at random moments under load (promises P1, P2, P3).
//!
//! Several threads change their own users and groups and keep a model of what was answered. The process is killed,
//! started again on the same data, and must hold exactly what each model says; a request whose answer was cut off may
//! have had its effect or not, nothing between. At the end the service must hold exactly what the hub holds, each
//! account once, although it loses answers too.

mod model;
mod nodes;
mod worker;

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rollbook_standins::{Habits, Standin};
use rollbook_testing::{Client, Holdings, Process, Random, Serve, holdings, wait_until};

use self::worker::Worker;
use crate::binary;

/// How often it is killed.
const ROUNDS: usize = 8;

/// How many threads change things at the same time.
const WORKERS: usize = 4;

/// How long the service may take to hold everything at the end.
const PATIENCE: Duration = Duration::from_secs(90);

#[test]
fn kill_9_under_load_loses_no_answered_change_and_doubles_no_account() {
    let seed = Random::seed_from("ROLLBOOK_TEST_SEED");
    println!("ROLLBOOK_TEST_SEED={seed} repeats the choices of this run");
    let mut random = Random::new(seed);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let service = runtime.block_on(Standin::start(lossy(), "a-token-of-the-service")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::new(binary(), &folder.path().join("data"));

    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    // The same address each time, as a restarted server has.
    let serve = serve.listen(hub.address());
    let client = hub.directory("acme", &token);
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| Worker::new(number, random.bits())).collect();
    let mut running = Some(hub);
    let mut answered = 0;
    for round in 1..=ROUNDS {
        let hub = running.take().unwrap_or_else(|| serve.start());
        let load = Duration::from_millis(300 + u64::try_from(random.below(1500)).unwrap());
        workers = under_load(workers, &client, hub, load);
        let hub = serve.start();
        let held =
            holdings(&mut client.session()).unwrap_or_else(|sentence| panic!("round {round}: {sentence}"));
        for worker in &mut workers {
            worker
                .settle(&held, &client)
                .unwrap_or_else(|lines| panic!("seed {seed}, round {round}: {lines}"));
        }
        assert_eq!(
            held.users.len(),
            workers.iter().map(|it| it.model().users.len()).sum::<usize>(),
            "strangers"
        );
        answered = workers.iter().map(Worker::answered).sum();
        println!("round {round}: killed after {load:?}; {answered} changes answered so far, all there");
        running = Some(hub);
    }
    let hub = running.take().unwrap();
    assert!(answered > 50 * ROUNDS, "hardly any load: {answered}");
    let held = converged(&hub, &client, &Client::new(&service.url(), "a-token-of-the-service"));
    println!(
        "the service holds {} users and {} groups, as the hub does",
        held.users.len(),
        held.groups.len()
    );
    let (status, ..) = hub.stop();
    assert!(status.success());
    runtime.block_on(service.stop());
}

/// Every 7th POST is done, but its answer is lost: only a look-up tells that the account is there, since this service takes
/// a second one of the same name.
fn lossy() -> Habits {
    Habits { lose_answer: NonZeroU64::new(7), unique_user_names: false, ..Habits::default() }
}

/// Lets the workers change things for a time, then kills the server under them.
fn under_load(workers: Vec<Worker>, client: &Client, hub: Process, load: Duration) -> Vec<Worker> {
    let over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            let (mut session, over) = (client.session(), Arc::clone(&over));
            thread::spawn(move || {
                while worker.change(&mut session) && !over.load(Ordering::Relaxed) {}
                worker
            })
        })
        .collect();
    thread::sleep(load);
    hub.kill_9();
    over.store(true, Ordering::Relaxed);
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Waits until the service holds exactly what the hub holds; two accounts of one name never do.
fn converged(hub: &Process, client: &Client, service: &Client) -> Holdings {
    let wanted = holdings(&mut client.session()).unwrap();
    let mut last = Vec::new();
    let held = wait_until(PATIENCE, || {
        thread::sleep(Duration::from_millis(200));
        match holdings(&mut service.session()) {
            Ok(held) => {
                last = wanted.differences(&held);
                last.is_empty().then_some(held)
            }
            Err(sentence) => {
                last = vec![sentence];
                None
            }
        }
    });
    let status = || hub.cli().run(&["status"]).stdout;
    let held = held.unwrap_or_else(|| {
        panic!(
            "{} differences, hub against service: {:#?}\n{}",
            last.len(),
            last.iter().take(5).collect::<Vec<_>>(),
            status()
        )
    });
    let well = wait_until(PATIENCE, || {
        let counts = &hub.cli().json(&["status", "acme"])["targets"][0]["counts"];
        let open = ["pending", "waiting", "retrying", "failed"].iter().any(|kind| counts[*kind] != 0);
        (!open).then_some(())
    });
    assert!(well.is_some(), "deliveries are open though everything is there:\n{}", status());
    held
}
