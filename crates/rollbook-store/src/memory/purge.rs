//! Removing a directory with everything that belongs to it, a bounded part at a time.

use chrono::{DateTime, Utc};

use super::ledger::LedgerTables;
use super::resources::ResourceTables;
use super::settings::SettingsTables;
use super::state::State;
use crate::error::StoreError;
use crate::ids::{DirectoryId, ResourceId, TargetId};

impl State {
    /// Removes up to `limit` rows; the directory goes when nothing else is left.
    pub(super) fn purge(&mut self, directory: &DirectoryId, limit: usize) -> Result<(), StoreError> {
        let stored = self.settings.directories.get(directory);
        if stored.is_some_and(|stored| stored.deleting.is_none()) {
            return Err(StoreError::Backend("a directory is purged only while it is being deleted".into()));
        }
        // Each call gets on, whatever the limit.
        let mut left = limit.max(1);
        self.resources.purge(directory, &mut left);
        for target in self.settings.targets(Some(directory)) {
            self.ledger.purge(&target.id, &mut left);
            self.settings.purge_marks(target.id.as_str(), &mut left);
        }
        self.settings.purge_marks(directory.as_str(), &mut left);
        self.settings.purge(directory, &mut left);
        Ok(())
    }
}

impl ResourceTables {
    fn purge(&mut self, directory: &DirectoryId, left: &mut usize) {
        let d = || directory.clone();
        let (first, text) = (ResourceId::new(""), String::new());
        let moment = DateTime::<Utc>::MIN_UTC;
        self.keys.purge(
            (d(), text.clone(), text.clone(), text.clone(), first.clone()),
            |k| k.0 == *directory,
            left,
        );
        self.order.purge((d(), text.clone(), moment, first.clone()), |k| k.0 == *directory, left);
        self.totals.purge((d(), text.clone()), |k| k.0 == *directory, left);
        self.holders.purge((d(), text.clone(), first.clone()), |k| k.0 == *directory, left);
        self.edge_log.purge((d(), first.clone(), 0, text.clone()), |k| k.0 == *directory, left);
        self.edges.purge((d(), first.clone(), text), |k| k.0 == *directory, left);
        self.tallies.purge((d(), first.clone()), |k| k.0 == *directory, left);
        self.records.purge((d(), first), |k| k.0 == *directory, left);
        self.log.purge((d(), 0), |k| k.0 == *directory, left);
        self.seqs.purge(d(), |k| k == directory, left);
    }
}

impl LedgerTables {
    fn purge(&mut self, target: &TargetId, left: &mut usize) {
        let t = || target.clone();
        let first = ResourceId::new("");
        let moment = DateTime::<Utc>::MIN_UTC;
        self.due.purge((t(), moment, first.clone()), |k| k.0 == *target, left);
        self.waits.purge((t(), first.clone(), first.clone()), |k| k.0 == *target, left);
        self.awaited.purge((t(), first.clone(), first.clone()), |k| k.0 == *target, left);
        self.links.purge((t(), first), |k| k.0 == *target, left);
        self.attempts.purge((t(), moment, 0), |k| k.0 == *target, left);
        self.cursors.purge(t(), |k| k == target, left);
    }
}

impl SettingsTables {
    /// Removes the marks named `{word}/{id}` and `{word}/{id}/…`.
    fn purge_marks(&mut self, id: &str, left: &mut usize) {
        let mine = |name: &&String| name.split('/').nth(1) == Some(id);
        let names: Vec<_> = self.marks.keys().filter(mine).take(*left).cloned().collect();
        *left -= names.len();
        names.iter().for_each(|name| self.marks.remove(name));
    }

    /// Removes what else there is; targets after what belongs to them, the directory last.
    fn purge(&mut self, directory: &DirectoryId, left: &mut usize) {
        let owner = Some(directory.clone());
        self.requests.purge((owner.clone(), 0), |k| k.0 == owner, left);
        self.tokens.purge_values(|token| token.directory == *directory, left);
        self.clients.purge_values(|client| client.directory == *directory, left);
        for target in self.targets.purge_values(|target| target.directory == *directory, left) {
            self.purged_targets.put(target, ());
        }
        let was_there = self.directories.contains(directory);
        self.directories.purge(directory.clone(), |k| k == directory, left);
        if was_there && !self.directories.contains(directory) {
            self.purged.put(directory.clone(), ());
        }
    }
}
