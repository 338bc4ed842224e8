//! Whatever is thrown at the service, it answers, and as a SCIM service does.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Hub, TOKEN};

/// Any JSON, of names that mean something more often than not.
fn json_value() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("userName".to_owned()),
        Just("USERNAME".to_owned()),
        Just("displayName".to_owned()),
        Just("members".to_owned()),
        Just("emails".to_owned()),
        Just("value".to_owned()),
        Just("type".to_owned()),
        Just("primary".to_owned()),
        Just("name".to_owned()),
        Just("active".to_owned()),
        Just("schemas".to_owned()),
        Just("id".to_owned()),
        Just("password".to_owned()),
        Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".to_owned()),
        Just("manager".to_owned()),
        Just("Operations".to_owned()),
        Just("op".to_owned()),
        Just("path".to_owned()),
        Just("urn:x:y".to_owned()),
        ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("add"),
            Just("Replace"),
            Just("remove"),
            Just("True"),
            Just("work"),
            Just("urn:x:y:z")
        ]
        .prop_map(Value::from),
        path().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Attribute paths and filters, sound and broken.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("members".to_owned()),
        Just("members[value eq \"x\"]".to_owned()),
        Just("members[type ne \"User\" or not (display pr)]".to_owned()),
        Just("emails[type eq \"work\"].value".to_owned()),
        Just("emails[primary eq true]".to_owned()),
        Just("name.givenName".to_owned()),
        Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value".to_owned()),
        Just("urn:x:y:a.b".to_owned()),
        Just("userName sw \"a\" and (title pr)".to_owned()),
        Just("id".to_owned()),
        "[a-z.\\[\\]\"() ]{0,20}",
        ".{0,20}",
    ]
}

/// A body: a resource, a PATCH, or anything at all.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let operation = (
        prop_oneof![Just("add"), Just("replace"), Just("remove"), Just("Add")],
        prop::option::of(path()),
        prop::option::of(json_value()),
    )
        .prop_map(|(op, path, value)| {
            let mut operation = json!({ "op": op });
            if let Some(path) = path {
                operation["path"] = json!(path);
            }
            if let Some(value) = value {
                operation["value"] = value;
            }
            operation
        });
    prop_oneof![
        json_value().prop_map(|value| value.to_string().into_bytes()),
        (json_value(), ".{1,6}").prop_map(|(value, name)| {
            let mut resource = value.as_object().cloned().unwrap_or_default();
            resource.insert("userName".to_owned(), json!(name));
            resource.insert("displayName".to_owned(), json!(name));
            Value::Object(resource).to_string().into_bytes()
        }),
        prop::collection::vec(operation, 0..4)
            .prop_map(|operations| json!({ "Operations": operations }).to_string().into_bytes()),
        prop::collection::vec(bulk_operation(), 0..5).prop_map(|operations| {
            json!({ "failOnErrors": 3, "Operations": operations }).to_string().into_bytes()
        }),
        (path(), path(), 0..5_u8).prop_map(|(filter, sort, count)| {
            json!({ "filter": filter, "sortBy": sort, "cursor": "", "count": count }).to_string().into_bytes()
        }),
        prop::collection::vec(any::<u8>(), 0..64),
    ]
}

/// An operation of a bulk request, some of which refer to each other.
fn bulk_operation() -> impl Strategy<Value = Value> {
    let id = || prop_oneof![Just("a"), Just("b"), Just("c")];
    let place = prop_oneof![
        Just("/Users".to_owned()),
        Just("/Groups".to_owned()),
        id().prop_map(|id| format!("/Groups/bulkId:{id}")),
        path(),
    ];
    let data = prop_oneof![
        ("[a-d]{1,2}", id()).prop_map(|(name, id)| json!({
            "userName": name, "displayName": name, "members": [{ "value": format!("bulkId:{id}") }]
        })),
        id().prop_map(|id| json!({
            "Operations": [{ "op": "add", "path": "members", "value": [{ "value": format!("bulkId:{id}") }] }]
        })),
        json_value(),
    ];
    let method = prop_oneof![4 => Just("POST"), 1 => Just("PUT"), 2 => Just("PATCH"), 1 => Just("DELETE"), 1 => Just("x")];
    (method, place, id(), data, prop::option::of(path())).prop_map(|(method, path, id, data, version)| {
        json!({ "method": method, "path": path, "bulkId": id, "data": data, "version": version })
    })
}

fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("filter"),
        Just("attributes"),
        Just("excludedAttributes"),
        Just("sortBy"),
        Just("sortOrder"),
        Just("count"),
        Just("startIndex"),
        Just("cursor"),
        Just("x")
    ];
    let value = prop_oneof![
        path(),
        Just("1".to_owned()),
        Just("-1".to_owned()),
        Just("descending".to_owned()),
        any::<u64>().prop_map(|number| number.to_string())
    ];
    prop::collection::vec((name, value, any::<bool>()), 0..4).prop_map(|pairs| {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        // Some values are not encoded: what a URI cannot hold is thrown away below.
        pairs
            .iter()
            .map(|(name, value, raw)| {
                format!("{name}={}&", if *raw { value.replace(' ', "+") } else { encode(value) })
            })
            .collect()
    })
}

