//! `/acs/token`: client credentials (RFC 6749 §2.3.1, §3.2, §4.4, §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rollbook_store::{Batch, DirectoryId, Resources as _, Settings as _, SettingsWrite};

use super::{READER, Reply, SECRETS, Site, TOKEN};

const GRANT: &str = "grant_type=client_credentials";

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn post(authorization: &[&str], form: &str) -> Request<Full<Bytes>> {
    let mut request = Request::post("/acs/token").header("Content-Type", "application/x-www-form-urlencoded");
    for value in authorization {
        request = request.header("Authorization", *value);
    }
    request.body(Full::from(form.to_owned())).unwrap()
}

async fn ask(site: &Site, authorization: &str, form: &str) -> Reply {
    let values: &[&str] = if authorization.is_empty() { &[] } else { &[authorization] };
    site.send(post(values, form)).await
}

fn expect_error(reply: &Reply, status: u16, error: &str, name: &str) {
    assert_eq!((reply.status, reply.body["error"].as_str()), (status, Some(error)), "{name}: {}", reply.body);
    assert!(!reply.body["error_description"].as_str().unwrap().is_empty(), "{name}");
    assert_eq!(reply.header("content-type"), "application/json", "{name}");
    assert_eq!(reply.header("cache-control"), "no-store", "{name}");
    assert_eq!(status == 401, reply.header("www-authenticate").starts_with("Basic realm="), "{name}");
}

