//! The token endpoint of OAuth 2.0: access tokens for client credentials (RFC 6749 §4.4).

mod answer;
mod client;
mod form;

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use rollbook_store::{
    Batch, Directory, OauthClient, RateLimit, Scope, Secret, SettingsWrite, Store, Token, TokenHash, TokenId,
};

use self::answer::Denied;
use self::form::Form;
use crate::response::ResponseBody;
use crate::service::Inner;
use crate::trace::Trace;

/// Where it is; the vendor's address too.
pub(crate) const PATH: &str = "/acs/token";

/// The most bytes of a request.
const MOST_BYTES: usize = 8_192;

/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many tokens one client gets, whatever its directory allows: each is a row until it expires.
const TOKENS: RateLimit = RateLimit { per_second: 10, burst: 200 };

/// Expired tokens that are dropped for each one that is issued, so that they never pile up.
const DROPPED_EACH_TIME: usize = 4;

/// How long an expired token is still known, so that the log can say that it expired.
const REMEMBERED: TimeDelta = TimeDelta::hours(1);

/// What an access token begins with.
const PREFIX: &str = "rba_";

/// Whether a path is that of the token endpoint.
pub(crate) fn is_here(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == PATH
}

/// Answers a request to the token endpoint.
pub(crate) async fn handle<B>(
    inner: &Inner,
    store: &dyn Store,
    request: Request<B>,
    trace: &mut Trace,
) -> Response<ResponseBody>
where
    B: http_body::Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    match issue(inner, store, &head, body, trace).await {
        Ok(response) => response,
        Err(denied) => {
            // Whoever comes without good credentials shares one lane.
            inner.gate.permit(None).enter().await;
            denied.log(trace);
            denied.into_response()
        }
    }
}

async fn issue<B>(
    inner: &Inner,
    store: &dyn Store,
    head: &Parts,
    body: B,
    trace: &mut Trace,
) -> Result<Response<ResponseBody>, Denied>
where
    B: http_body::Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let form = Form::parse(&read(head, body).await?)?;
    let Some(grant_type) = &form.grant_type else {
        return Err(Denied::invalid_request("`grant_type` is missing; send `grant_type=client_credentials`"));
    };
    let credentials = client::credentials(head, &form)?;
    let (client, directory) =
        client::authenticate(store, &credentials, inner.environment.now(), trace).await?;
    if grant_type != "client_credentials" {
        return Err(Denied::unsupported_grant_type());
    }
    let scope = scope(form.scope.as_deref(), client.scope)?;
    take(inner, &client, &directory)?;
    let (token, secret) = new_token(inner, &client, scope);
    let answer = answer::issued(&secret, client.token_seconds, scope);
    trace.token = Some(token.prefix.clone());
    trace.admitted();
    let now = inner.environment.now();
    let batch = Batch::global(now)
        .setting(SettingsWrite::PutToken(token))
        .setting(SettingsWrite::DropExpiredTokens { before: now - REMEMBERED, limit: DROPPED_EACH_TIME });
    store.commit(batch).await.map_err(|error| Denied::store(&error))?;
    Ok(answer)
}

/// Reads the form; RFC 6749 §4.4.2 knows no other kind of body.
async fn read<B>(head: &Parts, body: B) -> Result<Bytes, Denied>
where
    B: http_body::Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if head.method != Method::POST {
        return Err(Denied::method());
    }
    let media = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Denied::invalid_request("the content type must be `application/x-www-form-urlencoded`"));
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, MOST_BYTES).collect()).await {
        Err(_) => Err(Denied::slow()),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Denied::too_large(MOST_BYTES)),
        Ok(Err(_)) => Err(Denied::invalid_request("the body broke off before its end")),
    }
}

/// The scope of the token: the client's, or less when less is asked for (RFC 6749 §3.3).
fn scope(asked: Option<&str>, most: Scope) -> Result<Scope, Denied> {
    let mut scope = None;
    for word in asked.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        let known = [Scope::Read, Scope::Write].into_iter().find(|known| known.as_str() == word);
        scope = scope.max(Some(known.ok_or_else(|| Denied::invalid_scope(most))?));
    }
    match scope.unwrap_or(most) {
        scope if scope <= most => Ok(scope),
        _ => Err(Denied::invalid_scope(most)),
    }
}

/// Counts the request against the limits of the client and of its directory.
fn take(inner: &Inner, client: &OauthClient, directory: &Directory) -> Result<(), Denied> {
    let now = inner.environment.now();
    inner.tokens_issued.take(&client.id, TOKENS, now).map_err(Denied::too_many)?;
    match directory.settings.rate_limit {
        Some(limit) => inner.rates.take(&directory.id, limit, now).map_err(Denied::too_many),
        None => Ok(()),
    }
}

fn new_token(inner: &Inner, client: &OauthClient, scope: Scope) -> (Token, Secret) {
    let secret = Secret::generate(inner.environment.as_ref(), PREFIX);
    let now = inner.environment.now();
    let token = Token {
        prefix: secret.expose().chars().take(PREFIX.len() + 4).collect(),
        scope,
        client: Some(client.id.clone()),
        ..Token::new(
            TokenId::new(inner.environment.new_id()),
            client.directory.clone(),
            TokenHash::of(secret.expose()),
            now,
            now + TimeDelta::seconds(i64::from(client.token_seconds)),
        )
    };
    (token, secret)
}
