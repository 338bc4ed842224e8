//! Signals: SIGINT and SIGTERM end the server, SIGHUP has it read the certificate again.

use rollbook_http::Tls;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::ServerError;

/// Waits for the end; meanwhile each SIGHUP reads certificate and key again.
pub(super) async fn wait(tls: Option<&Tls>) -> Result<(), ServerError> {
    let failed = || ServerError::io("waiting for signals");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed())?;
    let mut hangup = signal(SignalKind::hangup()).map_err(failed())?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            _ = hangup.recv() => reload(tls),
        }
    }
}

fn reload(tls: Option<&Tls>) {
    match tls.map(Tls::reload) {
        None => {
            tracing::info!("SIGHUP: there is no certificate to read again; other settings need a restart")
        }
        Some(Ok(())) => tracing::info!("SIGHUP: new connections get the certificate that was read now"),
        Some(Err(error)) => {
            tracing::error!(%error, "SIGHUP: the new certificate cannot be used, the old one stays in use");
        }
    }
}
