//! Schemas, their attributes and resource types, as data (RFC 7643 §2.2, §6, §7).

mod attribute;
mod characteristic;
mod resource_type;
mod schema;

pub use attribute::Attribute;
pub use characteristic::{AttributeType, Mutability, Returned, Uniqueness};
pub use resource_type::{ResourceType, SchemaExtension};
pub use schema::Schema;
