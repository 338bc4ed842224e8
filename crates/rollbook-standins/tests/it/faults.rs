//! What a stand-in does wrong on command.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use http::Method;
use rollbook_standins::{Fault, Habits, Throttle};

use crate::support::{call, create, start, try_call};

const ANN: &str = r#"{"userName":"ann","externalId":"x1"}"#;

#[tokio::test]
async fn every_third_request_is_throttled() {
    let every = NonZeroU64::new(3).unwrap();
    let service =
        start(Habits { throttle: Some(Throttle { every, retry_after: 7 }), ..Habits::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let answer = call(&service, "GET", "/Users", "").await;
        assert_eq!(answer.status == 429, answer.head.contains("retry-after: 7"));
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 200, 429, 200, 200, 429]);
    service.command(Fault::Throttle(None));
    for _ in 0..3 {
        assert_eq!(call(&service, "GET", "/Users", "").await.status, 200);
    }
}

#[tokio::test]
async fn a_service_is_down_for_a_time_and_until_it_is_up() {
    let service = start(Habits { down_for: Some(Duration::from_millis(300)), ..Habits::default() }).await;
    assert_eq!(call(&service, "POST", "/Users", ANN).await.status, 503);
    tokio::time::sleep(Duration::from_millis(310)).await;
    assert_eq!(call(&service, "GET", "/Users", "").await.status, 200);
    service.command(Fault::Down(None));
    assert_eq!(call(&service, "GET", "/Users", "").await.status, 503);
    service.command(Fault::HangUp);
    assert!(try_call(&service, "token", "POST", "/Users", ANN).await.is_none());
    service.command(Fault::Up);
    assert_eq!(call(&service, "GET", "/Users", "").await.text("totalResults"), "0");
    assert_eq!(service.counts().of("POST /Users"), 2);
}

#[tokio::test]
async fn a_lost_answer_is_of_a_post_that_was_done() {
    let service = start(Habits { lose_answer: NonZeroU64::new(2), ..Habits::default() }).await;
    create(&service, "/Users", ANN).await;
    // Refused posts do not count: nothing was done.
    assert_eq!(call(&service, "POST", "/Users", ANN).await.status, 409);
    assert!(try_call(&service, "token", "POST", "/Users", r#"{"userName":"bob"}"#).await.is_none());
    assert_eq!(service.sizes(), (2, 0));
    service.command(Fault::LoseAnswers(None));
    create(&service, "/Users", r#"{"userName":"carl"}"#).await;
    create(&service, "/Users", r#"{"userName":"dora"}"#).await;
}

#[tokio::test]
async fn one_user_can_be_refused() {
    let service = start(Habits { fail_user: Some("ann".to_owned()), ..Habits::default() }).await;
    assert_eq!(call(&service, "POST", "/Users", ANN).await.status, 400);
    let bob = create(&service, "/Users", r#"{"userName":"bob"}"#).await;
    assert_eq!(call(&service, "PUT", &format!("/Users/{bob}"), ANN).await.status, 400);
    service.command(Fault::FailUser(None));
    create(&service, "/Users", ANN).await;
}

#[tokio::test]
async fn external_ids_can_be_ignored_or_not_filtered_by() {
    let service = start(Habits { no_external_id: true, ..Habits::default() }).await;
    create(&service, "/Users", ANN).await;
    assert_eq!(service.users()[0].external_id(), None);
    let by_external_id = "/Users?filter=externalId%20eq%20%22x1%22";
    assert_eq!(call(&service, "GET", by_external_id, "").await.text("totalResults"), "0");
    service
        .command(Fault::Habits(Habits { unfilterable: vec!["externalId".to_owned()], ..Habits::default() }));
    let answer = call(&service, "GET", by_external_id, "").await;
    assert_eq!((answer.status, answer.text("scimType")), (400, "invalidFilter".to_owned()));
}

#[tokio::test]
async fn patch_groups_and_tokens_can_be_taken_away() {
    let service = start(Habits::default()).await;
    let group = create(&service, "/Groups", r#"{"displayName":"Staff"}"#).await;
    service.command(Fault::Patch(false));
    assert_eq!(call(&service, "PATCH", &format!("/Groups/{group}"), "{}").await.status, 405);
    service.command(Fault::Groups(false));
    assert_eq!(call(&service, "GET", &format!("/Groups/{group}"), "").await.status, 404);
    service.command(Fault::Groups(true));
    assert_eq!(call(&service, "GET", &format!("/Groups/{group}"), "").await.status, 200);
    service.command(Fault::Token("new".to_owned()));
    assert_eq!(call(&service, "GET", "/Users", "").await.status, 401);
    assert_eq!(try_call(&service, "new", "GET", "/Users", "").await.unwrap().status, 200);
}

#[tokio::test]
async fn answers_can_take_their_time() {
    let service = start(Habits::default()).await;
    service.command(Fault::Delay(Duration::from_millis(200)));
    let start = Instant::now();
    assert_eq!(call(&service, "GET", "/Users", "").await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_listener_hears_of_writes_and_of_nothing_else() {
    let service = start(Habits { lose_answer: NonZeroU64::new(2), ..Habits::default() }).await;
    let mut heard = service.listen();
    let id = create(&service, "/Users", ANN).await;
    call(&service, "POST", "/Users", ANN).await;
    call(&service, "GET", "/Users", "").await;
    assert!(try_call(&service, "token", "POST", "/Groups", r#"{"displayName":"Staff"}"#).await.is_none());
    call(&service, "DELETE", &format!("/Users/{id}"), "").await;
    let group = service.groups()[0].id().unwrap().to_owned();
    for (method, resource_type, id) in
        [(Method::POST, "User", &id), (Method::POST, "Group", &group), (Method::DELETE, "User", &id)]
    {
        let accepted = heard.try_recv().unwrap();
        assert_eq!((accepted.method, accepted.resource_type, &accepted.id), (method, resource_type, id));
    }
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn a_stopped_service_is_gone_and_two_share_no_ids() {
    let (first, second) = (start(Habits::default()).await, start(Habits::default()).await);
    assert_ne!(create(&first, "/Users", ANN).await, create(&second, "/Users", ANN).await);
    let host = first.url().replace("http://", "");
    first.stop().await;
    assert!(tokio::net::TcpStream::connect(host).await.is_err());
}

#[tokio::test]
async fn the_last_requests_are_kept_whole() {
    let service = start(Habits::default()).await;
    create(&service, "/Users", ANN).await;
    let [seen] = service.requests().try_into().unwrap();
    assert_eq!((seen.method, seen.uri.to_string()), (Method::POST, "/Users".to_owned()));
    assert_eq!(seen.body, ANN);
    assert_eq!(seen.headers["authorization"], "Bearer token");
    service.reset_counts();
    assert_eq!((service.requests().len(), service.counts().total()), (0, 0));
}
