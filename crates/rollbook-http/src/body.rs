//! Reading a request body, within its limits.

use bytes::{Buf as _, Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt as _;
use rollbook_protocol::{ScimError, ScimType};
use rollbook_schema::{JsonError, Value, parse_value};

use crate::limits::HttpLimits;
use crate::memory::Room;

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

/// Reads the whole body into its room.
pub(crate) async fn read<B>(body: B, limits: &HttpLimits, room: &mut Room) -> Result<Bytes, ScimError>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    tokio::time::timeout(limits.body_timeout, collect(body, limits, room)).await.unwrap_or_else(|_| {
        Err(ScimError::new(408, None, "the request body took too long to arrive; send it again"))
    })
}

async fn collect<B: http_body::Body>(
    body: B,
    limits: &HttpLimits,
    room: &mut Room,
) -> Result<Bytes, ScimError> {
    let mut body = std::pin::pin!(body);
    let (mut first, mut more) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let detail = "the request body broke off before its end; send it again";
            ScimError::bad_request(ScimType::InvalidSyntax, detail)
        })?;
        let Ok(mut data) = frame.into_data() else { continue };
        let length = first.len() + more.len() + data.remaining();
        if length > limits.json.max_bytes {
            return Err(too_large(limits));
        }
        if !room.grow(length) {
            let detail = "too many large request bodies are being read; send it again later";
            return Err(ScimError::new(503, None, detail));
        }
        // Most bodies are one frame, which need not be copied.
        if first.is_empty() && more.is_empty() {
            first = data.copy_to_bytes(data.remaining());
            continue;
        }
        more.extend_from_slice(&std::mem::take(&mut first));
        more.extend_from_slice(&data.copy_to_bytes(data.remaining()));
    }
    Ok(if more.is_empty() { first } else { more.freeze() })
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
