//! Writing a batch, within a savepoint.

mod counter;
mod edges;
mod erase;
mod keys;
mod ledger;
mod order;
mod purge;
mod resources;
mod row;
mod settings;
mod touched;

use rollbook_store::{Batch, Committed, StoreError};

use crate::db::Db;
pub(crate) use erase::{erases, scrub};
pub(crate) use order::Order;
use resources::Resources;
pub(crate) use touched::Touched;

/// What writing a batch has left to do for its transaction.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Counts to be written before the transaction ends.
    pub(crate) order: Order,
    /// What a cache may not hold any more.
    pub(crate) touched: Touched,
}

impl Effects {
    /// Takes in the effects of another batch of the same transaction.
    pub(crate) fn append(&mut self, other: Self) {
        self.order.append(other.order);
        self.touched.append(other.touched);
    }
}

/// Writes a batch; on an error the caller takes back what was written until then.
pub(crate) fn batch(db: Db<'_>, batch: &Batch) -> Result<(Committed, Effects), StoreError> {
    let mut results = Vec::with_capacity(batch.resources.len());
    let mut effects = Effects::default();
    if !batch.resources.is_empty() {
        let mut resources = Resources::new(db, batch)?;
        for write in &batch.resources {
            results.push(resources.write(write)?);
        }
        effects = resources.finish()?;
    }
    ledger::all(db, &batch.ledger)?;
    for write in &batch.settings {
        settings::write(db, write, &mut effects)?;
    }
    Ok((Committed { results }, effects))
}
