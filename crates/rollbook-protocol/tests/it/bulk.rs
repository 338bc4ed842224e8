//! Bulk requests (RFC 7644 §3.7).

mod order;
mod parse;
mod run;

use rollbook_protocol::{
    BulkCall, BulkLimits, BulkRequest, BulkResponse, BulkRun, BulkSuccess, ClientKind, Quirks, ScimError,
};

use crate::fixtures::registry;

/// Reads operations for a kind of client.
pub(crate) fn read(operations: &str, kind: ClientKind) -> Result<BulkRequest, ScimError> {
    let body = format!(
        r#"{{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": {operations}}}"#
    );
    BulkRequest::from_slice(body.as_bytes(), &BulkLimits::default(), &registry(), &Quirks::of(kind))
}

/// Reads operations that are an array.
pub(crate) fn request(operations: &str) -> BulkRequest {
    read(operations, ClientKind::Generic).unwrap_or_else(|error| panic!("{operations}: {error}"))
}

/// Shows a call on one line.
pub(crate) fn line(call: &BulkCall) -> String {
    let id = call.id.as_deref().map(|id| format!("/{id}")).unwrap_or_default();
    let data = call.data.as_ref().map(|data| format!(" {}", data.to_json_string())).unwrap_or_default();
    let version = call.version.as_deref().map(|version| format!(" if {version}")).unwrap_or_default();
    format!("{} {} {}{id}{version}{data}", call.operation, call.method, call.endpoint)
}

/// Carries a request out against a store that creates `id0`, `id1`… by the place of the operation, and refuses what
/// `refuses` says; returns the calls and the answer.
pub(crate) fn carry_out(
    request: BulkRequest,
    refuses: impl Fn(&BulkCall) -> bool,
) -> (Vec<String>, BulkResponse) {
    let mut run = BulkRun::new(request, "https://example.com/v2/");
    let mut calls = Vec::new();
    while let Some(call) = run.next_call() {
        calls.push(line(&call));
        run.record(if refuses(&call) {
            Err(ScimError::new(412, None, "refused"))
        } else if call.id.is_none() {
            Ok(BulkSuccess::created(format!("id{}", call.operation), "W/\"1\""))
        } else {
            Ok(BulkSuccess::new(200, Some("W/\"2\"".to_owned())))
        });
    }
    (calls, run.finish())
}
