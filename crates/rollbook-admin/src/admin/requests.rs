//! The inbound request log.

use rollbook_store::RequestRecord;

use super::Admin;
use crate::error::AdminError;

impl Admin {
    /// The newest rows of the inbound request log of a directory, newest first; of the requests that belong to no
    /// directory for `None`.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn requests(
        &self,
        directory: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RequestRecord>, AdminError> {
        let directory = match directory {
            Some(name) => Some(self.directory(name).await?.id),
            None => None,
        };
        Ok(self.store.requests(directory.as_ref(), limit).await?)
    }
}
