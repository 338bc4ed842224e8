#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod convert;
mod datetime;
mod definition;
mod json;
mod name;
mod registry;
mod resource;
pub mod uri;
mod validate;
mod value;
mod view;

pub use convert::ConversionError;
pub use datetime::{DateTime, ParseDateTimeError, format_instant};
pub use definition::{
    Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, SchemaExtension, Uniqueness,
};
pub use json::{JsonError, JsonLimits, parse_value};
pub use name::AttributeName;
pub use registry::{Registry, RegistryBuilder, RegistryError, common_attribute};
pub use resource::Resource;
pub use validate::{
    Context, Suggestion, Violation, ViolationKind, Violations, suggestions, validate, validate_change,
};
pub use value::{Complex, ComplexIter, Number, ParseNumberError, Value};
pub use view::{
    Address, Element, Email, EnterpriseUser, Group, Manager, Member, Name, User, Ws1bGroup, Ws1bUser,
};
