//! SCIM 2.0 services: a client, and the connector over it.

mod classify;
mod client;
mod connector;
mod error;
mod factory;
mod filter;
mod profile;
mod retry_after;

pub use classify::{CallKind, classify};
pub use client::{Listing, ScimClient, ScimOperation};
pub use connector::ScimConnector;
pub use error::{ScimClientError, ServiceAnswer};
pub use factory::ScimFactory;
pub use filter::eq_filter;
pub use profile::{DeleteStyle, Profile, ProfileError, RemoveMembers, UpdateStyle};
pub use retry_after::parse_retry_after;
