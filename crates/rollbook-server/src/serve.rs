//! `rollbook serve`: binds, tells where and what is on, runs until it is told to stop.

mod hello;
mod signals;
mod socket;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rollbook_admin::{NewDirectory, NewToken};
use rollbook_http::{Listen, Tls};
use rollbook_provision::Policy;
use rollbook_store::SystemEnvironment;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) use self::signals::outlive_file_size_limit;
use self::socket::Socket;
use crate::config::{Config, TlsFiles};
use crate::data::{Data, socket_path};
use crate::error::ServerError;
use crate::hub::{Hub, Parts};

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn serve(config: Config) -> Result<(), ServerError> {
    let parts = Parts::of(&config)?;
    let tls = tls(&config)?;
    let environment = Arc::new(SystemEnvironment);
    let data = Data::open(&config, environment.as_ref()).await?;
    let (listener, base_url) = bind(&config).await?;
    let hub = Hub::new(&data, environment, &base_url, parts);
    let known = !hub.admin.directories().await.map_err(refused)?.is_empty();
    hello::say(&config, &hub, &base_url, known);
    run(&hub, listener, tls, &config.data).await
}

/// Serves a throwaway hub: a temporary store, one directory `demo`, one token; one JSON line on standard output.
pub(crate) async fn serve_ephemeral(mut config: Config) -> Result<(), ServerError> {
    let mut parts = Parts::of(&config)?;
    parts.addresses.allow_loopback = true;
    let tls = tls(&config)?;
    let folder = tempfile::tempdir().map_err(ServerError::io("making a temporary directory"))?;
    config.data = folder.path().join("data");
    config.database = None;
    config.key = None;
    config.key_file = None;
    let environment = Arc::new(SystemEnvironment);
    let data = Data::open(&config, environment.as_ref()).await?;
    let (listener, base_url) = bind(&config).await?;
    let hub = Hub::new(&data, environment, &base_url, parts);
    let demo =
        NewDirectory { name: "Demo".to_owned(), slug: Some("demo".to_owned()), ..NewDirectory::default() };
    hub.admin.add_directory(demo).await.map_err(refused)?;
    let label = "ephemeral".to_owned();
    let token =
        hub.admin.create_token("demo", NewToken { label, ..NewToken::default() }).await.map_err(refused)?;
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
    run(&hub, listener, tls, &config.data).await
}

/// The certificate and its key, where the configuration names them.
fn tls(config: &Config) -> Result<Option<Tls>, ServerError> {
    let Some(TlsFiles { certificate, key }) = &config.tls else { return Ok(None) };
    let tls = Tls::load(certificate, key);
    tls.map(Some).map_err(|error| ServerError::Config(format!("`tls_certificate` and `tls_key`: {error}")))
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
    Ok((listener, config.base_url_at(address)))
}

/// Runs listener, socket and engine until a signal.
async fn run(hub: &Hub, listener: TcpListener, tls: Option<Tls>, data: &Path) -> Result<(), ServerError> {
    let (stop, stopped) = watch::channel(false);
    let socket = Socket::bind(&socket_path(data))?;
    let admin = tokio::spawn(socket.serve(hub.api(), stopped.clone()));
    let engine = hub.engine(Policy::default(), None);
    let engine_stopped = stopped.clone();
    let engine = tokio::spawn(async move { engine.run(engine_stopped).await });
    let (purging, purge_stopped) = (hub.admin.clone(), stopped.clone());
    let purge = tokio::spawn(async move { purging.purge(purge_stopped).await });
    let (warning, warn_stopped) = (hub.admin.clone(), stopped.clone());
    let warnings = tokio::spawn(async move { warning.warn_daily(warn_stopped).await });
    let (tidying, keeps, tidy_stopped) = (hub.admin.clone(), hub.delivery_log(), stopped.clone());
    let tidy = tokio::spawn(async move { tidying.cut_logs(keeps, tidy_stopped).await });
    let (log, log_stopped) = (hub.request_log().clone(), stopped.clone());
    let request_log = tokio::spawn(async move { log.run(until(log_stopped)).await });
    let listen = Listen { tls: tls.clone(), ..Listen::default() };
    let front = tokio::spawn(rollbook_http::serve_with(listener, hub.front(), listen, until(stopped)));
    signals::wait(tls.as_ref()).await?;
    tracing::info!("stopping: no new connections, open requests may end");
    stop.send_replace(true);
    let parts = [
        ("listener", front),
        ("engine", engine),
        ("administration socket", admin),
        ("purge", purge),
        ("warnings", warnings),
        ("delivery log", tidy),
        ("request log", request_log),
    ];
    for (part, task) in parts {
        if let Err(error) = task.await {
            tracing::error!(%error, part, "a part of the hub ended badly");
        }
    }
    // The requests that were answered meanwhile.
    hub.request_log().run(async {}).await;
    Ok(())
}

/// Done once `stopped` turns true.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn refused(error: rollbook_admin::AdminError) -> ServerError {
    ServerError::Refused(error.to_string())
}
