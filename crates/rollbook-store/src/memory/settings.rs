//! The tables of directories, targets, tokens and marks.

use bytes::Bytes;

use super::table::Table;
use crate::contract::{Directory, SettingsWrite, Target, Token};
use crate::error::StoreError;
use crate::ids::{DirectoryId, TargetId, TokenId};
use crate::secret::TokenHash;

#[derive(Debug, Default)]
pub(super) struct SettingsTables {
    directories: Table<DirectoryId, Directory>,
    tokens: Table<TokenId, Token>,
    targets: Table<TargetId, Target>,
    marks: Table<String, Bytes>,
}

impl SettingsTables {
    pub(super) fn directories(&self) -> Vec<Directory> {
        let mut directories: Vec<_> = self.directories.values().cloned().collect();
        directories.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        directories
    }

    pub(super) fn directory(&self, slug_or_id: &str) -> Option<Directory> {
        let by_slug = || self.directories.values().find(|directory| directory.slug == slug_or_id);
        self.directories.get(&DirectoryId::new(slug_or_id)).or_else(by_slug).cloned()
    }

    pub(super) fn token(&self, hash: &TokenHash) -> Option<Token> {
        self.tokens.values().find(|token| token.hash == *hash).cloned()
    }

    pub(super) fn tokens(&self, directory: &DirectoryId) -> Vec<Token> {
        let mut tokens: Vec<_> =
            self.tokens.values().filter(|token| token.directory == *directory).cloned().collect();
        tokens.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        tokens
    }

    pub(super) fn targets(&self, directory: Option<&DirectoryId>) -> Vec<Target> {
        let wanted = |target: &&Target| directory.is_none_or(|directory| target.directory == *directory);
        let mut targets: Vec<_> = self.targets.values().filter(wanted).cloned().collect();
        targets.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        targets
    }

    pub(super) fn target(&self, id: &TargetId) -> Option<Target> {
        self.targets.get(id).cloned()
    }

    pub(super) fn mark(&self, name: &str) -> Option<Bytes> {
        self.marks.get(&name.to_owned()).cloned()
    }

    pub(super) fn write(&mut self, write: SettingsWrite) -> Result<(), StoreError> {
        match write {
            SettingsWrite::PutDirectory(directory) => {
                let mut others = self.directories.values().filter(|other| other.id != directory.id);
                if others.any(|other| other.slug == directory.slug) {
                    return Err(taken("directory", "slug"));
                }
                drop(others);
                self.directories.put(directory.id.clone(), directory);
            }
            SettingsWrite::PutToken(token) => self.tokens.put(token.id.clone(), token),
            SettingsWrite::TouchToken { id, at } => {
                let mut token = self.tokens.get(&id).cloned().ok_or_else(|| missing("token", id.as_str()))?;
                token.last_used = token.last_used.max(Some(at));
                self.tokens.put(id, token);
            }
            SettingsWrite::PutTarget(mut target) => {
                let mut others = self.targets.values().filter(|other| other.id != target.id);
                if others.any(|other| other.directory == target.directory && other.name == target.name) {
                    return Err(taken("target", "name"));
                }
                drop(others);
                if let Some(stored) = self.targets.get(&target.id) {
                    target.health = stored.health.clone();
                }
                self.targets.put(target.id.clone(), target);
            }
            SettingsWrite::PutHealth { target: id, health } => {
                let target = self.target(&id).ok_or_else(|| missing("target", id.as_str()))?;
                self.targets.put(id, Target { health, ..target });
            }
            SettingsWrite::PutMark { name, value } => self.marks.put(name, value),
        }
        Ok(())
    }

    pub(super) fn keep(&mut self) {
        self.directories.keep();
        self.tokens.keep();
        self.targets.keep();
        self.marks.keep();
    }

    pub(super) fn undo(&mut self) {
        self.directories.undo();
        self.tokens.undo();
        self.targets.undo();
        self.marks.undo();
    }
}

fn taken(what: &str, attribute: &str) -> StoreError {
    StoreError::Uniqueness { what: what.to_owned(), attribute: attribute.to_owned() }
}

fn missing(what: &'static str, id: &str) -> StoreError {
    StoreError::NotFound { what, id: id.to_owned() }
}
