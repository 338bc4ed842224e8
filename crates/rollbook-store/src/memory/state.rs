//! All tables together, and the one way to change them.

use super::ledger::LedgerTables;
use super::resources::ResourceTables;
use super::settings::SettingsTables;
use super::write::Writer;
use crate::contract::{Batch, Committed, SettingsWrite};
use crate::error::StoreError;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) resources: ResourceTables,
    pub(super) ledger: LedgerTables,
    pub(super) settings: SettingsTables,
}

impl State {
    /// Writes a batch, or leaves everything as it was.
    pub(super) fn commit(&mut self, batch: Batch) -> Result<Committed, StoreError> {
        self.undo();
        let result = self.write(batch);
        match result {
            Ok(_) => self.keep(),
            Err(_) => self.undo(),
        }
        result
    }

    fn write(&mut self, batch: Batch) -> Result<Committed, StoreError> {
        let mut committed = Committed::default();
        match batch.directory {
            Some(directory) => {
                if !batch.resources.is_empty() {
                    self.settings.check_open(&directory)?;
                }
                let mut writer =
                    Writer::new(&mut self.resources, directory, batch.now, batch.unresolved_members);
                for write in batch.resources {
                    committed.results.push(writer.write(write)?);
                }
                writer.check_unresolved()?;
            }
            None if batch.resources.is_empty() => {}
            None => return Err(StoreError::Backend("a batch with resources names its directory".into())),
        }
        for write in batch.ledger {
            if !self.settings.purged_targets.contains(write.target()) {
                self.ledger.write(write);
            }
        }
        for write in batch.settings {
            match write {
                SettingsWrite::PurgeDirectory { directory, limit } => self.purge(&directory, limit)?,
                SettingsWrite::Erase { directory, resource } => self.erase(&directory, &resource)?,
                other => self.settings.write(other)?,
            }
        }
        Ok(committed)
    }

    fn keep(&mut self) {
        self.resources.keep();
        self.ledger.keep();
        self.settings.keep();
    }

    fn undo(&mut self) {
        self.resources.undo();
        self.ledger.undo();
        self.settings.undo();
    }
}
