//! Typed views that borrow a resource.
//!
//! A view reads the tree where it is: it copies nothing, and a member of another type counts as absent.

mod element;
mod enterprise;
mod group;
mod name;
mod user;
mod ws1b;

pub use element::{Address, Element, Email};
pub use enterprise::{EnterpriseUser, Manager};
pub use group::{Group, Member};
pub use name::Name;
pub use user::User;
pub use ws1b::{Ws1bGroup, Ws1bUser};

use crate::value::{Complex, Value};

/// Returns a string member.
fn text<'a>(complex: &'a Complex, name: &str) -> Option<&'a str> {
    complex.get(name).and_then(Value::as_str)
}

/// Returns a complex member.
fn part<'a>(complex: &'a Complex, name: &str) -> Option<&'a Complex> {
    complex.get(name).and_then(Value::as_complex)
}

/// Iterates over the complex elements of a multi-valued member.
fn parts<'a>(complex: &'a Complex, name: &str) -> impl Iterator<Item = &'a Complex> + use<'a> {
    complex.get(name).map(Value::elements).unwrap_or_default().filter_map(Value::as_complex)
}