#[tokio::test]
async fn section_4_4_a_client_gets_a_token_that_opens_its_directory() {
    let site = Site::new().await;
    let reply = ask(&site, &basic("c1", "rbs_new%3A%2B%25"), GRANT).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("pragma"), "no-cache");
    assert_eq!(reply.body["token_type"], "Bearer");
    assert_eq!(reply.body["expires_in"], 600);
    assert_eq!(reply.body["scope"], "scim");
    assert_eq!(reply.body.as_object().unwrap().len(), 4);
    let token = reply.body["access_token"].as_str().unwrap();
    assert!(token.starts_with("rba_") && token.len() == 47, "{token}");
    for (path, status) in
        [("/scim/v2/acme/Users", 200), ("/usergroup/scim/v2/Users", 200), ("/scim/v2/beta/Users", 401)]
    {
        assert_eq!(site.call(token, "GET", path, "").await.status, status, "{path}");
    }
    assert_eq!(site.call(token, "POST", "/scim/v2/acme/Users", r#"{"userName":"ann"}"#).await.status, 201);
    site.pass(600_000_000);
    assert_eq!(site.call(token, "GET", "/scim/v2/acme/Users", "").await.status, 401);
}

#[tokio::test]
async fn section_2_3_1_by_basic_or_by_the_form_with_either_secret_of_a_rotation() {
    let site = Site::new().await;
    let old = SECRETS[1];
    let form = format!("{GRANT}&client_id=c1&client_secret=rbs_new%3A%2B%25");
    assert_eq!(ask(&site, "", &form).await.status, 200);
    assert_eq!(ask(&site, "", &format!("{GRANT}&client_id=c1&client_secret={old}")).await.status, 200);
    assert_eq!(ask(&site, &basic("c1", old), GRANT).await.status, 200);
    // The id may stand in the form beside Basic, when it is the same.
    assert_eq!(ask(&site, &basic("c1", old), &format!("{GRANT}&client_id=c1")).await.status, 200);
    site.pass(3_600_000_000);
    expect_error(&ask(&site, &basic("c1", old), GRANT).await, 401, "invalid_client", "an old secret");
    assert_eq!(ask(&site, "", &form).await.status, 200);
}

#[tokio::test]
async fn section_5_2_every_wrong_client_is_the_same_invalid_client() {
    let site = Site::new().await;
    let wanted = ask(&site, &basic("nobody", "x"), GRANT).await;
    expect_error(&wanted, 401, "invalid_client", "an unknown client");
    for (authorization, more) in [
        (basic("c1", "wrong"), ""),
        (basic("c1", ""), ""),
        (basic("c1", SECRETS[2]), ""),
        (basic("c1", TOKEN), ""),
        (basic("r", SECRETS[1]), ""),
        ("Basic".to_owned(), ""),
        ("Basic !!".to_owned(), ""),
        (format!("Bearer {TOKEN}"), ""),
        (String::new(), ""),
        (String::new(), "&client_id=c1"),
        (String::new(), "&client_id=c1&client_secret="),
        (String::new(), "&client_id=c1&client_secret=x"),
    ] {
        let reply = ask(&site, &authorization, &format!("{GRANT}{more}")).await;
        assert_eq!((reply.status, &reply.body), (401, &wanted.body), "{authorization} {more}");
        assert_eq!(reply.headers, wanted.headers, "{authorization} {more}");
    }
    let now = site.now();
    site.set("id-a", |directory| directory.deleting = Some(now)).await;
    let reply = ask(&site, &basic("c1", SECRETS[1]), GRANT).await;
    assert_eq!((reply.status, &reply.body), (401, &wanted.body), "its directory is being deleted");
}

#[tokio::test]
async fn section_5_2_a_wrong_request_says_what_is_wrong() {
    let site = Site::new().await;
    let good = basic("c1", SECRETS[1]);
    for (authorization, form, error) in [
        (good.as_str(), "", "invalid_request"),
        (&good, "grant_type=", "invalid_request"),
        (&good, "grant_type=password", "unsupported_grant_type"),
        (&good, "grant_type=authorization_code&code=x", "unsupported_grant_type"),
        (&good, "grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (&good, "grant_type=client_credentials&scope=admin", "invalid_scope"),
        (&good, "grant_type=client_credentials&scope=SCIM", "invalid_scope"),
        (&good, "grant_type=client_credentials&client_secret=rbs_old", "invalid_request"),
        (&good, "grant_type=client_credentials&client_id=r", "invalid_request"),
        (&good, "grant_type=%zz", "invalid_request"),
    ] {
        expect_error(&ask(&site, authorization, form).await, 400, error, form);
    }
    let twice = site.send(post(&[&good, &good], GRANT)).await;
    expect_error(&twice, 400, "invalid_request", "two headers");
    let mut query = post(&[], GRANT);
    *query.uri_mut() = "/acs/token?client_id=c1&client_secret=rbs_old".parse().unwrap();
    expect_error(&site.send(query).await, 400, "invalid_request", "the query");
    let mut json = post(&[&good], "{}");
    json.headers_mut().insert("content-type", "application/json".parse().unwrap());
    expect_error(&site.send(json).await, 400, "invalid_request", "JSON");
    let large = format!("{GRANT}&x={}", "x".repeat(10_000));
    expect_error(&ask(&site, &good, &large).await, 413, "invalid_request", "a large body");
    let mut get = post(&[&good], GRANT);
    *get.method_mut() = http::Method::GET;
    let get = site.send(get).await;
    expect_error(&get, 405, "invalid_request", "GET");
    assert_eq!(get.header("allow"), "POST");
}

#[tokio::test]
async fn section_3_3_a_token_may_do_less_than_its_client_and_never_more() {
    let site = Site::new().await;
    let writer = basic("c1", SECRETS[1]);
    let reader = basic("r", "rbs_r");
    for (client, scope, wanted) in [
        (&writer, "", "scim"),
        (&writer, "scim", "scim"),
        (&writer, "scim.read", "scim.read"),
        (&writer, "scim.read+scim", "scim"),
        (&reader, "", "scim.read"),
        (&reader, "scim.read", "scim.read"),
    ] {
        let reply = ask(&site, client, &format!("{GRANT}&scope={scope}")).await;
        assert_eq!(reply.body["scope"], wanted, "{scope}: {}", reply.body);
        let token = reply.body["access_token"].as_str().unwrap();
        let status = site.call(token, "DELETE", "/scim/v2/acme/Users/1", "").await.status;
        assert_eq!(status, if wanted == "scim" { 404 } else { 403 }, "{scope}");
    }
    for scope in ["scim", "scim.read+scim"] {
        let reply = ask(&site, &reader, &format!("{GRANT}&scope={scope}")).await;
        expect_error(&reply, 400, "invalid_scope", scope);
    }
}

#[tokio::test]
async fn tokens_are_limited_in_number_and_go_with_time_and_with_their_client() {
    let site = Site::new().await;
    let good = basic("c1", "rbs_new%3A%2B%25");
    let mut issued = 0;
    let refused = loop {
        let reply = ask(&site, &good, GRANT).await;
        if reply.status != 200 {
            break reply;
        }
        issued += 1;
        assert!(issued <= 200);
    };
    assert_eq!((refused.status, issued), (429, 200));
    assert_eq!(refused.header("retry-after"), "1");
    let tokens = async || {
        let all = site.store.tokens(&DirectoryId::new("id-a")).await.unwrap();
        all.into_iter().filter(|token| token.client.is_some()).count()
    };
    assert_eq!(tokens().await, 200);
    // Two hours later they are over; each new one takes four old ones with it.
    site.pass(7_200_000_000);
    assert_eq!(ask(&site, &good, GRANT).await.status, 200);
    assert_eq!(tokens().await, 197);
    site.log.run(async {}).await;
    assert_eq!(tokens().await, 1, "the background task takes the rest");
    let last = ask(&site, &good, GRANT).await;
    let token = last.body["access_token"].as_str().unwrap();
    assert_eq!(site.call(token, "GET", "/scim/v2/acme/Users", "").await.status, 200);
    let delete = SettingsWrite::DeleteClient("c1".into());
    site.store.commit(Batch::global(site.now()).setting(delete)).await.unwrap();
    assert_eq!(site.call(token, "GET", "/scim/v2/acme/Users", "").await.status, 401);
    assert_eq!(site.call(READER, "GET", "/scim/v2/acme/Users", "").await.status, 200);
}

#[tokio::test]
async fn a_service_without_a_token_store_has_no_token_endpoint() {
    let hub = crate::support::Hub::new().await;
    let answer = hub.send(post(&["Basic YTpi"], GRANT)).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn rfc7643_5_the_service_says_how_to_get_a_token() {
    let site = Site::new().await;
    for path in ["/scim/v2/acme", "/usergroup/scim/v2", "/scim/v2/nowhere"] {
        let request = Request::get(format!("{path}/ServiceProviderConfig")).body(Full::default()).unwrap();
        let reply = site.send(request).await;
        let schemes = &reply.body["authenticationSchemes"];
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        assert_eq!(
            (&schemes[0]["type"], &schemes[1]["type"]),
            (&"oauthbearertoken".into(), &"oauth2".into())
        );
        assert_eq!(
            (schemes[0]["primary"].as_bool(), schemes[1].get("primary")),
            (Some(true), None),
            "{path}"
        );
        // What it names is there.
        let described = schemes[1]["description"].as_str().unwrap();
        assert!(described.contains("/acs/token"), "{described}");
        assert_eq!(schemes[1]["specUri"], "https://www.rfc-editor.org/rfc/rfc6749", "{path}");
        assert_eq!(ask(&site, &basic("c1", SECRETS[1]), GRANT).await.status, 200);
    }
}
