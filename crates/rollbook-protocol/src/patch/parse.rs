//! Reading a PATCH body (RFC 7644 §3.5.2).

use rollbook_filter::PatchPath;
use rollbook_schema::{Complex, JsonLimits, Value, parse_value};

use super::{PatchKind, PatchOperation, PatchRequest};
use crate::error::{ScimError, ScimType, invalid_path};
use crate::quirks::Quirks;

/// The schema of a PATCH body.
const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

pub(super) fn parse(body: &Value, quirks: &Quirks) -> Result<PatchRequest, ScimError> {
    let Some(body) = body.as_complex() else {
        return Err(syntax("a PATCH body must be an object with `Operations`"));
    };
    if !quirks.lenient_schemas && !names_patch(body) {
        return Err(syntax(format!("`schemas` is required; send [\"{SCHEMA}\"]")));
    }
    let operations = match body.get("Operations") {
        Some(Value::Array(operations)) => operations.as_slice(),
        Some(single @ Value::Complex(_)) if quirks.unwrapped_multi => std::slice::from_ref(single),
        Some(_) => return Err(syntax("`Operations` must be an array of operations")),
        None => return Err(syntax("`Operations` is required; send an array of operations")),
    };
    let operations =
        operations.iter().enumerate().map(|(index, operation)| parse_operation(operation, index, quirks));
    Ok(PatchRequest { operations: operations.collect::<Result<_, _>>()? })
}

fn names_patch(body: &Complex) -> bool {
    let mut uris = body.get("schemas").map(Value::elements).unwrap_or_default().filter_map(Value::as_str);
    uris.any(|uri| uri.eq_ignore_ascii_case(SCHEMA))
}

fn parse_operation(operation: &Value, index: usize, quirks: &Quirks) -> Result<PatchOperation, ScimError> {
    let place = format!("Operations[{index}]");
    let Some(operation) = operation.as_complex() else {
        return Err(syntax(format!("`{place}` must be an object with `op`")));
    };
    let op = operation.get("op").and_then(Value::as_str).and_then(PatchKind::from_word);
    let Some(op) = op else {
        return Err(syntax(format!("`{place}.op` must be \"add\", \"remove\" or \"replace\"")));
    };
    let path = match operation.get("path") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::String(text)) => {
            let path = PatchPath::parse(text.trim())
                .map_err(|error| invalid_path(&error).at(&format!("{place}.path")))?;
            Some(path.into_owned())
        }
        Some(_) => {
            return Err(ScimError::bad_request(
                ScimType::InvalidPath,
                format!("`{place}.path` must be a string"),
            ));
        }
    };
    let value = match (operation.get("value"), &path) {
        // A `remove` without path lacks its path, whatever its value is.
        (Some(Value::String(text)), None) if quirks.json_string_value && op != PatchKind::Remove => {
            Some(parse_text(text, &place)?)
        }
        (value, _) => value.cloned(),
    };
    Ok(PatchOperation { op, path, value })
}

/// Reads the JSON text that Keycloak's clients put into a string.
fn parse_text(text: &str, place: &str) -> Result<Value, ScimError> {
    let limits = JsonLimits::default();
    match parse_value(text.as_bytes(), &limits) {
        Ok(value @ Value::Complex(_)) => Ok(value),
        _ => Err(ScimError::bad_request(
            ScimType::InvalidValue,
            format!("`{place}.value` must be an object of attributes where there is no `path`"),
        )),
    }
}

impl PatchKind {
    /// Reads `add`, `remove` or `replace` in any ASCII case.
    fn from_word(word: &str) -> Option<Self> {
        let kinds = [Self::Add, Self::Remove, Self::Replace];
        kinds.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(word.trim()))
    }

    /// Returns the word on the wire, such as `add`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::bad_request(ScimType::InvalidSyntax, detail)
}
