//! Directories: made, shown, changed, given up for deletion.

mod settings;

use rollbook_protocol::ClientKind;
use rollbook_store::{Batch, Directory, DirectoryId, Query, SettingsWrite, Source, Start, StoreError};

use super::{Admin, check};
use crate::error::AdminError;
use crate::view::{DirectoryChange, DirectoryView, NewDirectory};

impl Admin {
    /// Makes a directory.
    ///
    /// Without a client kind it is the one that the source proposes; without a source, the one that the client kind
    /// proposes.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name without a letter or digit, a slug that is not `[a-z0-9-]{1,63}` or a setting
    /// that cannot be; [`AdminError::Taken`] when the slug is, [`AdminError::Conflict`] when another directory has one
    /// of the domains.
    pub async fn add_directory(&self, new: NewDirectory) -> Result<DirectoryView, AdminError> {
        let name = check::text("name", &new.name)?;
        let slug = match new.slug {
            Some(slug) => check::name("slug", slug)?,
            None => check::name("name", slug_of(&name))?,
        };
        let source = new.settings.source.unwrap_or_else(|| source_of(new.client.unwrap_or_default()));
        let client = new.client.unwrap_or_else(|| client_of(source));
        let _turn = self.changes.lock().await;
        let now = self.now();
        let id = DirectoryId::new(self.environment.new_id());
        let mut directory = Directory::new(id, slug.clone(), name, client, now);
        directory.settings.source = source;
        self.change_settings(&mut directory, new.settings).await?;
        let batch = Batch::global(now).setting(SettingsWrite::PutDirectory(directory.clone()));
        match self.store.commit(batch).await {
            Ok(_) => self.directory_view(directory).await,
            Err(StoreError::Uniqueness { .. }) => Err(self.slug_taken(slug).await),
            Err(error) => Err(error.into()),
        }
    }

    /// All directories, those that are being deleted included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn directories(&self) -> Result<Vec<DirectoryView>, AdminError> {
        let mut views = Vec::new();
        for directory in self.store.directories().await? {
            views.push(self.directory_view(directory).await?);
        }
        Ok(views)
    }

    /// One directory, by slug or id.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn show_directory(&self, directory: &str) -> Result<DirectoryView, AdminError> {
        self.directory_view(self.directory(directory).await?).await
    }

    /// Changes a directory; what the change does not name stays as it is. Tokens that live are not touched.
    ///
    /// A new source without a client kind beside it changes the client kind too, where that is still the one that the
    /// old source proposed.
    ///
    /// # Errors
    /// As for [`Admin::add_directory`]; [`AdminError::Deleting`] while it is being deleted.
    pub async fn change_directory(
        &self,
        directory: &str,
        change: DirectoryChange,
    ) -> Result<DirectoryView, AdminError> {
        let name = change.name.map(|name| check::text("name", &name)).transpose()?;
        if name.as_ref().is_some_and(String::is_empty) {
            return Err(check::invalid("name", "is empty; give it a name, or leave the field out"));
        }
        let _turn = self.changes.lock().await;
        let mut directory = self.live_directory(directory).await?;
        if let Some(name) = name {
            directory.name = name;
        }
        let proposed = client_of(directory.settings.source);
        match (change.client, change.settings.source) {
            (Some(client), _) => directory.client = client,
            (None, Some(source)) if directory.client == proposed => directory.client = client_of(source),
            (None, _) => {}
        }
        self.change_settings(&mut directory, change.settings).await?;
        let write = SettingsWrite::PutDirectory(directory.clone());
        self.store.commit(Batch::global(self.now()).setting(write)).await?;
        self.directory_view(directory).await
    }

    /// Gives a directory up for deletion; doing so again is fine.
    ///
    /// Its tokens open nothing any more and its targets get no calls from now on; what it holds, with its targets,
    /// tokens and OAuth clients, is removed by [`Admin::purge`]. Accounts at the services stay as they are.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn delete_directory(&self, directory: &str) -> Result<DirectoryView, AdminError> {
        let turn = self.changes.lock().await;
        let mut directory = self.directory(directory).await?;
        if directory.deleting.is_none() {
            let now = self.now();
            directory.deleting = Some(now);
            let write = SettingsWrite::PutDirectory(directory.clone());
            self.store.commit(Batch::global(now).setting(write)).await?;
            tracing::info!(directory = directory.slug, "the directory is being deleted");
        }
        drop(turn);
        self.deletions.notify_one();
        self.directory_view(directory).await
    }

    pub(super) async fn directory_view(&self, directory: Directory) -> Result<DirectoryView, AdminError> {
        Ok(DirectoryView {
            users: self.count(&directory.id, "User").await?,
            groups: self.count(&directory.id, "Group").await?,
            id: directory.id.as_str().to_owned(),
            scim_url: self.scim_url(&directory.slug),
            slug: directory.slug,
            name: directory.name,
            client: directory.client,
            created: directory.created,
            delete_in_progress: directory.deleting.is_some(),
            settings: directory.settings,
        })
    }

    async fn count(&self, directory: &DirectoryId, resource_type: &str) -> Result<u64, StoreError> {
        let query = Query {
            resource_type: resource_type.to_owned(),
            predicate: None,
            sort: None,
            start: Start::Index(1),
            count: 0,
        };
        Ok(self.store.query(directory, &query).await?.total)
    }

    async fn slug_taken(&self, slug: String) -> AdminError {
        match self.store.directory(&slug).await {
            Ok(Some(directory)) if directory.deleting.is_some() => AdminError::Deleting { name: slug },
            _ => AdminError::Taken { what: "directory", name: slug },
        }
    }
}

/// The client kind that a source proposes.
const fn client_of(source: Source) -> ClientKind {
    match source {
        Source::Entra => ClientKind::Entra,
        Source::Okta => ClientKind::Okta,
        Source::Generic => ClientKind::Generic,
    }
}

/// The source that a client kind proposes.
const fn source_of(client: ClientKind) -> Source {
    match client {
        ClientKind::Entra => Source::Entra,
        ClientKind::Okta => Source::Okta,
        ClientKind::Generic | ClientKind::Strict => Source::Generic,
    }
}

/// The address made from a name: lower case, one `-` for anything else.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(63);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_come_from_names() {
        for (name, slug) in [
            ("Acme", "acme"),
            ("Acme Corp. (EU)", "acme-corp-eu"),
            ("  x  ", "x"),
            ("Ärzte 4", "rzte-4"),
            ("!", ""),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
        }
    }
}
