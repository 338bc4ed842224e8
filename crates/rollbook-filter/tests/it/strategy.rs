//! Well-formed trees, and text that looks like filters.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rollbook_filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter, PatchPath, Test, ValuePath};

pub(crate) fn attr_path() -> impl Strategy<Value = AttrPath<'static>> {
    let keyword = select(vec!["not", "and", "OR", "pr", "eq", "true", "urn", "$ref", "not.and"])
        .prop_map(str::to_owned);
    let uri = "(urn:|http://|HTTPS://)[a-z][a-z0-9:/._~-]{0,20}[a-z0-9]";
    prop_oneof![
        4 => "[A-Za-z$][A-Za-z0-9_$-]{0,8}(\\.[A-Za-z$][A-Za-z0-9_$-]{0,4})?",
        1 => keyword,
        1 => uri,
        1 => Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value".to_owned()),
    ]
    .prop_map(|text| AttrPath::new(text).unwrap())
}

fn sub() -> impl Strategy<Value = Cow<'static, str>> {
    "[A-Za-z$][A-Za-z0-9_$-]{0,6}".prop_map(Cow::Owned)
}

fn value() -> impl Strategy<Value = CompValue<'static>> {
    prop_oneof![
        1 => Just(CompValue::Null),
        1 => any::<bool>().prop_map(CompValue::Boolean),
        2 => "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?"
            .prop_map(|lexeme| CompValue::Number(Cow::Owned(lexeme))),
        3 => any::<String>().prop_map(|text| CompValue::String(Cow::Owned(text))),
        2 => "[\u{0}-\u{20}\"\\\\/bu0-9a-f]{0,12}".prop_map(|text| CompValue::String(Cow::Owned(text))),
    ]
}

fn test() -> impl Strategy<Value = Test<'static>> {
    prop_oneof![
        1 => Just(Test::Present),
        3 => (select(CompareOp::ALL.to_vec()), value()).prop_map(|(op, value)| Test::Compare(op, value)),
    ]
}

fn attr() -> impl Strategy<Value = Filter<'static>> {
    (attr_path(), test()).prop_map(|(path, test)| Filter::Attr(AttrExp { path, test }))
}

/// Puts logic over leaves, flat as the parser makes it.
fn logic(leaf: impl Strategy<Value = Filter<'static>> + 'static) -> impl Strategy<Value = Filter<'static>> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Filter::Not(Box::new(inner))),
            vec(inner.clone(), 2..5).prop_map(|operands| Filter::And(flat(operands, true))),
            vec(inner, 2..5).prop_map(|operands| Filter::Or(flat(operands, false))),
        ]
    })
}

fn flat(operands: Vec<Filter<'static>>, and: bool) -> Vec<Filter<'static>> {
    let mut all = Vec::new();
    for operand in operands {
        match operand {
            Filter::And(inner) if and => all.extend(inner),
            Filter::Or(inner) if !and => all.extend(inner),
            other => all.push(other),
        }
    }
    all
}

fn value_path() -> impl Strategy<Value = ValuePath<'static>> {
    (attr_path(), logic(attr())).prop_map(|(path, filter)| ValuePath { path, filter: Box::new(filter) })
}

pub(crate) fn filter() -> impl Strategy<Value = Filter<'static>> {
    let leaf = prop_oneof![
        4 => attr(),
        1 => value_path().prop_map(Filter::ValuePath),
        1 => (value_path(), sub(), test()).prop_map(|(path, sub, test)| Filter::ValueAttr { path, sub, test }),
    ];
    logic(leaf)
}

pub(crate) fn patch_path() -> impl Strategy<Value = PatchPath<'static>> {
    prop_oneof![
        attr_path().prop_map(PatchPath::Attr),
        (value_path(), option::of(sub())).prop_map(|(path, sub)| PatchPath::Value { path, sub }),
    ]
}

/// Tokens of the grammar in any order: closer to filters than arbitrary text is.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let tokens = vec![
        "a",
        "b.c",
        "$ref",
        "urn:x:y",
        "urn:",
        "http://h/x:a",
        "not",
        "not (",
        "and",
        "or",
        "pr",
        "eq",
        "CO",
        "(",
        ")",
        "[",
        "]",
        "].v",
        ".",
        ":",
        "\"",
        "\"x\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\\",
        "\\u",
        "1",
        "-2.5e3",
        "01",
        "true",
        "null",
        "é",
        "\n",
        "a pr",
        "b eq 1",
        "a pr and",
        "(a pr)",
        "a[b pr]",
        "\u{0}",
        "😀",
        "\u{a0}",
    ];
    vec((select(tokens), select(vec![" ", " ", " ", "", "  "])), 0..24)
        .prop_map(|parts| parts.into_iter().map(|(token, blank)| format!("{token}{blank}")).collect())
}
