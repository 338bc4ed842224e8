//! One request, from its head to its answer.

mod discovery;
mod resources;

use std::io;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use rollbook_protocol::ScimError;
use tokio::time::Instant;

use crate::journal::{Accepted, Seen};
use crate::respond::Reply;
use crate::standin::{Control, Fate, Shared};

/// The longest body that is read, in bytes.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// Answers a request, or drops the connection where a habit says so.
pub(crate) async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let (parts, body) = request.into_parts();
    let body =
        Limited::new(body, MAX_BODY).collect().await.map_err(|error| io::Error::other(error.to_string()))?;
    let body = body.to_bytes();
    let (fate, delay) = shared.with(|control| {
        control.journal.record(Seen {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            body: body.clone(),
        });
        (control.fate(), control.habits.delay)
    });
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let reply = match fate {
        Fate::Drop => return Err(dropped()),
        Fate::Unavailable => ScimError::new(503, None, "the service is down for maintenance").into(),
        Fate::Throttled(seconds) => {
            let reply = Reply::from(ScimError::new(429, None, "too many requests"));
            Reply { retry_after: Some(seconds), ..reply }
        }
        Fate::Serve => {
            let served = shared.with(|control| {
                let reply = serve(control, &parts, &body);
                let lost =
                    parts.method == Method::POST && reply.status.is_success() && control.loses_answer();
                (!lost).then_some(reply)
            });
            served.ok_or_else(dropped)?
        }
    };
    Ok(reply.into_response())
}

fn serve(control: &mut Control, parts: &Parts, body: &[u8]) -> Reply {
    let path = parts.uri.path().trim_matches('/');
    let (endpoint, id) = path.split_once('/').map_or((path, None), |(endpoint, id)| (endpoint, Some(id)));
    let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if endpoint != "ServiceProviderConfig" && !control.authorized(authorization) {
        return ScimError::unauthorized("the bearer token is missing, unknown or expired").into();
    }
    let resource_type = match endpoint {
        "Users" => "User",
        "Groups" if control.habits.groups => "Group",
        "Me" | "Bulk" => return ScimError::new(501, None, "the service does not offer this").into(),
        _ => return discovery::serve(control, &parts.method, endpoint, id),
    };
    let call = resources::Call { resource_type, query: parts.uri.query(), body };
    let served = match (&parts.method, id) {
        (&Method::GET, None) => resources::list(control, &call),
        (&Method::POST, None) => resources::create(control, &call),
        (&Method::GET, Some(id)) => resources::get(control, &call, id),
        (&Method::PUT, Some(id)) => resources::replace(control, &call, id),
        (&Method::PATCH, Some(id)) if control.habits.patch => resources::patch(control, &call, id),
        (&Method::DELETE, Some(id)) => resources::delete(control, &call, id),
        _ => Err(method_not_allowed()),
    };
    if let Ok(reply) = &served
        && parts.method != Method::GET
    {
        let new = reply.location.as_deref().and_then(|location| location.rsplit('/').next());
        let id = id.or(new).unwrap_or_default().to_owned();
        control.tell(&Accepted { method: parts.method.clone(), resource_type, id, at: Instant::now() });
    }
    served.unwrap_or_else(Reply::from)
}

fn method_not_allowed() -> ScimError {
    ScimError::new(
        StatusCode::METHOD_NOT_ALLOWED.as_u16(),
        None,
        "the service does not take this method here",
    )
}

fn dropped() -> io::Error {
    io::Error::other("the stand-in drops the connection")
}