fn uri() -> impl Strategy<Value = String> {
    let base = prop_oneof![
        8 => Just("/scim/v2/demo".to_owned()),
        1 => Just("/usergroup/scim/v2".to_owned()),
        1 => Just("/usergroup/t/x/scim/v2".to_owned()),
        1 => Just("/scim/v1/demo".to_owned()),
        1 => "/[a-z0-9%/.]{0,12}",
    ];
    let rest = prop_oneof![
        4 => Just("/Users".to_owned()),
        4 => Just("/Groups".to_owned()),
        4 => Just("/Users/{user}".to_owned()),
        4 => Just("/Groups/{group}".to_owned()),
        1 => Just("/Users/.search".to_owned()),
        1 => Just("/Schemas".to_owned()),
        1 => Just("/ServiceProviderConfig".to_owned()),
        1 => Just("/Me".to_owned()),
        1 => Just("/.search".to_owned()),
        1 => Just(String::new()),
        2 => Just("/Bulk".to_owned()),
        1 => "/[A-Za-z0-9%/.:~-]{0,16}",
    ];
    (base, rest, query()).prop_map(|(base, rest, query)| format!("{base}{rest}?{query}"))
}

type Thrown = (String, String, Vec<(HeaderName, HeaderValue)>, bool, Vec<u8>);

fn thrown() -> impl Strategy<Value = Thrown> {
    let method = prop_oneof![4 => Just("GET"), 4 => Just("POST"), 3 => Just("PUT"), 6 => Just("PATCH"), 1 => Just("DELETE"), 1 => Just("HEAD"), 1 => Just("OPTIONS")]
        .prop_map(str::to_owned);
    let method = prop_oneof![12 => method, 1 => "[A-Za-z!#$]{1,9}"];
    let header = prop_oneof![
        Just("if-match"),
        Just("if-none-match"),
        Just("content-type"),
        Just("content-length"),
        Just("accept"),
        Just("x-http-method-override"),
        Just("authorization")
    ];
    let value = prop_oneof![
        Just(b"*".to_vec()),
        Just(b"application/json".to_vec()),
        Just(b"W/\"1\"".to_vec()),
        prop::collection::vec(any::<u8>(), 0..16)
    ];
    let headers = prop::collection::vec((header, value), 0..3).prop_map(|headers| {
        headers
            .into_iter()
            .filter_map(|(name, value)| {
                Some((HeaderName::from_static(name), HeaderValue::from_bytes(&value).ok()?))
            })
            .collect()
    });
    (method, uri(), headers, prop::bool::weighted(0.95), body())
}

/// Half as many cases as usual, since each is many requests; `PROPTEST_CASES` sets the number.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.div_ceil(2), failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(config())]

    /// A sequence of requests against one hub; `Hub::send` checks what all answers have in common.
    #[test]
    fn every_request_gets_a_sensible_answer(sequence in prop::collection::vec(thrown(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let hub = Hub::new().await;
            let user = hub.user("ann").await;
            let group = hub.group("g", &[&user]).await;
            for (method, uri, headers, with_token, body) in sequence {
                let Ok(method) = Method::from_bytes(method.as_bytes()) else { continue };
                let Ok(uri) = uri.replace("{user}", &user).replace("{group}", &group).parse::<Uri>() else { continue };
                let mut request = Request::new(Full::new(Bytes::from(body)));
                *request.method_mut() = method.clone();
                *request.uri_mut() = uri.clone();
                if with_token {
                    request.headers_mut().insert("authorization", HeaderValue::from_str(&format!("Bearer {TOKEN}")).unwrap());
                }
                for (name, value) in headers {
                    request.headers_mut().append(name, value);
                }
                let answer = hub.send(request).await;
                let known = [200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 501];
                assert!(known.contains(&answer.status), "{method} {uri}: {} {}", answer.status, answer.text());
                if !with_token && !uri.path().contains("ServiceProviderConfig") {
                    assert!(answer.status >= 400, "{method} {uri}: {} without a token", answer.status);
                }
                // What was changed is still a resource.
                for at in [format!("/Users/{user}"), format!("/Groups/{group}")] {
                    let read = hub.get(&at).await;
                    assert!([200, 404].contains(&read.status), "{at} after {method} {uri}: {}", read.text());
                    if read.status == 200 {
                        assert_eq!(read.json()["meta"]["version"], read.etag());
                        assert!(read.json().get("password").is_none());
                    }
                }
                assert!(hub.get("/Users?sortBy=userName").await.status == 200);
            }
        });
    }
}
