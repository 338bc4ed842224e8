//! What a failure means (design §3 "Fan-out").

use std::time::Duration;

use http::StatusCode;
use rollbook_connectors::{
    AddressPolicy, CallKind, HttpError, ScimClientError, ServiceAnswer, classify, parse_retry_after,
};
use rollbook_provision::CallError;
use rollbook_store::FailureClass::{self, Configuration, Conflict, Credentials, Data, Throttled, Transient};
use rollbook_store::Secret;

use crate::support::{TOKEN, now};

const ALL: [CallKind; 6] = [
    CallKind::Search,
    CallKind::Read,
    CallKind::Create,
    CallKind::Update,
    CallKind::Members,
    CallKind::Remove,
];

fn refusal(status: u16, detail: &str) -> ServiceAnswer {
    ServiceAnswer {
        status: StatusCode::from_u16(status).unwrap(),
        scim_type: None,
        detail: Some(detail.to_owned()),
        retry_after: None,
        location: None,
    }
}

fn of(error: impl Into<ScimClientError>, kind: CallKind) -> CallError {
    classify(&error.into(), kind, Some(&Secret::new(TOKEN)), now())
}

fn answered(answer: ServiceAnswer, kind: CallKind) -> CallError {
    of(ScimClientError::Answer(Box::new(answer)), kind)
}

#[test]
fn a_status_has_its_class() {
    let table: &[(u16, FailureClass)] = &[
        (301, Configuration),
        (302, Configuration),
        (308, Configuration),
        (400, Data),
        (401, Credentials),
        (402, Data),
        (403, Credentials),
        (405, Configuration),
        (406, Configuration),
        (408, Transient),
        (409, Conflict),
        (412, Data),
        (413, Data),
        (415, Configuration),
        (422, Data),
        (429, Throttled),
        (500, Transient),
        (501, Configuration),
        (502, Transient),
        (503, Transient),
        (504, Transient),
        (599, Transient),
    ];
    for (status, class) in table {
        for kind in ALL {
            let error = answered(refusal(*status, "words"), kind);
            assert_eq!(error.failure.class, *class, "{status} {kind:?}");
            assert_eq!(error.failure.words.as_deref(), Some("words"));
            assert!(!error.missing, "{status}");
            assert!(error.failure.sentence.ends_with(&format!("(status {status}).")), "{error:?}");
            assert!(!error.failure.next_step.is_empty());
            let writes = !matches!(kind, CallKind::Search | CallKind::Read);
            assert_eq!(error.ambiguous, writes && *class == Transient, "{status} {kind:?}");
        }
    }
}

#[test]
fn rfc7644_3_3_a_taken_name_is_a_conflict_whatever_the_status() {
    for status in [400, 409, 422] {
        let answer = ServiceAnswer { scim_type: Some("Uniqueness".to_owned()), ..refusal(status, "taken") };
        let error = answered(answer, CallKind::Create);
        assert_eq!((error.failure.class, error.ambiguous), (Conflict, false), "{status}");
        assert!(error.failure.sentence.contains(&status.to_string()), "{error:?}");
    }
}

#[test]
fn not_found_means_the_account_or_the_endpoint() {
    for status in [404, 410] {
        for kind in ALL {
            let error = answered(refusal(status, "gone"), kind);
            let one = !matches!(kind, CallKind::Search | CallKind::Create);
            assert_eq!(error.missing, one, "{kind:?}");
            assert_eq!(error.failure.class, if one { Data } else { Configuration }, "{kind:?}");
        }
    }
}

