//! Cursors (RFC 9865).

use proptest::prelude::*;
use rollbook_protocol::{Cursor, Fingerprint, ScimType, SearchParams};

fn query(text: &str) -> Fingerprint {
    Fingerprint::new("acme/Users", &SearchParams::from_query(Some(text)).unwrap())
}

fn cursor() -> Cursor {
    Cursor {
        position: "1700000000000:2819c223".into(),
        backward: false,
        count: Some(10),
        issued: 1_700_000_000,
    }
}

const QUERY: &str = "filter=userName+sw+%22J%22&sortBy=name.familyName&cursor=&count=10&attributes=userName";

#[test]
fn rfc9865_2_a_token_is_unreserved_characters() {
    let token = Cursor { position: "\u{fffd}\u{3ff}\u{0}/+=".repeat(20), ..cursor() }.encode(&query(QUERY));
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{token}");
    insta::assert_snapshot!(
        cursor().encode(&query(QUERY)),
        @"AQIAAAAAAAAACgAAAABlU_EAMTcwMDAwMDAwMDAwMDoyODE5YzIyMxqcn-rrOcpnq2-3OPEOeJU"
    );
}

#[test]
fn rfc9865_2_a_cursor_belongs_to_its_query() {
    let token = cursor().encode(&query(QUERY));
    for same in [
        "filter=USERNAME+sw+%22J%22&sortBy=name.FAMILYname&count=10&attributes=UserName",
        "filter=userName+SW+%22J%22&sortBy=name.familyName&sortOrder=ascending&startIndex=7&attributes=userName",
    ] {
        assert_eq!(Cursor::decode(&token, &query(same)).unwrap(), cursor(), "{same}");
    }
    for other in [
        "filter=userName+sw+%22j%22&sortBy=name.familyName&attributes=userName",
        "sortBy=name.familyName&attributes=userName",
        "filter=userName+sw+%22J%22&attributes=userName",
        "filter=userName+sw+%22J%22&sortBy=name.familyName&sortOrder=descending&attributes=userName",
        "filter=userName+sw+%22J%22&sortBy=name.familyName",
        "filter=userName+sw+%22J%22&sortBy=name.familyName&excludedAttributes=userName",
        "",
    ] {
        let error = Cursor::decode(&token, &query(other)).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidCursor)), "{other}");
    }
    let elsewhere = Fingerprint::new("acme/Groups", &SearchParams::from_query(Some(QUERY)).unwrap());
    assert!(Cursor::decode(&token, &elsewhere).is_err());
}

#[test]
fn a_name_in_quotes_does_not_end_at_an_escaped_quote() {
    let with = |value: &str| {
        Fingerprint::new("", &SearchParams { filter: Some(value.to_owned()), ..SearchParams::default() })
    };
    assert_ne!(with(r#"a eq "x\"B""#), with(r#"a eq "x\"b""#));
    assert_eq!(with(r#"a eq "x\\" AND B eq "y""#), with(r#"a eq "x\\" and b eq "y""#));
}

#[test]
fn rfc9865_2_1_counts_must_agree() {
    assert!(cursor().check_count(Some(10)).is_ok());
    for count in [None, Some(11), Some(0)] {
        let error = cursor().check_count(count).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidCount)));
        assert_eq!(error.detail, "`count` must be that of the first query, which had `count=10`");
    }
    let uncounted = Cursor { count: None, ..cursor() };
    assert!(uncounted.check_count(None).is_ok());
    assert_eq!(
        uncounted.check_count(Some(1)).unwrap_err().detail,
        "`count` must be that of the first query, which had no `count`"
    );
}

#[test]
fn rfc9865_2_1_cursors_expire() {
    for (now, fresh) in [
        (i64::MIN, true),
        (1_699_999_999, true),
        (1_700_003_600, true),
        (1_700_003_601, false),
        (i64::MAX, false),
    ] {
        assert_eq!(cursor().check_age(now, 3_600).is_ok(), fresh, "{now}");
    }
    let error = cursor().check_age(1_800_000_000, 3_600).unwrap_err();
    assert_eq!((error.status, error.scim_type), (400, Some(ScimType::ExpiredCursor)));
    assert_eq!(error.detail, "the cursor is older than 3600 seconds; send an empty cursor to begin again");
}

#[test]
fn every_change_of_a_token_is_seen() {
    let query = query(QUERY);
    let token = cursor().encode(&query);
    for place in 0..token.len() {
        for with in ['A', 'b', '0', '-', '=', '/', 'é'] {
            let mut changed: Vec<char> = token.chars().collect();
            if changed[place] == with {
                continue;
            }
            changed[place] = with;
            let changed: String = changed.into_iter().collect();
            let error = Cursor::decode(&changed, &query).unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::InvalidCursor), "{changed}");
        }
        assert!(Cursor::decode(&token[..place], &query).is_err());
        assert!(Cursor::decode(&token[place + 1..], &query).is_err());
    }
    assert!(Cursor::decode(&"A".repeat(5_000), &query).is_err());
}

proptest! {
    #[test]
    fn a_cursor_comes_back(
        position in ".{0,200}", backward: bool, count: Option<u64>, issued: i64, scope in ".*", filter: Option<String>,
    ) {
        let query = Fingerprint::new(&scope, &SearchParams { filter, ..SearchParams::default() });
        let cursor = Cursor { position, backward, count, issued };
        prop_assert_eq!(Cursor::decode(&cursor.encode(&query), &query), Ok(cursor));
    }

    #[test]
    fn no_text_is_a_panic(token in prop_oneof![".*", "[A-Za-z0-9_-]{0,200}"]) {
        prop_assert!(Cursor::decode(&token, &query(QUERY)).is_err());
    }
}
