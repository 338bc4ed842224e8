//! What a request may cost.

use rollbook_filter::Filter;
use rollbook_schema::{Complex, Value};

use crate::error::ScimError;
use crate::patch::PatchKind;

/// How many values the operations of any request may touch; each operation touches those of its attribute.
///
/// Without a bound, a body of 16 MiB could hold enough operations on an attribute of enough values to run for minutes.
const BASE: usize = 50_000;

/// How often, beyond that, they may touch each value of the body and of the request, so that one operation on a large
/// attribute passes and the work is linear in what was sent and stored.
const TIMES: usize = 16;

/// The most elements that are brought in by comparing each with all that are there; more take an index of them all.
pub(super) const COMPARED: usize = 8;

/// How much more it takes to read a value from its text than to touch it.
const READING: usize = 4;

/// How many values the operations have touched, and how many they may touch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    done: usize,
    most: usize,
}

impl Work {
    /// `sent` are the values of the operations.
    pub(super) fn new<'v>(body: &Complex, sent: impl Iterator<Item = Option<&'v Value>>) -> Self {
        let sent = sent.map(|value| 1 + value.map_or(0, weight));
        let held = body.iter().map(|(_, value)| weight(value));
        let most = held.chain(sent).sum::<usize>().saturating_mul(TIMES).saturating_add(BASE);
        Self { done: 0, most }
    }

    /// Counts some values, or refuses the request (decision D25).
    pub(super) fn charge(&mut self, values: usize) -> Result<(), ScimError> {
        self.done = self.done.saturating_add(values);
        if self.done > self.most {
            let most = self.most;
            let detail =
                format!("the operations touch more than {most} values in all; send fewer of them at a time");
            return Err(ScimError::new(413, None, detail));
        }
        Ok(())
    }

    /// Counts an operation on a held value: once for each test of the filter and each element that a removal lists,
    /// and a few times where so many elements are added that an index of all is made.
    pub(super) fn charge_step(
        &mut self,
        kind: PatchKind,
        held: Option<&Value>,
        filter: Option<&Filter<'static>>,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let tests = filter.map_or(0, |filter| filter.paths().len());
        let listed = match value.map_or(0, |value| value.elements().len()) {
            listed if kind == PatchKind::Remove => listed,
            listed if listed > COMPARED => 4,
            _ => 0,
        };
        self.charge(held.map_or(0, weight).saturating_mul(1 + tests + listed))
    }

    /// Counts what it takes to read a held value that is a text so far, to copy it and to compare it.
    pub(super) fn charge_reading(&mut self, held: Option<&Value>) -> Result<(), ScimError> {
        match held {
            Some(Value::Opaque(_)) => self.charge(held.map_or(0, weight).saturating_mul(READING)),
            _ => Ok(()),
        }
    }
}

/// Returns how many values a value is made of; long texts count as several.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(elements) => elements.iter().map(weight).sum::<usize>() + 1,
        Value::Complex(object) => object.iter().map(|(_, value)| weight(value)).sum::<usize>() + 1,
        Value::String(text) => 1 + text.len() / 64,
        // Hardly a value is shorter than four bytes, quotes and comma included.
        Value::Opaque(raw) => raw.get().len() / 4,
        _ => 1,
    }
}
