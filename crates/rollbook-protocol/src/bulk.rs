//! Bulk requests and what is pure about carrying them out (RFC 7644 §3.7).

mod parse;
mod path;
mod plan;
mod references;
mod response;
mod run;

use std::fmt;

use rollbook_schema::{Registry, Value};
use serde::Serialize;

use crate::error::ScimError;
use crate::quirks::Quirks;

pub use path::{BulkPath, BulkTarget};
pub use response::{BulkResponse, BulkResult};
pub use run::{BulkCall, BulkRun, BulkSuccess};

/// The schema of a bulk request.
const REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// How much a bulk request may hold (RFC 7644 §3.7.4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BulkLimits {
    /// `bulk.maxOperations`: the most operations.
    pub max_operations: usize,
    /// `bulk.maxPayloadSize`: the longest body in bytes.
    pub max_payload_size: usize,
    /// The deepest nesting of the `data` of one operation.
    pub max_depth: usize,
}

impl Default for BulkLimits {
    /// 1,000 operations, 16 MiB, 32 levels.
    fn default() -> Self {
        Self { max_operations: 1_000, max_payload_size: 16 * 1024 * 1024, max_depth: 32 }
    }
}

/// A bulk request (RFC 7644 §3.7).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkRequest {
    /// `failOnErrors`: after how many errors the rest is left undone; `None` means never.
    pub fail_on_errors: Option<u64>,
    /// The operations, in order.
    ///
    /// One that is wrong by itself is an error of its own and does not keep the others from being carried out.
    pub operations: Vec<Result<BulkOperation, Box<BulkRefusal>>>,
}

/// One operation of a bulk request (RFC 7644 §3.7).
#[derive(Clone, Debug, PartialEq)]
pub struct BulkOperation {
    /// What to do.
    pub method: BulkMethod,
    /// What to do it to.
    pub path: BulkPath,
    /// The client's name for what a POST creates; other methods may carry one too, which is only echoed.
    pub bulk_id: Option<String>,
    /// What an `If-Match` header would say (RFC 7644 §3.14); `None` for a POST.
    pub version: Option<String>,
    /// The body: a resource for POST and PUT, a PATCH body for PATCH, `None` for DELETE.
    ///
    /// An extension of a resource that no schema knows is [`Value::Opaque`], as in a request of its own.
    pub data: Option<Value>,
}

/// An operation that cannot be carried out, with what could be read of it.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRefusal {
    /// The method, where it is one.
    pub method: Option<BulkMethod>,
    /// What it was meant for, where that could be read.
    pub path: Option<BulkPath>,
    /// The client's name for the operation.
    pub bulk_id: Option<String>,
    /// What is wrong with it.
    pub error: ScimError,
}

/// The method of a bulk operation; the set is closed by RFC 7644 §3.7.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum BulkMethod {
    /// Creates a resource.
    Post,
    /// Replaces a resource.
    Put,
    /// Changes a resource.
    Patch,
    /// Deletes a resource.
    Delete,
}

impl BulkRequest {
    /// Reads a bulk body.
    ///
    /// Names are found in any case and unknown ones are ignored. The `data` of a PATCH may be the bare array of
    /// operations, as the example of RFC 7644 §3.7.3 has it, if the quirks allow an array left out
    /// ([`Quirks::unwrapped_multi`]).
    ///
    /// What is wrong with one operation is in its place in [`operations`](Self::operations): a method or path that is
    /// none (400 `invalidSyntax`, 400 `invalidValue`, 404), `data` that is missing or no JSON object (400
    /// `invalidSyntax`), a POST without `bulkId` unless the quirks allow it, a `bulkId` that is taken, a reference to a
    /// `bulkId` that no POST of the request has (400 `invalidValue`).
    ///
    /// # Errors
    ///
    /// 413 that names the limit which is passed (RFC 7644 §3.7.4), 400 `invalidSyntax` for what is no bulk body, 400
    /// `invalidValue` for a `failOnErrors` that is no integer of 1 or more.
    pub fn from_slice(
        body: &[u8],
        limits: &BulkLimits,
        registry: &Registry,
        quirks: &Quirks,
    ) -> Result<Self, ScimError> {
        parse::request(body, limits, registry, quirks)
    }

    /// Returns the JSON body, for a client to send; operations that were refused are left out.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let operations = self.operations.iter().flatten().map(|operation| OperationBody {
            method: operation.method.as_str(),
            path: operation.path.to_string(),
            bulk_id: operation.bulk_id.as_deref(),
            version: operation.version.as_deref(),
            data: operation.data.as_ref(),
        });
        let body = RequestBody {
            schemas: [REQUEST_SCHEMA],
            fail_on_errors: self.fail_on_errors,
            operations: operations.collect(),
        };
        // Strings, numbers and values always serialize.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl BulkMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// Returns the word on the wire, such as `POST`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Reads a method in any ASCII case.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

impl fmt::Display for BulkMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Serialize)]
struct RequestBody<'a> {
    schemas: [&'static str; 1],
    #[serde(rename = "failOnErrors", skip_serializing_if = "Option::is_none")]
    fail_on_errors: Option<u64>,
    #[serde(rename = "Operations")]
    operations: Vec<OperationBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationBody<'a> {
    method: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}
