//! The command line: verbs, flags, and what each one does.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use http::Method;
use rollbook_admin::{NewDirectory, NewTarget, NewToken};
use rollbook_protocol::ClientKind;
use serde::Serialize;
use serde_json::Value;

use crate::config::Config;
use crate::error::ServerError;
use crate::{client, demo, logs, print, serve};

/// rollbook: one directory of users and groups, provisioned to every service (SCIM 2.0).
///
/// Without a verb it serves. Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 done in part, 5 configuration.
#[derive(Debug, Parser)]
#[command(name = "rollbook", version)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    serve: ServeArguments,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Args, Debug)]
struct Common {
    /// The configuration file; ./rollbook.toml when it is there [env: ROLLBOOK_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory [default: ./data] [env: ROLLBOOK_DATA]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Args, Debug, Default, Eq, PartialEq)]
struct ServeArguments {
    /// Where to listen [default: 127.0.0.1:8080] [env: ROLLBOOK_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What clients know the server by, such as https://hub.example [env: ROLLBOOK_BASE_URL]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A throwaway hub for tests: temporary store, one directory, one token, one JSON line on standard output
    #[arg(long)]
    ephemeral: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve SCIM and provision every target (the default)
    Serve(ServeArguments),
    /// Play a company's day into a hub and three services, and check that every service holds what it should
    Demo(demo::DemoArguments),
    /// Directories: one for each company or realm
    #[command(subcommand)]
    Directory(DirectoryVerb),
    /// Tokens for the identity provider
    #[command(subcommand)]
    Token(TokenVerb),
    /// Targets: the services that a directory is provisioned to
    #[command(subcommand)]
    Target(TargetVerb),
    /// How every directory and target is doing
    Status {
        /// Only this directory
        directory: Option<String>,
    },
    /// The delivery log of a target, newest first: each attempt with its five steps
    Log {
        /// The directory
        directory: String,
        /// The target
        target: String,
        /// Only this resource, by its id
        #[arg(long, value_name = "ID")]
        resource: Option<String>,
        /// How many rows
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
}

#[derive(Debug, Subcommand)]
enum DirectoryVerb {
    /// Make a directory
    Add {
        /// Its name
        name: String,
        /// Its address, [a-z0-9-]; made from the name otherwise
        #[arg(long)]
        slug: Option<String>,
        /// Which client pushes to it: generic, entra, okta, strict
        #[arg(long, default_value = "generic")]
        client: ClientKind,
    },
    /// List the directories
    List,
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    /// Make a token for a directory and show it once
    Create {
        /// The directory
        directory: String,
        /// A note
        #[arg(long, default_value = "")]
        label: String,
        /// How many days it is good for: 1 to 730
        #[arg(long, default_value_t = 182, value_parser = clap::value_parser!(i64).range(1..=730))]
        days: i64,
    },
}

#[derive(Debug, Subcommand)]
enum TargetVerb {
    /// Add a SCIM 2.0 service to a directory
    ///
    /// Its token is read from `--token-file` (`-` is standard input) or from ROLLBOOK_TARGET_TOKEN, never from the
    /// command line, where other users of the machine could read it.
    Add {
        /// The directory
        directory: String,
        /// A name for the service, [a-z0-9-]
        name: String,
        /// The service's SCIM base address
        #[arg(long)]
        url: String,
        /// A file that holds the service's bearer token; `-` is standard input
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// The service's habits: the name of a profile, or a JSON file (PATCH or PUT, member chunk, concurrency, …)
        #[arg(long, value_name = "NAME|FILE")]
        profile: Option<String>,
    },
    /// List the targets
    List {
        /// Only of this directory
        directory: Option<String>,
    },
}

/// Does what the arguments ask for.
///
/// # Errors
/// One sentence for the person at the terminal; its [`ServerError::exit_code`] is the process's.
pub fn run(arguments: Arguments) -> Result<(), ServerError> {
    let Arguments { common, serve, verb } = arguments;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServerError::io("starting the runtime"))?;
    let verb = match verb {
        None => Verb::Serve(serve),
        Some(_) if serve != ServeArguments::default() => {
            let sentence =
                "`--listen`, `--base-url` and `--ephemeral` belong to `serve`: write them after it";
            return Err(ServerError::Config(sentence.to_owned()));
        }
        Some(verb) => verb,
    };
    runtime.block_on(dispatch(&common, verb))
}

async fn dispatch(common: &Common, verb: Verb) -> Result<(), ServerError> {
    match verb {
        Verb::Serve(arguments) => {
            let config = load(common, &arguments)?;
            logs::start(&config)?;
            if arguments.ephemeral {
                serve::serve_ephemeral(config).await
            } else {
                serve::serve(config).await
            }
        }
        Verb::Demo(arguments) => {
            let mut config = load(common, &ServeArguments::default())?;
            if !std::env::vars().any(|(name, _)| name == "ROLLBOOK_LOG") {
                // A progress bar and log lines do not share a terminal; what goes wrong is in the table at the end.
                "error".clone_into(&mut config.log);
            }
            logs::start(&config)?;
            demo::demo(&config, &arguments).await
        }
        verb => administer(common, verb).await,
    }
}

async fn administer(common: &Common, verb: Verb) -> Result<(), ServerError> {
    let config = load(common, &ServeArguments::default())?;
    let (get, post) = (Method::GET, Method::POST);
    match verb {
        Verb::Directory(DirectoryVerb::Add { name, slug, client: kind }) => {
            let body = json(&NewDirectory { name, slug, client: kind })?;
            let made = client::call(&config, post, "directories", Some(body)).await?;
            print::show(common.json, &made, print::directory_added)
        }
        Verb::Directory(DirectoryVerb::List) => {
            let all = client::call(&config, get, "directories", None).await?;
            print::show(common.json, &all, print::directories)
        }
        Verb::Token(TokenVerb::Create { directory, label, days }) => {
            let body = json(&NewToken { label, lifetime_minutes: Some(days * 24 * 60) })?;
            let path = format!("directories/{directory}/tokens");
            let made = client::call(&config, post, &path, Some(body)).await?;
            print::show(common.json, &made, print::token)
        }
        Verb::Target(TargetVerb::Add { directory, name, url, token_file, profile }) => {
            let new =
                NewTarget { name, url, token: target_token(token_file)?, profile: read_profile(profile)? };
            let path = format!("directories/{directory}/targets");
            let made = client::call(&config, post, &path, Some(json(&new)?)).await?;
            print::show(common.json, &made, print::target_added)
        }
        Verb::Target(TargetVerb::List { directory }) => {
            let path =
                directory.map_or_else(|| "targets".to_owned(), |it| format!("directories/{it}/targets"));
            let all = client::call(&config, get, &path, None).await?;
            print::show(common.json, &all, print::targets)
        }
        Verb::Status { directory } => {
            let path = directory.map_or_else(|| "status".to_owned(), |it| format!("status?directory={it}"));
            let status = client::call(&config, get, &path, None).await?;
            print::show(common.json, &status, print::status)
        }
        Verb::Log { directory, target, resource, limit } => {
            let resource = resource.map(|id| format!("&resource={id}")).unwrap_or_default();
            let path = format!("directories/{directory}/targets/{target}/log?limit={limit}{resource}");
            let rows = client::call(&config, get, &path, None).await?;
            print::show(common.json, &rows, print::log)
        }
        Verb::Serve(_) | Verb::Demo(_) => Ok(()),
    }
}

fn load(common: &Common, serve: &ServeArguments) -> Result<Config, ServerError> {
    let mut flags = Vec::new();
    if let Some(data) = &common.data {
        flags.push(("data", data.display().to_string()));
    }
    flags.extend(serve.listen.clone().map(|listen| ("listen", listen)));
    flags.extend(serve.base_url.clone().map(|url| ("base_url", url)));
    let file = common.config.clone().or_else(|| std::env::var_os("ROLLBOOK_CONFIG").map(PathBuf::from));
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::load(file.as_deref(), environment, &flags)
}

fn target_token(file: Option<PathBuf>) -> Result<Option<String>, ServerError> {
    let text = match file {
        Some(path) if path.as_os_str() == "-" => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(ServerError::io("reading the token from standard input"))?;
            text
        }
        Some(path) => {
            let what = format!("reading the token from `{}`", path.display());
            std::fs::read_to_string(&path).map_err(ServerError::io(what))?
        }
        None => match std::env::var("ROLLBOOK_TARGET_TOKEN") {
            Ok(token) => token,
            Err(_) => return Ok(None),
        },
    };
    let token = text.trim();
    if token.is_empty() {
        return Err(ServerError::Config(
            "the target's token is empty; leave it out for a service without one".to_owned(),
        ));
    }
    Ok(Some(token.to_owned()))
}

/// A file's JSON, or a profile by its name.
fn read_profile(given: Option<String>) -> Result<Option<Value>, ServerError> {
    let Some(given) = given else { return Ok(None) };
    if !std::path::Path::new(&given).exists() {
        return Ok(Some(serde_json::json!({ "base": given })));
    }
    let what = format!("reading the profile `{given}`");
    let text = std::fs::read_to_string(&given).map_err(ServerError::io(what))?;
    let profile = serde_json::from_str(&text)
        .map_err(|error| ServerError::Config(format!("the profile `{given}` is not JSON: {error}")))?;
    Ok(Some(profile))
}

fn json<T: Serialize>(value: &T) -> Result<Value, ServerError> {
    serde_json::to_value(value).map_err(|error| ServerError::Config(error.to_string()))
}
