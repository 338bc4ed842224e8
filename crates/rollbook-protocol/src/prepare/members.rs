//! Reading `members` (RFC 7643 §4.2).

use std::collections::HashMap;

use rollbook_schema::{Complex, Value};

use crate::error::{ScimError, ScimType};
use crate::member::Member;
use crate::quirks::Quirks;

/// Reads a value of `members`: an array, or one element alone; `null` is none.
///
/// Each `value` comes out once: the first keeps its place, later sub-attributes win (decision D15). `$ref` and unknown
/// keys are ignored.
///
/// # Errors
///
/// 400 `invalidValue` for an element without a `value`.
pub(crate) fn read_members(value: &Value, quirks: &Quirks) -> Result<Vec<Member>, ScimError> {
    let single = !matches!(value, Value::Array(_) | Value::Null);
    if single && !quirks.unwrapped_multi {
        return Err(invalid("`members` must be an array; put its value in [ ]".to_owned()));
    }
    if quirks.empty_string_unassigns && value.as_str() == Some("") {
        return Ok(Vec::new());
    }
    let mut members: Vec<Member> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, element) in value.elements().enumerate() {
        let member = match element {
            Value::Null => continue,
            Value::Complex(complex) => read_member(complex, index)?,
            Value::String(text) if quirks.bare_string_complex && !text.is_empty() => {
                Member::new(text.as_ref())
            }
            _ => return Err(invalid(format!("`members[{index}]` must be an object with a `value`"))),
        };
        match places.get(&member.value).and_then(|place| members.get_mut(*place)) {
            Some(first) => {
                first.member_type = member.member_type.or_else(|| first.member_type.take());
                first.display = member.display.or_else(|| first.display.take());
            }
            None => {
                places.insert(member.value.clone(), members.len());
                members.push(member);
            }
        }
    }
    Ok(members)
}

fn read_member(complex: &Complex, index: usize) -> Result<Member, ScimError> {
    let text = |name: &str| {
        let text = complex.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let Some(value) = text("value") else {
        return Err(invalid(format!(
            "`members[{index}].value` is required; send the id of the member, a string that is not empty"
        )));
    };
    Ok(Member { value, member_type: text("type"), display: text("display") })
}

fn invalid(detail: String) -> ScimError {
    ScimError::bad_request(ScimType::InvalidValue, detail)
}
