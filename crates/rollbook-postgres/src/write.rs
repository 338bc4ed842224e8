//! Writing a batch, within a transaction or a part of one.

mod counter;
mod edges;
mod erase;
mod keys;
pub(crate) mod leases;
mod ledger;
mod purge;
mod resources;
mod row;
mod settings;

use std::collections::BTreeMap;

use rollbook_store::{Batch, Committed};

pub(crate) use counter::Counter;

use crate::db::Db;
use crate::error::Fault;
use resources::Resources;

/// Writes a batch; on an error the caller takes back what was written until then, and the counter's numbers.
///
/// `counter` is the locked one of the batch's directory; `None` for a batch that writes no resources.
pub(crate) async fn batch(
    db: Db<'_>,
    counter: Option<&mut Counter>,
    batch: &Batch,
) -> Result<Committed, Fault> {
    leases::check(db, &batch.fences).await?;
    let mut results = Vec::with_capacity(batch.resources.len());
    if let (Some(counter), Some(directory)) = (counter, &batch.directory) {
        purge::refuse_leaving(db, directory).await?;
        let mut resources = Resources::new(db, counter, batch);
        for write in &batch.resources {
            results.push(resources.write(write).await?);
        }
        resources.check_unresolved().await?;
    }
    let mut known = BTreeMap::new();
    for write in &batch.ledger {
        let target = write.target();
        if !known.contains_key(target) {
            known.insert(target, purge::is_purged(db, target.as_str()).await?);
        }
        // What comes late for a target that is gone is nobody's.
        if known.get(target) == Some(&false) {
            ledger::write(db, write).await?;
        }
    }
    for write in &batch.settings {
        settings::write(db, write).await?;
    }
    Ok(Committed { results })
}
