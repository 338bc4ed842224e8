//! Carrying a bulk request out, without the I/O (RFC 7644 §3.7).

use std::collections::BTreeSet;
use std::vec;

use rollbook_schema::Value;

use super::path::encode;
use super::plan::{Needs, Step, plan};
use super::references::{Ids, Part, names_any, substitute, take_out};
use super::{
    BulkMethod, BulkOperation, BulkPath, BulkRefusal, BulkRequest, BulkResponse, BulkResult, BulkTarget,
};
use crate::error::ScimError;
use crate::prepare::shown;

/// A bulk request being carried out: it says what to do next, is told what became of it, and makes the answer.
///
/// The order of the request is kept but where an operation refers to a resource that a later one creates: that one is
/// carried out first, and what addresses the same resource keeps its order. Of resources that refer to each other in a
/// circle each is created without the references that have no id yet, which a PATCH adds afterwards (RFC 7644 §3.7.1).
/// An operation whose reference could not be created fails with 409. After `failOnErrors` errors nothing more is done.
///
/// ```
/// use rollbook_protocol::{BulkLimits, BulkRequest, BulkRun, BulkSuccess, Quirks};
/// use rollbook_schema::Registry;
///
/// let body = br#"{"Operations": [
///     {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"members": [{"value": "bulkId:u"}]}},
///     {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "alice"}}]}"#;
/// let limits = BulkLimits::default();
/// let request = BulkRequest::from_slice(body, &limits, &Registry::standard(), &Quirks::default()).unwrap();
///
/// let mut run = BulkRun::new(request, "https://example.com/v2");
/// let mut ids = ["u1", "g1"].into_iter();
/// while let Some(call) = run.next_call() {
///     // Here the store creates, replaces, changes or deletes what `call` says.
///     run.record(Ok(BulkSuccess::created(ids.next().unwrap(), "W/\"1\"")));
/// }
/// let answer = run.finish();
/// assert_eq!(answer.operations[0].location.as_deref(), Some("https://example.com/v2/Groups/g1"));
/// ```
#[derive(Debug)]
pub struct BulkRun {
    base: String,
    steps: vec::IntoIter<Step>,
    jobs: Vec<Job>,
    ids: Ids,
    /// What was handed out and not recorded yet.
    pending: Option<Step>,
    errors: u64,
    most_errors: Option<u64>,
}

/// One request that is to be carried out as if it had come by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkCall {
    /// The place of the operation in the request.
    pub operation: usize,
    /// What to do; a PATCH where references of a circle are added to what a POST created.
    pub method: BulkMethod,
    /// The name of the resource type, such as `User`.
    pub resource_type: String,
    /// The endpoint with its slash, such as `/Users`.
    pub endpoint: String,
    /// The id of the resource; `None` for a POST.
    pub id: Option<String>,
    /// What an `If-Match` header would say.
    pub version: Option<String>,
    /// The body: a resource for POST and PUT, a PATCH body for PATCH; references are ids.
    pub data: Option<Value>,
}

/// What a call gave that succeeded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BulkSuccess {
    /// The status of the answer, such as 201.
    pub status: u16,
    /// The id of the resource; needed after a POST only.
    pub id: Option<String>,
    /// The entity tag of the resource as it is now.
    pub version: Option<String>,
    /// The JSON text of the resource, if it shall be part of the answer; RFC 7644 §3.7 leaves it to the server.
    pub response: Option<String>,
}

impl BulkSuccess {
    /// The outcome of a POST: 201, the new id and the entity tag.
    #[must_use]
    pub fn created(id: impl Into<String>, version: impl Into<String>) -> Self {
        Self { status: 201, id: Some(id.into()), version: Some(version.into()), response: None }
    }

    /// The outcome of another method, such as 200 with the entity tag, or 204 of a DELETE without one.
    #[must_use]
    pub fn new(status: u16, version: Option<String>) -> Self {
        Self { status, id: None, version, response: None }
    }
}

#[derive(Debug)]
struct Job {
    operation: Result<BulkOperation, Box<BulkRefusal>>,
    needs: Needs,
    left_out: Vec<Part>,
    result: Option<BulkResult>,
}

