//! The twelve filters and one PATCH, written out by hand as one would who has nothing else to do: the floor.

use chrono::{DateTime, Utc};
use rollbook_schema::{Complex, Resource, Value};

/// What the filters compare with, read once, as a compiled filter has it.
pub(crate) struct Operands {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    ids: Vec<String>,
}

impl Operands {
    pub(crate) fn new() -> Self {
        let instant = |text: &str| rollbook_schema::DateTime::parse(text).expect("a dateTime").instant();
        Self {
            since: instant("2011-05-13T04:42:34Z"),
            until: instant("2012-05-13T04:42:34Z"),
            ids: (0..50).map(|n| format!("2819c223-7f76-453a-919d-4138619046{n:02}")).collect(),
        }
    }
}

fn text<'v>(object: &'v Complex, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str)
}

fn is(object: &Complex, name: &str, operand: &str) -> bool {
    text(object, name).is_some_and(|text| text.eq_ignore_ascii_case(operand))
}

fn contains(object: &Complex, name: &str, operand: &str) -> bool {
    let search = |text: &str| {
        text.as_bytes().windows(operand.len()).any(|window| window.eq_ignore_ascii_case(operand.as_bytes()))
    };
    text(object, name).is_some_and(search)
}

fn has(object: &Complex, name: &str) -> bool {
    text(object, name).is_some_and(|text| !text.is_empty())
}

fn any(object: &Complex, name: &str, holds: impl Fn(&Complex) -> bool) -> bool {
    let elements = object.get(name).and_then(Value::as_array).unwrap_or_default();
    elements.iter().filter_map(Value::as_complex).any(holds)
}

fn modified(user: &Complex) -> Option<DateTime<Utc>> {
    let text = text(user.get("meta")?.as_complex()?, "lastModified")?;
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

/// Evaluates the filter of a place among the twelve.
pub(crate) fn evaluate(place: usize, operands: &Operands, user: &Resource) -> bool {
    let user = user.as_complex();
    match place {
        0 => is(user, "userName", "bjensen"),
        1 => user
            .get("name")
            .and_then(Value::as_complex)
            .is_some_and(|name| contains(name, "familyName", "o'malley")),
        2 => has(user, "title"),
        3 => has(user, "title") && is(user, "userType", "employee"),
        4 => has(user, "title") || is(user, "userType", "intern"),
        5 => {
            !(is(user, "userType", "employee")
                || any(user, "emails", |email| contains(email, "value", "example.com"))
                || any(user, "emails", |email| contains(email, "value", "example.org")))
        }
        6 => {
            is(user, "userType", "employee")
                && any(user, "emails", |email| {
                    is(email, "type", "work") && contains(email, "value", "@example.com")
                })
        }
        7 => {
            any(user, "emails", |email| is(email, "type", "work") && contains(email, "value", "@example.com"))
                || any(user, "ims", |im| is(im, "type", "xmpp") && contains(im, "value", "@foo.com"))
        }
        8 => text(user, "userName")
            .and_then(|name| name.get(..1))
            .is_some_and(|start| start.eq_ignore_ascii_case("j")),
        9 => modified(user).is_some_and(|modified| modified > operands.since),
        10 => modified(user).is_some_and(|modified| modified >= operands.since && modified < operands.until),
        _ => text(user, "id").is_some_and(|id| operands.ids.iter().any(|operand| operand == id)),
    }
}

/// Sets the value of the work email, after the checks that the schema asks for; tells whether it differs.
pub(crate) fn patch(user: &mut Resource, value: &Value) -> bool {
    let Value::String(new) = value else { return false };
    if new.is_empty() {
        return false;
    }
    let Some(Value::Array(emails)) = user.get_mut("emails") else { return false };
    for email in emails.iter_mut().filter_map(Value::as_complex_mut) {
        if email.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("work")) {
            let Some(held) = email.get_mut("value") else { return false };
            if held.as_str() == Some(new) {
                return false;
            }
            *held = Value::String(new.clone());
            return true;
        }
    }
    false
}
