//! Erasing what is kept of somebody who was deleted: here that is what the ledger and the request log know.

use super::ledger::LedgerTables;
use super::settings::SettingsTables;
use super::state::State;
use crate::error::StoreError;
use crate::ids::{DirectoryId, ResourceId, TargetId};

impl State {
    pub(super) fn erase(&mut self, directory: &DirectoryId, resource: &ResourceId) -> Result<(), StoreError> {
        if self.resources.get(directory, resource).is_some() {
            return Err(StoreError::Backend("what lives is deleted before it is erased".into()));
        }
        for target in self.settings.targets(Some(directory)) {
            self.ledger.erase(&target.id, resource);
        }
        self.settings.erase(directory, resource);
        Ok(())
    }
}

impl LedgerTables {
    fn erase(&mut self, target: &TargetId, resource: &ResourceId) {
        let key = (target.clone(), resource.clone());
        if let Some(due_at) = self.links.get(&key).and_then(|link| link.due_at) {
            self.due.remove(&(target.clone(), due_at, resource.clone()));
        }
        self.links.remove(&key);
        let mine =
            |(t, a, b): &&(TargetId, ResourceId, ResourceId)| t == target && (a == resource || b == resource);
        for table in [&mut self.waits, &mut self.awaited] {
            let rows: Vec<_> = table.keys().filter(mine).cloned().collect();
            rows.iter().for_each(|row| table.remove(row));
        }
        let about = |attempt: &crate::Attempt| attempt.target == *target && attempt.resource == *resource;
        self.attempts.purge_values(about, &mut { usize::MAX });
    }
}

impl SettingsTables {
    fn erase(&mut self, directory: &DirectoryId, resource: &ResourceId) {
        let named = |request: &crate::RequestRecord| {
            request.directory.as_ref() == Some(directory)
                && (request.path.contains(resource.as_str())
                    || request.reason.as_ref().is_some_and(|reason| reason.contains(resource.as_str())))
        };
        self.requests.purge_values(named, &mut { usize::MAX });
        let owned: Vec<String> = self
            .marks
            .range("owner/".to_owned().."owner0".to_owned())
            .filter(|(_, owner)| owner.as_ref() == resource.as_str().as_bytes())
            .map(|(name, _)| name.clone())
            .collect();
        owned.iter().for_each(|name| self.marks.remove(name));
    }
}
