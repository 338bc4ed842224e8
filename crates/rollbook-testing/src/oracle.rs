//! What must hold for every input whatever: the oracles of the fuzz targets in `fuzz/`.
//!
//! Each is a plain function that panics when something does not hold. `cargo fuzz` runs them on inputs that it makes,
//! `tests/corpus.rs` on the committed ones with stable Rust.

mod conditions;
mod filter;
mod fixtures;
mod patch;
mod path;
mod request;
mod resource;
mod structured;

pub use conditions::{authorization, cursor_or_etag};
pub use filter::{filter, filter_structured};
pub use patch::patch;
pub use path::path;
pub use request::request;
pub use resource::resource;
pub use structured::filter_from;

/// An oracle over the bytes of an input.
pub type Oracle = fn(&[u8]);

/// Every oracle, by the name of its fuzz target and of its folder in `fuzz/corpus`.
pub const ORACLES: [(&str, Oracle); 8] = [
    ("authorization", authorization),
    ("cursor_or_etag", cursor_or_etag),
    ("filter", filter),
    ("filter_structured", filter_structured),
    ("patch", patch),
    ("path", path),
    ("request", request),
    ("resource", resource),
];
