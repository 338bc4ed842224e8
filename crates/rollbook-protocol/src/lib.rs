//! SCIM 2.0 protocol semantics (RFC 7644) without I/O: evaluate, PATCH, project, messages, errors, ETag, client quirks.
//!
//! Everything here is a function of its arguments: no clock, no random number, no socket, no store. A resource that
//! comes in goes through [`prepare_create`] or [`prepare_replace`], a PATCH through [`PatchRequest::parse`] and
//! [`apply`]; what differs from client to client is a set of [`Quirks`].
//!
//! On the way out a filter is a [`Predicate`], an order a [`Sort`], the choice of attributes a [`Projection`]; [`splice`]
//! makes the answer from the stored bytes, and [`assemble`] the tree that the other three look at.
//!
//! A bulk request is a [`BulkRequest`], and a [`BulkRun`] leads the caller through it.

mod bulk;
mod cursor;
pub mod discovery;
mod error;
mod etag;
mod evaluate;
mod fold;
mod keys;
mod list;
mod member;
mod params;
mod patch;
mod prepare;
mod project;
mod quirks;
mod render;
mod resolve;
mod sort;

pub use bulk::{
    BulkCall, BulkLimits, BulkMethod, BulkOperation, BulkPath, BulkRefusal, BulkRequest, BulkResponse,
    BulkResult, BulkRun, BulkSuccess, BulkTarget,
};
pub use cursor::{Cursor, Fingerprint};
pub use error::{ScimError, ScimType, invalid_filter, invalid_path};
pub use etag::{etag, etag_matches};
pub use evaluate::{Lookup, Predicate};
pub use fold::fold;
pub use keys::{Key, display_of, keys};
pub use list::{CursorPage, cursor_list_response, list_response};
pub use member::{Member, MemberEdit};
pub use params::SearchParams;
pub use patch::{PatchKind, PatchOperation, PatchRequest, Patched, apply};
pub use prepare::{Draft, prepare_create, prepare_replace};
pub use project::Projection;
pub use quirks::{ClientKind, ParseClientKindError, Quirks};
pub use render::{GroupView, MemberView, Meta, assemble, splice};
pub use resolve::{Resolved, TypeRef, resolve};
pub use sort::{Sort, SortKey};