#[test]
fn no_answer_has_its_class() {
    let refused = AddressPolicy::default().allows("127.0.0.1".parse().unwrap(), true).unwrap_err();
    let reason = || "reason".to_owned();
    let table = [
        (HttpError::Address(reason()), Configuration, false),
        (HttpError::Refused(refused), Configuration, false),
        (HttpError::Resolve { host: "h".into(), reason: reason() }, Transient, false),
        (HttpError::Connect(reason()), Transient, false),
        (HttpError::Tls(reason()), Configuration, false),
        (HttpError::Timeout(Duration::from_secs(30)), Transient, true),
        (HttpError::Broken(reason()), Transient, true),
        (HttpError::TooLarge(10), Configuration, true),
    ];
    for (error, class, arrived) in table {
        for kind in ALL {
            let writes = !matches!(kind, CallKind::Search | CallKind::Read);
            let failed = of(error.clone(), kind);
            assert_eq!(
                (failed.failure.class, failed.ambiguous),
                (class, arrived && writes),
                "{error:?} {kind:?}"
            );
            assert!(failed.failure.words.is_none() && !failed.missing && failed.retry_after.is_none());
        }
    }
    let sentence = of(HttpError::Timeout(Duration::from_secs(30)), CallKind::Create).failure.sentence;
    assert_eq!(sentence, "The service did not answer within 30 s.");
}

#[test]
fn an_answer_that_is_no_scim_is_ambiguous_for_a_write() {
    let malformed = || ScimClientError::Malformed { status: StatusCode::OK, what: "a web page".to_owned() };
    for kind in ALL {
        let error = of(malformed(), kind);
        assert_eq!(error.failure.class, Configuration);
        assert_eq!(error.ambiguous, !matches!(kind, CallKind::Search | CallKind::Read));
    }
    assert!(of(ScimClientError::NoId, CallKind::Update).missing);
    assert_eq!(of(ScimClientError::Unsendable("credential"), CallKind::Search).failure.class, Credentials);
    assert_eq!(
        of(ScimClientError::Unsendable("content type"), CallKind::Search).failure.class,
        Configuration
    );
}

#[test]
fn rfc9110_10_2_3_retry_after() {
    let table = [
        ("0", Some(0)),
        (" 120 ", Some(120)),
        ("99999999999999999999999", Some(u64::from(u32::MAX))),
        ("Sun, 22 Nov 2026 12:01:30 GMT", Some(90)),
        ("Sunday, 22-Nov-26 12:01:30 GMT", Some(90)),
        ("Sun Nov 22 12:01:30 2026", Some(90)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", Some(0)),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
    ];
    for (text, seconds) in table {
        assert_eq!(parse_retry_after(text, now()), seconds.map(Duration::from_secs), "{text}");
    }
}

#[test]
fn retry_after_makes_a_503_throttled() {
    for (status, class) in [(429, Throttled), (503, Throttled), (500, Transient)] {
        let retry_after = Some("30".to_owned());
        let error = answered(ServiceAnswer { retry_after, ..refusal(status, "") }, CallKind::Create);
        assert_eq!(error.failure.class, class, "{status}");
        assert_eq!(error.retry_after, Some(Duration::from_secs(30)));
        assert_eq!(error.ambiguous, class == Transient);
    }
    let unread = ServiceAnswer { retry_after: Some("soon".to_owned()), ..refusal(503, "") };
    let error = answered(unread, CallKind::Create);
    assert_eq!((error.failure.class, error.retry_after), (Throttled, None));
}

#[test]
fn the_words_are_short_and_hold_no_secret() {
    let cut = format!("{} {TOKEN}", "x".repeat(190));
    for detail in
        [TOKEN.to_owned(), format!("bad header: Bearer {TOKEN}\r\n\tat {TOKEN}"), cut, "y".repeat(5000)]
    {
        let words = answered(refusal(400, &detail), CallKind::Create).failure.words.unwrap();
        assert!(words.chars().count() <= 200, "{words}");
        assert!(!words.contains("canary"), "{words}");
        assert!(!words.contains(['\n', '\r', '\t']), "{words}");
    }
    let location = Some(format!("https://login.example/{TOKEN}"));
    let redirect = answered(ServiceAnswer { location, ..refusal(302, "moved") }, CallKind::Search);
    assert_eq!(redirect.failure.words.as_deref(), Some("https://login.example/[secret]"));
}
