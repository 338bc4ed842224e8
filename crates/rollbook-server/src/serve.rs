//! `rollbook serve`: binds, tells where, runs until it is told to stop.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rollbook_admin::{NewDirectory, NewToken};
use rollbook_protocol::ClientKind;
use rollbook_provision::Policy;
use rollbook_store::SystemEnvironment;
use serde_json::json;
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::address::policy;
use crate::config::Config;
use crate::data::{Data, socket_path};
use crate::error::ServerError;
use crate::hub::Hub;

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn serve(config: Config) -> Result<(), ServerError> {
    let addresses = policy(&config.allow_addresses)?;
    let environment = Arc::new(SystemEnvironment);
    let data = Data::open(&config, environment.as_ref()).await?;
    let (listener, base_url) = bind(&config).await?;
    let hub = Hub::new(&data, environment, &base_url, addresses);
    let known = !hub.admin.directories().await.map_err(refused)?.is_empty();
    say_hello(&config, &base_url, known);
    run(&hub, listener, &config.data).await
}

/// Serves a throwaway hub: a temporary store, one directory `demo`, one token; one JSON line on standard output.
pub(crate) async fn serve_ephemeral(mut config: Config) -> Result<(), ServerError> {
    let mut addresses = policy(&config.allow_addresses)?;
    addresses.allow_loopback = true;
    let folder = tempfile::tempdir().map_err(ServerError::io("making a temporary directory"))?;
    config.data = folder.path().join("data");
    config.key = None;
    config.key_file = None;
    let environment = Arc::new(SystemEnvironment);
    let data = Data::open(&config, environment.as_ref()).await?;
    let (listener, base_url) = bind(&config).await?;
    let hub = Hub::new(&data, environment, &base_url, addresses);
    let demo =
        NewDirectory { name: "Demo".to_owned(), slug: Some("demo".to_owned()), client: ClientKind::Generic };
    hub.admin.add_directory(demo).await.map_err(refused)?;
    let label = "ephemeral".to_owned();
    let token =
        hub.admin.create_token("demo", NewToken { label, lifetime_minutes: None }).await.map_err(refused)?;
    let line = json!({
        "scim_url": token.scim_url,
        "token": token.token,
        "directory": "demo",
        "base_url": base_url,
        "data": config.data,
        "admin_socket": socket_path(&config.data),
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(ServerError::io("writing to standard output"))?;
    drop(out);
    run(&hub, listener, &config.data).await
}

/// Binds the listener; the base URL is the configured one, else the listener's own address.
async fn bind(config: &Config) -> Result<(TcpListener, String), ServerError> {
    let failed = |error: std::io::Error| {
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "; another program listens there: stop it, or choose another with `--listen`"
            }
            std::io::ErrorKind::PermissionDenied => "; ports below 1024 need a right that this user has not",
            std::io::ErrorKind::AddrNotAvailable => "; this machine has no such address",
            _ => "",
        };
        ServerError::Listen { address: config.listen.to_string(), reason: format!("{error}{advice}") }
    };
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let address: SocketAddr = listener.local_addr().map_err(failed)?;
    let base_url = config.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    Ok((listener, base_url))
}

/// Runs listener, socket and engine until a signal.
async fn run(hub: &Hub, listener: TcpListener, data: &Path) -> Result<(), ServerError> {
    let (stop, stopped) = watch::channel(false);
    let socket = Socket::bind(&socket_path(data))?;
    let admin = tokio::spawn(socket.serve(hub.api(), stopped.clone()));
    let engine = hub.engine(Policy::default(), None);
    let engine_stopped = stopped.clone();
    let engine = tokio::spawn(async move { engine.run(engine_stopped).await });
    let front = tokio::spawn(rollbook_http::serve(listener, hub.front(), until(stopped)));
    wait_for_signal().await?;
    tracing::info!("stopping: no new connections, open requests may end");
    stop.send_replace(true);
    for (part, task) in [("listener", front), ("engine", engine), ("administration socket", admin)] {
        if let Err(error) = task.await {
            tracing::error!(%error, part, "a part of the hub ended badly");
        }
    }
    Ok(())
}

/// Done once `stopped` turns true.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The administration socket: a file that only this user may open, gone when the hub ends.
struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Binds the socket; one left over from a process that was killed is replaced, which the lock makes safe.
    fn bind(path: &Path) -> Result<Self, ServerError> {
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

    async fn serve(self, api: rollbook_admin::Api, stopped: watch::Receiver<bool>) {
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

async fn wait_for_signal() -> Result<(), ServerError> {
    let failed = || ServerError::io("waiting for signals");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is for the person who started it, not a log")]
fn say_hello(config: &Config, base_url: &str, has_directories: bool) {
    println!("rollbook {} serves {base_url}, data in {}", env!("CARGO_PKG_VERSION"), config.data.display());
    println!("SCIM address for the identity provider: {base_url}/scim/v2/{{directory}}");
    if !has_directories {
        println!("No directory yet. In another terminal:");
        println!("  rollbook directory add \"Acme\"     makes one, with the address acme");
        println!("  rollbook token create acme        makes its token and shows it once");
    }
}

fn refused(error: rollbook_admin::AdminError) -> ServerError {
    ServerError::Refused(error.to_string())
}
