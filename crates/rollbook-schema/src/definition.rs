//! Schemas, their attributes and resource types, as data (RFC 7643 §2.2, §6, §7).

mod attribute;
mod characteristic;
mod resource_type;
mod schema;

use serde::{Deserialize, Deserializer};

pub use attribute::Attribute;
pub use characteristic::{AttributeType, Mutability, Returned, Uniqueness};
pub use resource_type::{ResourceType, SchemaExtension};
pub use schema::Schema;

/// Reads a member that may be `null`, which is no value (RFC 7643 §2.5): published schemas write it for what they lack.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
