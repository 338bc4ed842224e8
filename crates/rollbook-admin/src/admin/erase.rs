//! Erasing what is kept of one person.

use std::time::Duration;

use rollbook_protocol::fold;
use rollbook_store::{
    Batch, Directory, DirectoryId, LinkState, Precondition, ResourceId, ResourceWrite, SettingsWrite,
    StoreError, Target,
};
use tokio::time::Instant;

use super::Admin;
use crate::error::AdminError;
use crate::view::{ErasedView, Erasure};

/// The resource types whose links refer to a person: groups hold them.
const GROUP: &str = "Group";

/// The resource type of a person.
const USER: &str = "User";

/// How often it is looked whether the services were told.
const LOOK: Duration = Duration::from_millis(200);

/// How long one call waits at most, whatever is asked for: 10 minutes.
const LONGEST_WAIT: u64 = 600;

impl Admin {
    /// Deletes a user, if it is still there, waits until the services were told, and erases what is kept of it.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory, or for a name that no user has.
    pub async fn erase(&self, directory: &str, erasure: Erasure) -> Result<ErasedView, AdminError> {
        let directory = self.live_directory(directory).await?;
        let id = self.person(&directory, &erasure.user).await?;
        let deleted = self.delete_person(&directory.id, &id).await?;
        let mut view = ErasedView {
            directory: directory.slug.clone(),
            resource: id.as_str().to_owned(),
            deleted,
            erased: false,
            waits_for: Vec::new(),
        };
        let until = Instant::now() + Duration::from_secs(erasure.wait_seconds.min(LONGEST_WAIT));
        loop {
            view.waits_for = self.not_told(&directory.id, &id).await?;
            let over = Instant::now() >= until;
            if view.waits_for.is_empty() || (over && erasure.without_services) {
                break;
            }
            if over {
                return Ok(view);
            }
            tokio::time::sleep(LOOK).await;
        }
        let erase = SettingsWrite::Erase { directory: directory.id, resource: id };
        match self.store.commit(Batch::global(self.now()).setting(erase)).await {
            Ok(_) => {}
            // What was written and what was not is not known; another time finishes it.
            Err(StoreError::Unavailable { reason, .. }) => {
                let sentence = format!("it could not be erased to the end: {reason}; run it again");
                return Err(AdminError::Conflict { code: "erased.in.part", sentence });
            }
            Err(error) => return Err(error.into()),
        }
        view.erased = true;
        Ok(view)
    }

    /// The id of who is meant: by `userName`, else by id, since who was deleted is known by that alone.
    async fn person(&self, directory: &Directory, name: &str) -> Result<ResourceId, AdminError> {
        let by_name = self.store.ids_by_key(&directory.id, USER, "username", &[fold(name)]).await?;
        if let Some((_, id)) = by_name.into_iter().next() {
            return Ok(id);
        }
        let id = ResourceId::new(name);
        if self.store.get(&directory.id, &id).await?.is_some() || self.is_known(directory, &id).await? {
            return Ok(id);
        }
        Err(AdminError::NotFound {
            what: "user",
            name: name.to_owned(),
            next_step: "name it by its userName, or by its id if it was deleted",
        })
    }

    /// Whether something that is gone had this id, as far as the log goes back.
    async fn is_known(&self, directory: &Directory, id: &ResourceId) -> Result<bool, StoreError> {
        const ROWS: usize = 10_000;
        let mut after = 0;
        loop {
            let rows = self.store.changes(&directory.id, after, ROWS).await?;
            if rows.iter().any(|row| row.resource == *id) {
                return Ok(true);
            }
            match rows.last() {
                Some(last) if rows.len() == ROWS => after = last.seq,
                _ => return Ok(false),
            }
        }
    }

    /// Deletes a user as SCIM's DELETE does; whether there was anything to delete.
    async fn delete_person(&self, directory: &DirectoryId, id: &ResourceId) -> Result<bool, AdminError> {
        match self.store.get(directory, id).await? {
            None => return Ok(false),
            Some(stored) if stored.resource_type != USER => {
                return Err(AdminError::Conflict {
                    code: "not.a.user",
                    sentence: format!("`{id}` is of type {}, only users are erased", stored.resource_type),
                });
            }
            Some(_) => {}
        }
        let delete = ResourceWrite::Delete { id: id.clone(), expected: Precondition::Any };
        match self.store.commit(Batch::new(directory.clone(), self.now()).resource(delete)).await {
            Ok(_) => Ok(true),
            // Somebody else was faster.
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of the services that may still hold the person, or groups that do.
    async fn not_told(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<String>, StoreError> {
        let mut open = Vec::new();
        for target in self.store.targets(Some(directory)).await? {
            if !self.is_told(directory, &target, id).await? {
                open.push(target.name);
            }
        }
        Ok(open)
    }

    async fn is_told(
        &self,
        directory: &DirectoryId,
        target: &Target,
        id: &ResourceId,
    ) -> Result<bool, StoreError> {
        // The log first: the cursor, read later, can only be further.
        let last = self.store.last_seq(directory).await?;
        if self.store.cursor(&target.id).await? < last {
            return Ok(false);
        }
        let done = match self.store.link(&target.id, id).await? {
            None => true,
            Some(link) => link.due_at.is_none() && matches!(link.state, LinkState::Gone | LinkState::New),
        };
        Ok(done && self.store.due(&target.id, GROUP, self.environment.now(), 1).await?.is_empty())
    }
}
