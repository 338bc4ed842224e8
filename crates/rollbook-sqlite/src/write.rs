//! Writing a batch, within a savepoint.

mod counter;
mod edges;
mod keys;
mod ledger;
mod resources;
mod row;
mod settings;

use rollbook_store::{Batch, Committed, StoreError};

use crate::db::Db;
use resources::Resources;

/// Writes a batch; on an error the caller takes back what was written until then.
pub(crate) fn batch(db: Db<'_>, batch: &Batch) -> Result<Committed, StoreError> {
    let mut results = Vec::with_capacity(batch.resources.len());
    if !batch.resources.is_empty() {
        let mut resources = Resources::new(db, batch)?;
        for write in &batch.resources {
            results.push(resources.write(write)?);
        }
        resources.finish()?;
    }
    for write in &batch.ledger {
        ledger::write(db, write)?;
    }
    for write in &batch.settings {
        settings::write(db, write)?;
    }
    Ok(Committed { results })
}
