#![doc = include_str!("../README.md")]

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