impl BulkRun {
    /// Plans a request; `base` is the base URL of the service, with or without a slash at its end.
    #[must_use]
    pub fn new(request: BulkRequest, base: &str) -> Self {
        let plan = plan(&request.operations);
        let jobs = request.operations.into_iter().zip(plan.needs);
        let jobs =
            jobs.map(|(operation, needs)| Job { operation, needs, left_out: Vec::new(), result: None });
        Self {
            base: base.trim_end_matches('/').to_owned(),
            steps: plan.steps.into_iter(),
            jobs: jobs.collect(),
            ids: Ids::new(),
            pending: None,
            errors: 0,
            most_errors: request.fail_on_errors,
        }
    }

    /// Returns what to do next, whose outcome [`record`](Self::record) wants; `None` when everything is done, or
    /// `failOnErrors` is reached.
    ///
    /// A call whose outcome is not recorded counts as failed with 500.
    #[must_use]
    pub fn next_call(&mut self) -> Option<BulkCall> {
        if self.pending.is_some() {
            self.record(Err(ScimError::new(
                500,
                None,
                "the outcome of the operation is not known; read it back",
            )));
        }
        while self.most_errors.is_none_or(|most| self.errors < most) {
            let step = self.steps.next()?;
            let call = match step {
                Step::Run(place) => self.run(place),
                Step::Complete(place) => self.complete(place),
            };
            if let Some(call) = call {
                self.pending = Some(step);
                return Some(call);
            }
        }
        None
    }

    /// Takes the outcome of the last call.
    pub fn record(&mut self, outcome: Result<BulkSuccess, ScimError>) {
        let Some(step) = self.pending.take() else { return };
        match (step, outcome) {
            (Step::Run(place), Err(error)) => self.fail(place, &error),
            (Step::Run(place), Ok(success)) => self.succeed(place, success),
            (Step::Complete(place), Err(error)) => {
                let detail = format!("created, but its references could not be set: {}", error.detail);
                self.fail(place, &ScimError { detail, ..error });
            }
            (Step::Complete(place), Ok(success)) => {
                if let Some(result) = self.jobs.get_mut(place).and_then(|job| job.result.as_mut()) {
                    result.version = success.version.or_else(|| result.version.take());
                    result.response = success.response.or_else(|| result.response.take());
                }
                self.check_complete(place);
            }
        }
    }

    /// Returns the answer: every operation that was carried out, in the order of the request.
    #[must_use]
    pub fn finish(mut self) -> BulkResponse {
        if self.pending.is_some() {
            self.record(Err(ScimError::new(
                500,
                None,
                "the outcome of the operation is not known; read it back",
            )));
        }
        for step in std::mem::take(&mut self.steps) {
            if let Step::Complete(place) = step {
                self.incomplete(place, "the request was stopped before its references could be set");
            }
        }
        BulkResponse { operations: self.jobs.into_iter().filter_map(|job| job.result).collect() }
    }

    fn run(&mut self, place: usize) -> Option<BulkCall> {
        let job = self.jobs.get_mut(place)?;
        let operation = match &mut job.operation {
            Ok(operation) => operation,
            Err(refusal) => {
                let error = refusal.error.clone();
                self.fail(place, &error);
                return None;
            }
        };
        if let Some(missing) = job.needs.before.iter().find(|id| !self.ids.contains_key(*id)) {
            let detail = format!(
                "the operation with the bulkId `{}` did not create anything; mend that one and send both again",
                shown(missing)
            );
            self.fail(place, &ScimError::new(409, None, detail));
            return None;
        }
        let mut data = operation.data.take();
        if let Some(data) = &mut data {
            if !job.needs.later.is_empty() {
                job.left_out = take_out(data, &job.needs.later);
            }
            substitute(data, &self.ids);
        }
        let id = match &operation.path.target {
            None => None,
            Some(BulkTarget::Id(id)) => Some(id.clone()),
            Some(BulkTarget::BulkId(id)) => self.ids.get(id).cloned(),
        };
        Some(BulkCall {
            operation: place,
            method: operation.method,
            resource_type: operation.path.resource_type.clone(),
            endpoint: operation.path.endpoint.clone(),
            id,
            version: operation.version.take(),
            data,
        })
    }

