//! The command line: verbs, flags, and what each one does.

mod administer;
mod files;
mod settings;
mod verbs;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser};

use self::administer::Administration;
use self::verbs::{KeyVerb, ServeArguments, StoreVerb, Verb};
use crate::config::Config;
use crate::error::ServerError;
use crate::{demo, logs, serve};

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
            let sentence = "`--listen`, `--base-url`, `--tls-certificate`, `--tls-key`, `--schemas` and `--ephemeral` \
                            belong to `serve`: write them after it";
            return Err(ServerError::Config(sentence.to_owned()));
        }
        Some(verb) => verb,
    };
    runtime.block_on(dispatch(&common, verb))
}

async fn dispatch(common: &Common, verb: Verb) -> Result<(), ServerError> {
    serve::outlive_file_size_limit()?;
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
        Verb::Backup { file } => {
            let config = load(common, &ServeArguments::default())?;
            files::backup(&config, &file, common.json)
        }
        Verb::Store(StoreVerb::Check { file }) => {
            let config = load(common, &ServeArguments::default())?;
            files::check(&config, file, common.json)
        }
        Verb::Key(KeyVerb::Rotate) => {
            let config = load(common, &ServeArguments::default())?;
            files::rotate_key(&config, common.json).await
        }
        verb => {
            let config = load(common, &ServeArguments::default())?;
            Administration { config: &config, json: common.json }.run(verb).await
        }
    }
}

fn load(common: &Common, serve: &ServeArguments) -> Result<Config, ServerError> {
    let mut flags = Vec::new();
    let path = |path: &PathBuf| path.display().to_string();
    flags.extend(common.data.as_ref().map(|data| ("data", path(data))));
    flags.extend(serve.listen.clone().map(|listen| ("listen", listen)));
    flags.extend(serve.base_url.clone().map(|url| ("base_url", url)));
    flags.extend(serve.tls_certificate.as_ref().map(|file| ("tls_certificate", path(file))));
    flags.extend(serve.tls_key.as_ref().map(|file| ("tls_key", path(file))));
    if !serve.schemas.is_empty() {
        flags.push(("schemas", serve.schemas.join(",")));
    }
    let file = common.config.clone().or_else(|| std::env::var_os("ROLLBOOK_CONFIG").map(PathBuf::from));
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::load(file.as_deref(), environment, &flags)
}
