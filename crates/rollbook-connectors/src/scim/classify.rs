//! What a failed call means: its class, a plain sentence, the service's words, the next step.

mod words;

use chrono::{DateTime, Utc};
use http::StatusCode;
use rollbook_provision::CallError;
use rollbook_store::FailureClass::{Configuration, Conflict, Credentials, Data, Throttled, Transient};
use rollbook_store::{FailureClass, Secret};

use super::error::{ScimClientError, ServiceAnswer};
use super::retry_after::parse_retry_after;
use crate::http::HttpError;

/// What a call was to do; the same answer means different things.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CallKind {
    /// Look for an account or group, or list them.
    Search,
    /// Read one.
    Read,
    /// Create one.
    Create,
    /// Change its attributes.
    Update,
    /// Change its members.
    Members,
    /// Delete it or switch it off.
    Remove,
}

impl CallKind {
    const fn addresses_one(self) -> bool {
        !matches!(self, Self::Search | Self::Create)
    }

    const fn writes(self) -> bool {
        !matches!(self, Self::Search | Self::Read)
    }
}

/// Says what a failed call means to the engine.
///
/// `now` turns a `Retry-After` date into a wait. The words of the service are cut to 200 characters, and the credential
/// is taken out wherever it occurs in them.
#[must_use]
pub fn classify(
    error: &ScimClientError,
    kind: CallKind,
    secret: Option<&Secret>,
    now: DateTime<Utc>,
) -> CallError {
    match error {
        ScimClientError::Http(error) => of_http(error, kind),
        ScimClientError::Answer(answer) => of_answer(answer, kind, secret, now),
        ScimClientError::Malformed { status, what } => {
            let sentence = format!("The service answered {status} with {}.", words::of_service(what, secret));
            let next = "Check that the target's address is the base of the service's SCIM 2.0 endpoints.";
            marked(CallError::new(Configuration, sentence, next), kind.writes())
        }
        ScimClientError::NoId => CallError::new(
            Data,
            "The service's id of the account or group is not known.",
            "Look it up again.",
        )
        .missing(),
        ScimClientError::Unsendable("credential") => CallError::new(
            Credentials,
            "The credential holds characters that cannot be sent.",
            "Give the target its token again, without line breaks and spaces.",
        ),
        ScimClientError::Unsendable(what) => CallError::new(
            Configuration,
            format!("The {what} holds characters that cannot be sent."),
            "Correct the target's profile.",
        ),
    }
}

fn of_http(error: &HttpError, kind: CallKind) -> CallError {
    let (class, next) = match error {
        HttpError::Address(_) => (Configuration, "Correct the target's address."),
        HttpError::Refused(_) => (
            Configuration,
            "Correct the target's address, or have the operator allow the range of addresses.",
        ),
        HttpError::Tls(_) => (
            Configuration,
            "Check the service's certificate and that the target's address names its host and port.",
        ),
        HttpError::TooLarge(_) => (Configuration, "Set a smaller `page_size` in the target's profile."),
        HttpError::Resolve { .. } => {
            (Transient, "Check the host name in the target's address, if this goes on.")
        }
        HttpError::Connect(_) | HttpError::Timeout(_) | HttpError::Broken(_) => {
            (Transient, "Nothing: it is tried again. If it goes on, check that the service is up.")
        }
    };
    let error_text = error.to_string();
    marked(
        CallError::new(class, words::sentence(&error_text), next),
        kind.writes() && error.may_have_arrived(),
    )
}

fn of_answer(
    answer: &ServiceAnswer,
    kind: CallKind,
    secret: Option<&Secret>,
    now: DateTime<Utc>,
) -> CallError {
    let wait = answer.retry_after.as_deref().and_then(|text| parse_retry_after(text, now));
    let missing = kind.addresses_one() && [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&answer.status);
    let taken = answer.scim_type.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case("uniqueness"));
    let (class, sentence, next) = match answer.status {
        _ if missing => MISSING,
        // Some services say 400 where RFC 7644 §3.3 says 409.
        status if status.is_client_error() && taken => meaning(StatusCode::CONFLICT, kind, false),
        status => meaning(status, kind, answer.retry_after.is_some()),
    };
    let sentence = format!("{sentence} (status {}).", answer.status.as_u16());
    let mut error = CallError::new(class, sentence, next);
    let location = answer.location.as_ref().filter(|_| answer.status.is_redirection());
    if let Some(said) = location.or(answer.detail.as_ref()) {
        error = error.words(words::of_service(said, secret));
    }
    error.retry_after = wait;
    error.missing = missing;
    // A service that asks for patience has done nothing; any other failure of its own may come after the deed.
    let ambiguous = kind.writes() && class == Transient;
    marked(error, ambiguous)
}

const MISSING: (FailureClass, &str, &str) =
    (Data, "The service no longer knows this account or group", "Nothing: it is looked up and made again.");

/// Class, sentence and next step of a status.
fn meaning(status: StatusCode, kind: CallKind, patience: bool) -> (FailureClass, &'static str, &'static str) {
    match status.as_u16() {
        429 => (Throttled, "The service asked for fewer calls", "Nothing: the hub slows down by itself."),
        503 if patience => (Throttled, "The service asked to be called later", "Nothing: the hub waits."),
        401 => (
            Credentials,
            "The service does not accept the credential",
            "Make a new token at the service and give it to the target.",
        ),
        403 => (
            Credentials,
            "The credential does not allow this",
            "Give the token the right to manage users and groups at the service, or give the target another one.",
        ),
        300..=399 => (
            Configuration,
            "The service answered with a redirect, which the hub does not follow",
            "Set the target's address to where the service really is.",
        ),
        404 | 410 => (
            Configuration,
            "There is no such endpoint at the service",
            "Check that the target's address is the base of the service's SCIM 2.0 endpoints, and whether it has groups.",
        ),
        405 | 501 if kind == CallKind::Update || kind == CallKind::Members => (
            Configuration,
            "The service does not take this kind of change",
            "Set `update` in the target's profile to the other of `patch` and `put`.",
        ),
        405 | 501 => (
            Configuration,
            "The service does not offer this",
            "Check the target's address and profile against the service's documentation.",
        ),
        406 | 415 => (
            Configuration,
            "The service does not take this content type",
            "Set `content_type` in the target's profile, to `application/json` for instance.",
        ),
        409 => (
            Conflict,
            "Another account or group at the service is in the way",
            "Find out which one has the same name there; link, rename or remove it.",
        ),
        408 | 425 | 500..=599 => (
            Transient,
            "The service failed",
            "Nothing: it is tried again. If it goes on, tell those who run the service.",
        ),
        413 if kind == CallKind::Members => (
            Data,
            "The change of members is too large",
            "Set a smaller `member_chunk` in the target's profile.",
        ),
        _ => (
            Data,
            "The service refuses this data",
            "Read the service's words; correct the attribute at its source, or its mapping.",
        ),
    }
}

fn marked(error: CallError, ambiguous: bool) -> CallError {
    if ambiguous { error.ambiguous() } else { error }
}
