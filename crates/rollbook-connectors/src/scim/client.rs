//! A small SCIM 2.0 client (RFC 7644).

mod answer;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};
use rollbook_schema::{Complex, Resource, Value};
use rollbook_store::Secret;

use super::error::ScimClientError;
use super::filter::{eq_filter, percent_encode};
use crate::http::{HttpAnswer, HttpClient, HttpError};

/// Speaks SCIM 2.0 to one service.
///
/// An endpoint is given as in the resource type: `/Users`. Calls are made once; nothing is tried again.
#[derive(Clone, Debug)]
pub struct ScimClient {
    http: HttpClient,
    base: String,
    authorization: Option<HeaderValue>,
    content_type: HeaderValue,
}

/// One operation of a PATCH (RFC 7644 §3.5.2).
#[derive(Clone, Debug, PartialEq)]
pub struct ScimOperation {
    /// `add`, `replace` or `remove`.
    pub op: &'static str,
    /// What it addresses.
    pub path: String,
    /// The value, where the operation has one.
    pub value: Option<Value>,
}

/// One page of a list (RFC 7644 §3.4.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// How many there are in all; what the page holds when the service does not say.
    pub total: u64,
    /// Those of this page.
    pub resources: Vec<Resource>,
}

impl ScimClient {
    /// Makes a client for the service at `base`, such as `https://service.example/scim/v2`.
    ///
    /// # Errors
    ///
    /// [`HttpError::Address`] for a base that is no `http` or `https` address, or has a query or a user name;
    /// [`ScimClientError::Unsendable`] for a token that no header field can carry.
    pub fn new(http: HttpClient, base: &str, token: Option<&Secret>) -> Result<Self, ScimClientError> {
        let authorization = token.map(|token| {
            let value = HeaderValue::from_str(&format!("Bearer {}", token.expose()));
            let mut value = value.map_err(|_| ScimClientError::Unsendable("credential"))?;
            value.set_sensitive(true);
            Ok::<_, ScimClientError>(value)
        });
        let authorization = authorization.transpose()?;
        let content_type = HeaderValue::from_static("application/scim+json");
        Ok(Self { http, base: checked_base(base)?, authorization, content_type })
    }

    /// Sends bodies as another content type, for a service that knows `application/json` only.
    ///
    /// # Errors
    ///
    /// [`ScimClientError::Unsendable`] for a text that no header field can carry.
    pub fn with_content_type(mut self, content_type: &str) -> Result<Self, ScimClientError> {
        self.content_type =
            HeaderValue::from_str(content_type).map_err(|_| ScimClientError::Unsendable("content type"))?;
        Ok(self)
    }

    /// Creates a resource and returns it as the service holds it (RFC 7644 §3.3).
    ///
    /// # Errors
    ///
    /// As for every call: no answer, a refusal, or an answer without a body.
    pub async fn create(&self, endpoint: &str, body: &Resource) -> Result<Resource, ScimClientError> {
        let answer = self.call(Method::POST, endpoint, Some(body.to_vec())).await?;
        answer::resource(&answer)
    }

    /// Reads a resource by the service's id (RFC 7644 §3.4.1); `attributes` narrows what comes, all when empty.
    ///
    /// # Errors
    ///
    /// As for every call; an unknown id is a refusal with status 404.
    pub async fn get(&self, endpoint: &str, id: &str, attributes: &str) -> Result<Resource, ScimClientError> {
        let mut path = item(endpoint, id)?;
        if !attributes.is_empty() {
            path = format!("{path}?attributes={}", percent_encode(attributes));
        }
        answer::resource(&self.call(Method::GET, &path, None).await?)
    }

    /// Reads the resources for which an attribute has a value, up to `count` of them.
    ///
    /// What the service answers is not checked again here: one that ignores filters answers all there are.
    ///
    /// # Errors
    ///
    /// As for every call; many services refuse filters on some attributes with 400 or 501.
    pub async fn find(
        &self,
        endpoint: &str,
        attribute: &str,
        value: &str,
        count: u32,
    ) -> Result<Vec<Resource>, ScimClientError> {
        Ok(self.list(endpoint, Some(&eq_filter(attribute, value)), 1, count).await?.resources)
    }

