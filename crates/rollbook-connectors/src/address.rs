//! Which addresses the hub may call: a guard against requests that are steered into the operator's own network.
//!
//! The address of a target is chosen by whoever administers a directory, and the name in it is resolved by somebody
//! else's name server. [`AddressPolicy`] is therefore applied to the resolved address at every connect, not to the
//! name and not once.
//!
//! ```
//! use rollbook_connectors::AddressPolicy;
//!
//! let policy = AddressPolicy { allow: vec!["10.20.0.0/16".parse()?], ..AddressPolicy::default() };
//! assert!(policy.allows("10.20.1.2".parse()?, true).is_ok());
//! assert!(policy.allows("10.99.1.2".parse()?, true).is_err());
//! assert!(policy.allows("169.254.169.254".parse()?, true).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod kind;
mod range;

pub use kind::AddressKind;
pub use range::{AddressRange, ParseRangeError};

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Which addresses may be called.
///
/// The default allows public addresses over TLS and nothing else. Whatever it says, the metadata services of cloud
/// providers are never called.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddressPolicy {
    /// Allows this machine: 127.0.0.0/8 and ::1.
    pub allow_loopback: bool,
    /// Allows private networks: RFC 1918, shared address space (RFC 6598), unique local addresses (RFC 4193).
    pub allow_private: bool,
    /// Allows these ranges whatever kind they are of, but for metadata services.
    pub allow: Vec<AddressRange>,
}

/// Why an address is not called.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AddressRefusal {
    /// A metadata service; no setting allows it.
    #[error("{0} is a cloud metadata address, which the hub never calls; give the service's own address")]
    Metadata(IpAddr),
    /// Not a public address, and not allowed by the operator.
    #[error("{0} is a {1} address; give a public one, or have the operator allow its range by name")]
    NotPublic(IpAddr, AddressKind),
    /// Plain http to a public address: the credential would cross the internet in the clear.
    #[error(
        "{0} is public and the address begins with http:; use https:, or have the operator allow its range"
    )]
    Plain(IpAddr),
}

impl AddressPolicy {
    /// Allows every address but metadata services, with or without TLS: for tests and for demonstrations.
    #[must_use]
    pub fn open() -> Self {
        Self { allow_loopback: true, allow_private: true, allow: AddressRange::everything().to_vec() }
    }

    /// Allows this machine beside public addresses.
    #[must_use]
    pub fn loopback() -> Self {
        Self { allow_loopback: true, ..Self::default() }
    }

    /// Tells whether `address` may be called; `secure` when over TLS.
    ///
    /// IPv6 addresses that carry an IPv4 address (mapped, NAT64) are judged by that one.
    ///
    /// # Errors
    ///
    /// Says why not.
    pub fn allows(&self, address: IpAddr, secure: bool) -> Result<(), AddressRefusal> {
        let carried = kind::carried(address);
        if kind::is_metadata(address) || kind::is_metadata(carried) {
            return Err(AddressRefusal::Metadata(address));
        }
        if self.allow.iter().any(|range| range.contains(address) || range.contains(carried)) {
            return Ok(());
        }
        match AddressKind::of(carried) {
            AddressKind::Public if secure => Ok(()),
            AddressKind::Public => Err(AddressRefusal::Plain(address)),
            AddressKind::Loopback if self.allow_loopback => Ok(()),
            AddressKind::Private if self.allow_private => Ok(()),
            other => Err(AddressRefusal::NotPublic(address, other)),
        }
    }
}
