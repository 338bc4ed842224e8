//! Connectors of the rollbook SCIM 2.0 hub: how the services that it provisions are spoken to.
//!
//! - [`HttpClient`] makes every outgoing call: guarded addresses ([`AddressPolicy`]), no redirects, bounded time and
//!   size.
//! - [`ScimClient`] is a small client for any SCIM 2.0 service, useful on its own.
//! - [`ScimConnector`] puts it behind the engine's `Connector` trait; how a service differs from others is data, a
//!   [`Profile`]. [`ScimFactory`] makes connectors of targets.
//!
//! Nothing here retries, waits or remembers: that is the engine's work.

mod address;
mod http;
mod scim;

pub use address::{AddressKind, AddressPolicy, AddressRange, AddressRefusal, ParseRangeError};
pub use http::{HttpAnswer, HttpClient, HttpError, HttpLimits};
pub use scim::{
    CallKind, DeleteStyle, Listing, Profile, ProfileError, RemoveMembers, ScimClient, ScimClientError,
    ScimConnector, ScimFactory, ScimOperation, ServiceAnswer, UpdateStyle, classify, eq_filter,
    parse_retry_after,
};
