//! The outgoing HTTP client.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use rollbook_connectors::{AddressPolicy, AddressRefusal, HttpClient, HttpError, HttpLimits};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::canned::{Canned, answer};
use crate::support::http;

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

fn guarded(policy: AddressPolicy) -> HttpClient {
    HttpClient::new(policy, HttpLimits::default())
}

#[tokio::test]
async fn a_refused_address_is_not_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        for scheme in ["http", "https"] {
            if scheme == "https" && host.starts_with(['0', '2']) {
                continue; // no name that a certificate can have
            }
            let error =
                guarded(AddressPolicy::default()).send(get(&format!("{scheme}://{host}:{port}/"))).await;
            let error = error.unwrap_err();
            assert!(matches!(error, HttpError::Refused(AddressRefusal::NotPublic(..))), "{host}: {error:?}");
            assert!(!error.may_have_arrived());
        }
    }
    let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "somebody connected");
}

#[tokio::test]
async fn metadata_addresses_are_refused_by_the_most_open_policy() {
    for host in ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"] {
        let error =
            guarded(AddressPolicy::open()).send(get(&format!("http://{host}/latest"))).await.unwrap_err();
        assert!(matches!(error, HttpError::Refused(AddressRefusal::Metadata(_))), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Canned::start(vec![answer(200, "", "{}")]).await;
    let service = Canned::start(vec![answer(302, &format!("Location: {}/x\r\n", elsewhere.url), "")]).await;
    let answer = http().send(get(&service.url)).await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(elsewhere.requests().len(), 0);
    assert_eq!(service.requests().len(), 1);
}

#[tokio::test]
async fn a_silent_service_runs_into_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let limit = Duration::from_millis(100);
    let start = Instant::now();
    let error = http().with_timeout(limit).send(get(&url)).await.unwrap_err();
    assert_eq!(error, HttpError::Timeout(limit));
    assert!(error.may_have_arrived());
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_handshake_that_hangs_is_no_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let limits = HttpLimits { connect_timeout: Duration::from_millis(100), ..HttpLimits::default() };
    let error = HttpClient::new(AddressPolicy::loopback(), limits).send(get(&url)).await.unwrap_err();
    assert_eq!(error, HttpError::Connect("none was made within 0.1 s".to_owned()));
    assert!(!error.may_have_arrived());
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    let policy = AddressPolicy::loopback();
    let client = HttpClient::new(policy, HttpLimits { max_body: 10, ..HttpLimits::default() });
    let service = Canned::start(vec![answer(200, "", "0123456789"), answer(200, "", "0123456789a")]).await;
    assert_eq!(client.send(get(&service.url)).await.unwrap().body, "0123456789");
    assert_eq!(client.send(get(&service.url)).await.unwrap_err(), HttpError::TooLarge(10));
}

#[tokio::test]
async fn failures_to_connect_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let error = http().send(get(&format!("http://{closed}/"))).await.unwrap_err();
    assert!(matches!(&error, HttpError::Connect(reason) if reason.contains("refused")), "{error:?}");
    assert!(!error.may_have_arrived());

    let error = http().send(get("http://no-such-host.invalid/")).await.unwrap_err();
    assert!(matches!(&error, HttpError::Resolve { host, .. } if host == "no-such-host.invalid"), "{error:?}");

    // A service that speaks no TLS on the port of an https address.
    let service = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", service.local_addr().unwrap());
    let plain = tokio::spawn(async move {
        let (mut stream, _) = service.accept().await.unwrap();
        stream.write_all(answer(400, "", "").as_bytes()).await.unwrap();
        stream
    });
    let error = http().send(get(&url)).await.unwrap_err();
    drop(plain.await);
    assert!(matches!(error, HttpError::Tls(_)), "{error:?}");
    assert!(!error.may_have_arrived());

    let service = Canned::start(vec![]).await;
    let error = http().send(get(&service.url)).await.unwrap_err();
    assert!(matches!(error, HttpError::Broken(_)), "{error:?}");
    assert!(error.may_have_arrived());
}

#[tokio::test]
async fn an_address_that_is_none_is_said_to_be_wrong() {
    for url in ["ftp://127.0.0.1/", "/Users", "http://ann:secret@127.0.0.1/", "https://2130706433/"] {
        let error = http().send(get(url)).await.unwrap_err();
        assert!(matches!(error, HttpError::Address(_)), "{url}: {error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn the_hub_says_who_it_is() {
    let service = Canned::start(vec![answer(200, "", "")]).await;
    http().send(get(&service.url)).await.unwrap();
    assert!(service.requests()[0].contains("user-agent: rollbook/"), "{:?}", service.requests());
}
