//! Whatever the bytes: an answer or an error, never a panic, and no more work than the input is long.

use std::sync::Arc;

use proptest::prelude::*;
use rollbook_filter::Limits;
use rollbook_protocol::{
    BulkLimits, BulkRequest, BulkResponse, BulkRun, BulkSuccess, ClientKind, Cursor, Fingerprint,
    PatchRequest, Predicate, Projection, Quirks, ScimError, SearchParams, apply, etag_matches, fold,
    prepare_create,
};
use rollbook_schema::{JsonLimits, Resource, parse_value};

use crate::fixtures::{registry, resource, ty, user};

/// Bytes of any kind, and bytes that look like what is expected.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let tokens = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\u00e9",
        "\"Operations\"",
        "\"method\"",
        "\"POST\"",
        "\"path\"",
        "\"/Users\"",
        "\"bulkId\"",
        "\"a\"",
        "\"data\"",
        "\"bulkId:a\"",
        "\"op\"",
        "\"add\"",
        "\"value\"",
        "\"emails\"",
        "\"members\"",
        "\"userName\"",
        "\"emails[type eq \\\"work\\\"].value\"",
        "null",
        "true",
        "1",
        "-1e9",
        "\"schemas\"",
        "\"status\"",
        "\"failOnErrors\"",
        "\"filter\"",
        "\"cursor\"",
        "\"attributes\"",
        " ",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(tokens, 0..60).prop_map(|tokens| tokens.concat().into_bytes()),
        json().prop_map(String::into_bytes),
    ]
}

