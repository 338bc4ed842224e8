//! `/Bulk` (RFC 7644 §3.7): each operation is carried out as if it had come by itself.

use http::{Method, Response, StatusCode};
use rollbook_protocol::{
    BulkCall, BulkLimits, BulkMethod, BulkRequest, BulkRun, BulkSuccess, ScimError, etag,
};
use rollbook_schema::{Resource, Value};

use super::precondition::Preconditions;
use super::{Call, Refused, patch, refused, write};
use crate::limits::HttpLimits;
use crate::response::{self, ResponseBody};

/// What a bulk request may hold.
pub(crate) fn limits(limits: &HttpLimits) -> BulkLimits {
    BulkLimits {
        max_operations: limits.max_bulk_operations,
        max_payload_size: limits.json.max_bytes,
        max_depth: limits.json.max_depth,
    }
}

pub(crate) async fn bulk(call: &Call, body: &[u8]) -> Result<Response<ResponseBody>, Refused> {
    let request = BulkRequest::from_slice(body, &limits(call.limits()), call.registry(), &call.quirks)?;
    let mut run = BulkRun::new(request, &call.scene.base);
    while let Some(next) = run.next_call() {
        let (method, path) = (method(next.method), next.endpoint.clone());
        // The operation before this one may have left the gate to be written.
        call.permit.enter().await;
        let outcome = carry_out(call, next).await;
        run.record(outcome.map_err(|refused| {
            refused.log(&method, &path);
            refused.into_error()
        }));
    }
    Ok(response::scim(StatusCode::OK, run.finish().to_json()))
}

async fn carry_out(call: &Call, next: BulkCall) -> Result<BulkSuccess, Refused> {
    let call = call.operation(Preconditions::of_version(next.version));
    let ty = call.registry().resource_type(&next.resource_type).ok_or_else(refused::nothing_here)?;
    let id = next.id.as_deref().unwrap_or_default();
    let data = next.data.unwrap_or(Value::Null);
    let (status, stored) = match next.method {
        BulkMethod::Post => {
            let stored = write::create(&call, ty, resource(data)?).await?;
            return Ok(BulkSuccess::created(stored.id.as_str(), etag(stored.version)));
        }
        BulkMethod::Put => (StatusCode::OK, write::replace(&call, ty, id, resource(data)?).await?),
        BulkMethod::Patch => {
            let patched = patch::patch(&call, ty, id, &data).await?;
            (patched.status, patched.stored)
        }
        BulkMethod::Delete => {
            write::delete(&call, ty, id).await?;
            return Ok(BulkSuccess::new(StatusCode::NO_CONTENT.as_u16(), None));
        }
    };
    Ok(BulkSuccess::new(status.as_u16(), Some(etag(stored.version))))
}

fn resource(data: Value) -> Result<Resource, ScimError> {
    match data {
        Value::Complex(complex) => Ok(Resource::from(complex)),
        _ => Err(ScimError::bad_request(
            rollbook_protocol::ScimType::InvalidSyntax,
            "`data` must be a JSON object: the resource",
        )),
    }
}

fn method(method: BulkMethod) -> Method {
    match method {
        BulkMethod::Post => Method::POST,
        BulkMethod::Put => Method::PUT,
        BulkMethod::Patch => Method::PATCH,
        BulkMethod::Delete => Method::DELETE,
    }
}
