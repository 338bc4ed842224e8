//! Reading a request body, within its limits.

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rollbook_protocol::{ScimError, ScimType};
use rollbook_schema::{JsonError, Value, parse_value};

use crate::limits::HttpLimits;

/// Refuses a body that is not JSON or too long by its own words, before it is read.
pub(crate) fn check_head(headers: &HeaderMap, limits: &HttpLimits) -> Result<(), ScimError> {
    if let Some(value) = headers.get(CONTENT_TYPE) {
        let media = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let known = ["application/scim+json", "application/json"];
        if !known.iter().any(|known| media.eq_ignore_ascii_case(known)) {
            return Err(ScimError::new(
                415,
                None,
                format!("the content type `{media}` is not supported; send `application/scim+json`"),
            ));
        }
    }
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(ScimError::new(
            415,
            None,
            "compressed bodies are not supported; leave out `Content-Encoding`",
        ));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limits.json.max_bytes as u64) {
        return Err(too_large(limits));
    }
    Ok(())
}

/// Reads the whole body.
pub(crate) async fn read<B>(body: B, limits: &HttpLimits) -> Result<Bytes, ScimError>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let collected =
        tokio::time::timeout(limits.body_timeout, Limited::new(body, limits.json.max_bytes).collect());
    match collected.await {
        Err(_) => Err(ScimError::new(408, None, "the request body took too long to arrive; send it again")),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limits)),
        Ok(Err(_)) => Err(ScimError::bad_request(
            ScimType::InvalidSyntax,
            "the request body broke off before its end; send it again",
        )),
    }
}

/// The answer to a body that is not what JSON or its limits allow.
pub(crate) fn invalid(error: &JsonError) -> ScimError {
    ScimError::bad_request(ScimType::InvalidSyntax, error.to_string())
}

/// Whether a body is one of SCIM 1.1: all that its `schemas` name are of that version (decision D33).
pub(crate) fn is_scim1(body: &[u8], limits: &HttpLimits) -> bool {
    let Ok(Value::Complex(message)) = parse_value(body, &limits.json) else {
        return false;
    };
    let mut schemas = message.get("schemas").into_iter().flat_map(Value::elements).peekable();
    schemas.peek().is_some() && schemas.all(|schema| schema.as_str().is_some_and(is_scim1_uri))
}

/// `urn:scim:schemas:core:1.0`, `urn:scim:schemas:extension:enterprise:1.0`.
fn is_scim1_uri(uri: &str) -> bool {
    let prefix = "urn:scim:schemas:";
    uri.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) && uri.contains(":1.")
}

fn too_large(limits: &HttpLimits) -> ScimError {
    let limit = limits.json.max_bytes;
    ScimError::new(
        413,
        None,
        format!("the request body is larger than the limit of {limit} bytes; split the request"),
    )
}