    /// Makes the second step of an operation of a circle: a PATCH that adds what was left out.
    fn complete(&mut self, place: usize) -> Option<BulkCall> {
        let job = self.jobs.get_mut(place)?;
        let parts = std::mem::take(&mut job.left_out);
        let operation = job.operation.as_ref().ok()?;
        let id = self.ids.get(operation.bulk_id.as_deref()?)?.clone();
        let missing: BTreeSet<String> =
            job.needs.later.iter().filter(|id| !self.ids.contains_key(*id)).cloned().collect();
        let operations: Vec<Value> = parts
            .into_iter()
            .filter_map(|(path, value)| {
                let mut value = without(value, &missing)?;
                substitute(&mut value, &self.ids);
                let members = [("op", Value::from("add")), ("path", Value::from(path)), ("value", value)];
                Some(Value::Complex(members.into_iter().collect()))
            })
            .collect();
        if operations.is_empty() {
            self.check_complete(place);
            return None;
        }
        let schemas = Value::Array(vec![Value::from("urn:ietf:params:scim:api:messages:2.0:PatchOp")]);
        let body = [("schemas", schemas), ("Operations", Value::Array(operations))];
        Some(BulkCall {
            operation: place,
            method: BulkMethod::Patch,
            resource_type: operation.path.resource_type.clone(),
            endpoint: operation.path.endpoint.clone(),
            id: Some(id),
            version: None,
            data: Some(Value::Complex(body.into_iter().collect())),
        })
    }

    /// Fails an operation of a circle when one that it refers to could not be created.
    fn check_complete(&mut self, place: usize) {
        let missing = self.jobs.get(place).and_then(|job| {
            let mut missing = job.needs.later.iter().filter(|id| !self.ids.contains_key(*id));
            missing.next().map(|id| shown(id))
        });
        if let Some(missing) = missing {
            let why = format!("the operation with the bulkId `{missing}`, which it refers to, failed");
            self.incomplete(place, &why);
        }
    }

    /// Marks an operation that created a resource but could not set all of its references.
    fn incomplete(&mut self, place: usize, why: &str) {
        let created = self.jobs.get(place).and_then(|job| job.result.as_ref());
        if created.is_some_and(|result| result.status < 300) {
            self.fail(place, &ScimError::new(409, None, format!("created, but incomplete: {why}")));
        }
    }

    fn succeed(&mut self, place: usize, success: BulkSuccess) {
        let BulkSuccess { status, id, version, response } = success;
        let Some(job) = self.jobs.get_mut(place) else { return };
        let Ok(operation) = &job.operation else { return };
        if operation.method == BulkMethod::Post
            && let (Some(bulk_id), Some(id)) = (&operation.bulk_id, &id)
        {
            self.ids.insert(bulk_id.clone(), id.clone());
        }
        let created = id.filter(|_| operation.method == BulkMethod::Post);
        let location = location(&self.base, Some(&operation.path), created.as_deref(), &self.ids);
        job.result = Some(BulkResult {
            location,
            method: Some(operation.method),
            bulk_id: operation.bulk_id.clone(),
            version,
            status,
            response,
        });
    }

    fn fail(&mut self, place: usize, error: &ScimError) {
        self.errors = self.errors.saturating_add(1);
        let Some(job) = self.jobs.get_mut(place) else { return };
        let (method, path, bulk_id) = match &job.operation {
            Ok(operation) => (Some(operation.method), Some(&operation.path), &operation.bulk_id),
            Err(refusal) => (refusal.method, refusal.path.as_ref(), &refusal.bulk_id),
        };
        // What a POST created before its second step failed is there, and has a location.
        let (location, version) = match job.result.take() {
            Some(created) => (created.location, created.version),
            None => (location(&self.base, path, None, &self.ids), None),
        };
        job.result = Some(BulkResult {
            location,
            method,
            bulk_id: bulk_id.clone(),
            version,
            status: error.status,
            response: String::from_utf8(error.to_json()).ok(),
        });
    }
}

/// Returns where a resource is: a new one, or that of the path.
fn location(base: &str, path: Option<&BulkPath>, created: Option<&str>, ids: &Ids) -> Option<String> {
    let path = path?;
    let id = created.or_else(|| match path.target.as_ref()? {
        BulkTarget::Id(id) => Some(id),
        BulkTarget::BulkId(id) => ids.get(id).map(String::as_str),
    })?;
    Some(format!("{base}{}/{}", path.endpoint, encode(id)))
}

/// Returns what is left of a part without what names any of `missing`.
fn without(value: Value, missing: &BTreeSet<String>) -> Option<Value> {
    match value {
        Value::Array(mut elements) => {
            elements.retain(|element| !names_any(element, missing));
            (!elements.is_empty()).then_some(Value::Array(elements))
        }
        whole => (!names_any(&whole, missing)).then_some(whole),
    }
}
