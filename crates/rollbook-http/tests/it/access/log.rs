//! The inbound request log: whose it is, what it says, what it never holds.

use std::net::SocketAddr;

use base64::Engine as _;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rollbook_http::{LogLimits, Peer};
use rollbook_store::{DirectoryId, Settings as _};

use super::{BETA, READER, Site, TOKEN, lines};

fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::default()).unwrap()
}

#[tokio::test]
async fn every_request_is_a_record_of_its_directory() {
    let site = Site::new().await;
    let made = site.call(TOKEN, "POST", "/scim/v2/acme/Users", r#"{"userName":"ann"}"#).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    site.call(TOKEN, "GET", &format!("/usergroup/scim/v2/Users/{id}?attributes=userName"), "").await;
    site.call(TOKEN, "POST", "/scim/v2/id-a/Users", r#"{"userName":"ann"}"#).await;
    site.call(TOKEN, "GET", "/scim/v2/acme/Users?filter=pass%20eq", "").await;
    site.call(TOKEN, "BREW", "/scim/v2/acme/Users", "").await;
    site.call(TOKEN, "GET", "/scim/v2/acme/Users/ann@example.com", "").await;
    site.call(READER, "DELETE", &format!("/scim/v2/acme/Users/{id}"), "").await;
    // Refused before authentication, and still of the directory that the path names.
    site.send(request("GET", "/scim/v2/acme/Groups", &[])).await;
    site.send(request("GET", "/scim/v2/acme/Groups", &[("Authorization", "Basic YTpi")])).await;
    site.call("rbs_abc", "GET", "/scim/v2/acme/Groups", "").await;
    site.call("eyJhbGciOiJub25lIn0.e30.", "GET", "/scim/v2/acme/Groups", "").await;
    site.send(request("GET", "/scim/v2/acme/ServiceProviderConfig", &[])).await;
    let records = site.records(Some("id-a")).await;
    let expected = [
        "POST /scim/v2/acme/Users 201 rb_acme -".to_owned(),
        format!("GET /usergroup/scim/v2/Users/{id} 200 rb_acme -"),
        "POST /scim/v2/id-a/Users 409 rb_acme another resource has a value that must be unique".to_owned(),
        "GET /scim/v2/acme/Users 400 rb_acme the filter is not valid".to_owned(),
        "… /scim/v2/acme/Users 405 rb_acme the method is not allowed here".to_owned(),
        "GET /scim/v2/acme/Users/… 404 rb_acme there is nothing at this path, or no such resource".to_owned(),
        format!("DELETE /scim/v2/acme/Users/{id} 403 rb_read the token may only read"),
        "GET /scim/v2/acme/Groups 401 - no Authorization header".to_owned(),
        "GET /scim/v2/acme/Groups 401 - the Authorization header is Basic, with a user name and a password; a bearer \
         token is wanted"
            .to_owned(),
        "GET /scim/v2/acme/Groups 401 - this is a client secret, not a token; `/acs/token` gives a token for it".to_owned(),
        "GET /scim/v2/acme/Groups 401 - this is a JWT, as identity providers issue them, not a token of this server"
            .to_owned(),
        "GET /scim/v2/acme/ServiceProviderConfig 200 - -".to_owned(),
    ];
    assert_eq!(lines(&records), expected);
    assert!(records.iter().all(|record| record.at == site.now()));
    assert_eq!(records[0].client.as_deref(), Some("203.0.113.9"));
    assert_eq!(records[7].client, None);
    assert!(site.records(Some("id-b")).await.is_empty());
    assert!(site.records(None).await.is_empty());
}

#[tokio::test]
async fn what_names_no_directory_is_in_the_log_of_none() {
    let site = Site::new().await;
    site.call("rb_nothing", "GET", "/usergroup/scim/v2/Users", "").await;
    site.call("rb_nothing", "GET", "/scim/v2/nowhere/Users", "").await;
    site.call("x", "GET", "/rb_a-secret/x", "").await;
    let seen = lines(&site.records(None).await);
    let cut = "the end of the token is missing";
    assert_eq!(
        seen,
        [
            format!("GET /usergroup/scim/v2/Users 401 - {cut}"),
            format!("GET /scim/v2/…/Users 401 - {cut}"),
            "GET /… 404 - there is nothing at this path, or no such resource".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_directory_learns_nothing_of_another() {
    let site = Site::new().await;
    site.call(BETA, "GET", "/scim/v2/acme/Users", "").await;
    site.call(BETA, "GET", "/scim/v2/nowhere/Users", "").await;
    assert_eq!(
        lines(&site.records(Some("id-a")).await),
        ["GET /scim/v2/acme/Users 401 - this token does not open this directory"]
    );
    // The other side is told the same, whether there is such a directory or not.
    let words = "GET /scim/v2/…/Users 401 rb_beta the path names another directory than the token's";
    assert_eq!(lines(&site.records(Some("id-b")).await), [words, words]);
    assert_eq!(
        lines(&site.records(None).await),
        ["GET /scim/v2/…/Users 401 - this token does not open this directory"]
    );
    let now = site.now();
    site.set("id-a", |directory| directory.deleting = Some(now)).await;
    site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    assert_eq!(site.records(Some("id-a")).await.len(), 1, "the log of a directory that goes does not grow");
}

#[tokio::test]
async fn an_expired_token_and_a_wrong_client_secret_are_told_to_their_directory() {
    let site = Site::new().await;
    let basic = |id: &str, secret: &str| {
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        Request::post("/acs/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", format!("Basic {encoded}"))
            .body(Full::from("grant_type=client_credentials"))
            .unwrap()
    };
    let issued = site.send(basic("r", "rbs_r")).await;
    let prefix: String = issued.body["access_token"].as_str().unwrap().chars().take(8).collect();
    site.send(basic("c1", "rbs_over")).await;
    site.send(basic("c1", "guess")).await;
    site.send(basic("nobody", "rbs_over")).await;
    let seen = lines(&site.records(Some("id-a")).await);
    assert_eq!(
        seen,
        [
            format!("POST /acs/token 200 {prefix} -"),
            "POST /acs/token 401 - the client secret has expired on 2027-01-15T07:00:00Z".to_owned(),
            "POST /acs/token 401 - the secret is not one of this client's".to_owned(),
        ]
    );
    assert_eq!(lines(&site.records(None).await), ["POST /acs/token 401 - no OAuth client has this id"]);
    site.pass(101 * 86_400 * 1_000_000);
    site.call(TOKEN, "GET", "/usergroup/scim/v2/Users", "").await;
    assert_eq!(
        lines(&site.records(Some("id-a")).await),
        [
            "GET /usergroup/scim/v2/Users 401 rb_acme the token has expired on 2027-04-25T08:00:00Z; make a new one"
        ],
        "and the older ones are gone"
    );
}

#[tokio::test]
async fn no_value_of_a_request_is_kept() {
    let site = Site::new().await;
    let secret = "s3cr3t-value";
    for uri in [
        format!("/scim/v2/acme/Users?filter=userName%20eq%20%22{secret}%22"),
        format!("/scim/v2/acme/Users/{secret}"),
        format!("/scim/v2/acme/{secret}"),
        format!("/scim/v2/{secret}/Users"),
        format!("/usergroup/t/{secret}/scim/v2/Users"),
        format!("/{secret}"),
        format!("/acs/token?x={secret}"),
        format!("/scim/v2/acme/Schemas/{secret}"),
    ] {
        for authorization in [format!("Bearer {TOKEN}"), format!("Bearer {secret}"), secret.to_owned()] {
            let headers =
                [("Authorization", authorization.as_str()), ("X-Odd", secret), ("X-Forwarded-For", secret)];
            for method in ["GET", "POST", "DELETE", secret] {
                site.send(request(method, &uri, &headers)).await;
            }
        }
    }
    site.call(TOKEN, "POST", "/scim/v2/acme/Users", &format!(r#"{{"userName":"{secret}"}}"#)).await;
    site.call(TOKEN, "POST", "/scim/v2/acme/Users", &format!(r#"{{"userName":"{secret}"}}"#)).await;
    let mut all = site.records(None).await;
    all.extend(site.records(Some("id-a")).await);
    assert!(all.len() > 60, "{}", all.len());
    let text = format!("{all:?}");
    for hidden in [secret, TOKEN, &TOKEN[..10]] {
        assert!(!text.contains(hidden), "`{hidden}` in {text}");
    }
}

#[tokio::test]
async fn the_client_is_the_peer_or_what_a_trusted_proxy_says() {
    let site = Site::new().await;
    for (peer, forwarded) in [
        ("203.0.113.9:1", "1.2.3.4"),
        ("10.0.0.1:1", "1.2.3.4, 198.51.100.7"),
        ("10.0.0.1:1", "1.2.3.4, 198.51.100.7, 10.0.0.9"),
    ] {
        let mut request = request("GET", "/usergroup/scim/v2/Users", &[("X-Forwarded-For", forwarded)]);
        request.extensions_mut().insert(Peer(peer.parse::<SocketAddr>().unwrap()));
        site.send(request).await;
    }
    let records = site.records(None).await;
    let clients: Vec<_> = records.iter().map(|record| record.client.as_deref().unwrap()).collect();
    assert_eq!(clients, ["203.0.113.9", "198.51.100.7", "198.51.100.7"]);
}

#[tokio::test]
async fn under_load_it_is_thinned_and_says_so() {
    let site = Site::new().await;
    for _ in 0..80 {
        site.call(TOKEN, "GET", "/scim/v2/acme/Users?count=0", "").await;
    }
    for _ in 0..130 {
        site.call("rb_x", "GET", "/scim/v2/acme/Users", "").await;
    }
    site.call(BETA, "GET", "/scim/v2/beta/Users", "").await;
    let records = site.records(Some("id-a")).await;
    // 50 answered, 100 refused, and a summary of each: the refused ones are known by the path alone.
    assert_eq!(records.len(), 152);
    let summaries: Vec<_> = lines(&records).into_iter().filter(|line| line.starts_with('*')).collect();
    assert_eq!(
        summaries,
        ["* * 200 - 30 more were answered at this time", "* * 429 - 30 more were refused at this time"]
    );
    assert_eq!(site.records(Some("id-b")).await.len(), 1, "others are not concerned");
    site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    assert_eq!(site.records(Some("id-a")).await.len(), 153, "it goes on afterwards");
}

#[tokio::test]
async fn it_keeps_so_many_rows_and_days_and_with_no_rows_nothing() {
    let site = Site::with(LogLimits { rows: 5, days: 2 }).await;
    for _ in 0..12 {
        site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    }
    assert_eq!(site.records(Some("id-a")).await.len(), 5);
    // The sweep that cuts to the age is of all directories; here each write is the first of a new run.
    site.pass(3 * 86_400 * 1_000_000);
    site.call(BETA, "GET", "/scim/v2/beta/Users", "").await;
    assert_eq!(site.records(Some("id-b")).await.len(), 1);
    assert!(site.records(Some("id-a")).await.is_empty());
    let off = Site::with(LogLimits { rows: 0, days: 30 }).await;
    off.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    assert!(off.records(Some("id-a")).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_background_writer_writes_within_about_a_second_and_at_the_end() {
    let site = Site::new().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let log = site.log.clone();
    let writer = tokio::spawn(async move { log.run(async { drop(stopped.await) }).await });
    let count = async || site.store.requests(Some(&DirectoryId::new("id-a")), 10).await.unwrap().len();
    site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(count().await, 1);
    site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    stop.send(()).unwrap();
    writer.await.unwrap();
    assert_eq!(count().await, 2);
}