/// JSON in the shape of messages, with anything in it.
fn json() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "Operations",
        "op",
        "path",
        "value",
        "method",
        "bulkId",
        "data",
        "version",
        "status",
        "schemas",
        "userName",
        "emails",
        "members",
        "name",
        "type",
        "primary",
        "active",
        "failOnErrors",
        "filter",
        "count",
        "detail",
        "x:y:1.0:z",
    ]);
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "5",
            "-0.0",
            "1e400",
            "\"\"",
            "\"add\"",
            "\"remove\"",
            "\"replace\"",
            "\"POST\"",
            "\"PATCH\"",
            "\"/Groups\"",
            "\"/Groups/bulkId:a\"",
            "\"a\"",
            "\"bulkId:a\"",
            "\"emails[type eq \\\"work\\\"].value\"",
            "\"members\"",
            "\"name.givenName\"",
            "\"urn:x:y:1.0:z:q\"",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|members| {
                let members = members.iter().map(|(name, value)| format!("\"{name}\":{value}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn run_to_the_end(request: BulkRequest) {
    let (operations, mut calls) = (request.operations.len(), 0);
    let mut run = BulkRun::new(request, "https://example.com");
    while let Some(call) = run.next_call() {
        calls += 1;
        run.record(match call.operation % 3 {
            0 => Err(ScimError::new(500, None, "")),
            _ => Ok(BulkSuccess::created(format!("\"{}\\", call.operation), "")),
        });
    }
    assert!(calls <= 2 * operations);
    let answer = run.finish();
    assert!(answer.operations.len() <= operations);
    let written = answer.to_json();
    let read = parse_value(&written, &JsonLimits::default()).unwrap();
    assert_eq!(BulkResponse::parse(&read).unwrap(), answer);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn bodies(bytes in bytes(), strict: bool) {
        let registry = registry();
        let quirks = Quirks::of(if strict { ClientKind::Strict } else { ClientKind::Generic });
        if let Ok(request) = BulkRequest::from_slice(&bytes, &BulkLimits::default(), &registry, &quirks) {
            run_to_the_end(request);
        }
        if let Ok(value) = parse_value(&bytes, &JsonLimits::default()) {
            let _ = (BulkResponse::parse(&value), ScimError::parse(&value), SearchParams::from_search(&value));
            if let Ok(request) = PatchRequest::parse(&value, &quirks) {
                for name in ["Keeper", "Group"] {
                    let _ = request.only_members(ty(&registry, name));
                    let mut body = resource(r#"{"schemas": ["x"], "userName": "u", "emails": [{"value": "a", "type": "work"}]}"#);
                    let before = body.clone();
                    if apply(&mut body, &request, ty(&registry, name), &quirks).is_err() {
                        prop_assert_eq!(body, before);
                    }
                }
            }
        }
        if let Ok(body) = Resource::from_slice(&bytes, &JsonLimits::default(), &registry) {
            let _ = prepare_create(body.clone(), ty(&registry, "Keeper"), &quirks);
            let _ = prepare_create(body, ty(&registry, "Group"), &quirks);
        }
    }

    #[test]
    fn texts(text in prop_oneof![".{0,200}", "[a-z.,:\\[\\]\"% &=+-]{0,80}"], version: u64) {
        let registry = registry();
        if let Ok(params) = SearchParams::from_query(Some(&text)) {
            let query = Fingerprint::new("", &params);
            prop_assert!(Cursor::decode(&text, &query).is_err());
        }
        let _ = Projection::parse(Some(&text), Some(&text), ty(&registry, "Keeper"));
        let _ = etag_matches(&text, version);
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
        for kind in [ClientKind::Generic, ClientKind::Strict] {
            let parsed = Predicate::parse(&text, &Limits::default(), Arc::clone(&registry), "Keeper", &Quirks::of(kind));
            if let Ok(predicate) = parsed {
                let _ = predicate.matches(&user());
            }
        }
    }
}

/// Every operation refers to every other: the steps stay twice the operations, and the calls name what is there.
#[test]
fn a_bulk_request_of_a_thousand_circles_takes_two_steps_each() {
    let registry = registry();
    let members: Vec<String> =
        (0..1_000).step_by(7).map(|n| format!(r#"{{"value":"bulkId:{n}"}}"#)).collect();
    let operations: Vec<String> = (0..1_000)
        .map(|n| {
            format!(
                r#"{{"method":"POST","path":"/Groups","bulkId":"{n}","data":{{"displayName":"g","members":[{}]}}}}"#,
                members.join(",")
            )
        })
        .collect();
    let body = format!(r#"{{"Operations":[{}]}}"#, operations.join(","));
    let request =
        BulkRequest::from_slice(body.as_bytes(), &BulkLimits::default(), &registry, &Quirks::default());
    let mut run = BulkRun::new(request.unwrap(), "");
    let (mut posts, mut patches, mut named) = (0, 0, 0);
    while let Some(call) = run.next_call() {
        let text = call.data.unwrap().to_json_string();
        assert!(!text.contains("bulkId"));
        named += text.matches("\"value\":\"id").count();
        match call.id {
            None => posts += 1,
            Some(_) => patches += 1,
        }
        run.record(Ok(BulkSuccess::created(format!("id{}", call.operation), "")));
    }
    assert_eq!(posts, 1_000);
    // Only those that others refer to are part of a circle.
    assert_eq!(patches, members.len());
    assert_eq!(named, 1_000 * members.len());
    assert!(run.finish().operations.iter().all(|result| result.status < 300));
}

/// The engine counts what it touches and refuses what would take too long (decision D25).
#[test]
fn d25_a_patch_that_would_touch_too_much_is_413() {
    let registry = registry();
    let elements: Vec<String> = (0..20_000).map(|n| format!(r#"{{"value":"v{n}"}}"#)).collect();
    let body = format!(r#"{{"schemas":["x"],"userName":"u","emails":[{}]}}"#, elements.join(","));
    let mut body = resource(&body);
    let operation =
        r#"{"op":"replace","path":"emails[value eq \"v5\" or value eq \"v7\"].display","value":"x"}"#;
    let operations = vec![operation; 1_000].join(",");
    let request =
        parse_value(format!(r#"{{"Operations":[{operations}]}}"#).as_bytes(), &JsonLimits::default());
    let quirks = Quirks::default();
    let request = PatchRequest::parse(&request.unwrap(), &quirks).unwrap();
    let error = apply(&mut body, &request, ty(&registry, "Keeper"), &quirks).unwrap_err();
    assert_eq!(error.status, 413);
    assert!(error.detail.contains("values in all"), "{error}");
}
