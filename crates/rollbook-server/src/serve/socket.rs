//! The administration socket.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;
use tokio::sync::watch;

use super::until;
use crate::error::ServerError;

/// The administration socket: a file that only this user may open, gone when the hub ends.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Binds the socket; one left over from a process that was killed is replaced, which the lock makes safe.
    pub(super) fn bind(path: &Path) -> Result<Self, ServerError> {
        let unusable =
            |cause: std::io::Error| ServerError::Data { path: path.to_owned(), reason: cause.to_string() };
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unusable(error)),
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(unusable)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(unusable)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    pub(super) async fn serve(self, api: rollbook_admin::Api, stopped: watch::Receiver<bool>) {
        let mut end = std::pin::pin!(until(stopped));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut end => break,
            };
            let Ok((stream, _)) = accepted else { continue };
            let api = api.clone();
            tokio::spawn(async move {
                let io = hyper_util::rt::TokioIo::new(stream);
                if let Err(error) = hyper::server::conn::http1::Builder::new().serve_connection(io, api).await
                {
                    tracing::debug!(%error, "a connection of the administration socket ended early");
                }
            });
        }
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "the administration socket was not removed");
        }
    }
}
