//! Evaluation against a naive evaluator, and what clients may send at all.

use proptest::prelude::*;
use rollbook_filter::{AttrPath, Limits};
use rollbook_protocol::{ClientKind, Lookup, Predicate, Projection, Quirks, SearchParams, Sort, keys};
use serde_json::{Value, json};

use crate::fixtures::{registry, resource, ty, user};

/// A filter that both sides understand, over a few attributes of User.
#[derive(Clone, Debug)]
enum Expression {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Test(&'static str, Ask),
    /// `emails[…]`
    Emails(Box<Self>),
    /// `emails[…].value …`
    EmailValue(Box<Self>, Ask),
}

#[derive(Clone, Debug)]
enum Ask {
    Present,
    Compare(&'static str, Operand),
}

#[derive(Clone, Debug)]
enum Operand {
    Text(String),
    Flag(bool),
    Null,
}

const ROOT: [&str; 8] =
    ["userName", "externalId", "title", "active", "emails.value", "emails.type", "emails", "nonsense"];
const ELEMENT: [&str; 4] = ["value", "type", "primary", "nonsense"];

fn print(expression: &Expression) -> String {
    match expression {
        Expression::And(all) => {
            all.iter().map(|it| format!("({})", print(it))).collect::<Vec<_>>().join(" and ")
        }
        Expression::Or(any) => {
            any.iter().map(|it| format!("({})", print(it))).collect::<Vec<_>>().join(" or ")
        }
        Expression::Not(inner) => format!("not ({})", print(inner)),
        Expression::Test(path, ask) => format!("{path} {}", print_ask(ask)),
        Expression::Emails(inner) => format!("emails[{}]", print(inner)),
        Expression::EmailValue(inner, ask) => format!("emails[{}].value {}", print(inner), print_ask(ask)),
    }
}

fn print_ask(ask: &Ask) -> String {
    match ask {
        Ask::Present => "pr".to_owned(),
        Ask::Compare(op, Operand::Text(text)) => format!("{op} {}", json!(text)),
        Ask::Compare(op, Operand::Flag(flag)) => format!("{op} {flag}"),
        Ask::Compare(op, Operand::Null) => format!("{op} null"),
    }
}

/// Evaluates by the words of the RFC and the decisions, one value at a time.
fn naive(expression: &Expression, context: &Value) -> bool {
    match expression {
        Expression::And(all) => all.iter().all(|it| naive(it, context)),
        Expression::Or(any) => any.iter().any(|it| naive(it, context)),
        Expression::Not(inner) => !naive(inner, context),
        Expression::Test(path, ask) => {
            // D31: a complex attribute means its `value`, unless presence is asked.
            let path = if *path == "emails" && !matches!(ask, Ask::Present) { "emails.value" } else { path };
            let exact = path == "externalId";
            answer(&values(context, path), ask, exact, matches!(path, "active" | "primary"))
        }
        Expression::Emails(inner) => emails(context).iter().any(|email| naive(inner, email)),
        Expression::EmailValue(inner, ask) => {
            let selected: Vec<_> = emails(context).into_iter().filter(|email| naive(inner, email)).collect();
            let values: Vec<Value> = selected.iter().map(|email| email["value"].clone()).collect();
            answer(&values, ask, false, false)
        }
    }
}

fn emails(context: &Value) -> Vec<Value> {
    context["emails"].as_array().cloned().unwrap_or_default()
}

/// Returns the values of a path, with `null` for an element that lacks the sub-attribute.
fn values(context: &Value, path: &str) -> Vec<Value> {
    match path.split_once('.') {
        Some((_, sub)) => emails(context).iter().map(|email| email[sub].clone()).collect(),
        None if path == "emails" => emails(context),
        None if path == "nonsense" => Vec::new(),
        None => vec![context[path].clone()],
    }
}

fn answer(values: &[Value], ask: &Ask, exact: bool, flag: bool) -> bool {
    if values.is_empty() {
        return answer(&[Value::Null], ask, exact, flag);
    }
    values.iter().any(|value| match ask {
        Ask::Present => match value {
            Value::Object(members) => members.values().any(|it| !it.is_null() && it != ""),
            other => !other.is_null() && other != "",
        },
        Ask::Compare("eq", Operand::Null) => value.is_null(),
        Ask::Compare("ne", Operand::Null) => !value.is_null(),
        Ask::Compare(op, operand) => compare(op, value, operand, exact, flag),
    })
}

fn compare(op: &str, value: &Value, operand: &Operand, exact: bool, flag: bool) -> bool {
    if flag {
        let operand = match operand {
            Operand::Flag(flag) => Some(*flag),
            Operand::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Operand::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        let equal = value.as_bool().is_some() && value.as_bool() == operand;
        return if op == "ne" { !equal } else { op == "eq" && equal };
    }
    let (Some(text), Operand::Text(operand)) = (value.as_str(), operand) else { return op == "ne" };
    let fold = |text: &str| if exact { text.to_owned() } else { rollbook_protocol::fold(text) };
    let (text, operand) = (fold(text), fold(operand));
    match op {
        "eq" => text == operand,
        "ne" => text != operand,
        "co" => text.contains(&operand),
        "sw" => text.starts_with(&operand),
        "ew" => text.ends_with(&operand),
        "gt" => text > operand,
        "ge" => text >= operand,
        "lt" => text < operand,
        "le" => text <= operand,
        _ => unreachable!("{op}"),
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[aAbB]{0,2}", "[a\u{df}S\u{e9}]{1,3}", Just("work".to_owned()), Just("True".to_owned())]
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let op = prop::sample::select(vec!["eq", "ne", "co", "sw", "ew"]);
    let ordering = prop::sample::select(vec!["gt", "ge", "lt", "le"]);
    let operand = prop_oneof![
        4 => any_text().prop_map(Operand::Text),
        1 => any::<bool>().prop_map(Operand::Flag),
        1 => Just(Operand::Null),
    ];
    prop_oneof![
        1 => Just(Ask::Present),
        5 => (op, operand).prop_map(|(op, operand)| Ask::Compare(op, operand)),
        1 => (ordering, any_text()).prop_map(|(op, text)| Ask::Compare(op, Operand::Text(text))),
    ]
}

fn logic(leaf: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn any_expression() -> BoxedStrategy<Expression> {
    let test = |paths: &'static [&'static str]| {
        (prop::sample::select(paths), any_ask()).prop_map(|(path, ask)| Expression::Test(path, ask)).boxed()
    };
    let element = logic(test(&ELEMENT));
    let leaf = prop_oneof![
        3 => test(&ROOT),
        1 => element.clone().prop_map(|inner| Expression::Emails(Box::new(inner))),
        1 => (element, any_ask()).prop_map(|(inner, ask)| Expression::EmailValue(Box::new(inner), ask)),
    ];
    logic(leaf.boxed())
}

fn any_user() -> impl Strategy<Value = Value> {
    let text = || prop::option::of(any_text());
    let email = (text(), text(), prop::option::of(any::<bool>()))
        .prop_map(|(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}));
    (text(), text(), text(), prop::option::of(any::<bool>()), prop::collection::vec(email, 0..3)).prop_map(
        |(user_name, external_id, title, active, emails)| {
            json!({"userName": user_name, "externalId": external_id, "title": title, "active": active, "emails": emails})
        },
    )
}

/// Tells whether the filter orders a Boolean, which is refused.
fn orders_a_flag(expression: &Expression) -> bool {
    let orders = |ask: &Ask| matches!(ask, Ask::Compare("gt" | "ge" | "lt" | "le", _));
    match expression {
        Expression::And(all) | Expression::Or(all) => all.iter().any(orders_a_flag),
        Expression::Not(inner) | Expression::Emails(inner) | Expression::EmailValue(inner, _) => {
            orders_a_flag(inner)
        }
        Expression::Test(path, ask) => matches!(*path, "active" | "primary") && orders(ask),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn evaluation_agrees_with_the_naive_one(expression in any_expression(), body in any_user()) {
        let registry = registry();
        let text = print(&expression);
        let limits = Limits { max_length: usize::MAX, ..Limits::default() };
        let predicate = Predicate::parse(&text, &limits, registry.clone(), "User", &Quirks::default());
        if orders_a_flag(&expression) {
            prop_assert!(predicate.is_err(), "{}", text);
            return Ok(());
        }
        let predicate = predicate.unwrap();
        let resource = resource(&body.to_string());
        let matches = predicate.matches(&resource);
        prop_assert_eq!(matches, naive(&expression, &body), "{} on {}", text, body);
        // A look-up is a necessary condition, and a sufficient one where it says so.
        if let Some(Lookup::Key { attribute, value }) = predicate.lookup() {
            let found = keys(&resource, ty(&registry, "User"))
                .iter()
                .any(|key| *key.attribute == *attribute && *key.value == *value);
            prop_assert!(found || !matches, "{}", text);
            prop_assert!(!predicate.exact() || found == matches, "{}", text);
        }
    }
}

proptest! {
    #[test]
    fn any_query_is_answered(
        query in prop_oneof![
            any::<String>(),
            "(filter|sortBy|count|attributes|[a-z]{1,3})=[a-zA-Z0-9%+&=\"\\[\\].: $]{0,60}",
        ],
    ) {
        let Ok(params) = SearchParams::from_query(Some(&query)) else { return Ok(()) };
        let registry = registry();
        prop_assert!(params.start_index >= 1);
        let (attributes, excluded) = (params.attributes.as_deref(), params.excluded_attributes.as_deref());
        let _ = Projection::parse(attributes, excluded, ty(&registry, "User"));
        if let Some(Ok(path)) = params.sort_by.map(AttrPath::new)
            && let Some(sort) = Sort::new(&path, params.descending, registry.clone(), "User")
        {
            prop_assert!(sort.compare(&user(), &user()).is_eq());
        }
        for kind in ClientKind::ALL {
            let filter = params.filter.as_deref().unwrap_or_default();
            match Predicate::parse(filter, &Limits::default(), registry.clone(), "Keeper", &Quirks::of(kind)) {
                Ok(predicate) => drop(predicate.matches(&user())),
                Err(error) => prop_assert_eq!(error.status, 400),
            }
        }
    }
}
