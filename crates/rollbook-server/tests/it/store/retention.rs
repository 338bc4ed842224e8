//! The delivery log is cut to its size and to its age.

use std::time::Duration;

use rollbook_standins::{Habits, Standin};
use rollbook_testing::{Serve, user, wait_until};

use crate::binary;

#[test]
fn the_delivery_log_is_cut_by_number_and_by_age() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let service = runtime.block_on(Standin::start(Habits::default(), "a-token-of-the-service")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serve = Serve::new(binary(), &data);
    let hub = serve.start();
    let token = hub.cli().directory_with_token("acme");
    hub.cli().add_target("acme", "service", &service.url(), "a-token-of-the-service");
    let rows = |hub: &rollbook_testing::Process| {
        hub.cli().json(&["log", "acme", "service", "--limit", "1000"]).as_array().unwrap().len()
    };
    let client = hub.directory("acme", &token);
    for n in 0..20 {
        let _ = client.send("POST", "/Users", Some(&user(&format!("u{n}")))).id(201);
    }
    let all = wait_until(Duration::from_secs(30), || (rows(&hub) >= 20).then_some(()));
    assert!(all.is_some(), "{}", hub.cli().run(&["status"]).stdout);
    let (status, ..) = hub.stop();
    assert!(status.success());

    let hub = serve.clone().environment("ROLLBOOK_DELIVERY_LOG_ROWS", "8").start();
    let cut = wait_until(Duration::from_secs(10), || (rows(&hub) == 8).then_some(()));
    assert!(cut.is_some(), "{} rows", rows(&hub));
    let (status, ..) = hub.stop();
    assert!(status.success());

    let database = rusqlite::Connection::open(data.join("rollbook.db")).unwrap();
    let old = "UPDATE attempts SET at = at - 3 * 86400000 WHERE n % 2 = 0";
    assert_eq!(database.execute(old, []).unwrap(), 4);
    drop(database);
    let hub = serve.environment("ROLLBOOK_DELIVERY_LOG_DAYS", "2").start();
    let cut = wait_until(Duration::from_secs(10), || (rows(&hub) == 4).then_some(()));
    assert!(cut.is_some(), "{} rows", rows(&hub));
    // The links know all the same what the service holds.
    assert_eq!(hub.cli().json(&["status", "acme"])["targets"][0]["counts"]["in_sync"], 20);
    let (status, ..) = hub.stop();
    assert!(status.success());
    runtime.block_on(service.stop());
}
