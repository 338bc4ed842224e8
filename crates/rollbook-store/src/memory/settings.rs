//! The tables of directories, targets, tokens and marks.

use bytes::Bytes;

use super::table::Table;
use crate::contract::{Directory, OauthClient, RequestRecord, SettingsWrite, Target, Token};
use crate::error::StoreError;
use crate::ids::{ClientId, DirectoryId, TargetId, TokenId};
use crate::secret::TokenHash;

#[derive(Debug, Default)]
pub(super) struct SettingsTables {
    pub(super) directories: Table<DirectoryId, Directory>,
    pub(super) tokens: Table<TokenId, Token>,
    pub(super) targets: Table<TargetId, Target>,
    pub(super) clients: Table<ClientId, OauthClient>,
    pub(super) requests: Table<(Option<DirectoryId>, u64), RequestRecord>,
    pub(super) marks: Table<String, Bytes>,
    /// What was purged and has not been put again: late writes to it leave nothing.
    pub(super) purged: Table<DirectoryId>,
    pub(super) purged_targets: Table<TargetId>,
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

    pub(super) fn client(&self, id: &ClientId) -> Option<OauthClient> {
        self.clients.get(id).cloned()
    }

    pub(super) fn clients(&self, directory: &DirectoryId) -> Vec<OauthClient> {
        let mut clients: Vec<_> =
            self.clients.values().filter(|client| client.directory == *directory).cloned().collect();
        clients.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        clients
    }

    pub(super) fn requests(&self, directory: Option<&DirectoryId>, limit: usize) -> Vec<RequestRecord> {
        let first = (directory.cloned(), 0);
        let last = (directory.cloned(), u64::MAX);
        self.requests.range(first..=last).rev().take(limit).map(|(_, request)| request.clone()).collect()
    }

    pub(super) fn mark(&self, name: &str) -> Option<Bytes> {
        self.marks.get(&name.to_owned()).cloned()
    }

    /// Refuses resource writes to a directory that is leaving or has left.
    pub(super) fn check_open(&self, directory: &DirectoryId) -> Result<(), StoreError> {
        match self.directories.get(directory) {
            Some(stored) if stored.deleting.is_some() => Err(missing("directory", directory.as_str())),
            _ => self.check_there(directory),
        }
    }

    fn check_there(&self, directory: &DirectoryId) -> Result<(), StoreError> {
        if self.purged.contains(directory) { Err(missing("directory", directory.as_str())) } else { Ok(()) }
    }

    pub(super) fn write(&mut self, write: SettingsWrite) -> Result<(), StoreError> {
        match write {
            SettingsWrite::PutDirectory(directory) => {
                let mut others = self.directories.values().filter(|other| other.id != directory.id);
                if others.any(|other| other.slug == directory.slug) {
                    return Err(taken("directory", "slug"));
                }
                drop(others);
                self.purged.remove(&directory.id);
                self.directories.put(directory.id.clone(), directory);
            }
            SettingsWrite::PutToken(token) => {
                self.check_there(&token.directory)?;
                self.tokens.put(token.id.clone(), token);
            }
            SettingsWrite::TouchToken { id, at } => {
                let mut token = self.tokens.get(&id).cloned().ok_or_else(|| missing("token", id.as_str()))?;
                token.last_used = token.last_used.max(Some(at));
                self.tokens.put(id, token);
            }
            SettingsWrite::DeleteToken(id) => self.tokens.remove(&id),
            SettingsWrite::DropExpiredTokens { before, limit } => {
                let expired = |token: &Token| token.client.is_some() && token.expires < before;
                self.tokens.purge_values(expired, &mut { limit });
            }
            SettingsWrite::PutClient(client) => {
                self.check_there(&client.directory)?;
                self.clients.put(client.id.clone(), client);
            }
            SettingsWrite::DeleteClient(id) => {
                let issued = |token: &Token| token.client.as_ref() == Some(&id);
                self.tokens.purge_values(issued, &mut { usize::MAX });
                self.clients.remove(&id);
            }
            SettingsWrite::AppendRequest(request)
                if request.directory.as_ref().is_some_and(|directory| self.purged.contains(directory)) => {}
            SettingsWrite::AppendRequest(request) => {
                let last = (request.directory.clone(), u64::MAX);
                let newest = self.requests.range((request.directory.clone(), 0)..=last).next_back();
                let number = newest.map_or(0, |((_, number), _)| number + 1);
                self.requests.put((request.directory.clone(), number), request);
            }
            SettingsWrite::PruneRequests { directory, keep, before } => {
                let rows = self.requests.range((directory.clone(), 0)..=(directory, u64::MAX)).rev();
                let old: Vec<_> = rows
                    .enumerate()
                    .filter(|(place, (_, request))| *place >= keep || request.at < before)
                    .map(|(_, (key, _))| key.clone())
                    .collect();
                old.iter().for_each(|key| self.requests.remove(key));
            }
            // It reaches beyond these tables: see `State::write`.
            SettingsWrite::PurgeDirectory { .. } | SettingsWrite::Erase { .. } => {}
            SettingsWrite::PutTarget(mut target) => {
                self.check_there(&target.directory)?;
                let mut others = self.targets.values().filter(|other| other.id != target.id);
                if others.any(|other| other.directory == target.directory && other.name == target.name) {
                    return Err(taken("target", "name"));
                }
                drop(others);
                if let Some(stored) = self.targets.get(&target.id) {
                    target.health = stored.health.clone();
                }
                self.purged_targets.remove(&target.id);
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
        self.clients.keep();
        self.requests.keep();
        self.marks.keep();
        self.purged.keep();
        self.purged_targets.keep();
    }

    pub(super) fn undo(&mut self) {
        self.directories.undo();
        self.tokens.undo();
        self.targets.undo();
        self.clients.undo();
        self.requests.undo();
        self.marks.undo();
        self.purged.undo();
        self.purged_targets.undo();
    }
}

fn taken(what: &str, attribute: &str) -> StoreError {
    StoreError::Uniqueness { what: what.to_owned(), attribute: attribute.to_owned() }
}

fn missing(what: &'static str, id: &str) -> StoreError {
    StoreError::NotFound { what, id: id.to_owned() }
}
