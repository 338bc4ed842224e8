//! The answer to a bulk request (RFC 7644 §3.7.3).

use rollbook_schema::{Complex, Value};
use serde::Serialize;
use serde_json::value::RawValue;

use super::BulkMethod;
use crate::error::{ScimError, ScimType};

/// The schema of a bulk answer.
const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// The answer to a bulk request (RFC 7644 §3.7).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BulkResponse {
    /// What became of each operation that was carried out, in the order of the request.
    pub operations: Vec<BulkResult>,
}

/// What became of one operation (RFC 7644 §3.7.3).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BulkResult {
    /// The absolute URI of the resource; `None` for a POST that failed.
    pub location: Option<String>,
    /// The method of the operation; `None` where the request had none.
    pub method: Option<BulkMethod>,
    /// The client's name for the operation.
    pub bulk_id: Option<String>,
    /// The entity tag of the resource as it is now.
    pub version: Option<String>,
    /// The HTTP status that the operation would have had by itself.
    pub status: u16,
    /// The JSON text of the answer that the operation would have had; always there for an error.
    pub response: Option<String>,
}

impl BulkResponse {
    /// Returns the JSON body; each `status` is a string (RFC 7644 §3.7.3).
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let operations = self.operations.iter().map(|result| ResultBody {
            location: result.location.as_deref(),
            method: result.method.map(BulkMethod::as_str),
            bulk_id: result.bulk_id.as_deref(),
            version: result.version.as_deref(),
            status: result.status.to_string(),
            // What is no JSON would spoil the whole answer.
            response: result.response.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        });
        let body = ResponseBody { schemas: [SCHEMA], operations: operations.collect() };
        // Strings and JSON texts always serialize.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// Reads the answer of a service.
    ///
    /// `status` may be a string, a number, or an object with `code`, as the example of RFC 7644 §3.7.2 has it.
    ///
    /// # Errors
    ///
    /// 400 `invalidSyntax` for what is no bulk answer.
    pub fn parse(body: &Value) -> Result<Self, ScimError> {
        let operations = body.as_complex().and_then(|body| body.get("Operations")).and_then(Value::as_array);
        let Some(operations) = operations else {
            return Err(syntax("a bulk answer must be an object with `Operations`, an array"));
        };
        let operations = operations.iter().enumerate().map(|(place, operation)| {
            operation.as_complex().and_then(read).ok_or_else(|| {
                syntax(format!("`Operations[{place}]` must be an object with a `status`, such as \"201\""))
            })
        });
        Ok(Self { operations: operations.collect::<Result<_, _>>()? })
    }
}

fn read(operation: &Complex) -> Option<BulkResult> {
    let text = |name: &str| operation.get(name).and_then(Value::as_str).map(str::to_owned);
    let status = match operation.get("status")? {
        Value::Complex(status) => status.get("code")?,
        status => status,
    };
    let status = match status {
        Value::String(code) => code.trim().parse().ok()?,
        Value::Number(code) => u16::try_from(code.as_i64()?).ok()?,
        _ => return None,
    };
    Some(BulkResult {
        location: text("location"),
        method: text("method").and_then(|word| BulkMethod::from_word(&word)),
        bulk_id: text("bulkId"),
        version: text("version"),
        status,
        response: operation
            .get("response")
            .filter(|value| !matches!(value, Value::Null))
            .map(Value::to_json_string),
    })
}

fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::bad_request(ScimType::InvalidSyntax, detail)
}

#[derive(Serialize)]
struct ResponseBody<'a> {
    schemas: [&'static str; 1],
    #[serde(rename = "Operations")]
    operations: Vec<ResultBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a RawValue>,
}
