//! Limits on what a request may cost, checked before it is parsed.

use std::time::Duration;

use rollbook_filter::Limits;
use rollbook_schema::JsonLimits;

/// Limits of the SCIM service; the defaults are those of the design (§4).
#[derive(Clone, Debug)]
pub struct HttpLimits {
    /// Bytes of a request body: 16 MiB; more is 413. The JSON depth (32) is in here too.
    pub json: JsonLimits,
    /// Length (2,000 bytes), depth (32) and terms (256) of a filter; more is 400 `invalidFilter`.
    pub filter: Limits,
    /// Resources on a page when the client does not say: 100.
    pub default_page: usize,
    /// The most resources on a page: 1,000; a larger `count` is cut to it.
    pub max_page: usize,
    /// Bytes of the resources of a page as they are stored: 64 MiB; more is 400 `tooMany`, unless it is one resource.
    /// Members do not count: they are sent as they are read.
    pub max_list_bytes: usize,
    /// How long a cursor is good: an hour; then 400 `expiredCursor`.
    pub cursor_timeout: Duration,
    /// The most operations of a bulk request: 1,000; more is 413. Its bytes are limited as those of any body.
    pub max_bulk_operations: usize,
    /// The most members of a group that a PATCH answers with; a larger group answers 204 (decision D1).
    pub max_patch_members: u64,
    /// Members that name nothing which a group may hold: 1,000 (decision D6).
    pub unresolved_members: usize,
    /// Bytes that the bodies of all requests that are being read or answered may take: 256 MiB, half of it by one
    /// directory; then 503. Bodies up to 64 KiB are not counted.
    pub max_body_memory: usize,
    /// Bytes that rendered resources are kept in, so that one that is asked for again is only copied: 16 MiB; 0 keeps
    /// none.
    pub max_rendered: usize,
    /// How long a whole request body may take to arrive: 60 s; then 408.
    pub body_timeout: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            json: JsonLimits::default(),
            filter: Limits::default(),
            default_page: 100,
            max_page: 1_000,
            max_list_bytes: 64 * 1024 * 1024,
            cursor_timeout: Duration::from_secs(3_600),
            max_bulk_operations: 1_000,
            max_patch_members: 1_000,
            unresolved_members: 1_000,
            max_body_memory: 256 * 1024 * 1024,
            max_rendered: 16 * 1024 * 1024,
            body_timeout: Duration::from_secs(60),
        }
    }
}
