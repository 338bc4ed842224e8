//! The connector against services that fail.

use std::num::NonZeroU64;
use std::time::Duration;

use rollbook_provision::{AttributeChange, CallError, Connector};
use rollbook_standins::{Fault, Habits, Throttle};
use rollbook_store::FailureClass;

use crate::canned::{Canned, answer, typed};
use crate::support::{TOKEN, ann, connector, standin, value};

fn no_secret(error: &CallError) {
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn a_throttled_call_says_how_long_to_wait() {
    let every = NonZeroU64::MIN;
    let service =
        standin(Habits { throttle: Some(Throttle { every, retry_after: 17 }), ..Habits::default() }).await;
    let error = connector(&service.url(), "").create(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Throttled);
    assert_eq!(error.retry_after, Some(Duration::from_secs(17)));
    assert!(!error.ambiguous);
    assert!(service.users().is_empty());
}

#[tokio::test]
async fn a_retry_after_date_counts_from_the_clock_of_the_hub() {
    let header = "Retry-After: Sun, 22 Nov 2026 12:00:45 GMT\r\n";
    let service = Canned::start(vec![answer(503, header, "")]).await;
    let error = connector(&service.url, "").create(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Throttled);
    assert_eq!(error.retry_after, Some(Duration::from_secs(45)));
}

#[tokio::test]
async fn a_slow_service_is_given_up_in_time_and_may_have_done_it() {
    let service = standin(Habits { delay: Duration::from_secs(5), ..Habits::default() }).await;
    let impatient = connector(&service.url(), r#"{"timeout_seconds":1}"#);
    let error = impatient.create(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Transient);
    assert!(error.ambiguous);
    assert_eq!(error.failure.sentence, "The service did not answer within 1 s.");
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_the_account_is_found() {
    let service = standin(Habits { lose_answer: NonZeroU64::new(1), ..Habits::default() }).await;
    let connector = connector(&service.url(), "");
    let error = connector.create(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Transient);
    assert!(error.ambiguous);
    assert_eq!(connector.find(&ann()).await.unwrap().len(), 1);
    assert_eq!(service.counts().of("POST /Users"), 1, "the client must not try again by itself");
}

#[tokio::test]
async fn a_service_that_is_down_is_transient() {
    let service = standin(Habits { down_for: Some(Duration::from_secs(3600)), ..Habits::default() }).await;
    let connector = connector(&service.url(), "");
    assert_eq!(connector.probe().await.unwrap_err().failure.class, FailureClass::Transient);
    service.command(Fault::Up);
    connector.probe().await.unwrap();
    service.command(Fault::HangUp);
    let error = connector.create(&ann()).await.unwrap_err();
    assert_eq!((error.failure.class, error.ambiguous), (FailureClass::Transient, true));
    let url = service.url();
    service.stop().await;
    let error = crate::support::connector(&url, "").create(&ann()).await.unwrap_err();
    assert_eq!((error.failure.class, error.ambiguous), (FailureClass::Transient, false), "{error:?}");
}

#[tokio::test]
async fn one_user_that_is_refused_is_a_data_failure() {
    let service = standin(Habits { fail_user: Some("ann@example.org".into()), ..Habits::default() }).await;
    let error = connector(&service.url(), "").create(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Data);
    assert_eq!(error.failure.words.as_deref(), Some("`userName` is not acceptable to this service"));
}

#[tokio::test]
async fn a_redirect_is_a_wrong_address() {
    let elsewhere = Canned::start(vec![answer(201, "", r#"{"id":"1"}"#)]).await;
    let header = format!("Location: {}/Users?token={TOKEN}\r\n", elsewhere.url);
    let service = Canned::start(vec![answer(307, &header, "")]).await;
    let error = connector(&service.url, "").create(&ann()).await.unwrap_err();
    assert_eq!((error.failure.class, error.ambiguous), (FailureClass::Configuration, false));
    assert_eq!(error.failure.words, Some(format!("{}/Users", elsewhere.url)));
    no_secret(&error);
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_created_answer_without_an_id_is_an_ambiguous_data_failure() {
    for body in [r#"{"userName":"ann"}"#, r#"{"id":""}"#, r#"{"id":null}"#] {
        let service = Canned::start(vec![answer(201, "", body)]).await;
        let error = connector(&service.url, "").create(&ann()).await.unwrap_err();
        assert_eq!((error.failure.class, error.ambiguous), (FailureClass::Data, true), "{body}");
    }
    let service = Canned::start(vec![answer(201, "", r#"{"id":42}"#)]).await;
    assert_eq!(connector(&service.url, "").create(&ann()).await.unwrap().id, "42");
    let service = Canned::start(vec![answer(201, "", "")]).await;
    let error = connector(&service.url, "").create(&ann()).await.unwrap_err();
    assert!(error.ambiguous);
}

#[tokio::test]
async fn a_login_page_is_no_success() {
    let page = || typed(200, "text/html; charset=utf-8", "", "<html>Sign in</html>");
    let service = Canned::start(vec![page(), page(), page()]).await;
    let connector = connector(&service.url, "");
    let change = AttributeChange { path: "title".into(), value: Some(value(r#""Dr""#)) };
    let errors = [
        connector.update("1", &ann(), &[change]).await.unwrap_err(),
        connector.delete("User", "1").await.unwrap_err(),
        connector.probe().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.failure.class, FailureClass::Configuration, "{error:?}");
        assert!(error.failure.sentence.contains("web page"), "{error:?}");
    }
}

#[tokio::test]
async fn a_service_that_ignores_filters_makes_no_hit() {
    let everything = r#"{"totalResults":2,"Resources":[{"id":"1","userName":"bob","externalId":"X-ANN"},
        {"id":"2","userName":"ann@example.org.evil"}]}"#;
    let service = Canned::start(vec![answer(200, "", everything), answer(200, "", everything)]).await;
    assert_eq!(connector(&service.url, "").find(&ann()).await.unwrap(), []);
    assert_eq!(service.requests().len(), 2);
}

#[tokio::test]
async fn a_filter_that_is_not_implemented_is_passed_over() {
    let found = r#"{"totalResults":1,"Resources":[{"id":"7","userName":"Ann@Example.org"}]}"#;
    let service = Canned::start(vec![answer(501, "", ""), answer(200, "", found)]).await;
    assert_eq!(connector(&service.url, "").find(&ann()).await.unwrap()[0].id, "7");
}

#[tokio::test]
async fn a_service_that_repeats_the_credential_is_not_quoted() {
    let echoes = [
        format!(r#"{{"detail":"invalid token {TOKEN}","status":"401"}}"#),
        format!("upstream said: Authorization: Bearer {TOKEN}"),
        format!(r#"{{"Errors":[{{"description":"no: {TOKEN}"}}]}}"#),
    ];
    for echo in echoes {
        let service = Canned::start(vec![answer(401, "", &echo)]).await;
        let error = connector(&service.url, "").create(&ann()).await.unwrap_err();
        assert_eq!(error.failure.class, FailureClass::Credentials);
        assert!(error.failure.words.as_ref().unwrap().contains("[secret]"), "{error:?}");
        no_secret(&error);
    }
}
