#![doc = include_str!("../README.md")]

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
pub use error::{ScimError, ScimType, invalid_filter, invalid_json, invalid_path};
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
