//! How every directory and target is doing.

use rollbook_provision::target_status;
use rollbook_store::Target;

use super::Admin;
use crate::error::AdminError;
use crate::view::{StatusView, TargetStatusView, TroubledView};

/// How many of a target's troubled links are shown.
const TROUBLED: usize = 10;

impl Admin {
    /// How every directory and target is doing; of one directory when given.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn status(&self, directory: Option<&str>) -> Result<StatusView, AdminError> {
        let mut view = StatusView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            directories: Vec::new(),
            targets: Vec::new(),
            warnings: self.warnings(directory).await?,
        };
        for directory in self.chosen(directory).await? {
            for target in self.store.targets(Some(&directory.id)).await? {
                view.targets.push(self.target_status(&directory.slug, target).await?);
            }
            view.directories.push(self.directory_view(directory).await?);
        }
        Ok(view)
    }

    async fn target_status(&self, directory: &str, target: Target) -> Result<TargetStatusView, AdminError> {
        let status = target_status(self.store.as_ref(), &target, self.environment.as_ref()).await?;
        let mut troubled = Vec::new();
        for link in self.store.troubled(&target.id, TROUBLED).await? {
            let waits_for = self.store.waiting(&target.id, &link.resource).await?;
            troubled.push(TroubledView {
                resource_type: link.resource_type,
                resource: link.resource.as_str().to_owned(),
                failure: link.failure,
                waits_for: waits_for.iter().map(|id| id.as_str().to_owned()).collect(),
                next_attempt: link.due_at,
            });
        }
        Ok(TargetStatusView {
            directory: directory.to_owned(),
            name: target.name,
            unread: status.unread(),
            counts: status.counts,
            oldest_change: status.oldest,
            health: status.health,
            troubled,
        })
    }
}
