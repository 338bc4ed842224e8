//! Signals: SIGINT and SIGTERM end the server, SIGHUP has it read the certificate again.

use rollbook_http::Tls;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::ServerError;

/// The signal for a file that has reached the size limit of the process (`ulimit -f`): 25 on Linux and macOS.
const FILE_SIZE: i32 = 25;

/// Makes such a file an error of the write, as a full disk is; unheeded, the signal ends the process.
pub(crate) fn outlive_file_size_limit() -> Result<(), ServerError> {
    // Whoever has asked for a signal once is not ended by it any more, though nobody waits for it.
    signal(SignalKind::from_raw(FILE_SIZE)).map(drop).map_err(ServerError::io("waiting for signals"))
}

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
