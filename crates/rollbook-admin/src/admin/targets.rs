//! Targets and their delivery log.

use bytes::Bytes;
use rollbook_connectors::Profile;
use rollbook_store::{
    Attempt, Batch, ResourceId, Secret, SettingsWrite, StoreError, Target, TargetHealth, TargetId,
};

use super::{Admin, check};
use crate::error::AdminError;
use crate::view::{NewTarget, TargetView};

impl Admin {
    /// Adds a target to a directory; the engine begins to provision it at once.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name, address or profile that cannot be; [`AdminError::Taken`] when the directory
    /// has a target of that name.
    pub async fn add_target(&self, directory: &str, new: NewTarget) -> Result<TargetView, AdminError> {
        let name = check::name("name", new.name)?;
        let url = check::url(&new.url)?;
        let profile = check_profile(new.profile)?;
        let _turn = self.changes.lock().await;
        let directory = self.live_directory(directory).await?;
        let id = TargetId::new(self.environment.new_id());
        let context = Target::credential_context(&directory.id, &id);
        let seal =
            |token: String| self.keyring.seal(self.environment.as_ref(), &context, &Secret::new(token));
        let target = Target {
            id,
            directory: directory.id,
            name: name.clone(),
            connector: "scim2".to_owned(),
            url,
            profile,
            credential: new.token.filter(|token| !token.is_empty()).map(seal),
            created: self.now(),
            health: TargetHealth::default(),
        };
        let batch = Batch::global(target.created).setting(SettingsWrite::PutTarget(target.clone()));
        self.store.commit(batch).await.map_err(|error| match error {
            StoreError::Uniqueness { .. } => AdminError::Taken { what: "target", name },
            other => other.into(),
        })?;
        Ok(target_view(&directory.slug, target))
    }

    /// The targets of a directory, or of all.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn targets(&self, directory: Option<&str>) -> Result<Vec<TargetView>, AdminError> {
        let mut views = Vec::new();
        for directory in self.chosen(directory).await? {
            for target in self.store.targets(Some(&directory.id)).await? {
                views.push(target_view(&directory.slug, target));
            }
        }
        Ok(views)
    }

    /// The newest rows of a target's delivery log, newest first; of one resource when given.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or target.
    pub async fn log(
        &self,
        directory: &str,
        target: &str,
        resource: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Attempt>, AdminError> {
        let directory = self.directory(directory).await?;
        let targets = self.store.targets(Some(&directory.id)).await?;
        let found = targets.into_iter().find(|it| it.name == target || it.id.as_str() == target);
        let found = found.ok_or_else(|| AdminError::NotFound {
            what: "target",
            name: target.to_owned(),
            next_step: "`rollbook target list` shows them",
        })?;
        let resource = resource.map(ResourceId::new);
        Ok(self.store.attempts(&found.id, resource.as_ref(), limit).await?)
    }
}

fn target_view(directory: &str, target: Target) -> TargetView {
    TargetView {
        id: target.id.as_str().to_owned(),
        directory: directory.to_owned(),
        name: target.name,
        connector: target.connector,
        url: target.url,
        has_credential: target.credential.is_some(),
        created: target.created,
    }
}

/// The profile as it is stored, once the connector understands it.
fn check_profile(profile: Option<serde_json::Value>) -> Result<Bytes, AdminError> {
    let bytes = profile.map_or_else(|| b"{}".to_vec(), |profile| profile.to_string().into_bytes());
    match Profile::parse(&bytes) {
        Ok(_) => Ok(bytes.into()),
        Err(error) => Err(check::invalid("profile", format!("does not fit: {error}"))),
    }
}
