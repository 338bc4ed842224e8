//! Query parameters (RFC 7644 §3.4.2, §3.4.3, decision D34).

use rollbook_protocol::{ScimType, SearchParams};
use rollbook_schema::{JsonLimits, parse_value};

fn query(text: &str) -> SearchParams {
    SearchParams::from_query(Some(text)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn body(text: &str) -> Result<SearchParams, rollbook_protocol::ScimError> {
    SearchParams::from_search(&parse_value(text.as_bytes(), &JsonLimits::default()).unwrap())
}

#[test]
fn nothing_is_asked() {
    for text in [
        None,
        Some(""),
        Some("&"),
        Some("&&foo=bar&"),
        Some("aadOptscim062020"),
        Some("sortBy=&count=&attributes="),
    ] {
        assert_eq!(SearchParams::from_query(text).unwrap(), SearchParams::default());
    }
    assert_eq!(SearchParams::default().start_index, 1);
}

#[test]
fn everything_is_asked() {
    let params = query(
        "filter=userName+eq+%22a%22&sortBy=name.familyName&sortOrder=descending&startIndex=11&count=10\
         &attributes=userName,emails&excludedAttributes=members",
    );
    let expected = SearchParams {
        filter: Some("userName eq \"a\"".to_owned()),
        sort_by: Some("name.familyName".to_owned()),
        descending: true,
        start_index: 11,
        cursor: None,
        count: Some(10),
        attributes: Some("userName,emails".to_owned()),
        excluded_attributes: Some("members".to_owned()),
    };
    assert_eq!(params, expected);
    assert_eq!(query("FILTER=userName%20eq%20%22a%22").filter, expected.filter);
}

#[test]
fn idp_clients_0_2_values_are_decoded_once() {
    let cases = [
        ("userName+eq+%22u%2Btag%40example.com%22", "userName eq \"u+tag@example.com\""),
        ("displayName%20eq%20%22R%26D%20(EU)%20%2F%20Ops%22", "displayName eq \"R&D (EU) / Ops\""),
        ("displayName+eq+%22100%2525%22", "displayName eq \"100%25\""),
        ("displayName+eq+\"100%\"", "displayName eq \"100%\""),
        ("displayName+eq+%22Zo%C3%AB%22", "displayName eq \"Zoë\""),
        ("displayName+eq+\"Zoë\"", "displayName eq \"Zoë\""),
        ("a=b=c", "a=b=c"),
        ("%", "%"),
        ("%4", "%4"),
        ("%zz%", "%zz%"),
        ("%é", "%é"),
    ];
    for (text, expected) in cases {
        assert_eq!(query(&format!("filter={text}&")).filter.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn an_empty_filter_is_not_all() {
    assert_eq!(query("filter=").filter.as_deref(), Some(""));
    assert_eq!(query("filter").filter.as_deref(), Some(""));
}

#[test]
fn rfc7644_3_4_2_4_numbers_are_brought_into_range() {
    let cases = [
        ("startIndex=0&count=0", 1, Some(0)),
        ("startIndex=-5&count=-1", 1, Some(0)),
        ("startIndex=3&count=1000000000000000000000000", 3, Some(u64::MAX)),
        ("startIndex=1000000000000000000000000", u64::MAX, None),
        ("startindex=2&COUNT=%2010", 2, Some(10)),
    ];
    for (text, start_index, count) in cases {
        let params = query(text);
        assert_eq!((params.start_index, params.count), (start_index, count), "{text}");
    }
}

#[test]
fn what_is_wrong_is_an_invalid_value() {
    let cases = [
        ("count=ten", "`count` must be an integer, such as `count=10`"),
        ("count=1.5", "`count` must be an integer, such as `count=10`"),
        ("startIndex=--1", "`startIndex` must be an integer, such as `startIndex=10`"),
        ("sortOrder=up", "`sortOrder` must be `ascending` or `descending`"),
        ("filter=%ff", "`filter` is not UTF-8; encode it as UTF-8, then percent-encode it"),
        ("filter=a&Filter=b", "`filter` comes twice; send it once"),
        ("count=1&count=1", "`count` comes twice; send it once"),
    ];
    for (text, detail) in cases {
        let error = SearchParams::from_query(Some(text)).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)), "{text}");
        assert_eq!(error.detail, detail, "{text}");
    }
}

#[test]
fn d34_unknown_parameters_are_ignored_whatever_they_hold() {
    assert_eq!(query("foo=%ff&%ff=1&count=5").count, Some(5));
}

#[test]
fn lists_add_up() {
    assert_eq!(query("attributes=a,b&attributes=c").attributes.as_deref(), Some("a,b,c"));
    assert_eq!(query("excludedAttributes=a&excludedAttributes=").excluded_attributes.as_deref(), Some("a"));
}

#[test]
fn rfc7644_3_4_3_search_bodies() {
    let params = body(
        r#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": ["displayName", "userName"],
            "filter": "displayName sw \"smith+\"", "startIndex": 1, "count": 1e1, "sortOrder": null, "sortBy": "userName"}"#,
    );
    let expected = SearchParams {
        filter: Some("displayName sw \"smith+\"".to_owned()),
        attributes: Some("displayName,userName".to_owned()),
        sort_by: Some("userName".to_owned()),
        count: Some(10),
        ..SearchParams::default()
    };
    assert_eq!(params.unwrap(), expected);
    assert_eq!(body(r#"{"attributes": "userName", "count": -3}"#).unwrap().count, Some(0));
    for (text, kind) in [
        ("[]", ScimType::InvalidSyntax),
        (r#"{"attributes": [1]}"#, ScimType::InvalidValue),
        (r#"{"filter": {}}"#, ScimType::InvalidValue),
        (r#"{"count": true}"#, ScimType::InvalidValue),
        (r#"{"count": 1.5}"#, ScimType::InvalidValue),
    ] {
        assert_eq!(body(text).unwrap_err().scim_type, Some(kind), "{text}");
    }
}

#[test]
fn rfc9865_2_a_cursor_may_be_empty() {
    assert_eq!(query("cursor").cursor.as_deref(), Some(""));
    assert_eq!(query("filter=a&cursor=&count=10").cursor.as_deref(), Some(""));
    assert_eq!(query("Cursor=VZUTiyhEQJ94IR&startIndex=5").cursor.as_deref(), Some("VZUTiyhEQJ94IR"));
    assert_eq!(query("startIndex=5").cursor, None);
    assert_eq!(body(r#"{"cursor": "", "count": 10}"#).unwrap().cursor.as_deref(), Some(""));
    assert_eq!(body(r#"{"cursor": null}"#).unwrap().cursor, None);
    assert_eq!(body(r#"{"cursor": {}}"#).unwrap_err().scim_type, Some(ScimType::InvalidValue));
    let error = SearchParams::from_query(Some("cursor=a&cursor=b")).unwrap_err();
    assert_eq!(error.detail, "`cursor` comes twice; send it once");
}
