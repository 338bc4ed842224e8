//! Keeping the delivery logs at their size.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{Batch, LedgerWrite, StoreError};
use tokio::sync::watch;

use super::Admin;

/// How often they are cut: often enough that no cut is a large one.
const EVERY: Duration = Duration::from_secs(60);

/// How much of the delivery log of each target is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeliveryLogKeeps {
    /// Rows at most.
    pub rows: usize,
    /// Days at most.
    pub days: u32,
}

impl Default for DeliveryLogKeeps {
    /// 100,000 rows and 90 days.
    fn default() -> Self {
        Self { rows: 100_000, days: 90 }
    }
}

impl Admin {
    /// Cuts the delivery log of each target to its size, now and each minute, until `stopped` turns true.
    pub async fn cut_logs(&self, keeps: DeliveryLogKeeps, mut stopped: watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.cut_logs_now(keeps).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the delivery logs were not cut to their size"
                );
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                // An error means that the sender is gone, which is the end too.
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Cuts the delivery log of each target to its size.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cut_logs_now(&self, keeps: DeliveryLogKeeps) -> Result<(), StoreError> {
        let now = self.now();
        let before =
            now.checked_sub_signed(TimeDelta::days(keeps.days.into())).unwrap_or(DateTime::<Utc>::MIN_UTC);
        // A transaction each, so that none is held up by the others.
        for target in self.store.targets(None).await? {
            let prune = LedgerWrite::PruneAttempts { target: target.id, keep: keeps.rows, before };
            self.store.commit(Batch::global(now).ledger(prune)).await?;
        }
        Ok(())
    }
}
