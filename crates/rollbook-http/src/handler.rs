//! One request, from its head to its answer: credentials, endpoint, method, size and type, body (design §4).

mod bulk;
mod call;
mod credentials;
mod discovery;
mod everything;
mod external;
mod kind_filter;
mod list;
mod matching;
mod me;
mod paging;
mod patch;
mod precondition;
mod read;
mod refused;
mod required;
mod single;
mod write;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use rollbook_protocol::{ScimError, SearchParams};
use rollbook_schema::ResourceType;

pub(crate) use self::call::{Call, Scene};
use self::precondition::Preconditions;
pub(crate) use self::refused::Refused;
use crate::body;
use crate::memory::Room;
use crate::response::ResponseBody;
use crate::route::{self, Endpoint, Version};
use crate::service::Inner;
use crate::trace::Trace;

/// Answers a request; every failure is a SCIM error.
pub(crate) async fn handle<B>(
    inner: &Arc<Inner>,
    request: Request<B>,
    trace: &mut Trace,
) -> Response<ResponseBody>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let started = Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let answer = answer(inner, request, trace).await;
    if !trace.is_admitted() {
        // Whoever comes without good credentials shares one lane.
        inner.gate.permit(None).enter().await;
    }
    let answer = match answer {
        Ok(answer) => answer,
        Err(refused) => {
            refused.log(&method, uri.path());
            trace.refused(refused.reason());
            refused.into_response()
        }
    };
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(%method, path = uri.path(), status = answer.status().as_u16(), micros, "answered");
    if method == Method::HEAD { without_body(answer) } else { answer }
}

async fn answer<B>(
    inner: &Arc<Inner>,
    request: Request<B>,
    trace: &mut Trace,
) -> Result<Response<ResponseBody>, Refused>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let located = route::locate(head.uri.path()).ok_or_else(refused::nothing_here)?;
    let base = [inner.base_url.as_str(), &located.prefix].concat();
    let endpoint = located.endpoint(&inner.registry);
    if let Some(Endpoint::ServiceProviderConfig) = endpoint {
        // It is public: no credentials come before the method (decision D20).
        check_method(&head.method, &Endpoint::ServiceProviderConfig)?;
        return Ok(discovery::service_provider_config(inner, &base));
    }
    let admitted = credentials::admit(inner, &head, &located, endpoint.as_ref(), trace).await?;
    let mut room = inner.memory.room(&admitted.principal.directory);
    if located.version == Version::One {
        return Err(refuse_old(inner, &head, body, &mut room).await);
    }
    let endpoint = endpoint.ok_or_else(refused::nothing_here)?;
    check_method(&head.method, &endpoint)?;
    let writes = is_write(&head.method);
    if writes {
        body::check_head(&head.headers, &inner.limits)?;
    }
    let params = SearchParams::from_query(head.uri.query())
        .map_err(|error| paging::refused(error, paging::names_cursor(head.uri.query())))?;
    let call = Call::new(inner, admitted, base, params, Preconditions::of(&head.headers));
    let body = if writes { body::read(body, &inner.limits, &mut room).await? } else { Bytes::new() };
    call.permit.enter().await;
    dispatch(&call, &head.method, endpoint, &body).await
}

async fn dispatch(
    call: &Call,
    method: &Method,
    endpoint: Endpoint<'_>,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    match endpoint {
        Endpoint::ServiceProviderConfig => Err(refused::nothing_here()),
        Endpoint::Schemas(id) => discovery::schemas(call, id.as_deref()),
        Endpoint::ResourceTypes(name) => discovery::resource_types(call, name.as_deref()),
        Endpoint::Me => me::me(call, method, body).await,
        Endpoint::Bulk => bulk::bulk(call, body).await,
        Endpoint::Root => everything::everything(call, &call.params).await,
        Endpoint::Search(None) => everything::everything(call, &list::searched(call, body)?).await,
        Endpoint::Search(Some(ty)) => list::list(call, ty, &list::searched(call, body)?).await,
        Endpoint::Collection(ty) if *method == Method::POST => single::create(call, ty, body).await,
        Endpoint::Collection(ty) => list::list(call, ty, &call.params).await,
        Endpoint::Resource(ty, id) => single::one(call, method, ty, &id, body).await,
    }
}

fn is_write(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

/// Refuses a request on a path of SCIM 1.1; a body of that time is told where to go (decision D33).
async fn refuse_old<B>(inner: &Inner, head: &http::request::Parts, body: B, room: &mut Room) -> Refused
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
    match body::read(body, &inner.limits, room).await {
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
        Endpoint::Root
        | Endpoint::ServiceProviderConfig
        | Endpoint::Schemas(_)
        | Endpoint::ResourceTypes(_) => "GET, HEAD",
    };
    if allow.split(", ").any(|allowed| allowed == method.as_str()) {
        return Ok(());
    }
    Err(Refused::method(method, allow))
}

/// The answer to HEAD: the same head, the length that the body would have had (RFC 9110 §9.3.2), where it is known.
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