    /// Reads one page of the resources that meet a filter, all when there is none (RFC 7644 §3.4.2).
    ///
    /// `start` is the index of the first one, from 1.
    ///
    /// # Errors
    ///
    /// As for every call, and for an answer that is no list.
    pub async fn list(
        &self,
        endpoint: &str,
        filter: Option<&str>,
        start: u64,
        count: u32,
    ) -> Result<Listing, ScimClientError> {
        let filter = filter.map(|filter| format!("filter={}&", percent_encode(filter))).unwrap_or_default();
        let path = format!("{endpoint}?{filter}startIndex={start}&count={count}");
        answer::listing(&self.call(Method::GET, &path, None).await?)
    }

    /// Changes a resource (RFC 7644 §3.5.2); what the service answers with it is not read.
    ///
    /// # Errors
    ///
    /// As for every call.
    pub async fn patch(
        &self,
        endpoint: &str,
        id: &str,
        operations: &[ScimOperation],
    ) -> Result<(), ScimClientError> {
        let body = patch_body(operations);
        answer::nothing(&self.call(Method::PATCH, &item(endpoint, id)?, Some(body)).await?)
    }

    /// Replaces a resource (RFC 7644 §3.5.1); what the service answers with it is not read.
    ///
    /// # Errors
    ///
    /// As for every call.
    pub async fn put(&self, endpoint: &str, id: &str, body: &Resource) -> Result<(), ScimClientError> {
        answer::nothing(&self.call(Method::PUT, &item(endpoint, id)?, Some(body.to_vec())).await?)
    }

    /// Deletes a resource (RFC 7644 §3.6).
    ///
    /// # Errors
    ///
    /// As for every call; an unknown id is a refusal with status 404.
    pub async fn delete(&self, endpoint: &str, id: &str) -> Result<(), ScimClientError> {
        answer::nothing(&self.call(Method::DELETE, &item(endpoint, id)?, None).await?)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<HttpAnswer, ScimClientError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(ACCEPT, "application/scim+json, application/json;q=0.9");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, &self.content_type);
        }
        let request = request.body(body.unwrap_or_default().into()).map_err(|error| {
            HttpError::Address(format!("the address `{}` cannot be called: {error}", self.base))
        })?;
        let answer = self.http.send(request).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(answer::refusal(&answer)) }
    }
}

/// The path of one resource. Without an id it would be that of all of them.
fn item(endpoint: &str, id: &str) -> Result<String, ScimClientError> {
    if id.is_empty() { Err(ScimClientError::NoId) } else { Ok(format!("{endpoint}/{}", percent_encode(id))) }
}

fn patch_body(operations: &[ScimOperation]) -> Vec<u8> {
    let operations = operations.iter().map(|operation| {
        let mut members = Complex::new();
        members.insert("op", operation.op);
        members.insert("path", operation.path.as_str());
        if let Some(value) = &operation.value {
            members.insert("value", value.clone());
        }
        Value::Complex(members)
    });
    let mut body = Resource::new();
    body.insert("schemas", Value::from_iter([Value::from("urn:ietf:params:scim:api:messages:2.0:PatchOp")]));
    body.insert("Operations", operations.collect::<Value>());
    body.to_vec()
}

/// Checks a base address and takes the slash off its end.
fn checked_base(base: &str) -> Result<String, HttpError> {
    let wrong = |why: &str| HttpError::Address(format!("the service's address {why}"));
    let uri: Uri =
        base.trim().parse().map_err(|_| wrong("is no address; give one such as https://host/scim/v2"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(wrong("must begin with https:// (or http://) and name a host"));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong("must not hold a user name or a password; give a credential instead"));
    }
    if uri.query().is_some() || base.contains('#') {
        return Err(wrong("must not hold `?` or `#`"));
    }
    Ok(uri.to_string().trim_end_matches('/').to_owned())
}
