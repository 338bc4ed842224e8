//! The project's language-neutral cases: `compliance/filter.json` and `compliance/path.json`.

use std::fs;
use std::path::Path;

use rollbook_filter::{
    AttrExp, AttrPath, CompValue, Filter, Limits, ParseError, ParseErrorKind, PatchPath, Test, ValuePath,
};
use serde_json::{Map, Value, json};

/// Runs every case of a file and reports all that differ.
#[track_caller]
fn run(file: &str, at_least: usize, case: impl Fn(&Value) -> Result<(), String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compliance").join(file);
    let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= at_least, "{} cases", cases.len());
    let mut names: Vec<_> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|value| case(value).err().map(|why| format!("{}: {why}", value["name"])))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Compares what was read with what a case expects; `show` gives the members an expectation may have.
fn judge<T>(
    case: &Value,
    read: Result<T, ParseError>,
    show: impl Fn(&T) -> Map<String, Value>,
) -> Result<(), String> {
    assert!(case["rfc"].is_string() && (case["expect"].is_object() != case["error"].is_string()), "{case}");
    match read {
        Ok(read) => {
            let shown = show(&read);
            let expected = case["expect"].as_object().ok_or_else(|| format!("was read as {shown:?}"))?;
            // An expectation may leave members out; it may not have others.
            let differs = expected.iter().find(|(name, value)| shown.get(*name) != Some(value));
            differs
                .map_or(Ok(()), |(name, value)| Err(format!("{name} is {:?}, not {value}", shown.get(name))))
        }
        Err(error) => match case["error"].as_str() {
            Some(kind) if kind == kind_of(&error) => Ok(()),
            Some(kind) => Err(format!("is refused as {}, not {kind}: {error}", kind_of(&error))),
            None => Err(error.to_string()),
        },
    }
}

fn kind_of(error: &ParseError) -> &'static str {
    match error.kind() {
        ParseErrorKind::Empty => "empty",
        ParseErrorKind::TooLong { .. } => "too_long",
        ParseErrorKind::TooDeep { .. } => "too_deep",
        ParseErrorKind::TooManyTerms { .. } => "too_many_terms",
        ParseErrorKind::Expected(_) => "syntax",
        ParseErrorKind::UnquotedValue => "unquoted_value",
        ParseErrorKind::InvalidNumber => "invalid_number",
        ParseErrorKind::UnterminatedString => "unterminated_string",
        ParseErrorKind::InvalidEscape => "invalid_escape",
        ParseErrorKind::LoneSurrogate => "lone_surrogate",
        ParseErrorKind::ControlCharacter => "control_character",
        ParseErrorKind::NestedValuePath => "nested_value_path",
        other => panic!("{other:?} has no name in the cases"),
    }
}

/// The tree as the cases write it.
fn tree(filter: &Filter<'_>) -> Value {
    match filter {
        Filter::And(operands) => json!({ "and": operands.iter().map(tree).collect::<Vec<_>>() }),
        Filter::Or(operands) => json!({ "or": operands.iter().map(tree).collect::<Vec<_>>() }),
        Filter::Not(inner) => json!({ "not": tree(inner) }),
        Filter::Attr(AttrExp { path, test }) => tested(json!({ "attr": path.as_str() }), test),
        Filter::ValuePath(ValuePath { path, filter }) => {
            json!({ "path": path.as_str(), "where": tree(filter) })
        }
        Filter::ValueAttr { path: ValuePath { path, filter }, sub, test } => {
            tested(json!({ "path": path.as_str(), "where": tree(filter), "sub": sub }), test)
        }
    }
}

fn tested(mut node: Value, test: &Test<'_>) -> Value {
    match test {
        Test::Present => node["op"] = json!("pr"),
        Test::Compare(op, value) => {
            node["op"] = json!(op.as_str());
            node["value"] = value_of(value);
        }
    }
    node
}

fn value_of(value: &CompValue<'_>) -> Value {
    match value {
        CompValue::Null => Value::Null,
        CompValue::Boolean(value) => json!(value),
        CompValue::Number(digits) => json!({ "number": digits }),
        CompValue::String(text) => json!(text),
    }
}

fn limits(case: &Value) -> Limits {
    let default = Limits::default();
    let limit = |name: &str, default: usize| {
        case["limits"][name].as_u64().map_or(default, |limit| usize::try_from(limit).unwrap())
    };
    Limits {
        max_length: limit("length", default.max_length),
        max_depth: limit("depth", default.max_depth),
        max_terms: limit("terms", default.max_terms),
    }
}

fn members(of: Value) -> Map<String, Value> {
    of.as_object().unwrap().clone()
}

#[test]
fn filters() {
    run("filter.json", 130, |case| {
        let read = Filter::parse_with(case["input"].as_str().unwrap(), &limits(case));
        judge(case, read, |filter| {
            assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(filter), "{case}");
            members(json!({ "print": filter.to_string(), "ast": tree(filter) }))
        })
    });
}

#[test]
fn paths() {
    run("path.json", 50, |case| {
        let input = case["input"].as_str().unwrap();
        if let Some(schemas) = case["schemas"].as_array() {
            return judge(case, AttrPath::new(input), |path| {
                let split = path.split(schemas.iter().map(|schema| schema.as_str().unwrap()));
                members(json!({ "split": { "uri": split.uri, "name": split.name, "sub": split.sub } }))
            });
        }
        judge(case, PatchPath::parse(input), |path| {
            assert_eq!(PatchPath::parse(&path.to_string()).as_ref(), Ok(path), "{case}");
            let mut shown = members(json!({ "print": path.to_string(), "attr": path.attr_path().as_str() }));
            if let PatchPath::Value { path, sub } = path {
                shown.insert("where".to_owned(), tree(&path.filter));
                shown.extend(sub.iter().map(|sub| ("sub".to_owned(), json!(sub))));
            }
            shown
        })
    });
}
