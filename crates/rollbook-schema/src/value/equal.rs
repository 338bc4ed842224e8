//! Equality by meaning.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::json::{JsonLimits, parse_value};

use super::{Complex, Value};

/// The most members that are looked up one by one; above it an index is made.
const SCANNED: usize = 16;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Array(left), Self::Array(right)) => left == right,
            (Self::Complex(left), Self::Complex(right)) => left == right,
            (Self::Opaque(left), Self::Opaque(right)) => {
                left.get() == right.get()
                    || match (parsed(left), parsed(right)) {
                        (Some(left), Some(right)) => left == right,
                        _ => false,
                    }
            }
            (Self::Opaque(opaque), known) | (known, Self::Opaque(opaque)) => {
                parsed(opaque).is_some_and(|value| value == *known)
            }
            _ => false,
        }
    }
}

/// Reads an opaque value again; what came through `Resource::from_slice` always parses.
fn parsed(raw: &RawValue) -> Option<Value> {
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    parse_value(raw.get().as_bytes(), &limits).ok()
}

impl PartialEq for Complex {
    /// Compares members in any order.
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        if self.iter().zip(other).all(|(left, right)| left.0 == right.0) {
            return self.iter().zip(other).all(|(left, right)| left.1 == right.1);
        }
        if self.len() <= SCANNED {
            return self.iter().all(|(name, value)| other.get(name.as_str()) == Some(value));
        }
        let others: HashMap<_, _> = other.iter().collect();
        self.iter().all(|(name, value)| others.get(name).is_some_and(|other| *other == value))
    }
}
