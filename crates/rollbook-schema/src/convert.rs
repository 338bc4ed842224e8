//! Between resources and an embedder's own types, through serde.

mod de;
mod error;
mod key;
mod ser;

pub use error::ConversionError;
pub(crate) use ser::to_value;
