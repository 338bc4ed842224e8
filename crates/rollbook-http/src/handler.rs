//! One request, from its head to its answer: credentials, endpoint, method, size and type, body (design §4).

mod credentials;
mod discovery;
mod list;
mod matching;
mod patch;
mod precondition;
mod read;
mod refused;
mod write;

use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use rollbook_protocol::{Quirks, ScimError, SearchParams, TypeRef};
use rollbook_schema::ResourceType;
use rollbook_store::Resources;

use self::precondition::Preconditions;
pub(crate) use self::refused::Refused;
use crate::auth::Principal;
use crate::body;
use crate::response::ResponseBody;
use crate::route::{self, Endpoint, Version};
use crate::service::Inner;

/// What every handler needs to know of a request.
pub(crate) struct Call<'c> {
    pub(crate) inner: &'c Inner,
    pub(crate) principal: Principal,
    pub(crate) quirks: Quirks,
    /// The base URL with the request's own prefix: locations begin with it.
    pub(crate) base: String,
    pub(crate) params: SearchParams,
    pub(crate) preconditions: Preconditions,
}

impl<'c> Call<'c> {
    pub(crate) fn store(&self) -> &'c dyn Resources {
        self.inner.store.as_ref()
    }

    pub(crate) fn type_ref(&self, resource_type: &'c ResourceType) -> TypeRef<'c> {
        TypeRef { registry: &self.inner.registry, resource_type }
    }
}

/// Answers a request; every failure is a SCIM error.
pub(crate) async fn handle<B>(inner: &Inner, request: Request<B>) -> Response<ResponseBody>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answer = match answer(inner, request).await {
        Ok(answer) => answer,
        Err(refused) => {
            refused.log(&method, &path);
            refused.into_response()
        }
    };
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(%method, path, status = answer.status().as_u16(), micros, "answered");
    if method == Method::HEAD { without_body(answer) } else { answer }
}

async fn answer<B>(inner: &Inner, request: Request<B>) -> Result<Response<ResponseBody>, Refused>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let located = route::locate(head.uri.path()).ok_or_else(refused::nothing_here)?;
    let base = format!("{}{}", inner.base_url, located.prefix);
    let endpoint = located.endpoint(&inner.registry);
    if let Some(Endpoint::ServiceProviderConfig) = endpoint {
        // It is public: no credentials come before the method (decision D20).
        check_method(&head.method, &Endpoint::ServiceProviderConfig)?;
        return Ok(discovery::service_provider_config(inner, &base));
    }
    let principal = credentials::authenticate(inner, &head.headers, &located).await?;
    if located.version == Version::One {
        return Err(refuse_old(inner, &head, body).await);
    }
    let endpoint = endpoint.ok_or_else(refused::nothing_here)?;
    check_method(&head.method, &endpoint)?;
    let writes = is_write(&head.method);
    if writes {
        body::check_head(&head.headers, &inner.limits)?;
    }
    let call = Call {
        inner,
        quirks: Quirks::of(principal.client),
        principal,
        base,
        params: SearchParams::from_query(head.uri.query())?,
        preconditions: Preconditions::of(&head.headers),
    };
    let body = if writes { body::read(body, &inner.limits).await? } else { Bytes::new() };
    dispatch(&call, &head.method, endpoint, &body).await
}

async fn dispatch(
    call: &Call<'_>,
    method: &Method,
    endpoint: Endpoint<'_>,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    match endpoint {
        Endpoint::ServiceProviderConfig => Err(refused::nothing_here()),
        Endpoint::Schemas(id) => discovery::schemas(call, id.as_deref()),
        Endpoint::ResourceTypes(name) => discovery::resource_types(call, name.as_deref()),
        Endpoint::Me => Err(refused::unsupported(
            "`/Me` is not available: the token is not bound to a resource; ask for the resource by its id",
        )),
        Endpoint::Bulk => Err(refused::unsupported("bulk is not available; send the requests one by one")),
        Endpoint::Search(None) => Err(refused::unsupported(
            "a search over all resource types is not available; search below one, such as `/Users/.search`",
        )),
        Endpoint::Search(Some(ty)) => list::search(call, ty, body).await,
        Endpoint::Collection(ty) if *method == Method::POST => write::create(call, ty, body).await,
        Endpoint::Collection(ty) => list::list(call, ty, &call.params).await,
        Endpoint::Resource(ty, id) => match *method {
            Method::PUT => write::replace(call, ty, &id, body).await,
            Method::PATCH => patch::patch(call, ty, &id, body).await,
            Method::DELETE => write::delete(call, ty, &id).await,
            _ => read::get(call, ty, &id).await,
        },
    }
}

fn is_write(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

/// Refuses a request on a path of SCIM 1.1; a body of that time is told where to go (decision D33).
async fn refuse_old<B>(inner: &Inner, head: &http::request::Parts, body: B) -> Refused
where
    B: http_body::Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if !is_write(&head.method) {
        return refused::old_path();
    }
    if let Err(error) = body::check_head(&head.headers, &inner.limits) {
        return error.into();
    }
    match body::read(body, &inner.limits).await {
        Ok(body) if body::is_scim1(&body, &inner.limits) => refused::old_body(),
        Ok(_) => refused::old_path(),
        Err(error) => error.into(),
    }
}

fn check_method(method: &Method, endpoint: &Endpoint<'_>) -> Result<(), Refused> {
    let allow = match endpoint {
        Endpoint::Collection(_) => "GET, HEAD, POST",
        Endpoint::Resource(..) => "GET, HEAD, PUT, PATCH, DELETE",
        Endpoint::Me => "GET, HEAD, POST, PUT, PATCH, DELETE",
        Endpoint::Bulk | Endpoint::Search(_) => "POST",
        Endpoint::ServiceProviderConfig | Endpoint::Schemas(_) | Endpoint::ResourceTypes(_) => "GET, HEAD",
    };
    if allow.split(", ").any(|allowed| allowed == method.as_str()) {
        return Ok(());
    }
    Err(Refused::method(method, allow))
}

/// The answer to HEAD: the same head, the length that the body would have had (RFC 9110 §9.3.2).
fn without_body(answer: Response<ResponseBody>) -> Response<ResponseBody> {
    let (mut head, body) = answer.into_parts();
    let has_body = ![StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&head.status);
    if let Some(length) = http_body::Body::size_hint(&body).exact().filter(|_| has_body) {
        head.headers.insert(http::header::CONTENT_LENGTH, length.into());
    }
    Response::from_parts(head, ResponseBody::default())
}

/// 404 for a resource: the same words for one that never was, one that is gone and one of another type.
pub(crate) fn no_such(resource_type: &ResourceType, id: &str) -> Refused {
    ScimError::not_found(format!("there is no {} with id `{}`", resource_type.name, refused::shown(id)))
        .into()
}
