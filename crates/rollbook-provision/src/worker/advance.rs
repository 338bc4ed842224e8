//! Turning the change log into due links.

use std::collections::HashMap;

use rollbook_store::{Change, LedgerWrite, ResourceId, StoreError};

use super::Worker;

/// How many log rows are read at once; also the most marks in one transaction.
const LOG_PAGE: usize = 500;

impl Worker {
    /// Reads the log from the cursor to its end: each resource named in it is marked due once a page, in one
    /// transaction with the cursor.
    ///
    /// A new target's cursor is 0 and so reads the whole log. Once logs are pruned, a cursor behind the log's tail
    /// will have to walk the directory instead ([`crate::resync`] does).
    pub(super) async fn advance(&mut self) -> Result<(), StoreError> {
        let store = &self.shared.store;
        let mut cursor = match self.cursor {
            Some(cursor) => cursor,
            None => store.cursor(&self.target.id).await?,
        };
        self.cursor = Some(cursor);
        loop {
            let changes = store.changes(&self.target.directory, cursor, LOG_PAGE).await?;
            let Some(last) = changes.last().map(|change| change.seq) else { return Ok(()) };
            let full = changes.len() >= LOG_PAGE;
            let mut batch = self.batch();
            batch.ledger = coalesced(&changes)
                .map(|(first, latest)| LedgerWrite::MarkDue {
                    target: self.target.id.clone(),
                    resource: first.resource.clone(),
                    resource_type: latest.resource_type.clone(),
                    // Not later than now even when the clock was set back, else nothing would happen until then.
                    at: latest.at.min(batch.now),
                    changed_at: first.at,
                })
                .collect();
            batch.ledger.push(LedgerWrite::SetCursor { target: self.target.id.clone(), seq: last });
            store.commit(batch).await?;
            cursor = last;
            self.cursor = Some(cursor);
            if !full || self.stopping() {
                return Ok(());
            }
        }
    }
}

/// Each resource's first and latest change, in the order of the first ones.
fn coalesced(changes: &[Change]) -> impl Iterator<Item = (&Change, &Change)> {
    let mut places: HashMap<&ResourceId, usize> = HashMap::new();
    let mut spans: Vec<(&Change, &Change)> = Vec::new();
    for change in changes {
        let place = *places.entry(&change.resource).or_insert(spans.len());
        match spans.get_mut(place) {
            Some(span) => span.1 = change,
            None => spans.push((change, change)),
        }
    }
    spans.into_iter()
}
