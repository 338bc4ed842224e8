//! Which client asks (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::AUTHORIZATION;
use http::request::Parts;
use rollbook_store::{ClientId, Directory, OauthClient, Secret, Store, TokenHash};
use subtle::{Choice, ConstantTimeEq as _};

use super::Denied;
use super::form::{Form, decode};
use crate::trace::Trace;

/// How many secrets are compared at least, known client or not: two, as while one is rotated.
const COMPARED: usize = 2;

/// What a client shows.
#[derive(Debug)]
pub(super) struct Credentials {
    id: ClientId,
    secret: Secret,
}

/// The client's id and secret: HTTP Basic (`client_secret_basic`) or the form (`client_secret_post`), never both and
/// never the query.
pub(super) fn credentials(head: &Parts, form: &Form) -> Result<Credentials, Denied> {
    let query = head.uri.query().unwrap_or_default();
    if query.split('&').any(|pair| pair.starts_with("client_secret=") || pair.starts_with("client_id=")) {
        return Err(Denied::invalid_request("client credentials are not accepted in the query"));
    }
    let mut values = head.headers.get_all(AUTHORIZATION).iter();
    let header = values.next();
    if values.next().is_some() {
        return Err(Denied::invalid_request("there are several `Authorization` headers"));
    }
    match (header, &form.client_id, &form.client_secret) {
        (Some(_), _, Some(_)) => Err(Denied::invalid_request(
            "the client's secret is both in the `Authorization` header and in the form; send it in one place",
        )),
        (Some(header), id, None) => {
            let credentials = header.to_str().ok().and_then(basic).ok_or_else(|| {
                Denied::invalid_client("the Authorization header is not Basic with a client's id and secret")
            })?;
            match id {
                Some(id) if *id != credentials.id.as_str() => {
                    Err(Denied::invalid_request("`client_id` is not that of the `Authorization` header"))
                }
                _ => Ok(credentials),
            }
        }
        (None, Some(id), Some(secret)) => {
            Ok(Credentials { id: ClientId::new(id.as_str()), secret: secret.clone() })
        }
        (None, Some(_), None) => Err(Denied::invalid_client("the client sent no secret")),
        (None, None, _) => Err(Denied::invalid_client("no client credentials")),
    }
}

/// Reads `Basic`: the two halves are form-encoded before they are joined.
fn basic(header: &str) -> Option<Credentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = Secret::new(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = joined.expose().split_once(':')?;
    let (id, secret) = (decode(id)?, Secret::new(decode(secret)?));
    Some(Credentials { id: ClientId::new(id), secret })
}

/// The client behind credentials, and its directory. Every failure is the same `invalid_client`; the reason is for the
/// logs.
pub(super) async fn authenticate(
    store: &dyn Store,
    credentials: &Credentials,
    now: DateTime<Utc>,
    trace: &mut Trace,
) -> Result<(OauthClient, Directory), Denied> {
    let client = store.client(&credentials.id).await.map_err(|error| Denied::store(&error))?;
    let outcome = check(client.as_ref(), credentials.secret.expose(), now);
    let Some(client) = client else {
        return Err(Denied::invalid_client("no OAuth client has this id"));
    };
    let directory =
        store.directory(client.directory.as_str()).await.map_err(|error| Denied::store(&error))?;
    let Some(directory) = directory.filter(|directory| directory.deleting.is_none()) else {
        return Err(Denied::invalid_client("the client's directory is gone, or is being deleted"));
    };
    trace.directory = Some(directory.id.clone());
    match outcome {
        Ok(()) => Ok((client, directory)),
        Err(reason) => Err(Denied::invalid_client(reason)),
    }
}

/// Compares a secret with all of a client's, in a time that does not depend on which one it is, nor on whether there
/// is such a client.
fn check(client: Option<&OauthClient>, secret: &str, now: DateTime<Utc>) -> Result<(), String> {
    let given = TokenHash::of(secret);
    let dummy = TokenHash::from_bytes([0; 32]);
    let secrets = client.map_or(&[][..], |client| &client.secrets);
    let mut good = Choice::from(0);
    let mut expired = None;
    for kept in secrets {
        let is_it = given.as_bytes().ct_eq(kept.hash.as_bytes());
        let is_over = kept.expires.filter(|expires| *expires <= now);
        good |= is_it & Choice::from(u8::from(is_over.is_none()));
        if bool::from(is_it) {
            expired = is_over;
        }
    }
    for _ in secrets.len()..COMPARED {
        good |= given.as_bytes().ct_eq(dummy.as_bytes()) & Choice::from(0);
    }
    if bool::from(good) {
        return Ok(());
    }
    Err(match expired {
        Some(at) => {
            format!("the client secret has expired on {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))
        }
        None if secret.starts_with("rb_") || secret.starts_with("rba_") => {
            "this is a token, not a client secret".to_owned()
        }
        None => "the secret is not one of this client's".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_3_1_the_halves_of_basic_are_form_encoded() {
        for (plain, id, secret) in [
            ("id:secret", "id", "secret"),
            ("a%3Ab:c+d%25", "a:b", "c d%"),
            ("id:", "id", ""),
            ("id:a:b", "id", "a:b"),
        ] {
            let found = basic(&format!("bAsIc {}", STANDARD.encode(plain))).unwrap();
            assert_eq!((found.id.as_str(), found.secret.expose()), (id, secret), "{plain}");
        }
        for bad in [
            "Basic",
            "Basic x",
            "Bearer YTpi",
            "Basic YWI=",
            "Basic /w==",
            &format!("Basic {}", STANDARD.encode("%:x")),
        ] {
            assert!(basic(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_client_without_secrets_has_no_good_one() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(check(None, "", now).is_err());
    }
}
