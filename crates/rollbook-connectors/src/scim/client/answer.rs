//! Reading answers.

use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderName, Uri};
use rollbook_schema::{Complex, JsonLimits, Resource, Value, parse_value};

use super::Listing;
use crate::http::HttpAnswer;
use crate::scim::error::{ScimClientError, ServiceAnswer};

/// How much of a body that is no SCIM error is kept as the service's words.
const WORDS: usize = 2000;

/// Reads a resource.
pub(super) fn resource(answer: &HttpAnswer) -> Result<Resource, ScimClientError> {
    Ok(Resource::from(object(answer)?))
}

/// Reads a list; one without `Resources` is empty (RFC 7644 §3.4.2).
pub(super) fn listing(answer: &HttpAnswer) -> Result<Listing, ScimClientError> {
    let list = object(answer)?;
    let elements = list.get("Resources").map(Value::elements).unwrap_or_default();
    let resources: Vec<_> = elements.filter_map(Value::as_complex).cloned().map(Resource::from).collect();
    let total = list.get("totalResults").and_then(Value::as_number).map(ToString::to_string);
    if total.is_none() && !list.contains("Resources") {
        return Err(malformed(answer, "no list of resources"));
    }
    let total = total.and_then(|total| total.parse().ok()).unwrap_or(resources.len() as u64);
    Ok(Listing { total, resources })
}

/// Checks an answer whose body does not matter.
///
/// A page for people (a login form behind a proxy) is no success.
pub(super) fn nothing(answer: &HttpAnswer) -> Result<(), ScimClientError> {
    if !answer.body.is_empty()
        && text(answer, &CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"))
    {
        return Err(malformed(answer, "a web page"));
    }
    Ok(())
}

/// Reads a refusal: a SCIM error (RFC 7644 §3.12) or whatever there is.
pub(super) fn refusal(answer: &HttpAnswer) -> ScimClientError {
    let error = parse(answer).ok();
    let error = error.as_ref().and_then(Value::as_complex);
    // Some services wrap the error, or an array of them.
    let error = error.and_then(|error| match error.get("Errors") {
        Some(errors) => errors.elements().find_map(Value::as_complex),
        None => Some(error),
    });
    let member = |names: &[&str]| {
        let found = names.iter().find_map(|name| error?.get(name)?.as_str());
        found.map(str::trim).filter(|found| !found.is_empty()).map(ToOwned::to_owned)
    };
    let detail = member(&["detail", "description", "message"]).or_else(|| {
        let text: String = String::from_utf8_lossy(&answer.body).trim().chars().take(WORDS).collect();
        Some(text).filter(|text| !text.is_empty())
    });
    ScimClientError::Answer(Box::new(ServiceAnswer {
        status: answer.status,
        scim_type: member(&["scimType"]),
        detail,
        retry_after: text(answer, &RETRY_AFTER).map(ToOwned::to_owned),
        location: text(answer, &LOCATION).map(without_query),
    }))
}

fn object(answer: &HttpAnswer) -> Result<Complex, ScimClientError> {
    nothing(answer)?;
    match parse(answer)? {
        Value::Complex(object) => Ok(object),
        _ => Err(malformed(answer, "JSON that is no object")),
    }
}

fn parse(answer: &HttpAnswer) -> Result<Value, ScimClientError> {
    if answer.body.is_empty() {
        return Err(malformed(answer, "no body"));
    }
    let limits = JsonLimits { max_bytes: answer.body.len(), ..JsonLimits::default() };
    parse_value(&answer.body, &limits)
        .map_err(|error| malformed(answer, &format!("a body that is no SCIM: {error}")))
}

fn malformed(answer: &HttpAnswer, what: &str) -> ScimClientError {
    ScimClientError::Malformed { status: answer.status, what: what.to_owned() }
}

fn text<'a>(answer: &'a HttpAnswer, name: &HeaderName) -> Option<&'a str> {
    answer.headers.get(name).and_then(|value| value.to_str().ok())
}

/// Takes the query off a redirect's address, since services put tokens there.
fn without_query(location: &str) -> String {
    let path = location.split(['?', '#']).next().unwrap_or_default();
    match path.parse::<Uri>() {
        Ok(uri) if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) => String::new(),
        _ => path.chars().take(200).collect(),
    }
}
