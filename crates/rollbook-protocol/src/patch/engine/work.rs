//! What a request may cost.

use rollbook_filter::Filter;
use rollbook_schema::Value;

use crate::error::ScimError;

/// The most values that the operations of one request may touch in all; each operation touches those of its attribute.
///
/// Without it, a body of 16 MiB could hold enough operations on an attribute of enough values to run for minutes.
const MOST: usize = 500_000;

/// How many values the operations have touched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work(usize);

impl Work {
    /// Counts some values, or refuses the request (decision D25).
    pub(super) fn charge(&mut self, values: usize) -> Result<(), ScimError> {
        self.0 = self.0.saturating_add(values);
        if self.0 > MOST {
            let detail =
                format!("the operations touch more than {MOST} values in all; send fewer of them at a time");
            return Err(ScimError::new(413, None, detail));
        }
        Ok(())
    }

    /// Counts an operation on a held value: once for each test of the filter and each element that `listed` names.
    pub(super) fn charge_step(
        &mut self,
        held: Option<&Value>,
        filter: Option<&Filter<'static>>,
        listed: Option<&Value>,
    ) -> Result<(), ScimError> {
        let tests = filter.map_or(0, |filter| filter.paths().len());
        let listed = listed.map_or(0, |listed| listed.elements().len());
        self.charge(held.map_or(0, weight).saturating_mul(1 + tests + listed))
    }
}

/// Returns how many values a value is made of.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(elements) => elements.iter().map(weight).sum::<usize>() + 1,
        Value::Complex(object) => object.iter().map(|(_, value)| weight(value)).sum::<usize>() + 1,
        // Hardly a value is shorter than four bytes, quotes and comma included.
        Value::Opaque(raw) => raw.get().len() / 4,
        _ => 1,
    }
}
