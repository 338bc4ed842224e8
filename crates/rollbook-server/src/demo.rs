//! `rollbook demo`: the whole job on a toy company, with real HTTP on every side.
//!
//! A company of 200 people and 12 groups: its head office pushes from Entra ID, the firm that it bought from Okta, each
//! into a directory of its own. Three services get both: one that refuses groups, one that answers 429 now and then, one
//! that is down at first. At the end every service must hold exactly what it should, or the demo fails.

mod check;
mod company;
mod idp;
mod people;
mod report;
mod services;
mod traffic;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use rollbook_admin::{NewDirectory, NewTarget, NewToken};
use rollbook_connectors::AddressPolicy;
use rollbook_protocol::ClientKind;
use rollbook_provision::Policy;
use rollbook_store::SystemEnvironment;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::data::Data;
use crate::error::ServerError;
use crate::hub::{Hub, Parts};
use crate::serve::until;

use company::{Company, Expected};
use idp::Idp;
use report::{Deliveries, Progress, Settlement};
use services::Services;
use traffic::Played;

/// How long the services have to hold everything after the last change.
const PATIENCE: Duration = Duration::from_secs(45);

/// How often the progress is looked at.
const TICK: Duration = Duration::from_millis(100);

/// What `rollbook demo` takes.
#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// How many people the company has
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(20..=2000))]
    people: u16,
    /// How many groups
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(4..=100))]
    groups: u16,
}

/// Plays the demo.
///
/// # Errors
/// [`ServerError::Demo`] when a service does not hold what it should in time.
pub(crate) async fn demo(config: &Config, arguments: &DemoArguments) -> Result<(), ServerError> {
    let started = Instant::now();
    let folder = tempfile::Builder::new().prefix("rollbook-demo-").tempdir();
    // The data stays, so that the commands at the end have something to show.
    let folder = folder.map_err(ServerError::io("making a directory for the demo"))?.keep();
    let mut config = config.clone();
    config.data = folder.join("data");
    (config.database, config.key, config.key_file) = (None, None, None);
    let environment = Arc::new(SystemEnvironment);
    let data = Data::open(&config, environment.as_ref()).await?;
    let listener =
        TcpListener::bind("127.0.0.1:0").await.map_err(ServerError::io("listening on 127.0.0.1"))?;
    let address = listener.local_addr().map_err(ServerError::io("listening on 127.0.0.1"))?;
    let parts = Parts { addresses: AddressPolicy::loopback(), ..Parts::of(&config)? };
    let hub =
        Hub::new(&data, Arc::<SystemEnvironment>::clone(&environment), &format!("http://{address}"), parts);
    say(&format!("The hub listens on http://{address}, its data is in {}", config.data.display()));

    let services = Services::start(environment.as_ref()).await?;
    let (head_office, bought) = (
        directory(&hub, "acme", ClientKind::Entra, &services).await?,
        directory(&hub, "acme-labs", ClientKind::Okta, &services).await?,
    );
    let (stop, stopped) = watch::channel(false);
    let deliveries = Deliveries::new(&hub, &services).await?;
    let front = tokio::spawn(rollbook_http::serve(listener, hub.front(), until(stopped.clone())));
    let engine = hub.engine(Policy::default(), Some(deliveries.callback()));
    let engine = tokio::spawn(async move { engine.run(stopped).await });

    let company = Company::new(arguments.people, arguments.groups);
    say(&format!(
        "{} people and {} groups arrive from Entra ID (acme) and Okta (acme-labs):",
        arguments.people, arguments.groups
    ));
    let progress = Progress::start(&services, &company);
    let idps = (Idp::new(address, "acme", head_office), Idp::new(address, "acme-labs", bought));
    let playing = tokio::spawn(traffic::play(company, idps.0, idps.1));
    let expected = watch_until_done(&hub, &services, &deliveries, &progress, playing).await?;
    progress.finish();
    stop.send_replace(true);
    for task in [front, engine] {
        task.await.map_err(|error| ServerError::Demo(error.to_string()))?;
    }
    let differences = report::print(&hub, &services, &deliveries, &expected).await?;
    say(&format!("\nDone in {:.1} s. To look further:", started.elapsed().as_secs_f64()));
    let program = std::env::args().next().unwrap_or_else(|| "rollbook".to_owned());
    let data = config.data.display();
    say(&format!("  {program} --data {data} status"));
    say(&format!("  {program} --data {data} log acme {}", services::THROTTLED));
    if differences.is_empty() {
        return Ok(());
    }
    Err(ServerError::Demo(format!("not every service holds what it should:\n  {}", differences.join("\n  "))))
}

/// Shows the progress until every service holds what it should, or patience ends.
async fn watch_until_done(
    hub: &Hub,
    services: &Services,
    deliveries: &Deliveries,
    progress: &Progress,
    playing: JoinHandle<Result<Played, ServerError>>,
) -> Result<Expected, ServerError> {
    let mut playing = Some(playing);
    let mut played: Option<Played> = None;
    let mut mended = false;
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        tokio::time::sleep(TICK).await;
        if let Some(task) = playing.take_if(|task| task.is_finished()) {
            played = Some(task.await.map_err(|error| ServerError::Demo(error.to_string()))??);
            deadline = Instant::now() + PATIENCE;
        }
        progress.show(services, played.as_ref().map(|played| &played.expected));
        let settlement = deliveries.settlement(hub).await?;
        let Some(played) = &mut played else { continue };
        // The refused person may be in no group, so that nobody waits for them.
        if !mended && (deliveries.waits_at(services::REFUSING) > 0 || settlement != Settlement::Moving) {
            let waiting = deliveries.waits_at(services::REFUSING);
            let (service, person) = (services::REFUSING, services::REFUSED);
            progress.say(&format!(
                "  {service} refuses {person}, {waiting} groups wait for that member; now it is mended"
            ));
            services.accept_everybody();
            played.touch_refused().await?;
            mended = true;
            continue;
        }
        let right =
            || services.all().iter().all(|service| check::differences(service, &played.expected).is_empty());
        if (mended && settlement == Settlement::Done && right()) || Instant::now() > deadline {
            return Ok(played.expected.clone());
        }
    }
}

/// Makes a directory, its token and its targets; returns the token.
async fn directory(
    hub: &Hub,
    slug: &str,
    client: ClientKind,
    services: &Services,
) -> Result<String, ServerError> {
    let refused = |error: rollbook_admin::AdminError| ServerError::Demo(error.to_string());
    let new = NewDirectory {
        name: slug.to_owned(),
        slug: Some(slug.to_owned()),
        client: Some(client),
        ..NewDirectory::default()
    };
    hub.admin.add_directory(new).await.map_err(refused)?;
    for service in services.all() {
        let new = NewTarget {
            name: service.name.to_owned(),
            url: service.standin.url(),
            token: Some(service.standin.token().to_owned()),
            profile: Some(service.profile.clone()),
        };
        hub.admin.add_target(slug, new).await.map_err(refused)?;
    }
    let token = hub.admin.create_token(slug, NewToken::default()).await.map_err(refused)?;
    Ok(token.token)
}

#[allow(clippy::print_stdout, reason = "the demo talks to a person")]
fn say(line: &str) {
    println!("{line}");
}
