//! A flood of one directory does not stand in front of another one's requests.
//!
//! Time says little on a busy machine, so this counts: how many requests of the flood are answered while another
//! directory's one is on its way. On one thread with a fair queue alone it is as many as the flood has connections.

use std::cell::Cell;
use std::rc::Rc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::support::{Hub, OTHER_TOKEN, TOKEN};

/// How many connections the flood has.
const FLOOD: usize = 256;

fn get(path: &str, token: &str) -> Request<Full<Bytes>> {
    let request = Request::get(path).header("Authorization", format!("Bearer {token}"));
    request.body(Full::default()).unwrap()
}

/// How many requests of the flood are answered during a request of the other directory: the most, but for one in 20.
async fn flooded(path: &'static str, token: &'static str, status: u16) -> usize {
    let hub = Hub::new().await;
    for number in 0..20 {
        hub.user(&format!("user{number}")).await;
    }
    let (answered, is_over) = (Rc::new(Cell::new(0_usize)), Rc::new(Cell::new(false)));
    let local = tokio::task::LocalSet::new();
    for _ in 0..FLOOD {
        let (service, answered, is_over) = (hub.service.clone(), Rc::clone(&answered), Rc::clone(&is_over));
        local.spawn_local(async move {
            while !is_over.get() {
                let answer = service.handle(get(path, token)).await;
                assert_eq!(answer.status(), status);
                answered.set(answered.get() + 1);
                // The next request comes over the network.
                tokio::task::yield_now().await;
            }
        });
    }
    let mut waits = local
        .run_until(async {
            let mut waits = Vec::new();
            for _ in 0..120 {
                let before = answered.get();
                tokio::task::yield_now().await;
                let answer = hub.service.handle(get("/scim/v2/other/Users", OTHER_TOKEN)).await;
                assert_eq!(answer.status(), 200);
                waits.push(answered.get() - before);
            }
            is_over.set(true);
            waits.split_off(20)
        })
        .await;
    waits.sort_unstable();
    waits[waits.len() * 95 / 100]
}

#[tokio::test]
async fn a_flood_of_reads_delays_others_by_a_few_requests() {
    let most = flooded("/scim/v2/demo/Users?count=1", TOKEN, 200).await;
    assert!(most <= FLOOD / 8, "{most} requests of the flood came first");
}

#[tokio::test]
async fn a_flood_without_credentials_does_so_too() {
    let most = flooded("/scim/v2/demo/Users", "nothing", 401).await;
    assert!(most <= FLOOD / 8, "{most} requests of the flood came first");
}
