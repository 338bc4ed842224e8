//! `FromStr`, serde, owned forms.

use rollbook_filter::{AttrPath, CompareOp, Filter, GRAMMAR, PatchPath};

const TEXT: &str = r#"a[b eq "\u0041\n" or c pr].d ne 1.0 and not (e co null or f sw true)"#;

#[test]
fn owned_forms_are_equal() {
    let filter = Filter::parse(TEXT).unwrap();
    assert_eq!(filter.clone().into_owned(), filter);
    assert_eq!(TEXT.parse::<Filter<'static>>().unwrap(), filter);
    let path = PatchPath::parse("a[b pr].c").unwrap();
    assert_eq!(path.clone().into_owned(), path);
    assert_eq!("a[b pr].c".parse::<PatchPath<'static>>().unwrap(), path);
    assert_eq!("urn:a:b".parse::<AttrPath<'static>>().unwrap().as_str(), "urn:a:b");
}

#[test]
fn serde_writes_and_reads_strings() {
    let filter: Filter<'static> = serde_json::from_value(TEXT.into()).unwrap();
    let printed = r#"a[b eq "A\n" or c pr].d ne 1.0 and not (e co null or f sw true)"#;
    assert_eq!(serde_json::to_value(&filter).unwrap(), printed);
    let path: PatchPath<'static> = serde_json::from_str(r#""a[b eq \"x\"].c""#).unwrap();
    assert_eq!(serde_json::to_value(&path).unwrap(), r#"a[b eq "x"].c"#);
    let path: AttrPath<'static> = serde_json::from_str(r#""a.b""#).unwrap();
    assert_eq!(serde_json::to_value(&path).unwrap(), "a.b");

    let error = serde_json::from_value::<Filter<'static>>("a eq b".into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a JSON value after `eq` at byte 5, found `b`; put a string in double quotes"
    );
    assert!(serde_json::from_str::<PatchPath<'static>>("\"a[\"").is_err());
    assert!(serde_json::from_str::<AttrPath<'static>>("1").is_err());
}

#[test]
fn what_was_read_within_the_limits_is_stored_and_loaded() {
    let text = vec!["not(a pr)"; 140].join("and ");
    let text = format!("{text}and (b eq \"{}\")", "x".repeat(2_000 - text.len() - 13));
    assert_eq!(text.len(), 2_000);
    let filter: Filter<'static> = text.parse().unwrap();
    let stored = serde_json::to_string(&filter).unwrap();
    assert!(stored.len() > 2_200);
    assert_eq!(serde_json::from_str::<Filter<'static>>(&stored).unwrap(), filter);
}

#[test]
fn operators_are_read_in_any_case() {
    for op in CompareOp::ALL {
        assert_eq!(op.to_string().parse::<CompareOp>().unwrap(), op);
        assert_eq!(op.as_str().to_ascii_uppercase().parse::<CompareOp>().unwrap(), op);
    }
    assert_eq!(
        "pr".parse::<CompareOp>().unwrap_err().to_string(),
        "expected a comparison operator at byte 0, found `pr`"
    );
}

#[test]
fn the_grammar_names_the_rules_of_the_rfc() {
    for rule in [
        "FILTER",
        "valuePath",
        "valFilter",
        "attrExp",
        "compValue",
        "compareOp",
        "attrPath",
        "ATTRNAME",
        "PATH",
    ] {
        assert!(GRAMMAR.lines().any(|line| line.starts_with(rule)), "{rule}");
    }
}
