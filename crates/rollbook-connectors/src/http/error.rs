//! Why there was no answer.

use std::error::Error;
use std::io;
use std::time::Duration;

use hyper_util::client::legacy;
use rustls::pki_types::InvalidDnsNameError;
use thiserror::Error;

use super::connect::ConnectError;
use crate::address::AddressRefusal;

/// Why a call got no answer.
///
/// The texts name no header and no body: they may be shown and logged.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum HttpError {
    /// The address itself cannot be called.
    #[error("{0}")]
    Address(String),
    /// The policy does not allow any of the addresses that the name has.
    #[error("{0}")]
    Refused(#[from] AddressRefusal),
    /// The name was not resolved.
    #[error("the name `{host}` was not resolved: {reason}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// No connection was made.
    #[error("no connection to the service: {0}")]
    Connect(String),
    /// The TLS handshake failed, by certificate or by protocol.
    #[error("no secure connection to the service: {0}")]
    Tls(String),
    /// The call took too long.
    #[error("the service did not answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// The connection broke, or what came was no HTTP.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The body of the answer is longer than the limit.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
}

impl HttpError {
    /// Tells whether the service may have received and carried out the request.
    ///
    /// A timeout counts as such, since it is not known how far the call was.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Broken(_) | Self::TooLarge(_))
    }

    pub(super) fn from_client(error: &legacy::Error) -> Self {
        if let Some(error) = find::<ConnectError>(error) {
            return error.clone().into();
        }
        if let Some(error) = find::<InvalidDnsNameError>(error) {
            return Self::Address(format!(
                "the host in the address is no name that a certificate can have: {error}"
            ));
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return Self::Tls(error.to_string());
        }
        if error.is_connect() { Self::Connect(innermost(error)) } else { Self::Broken(innermost(error)) }
    }
}

/// Finds an error of a type among an error and its causes.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The text of the first cause, which is the one that says something.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    // `io::Error::source` skips the error that it was made from.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
