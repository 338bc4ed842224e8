//! Logs go to standard error: text for people on a terminal, JSON elsewhere.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Config;
use crate::error::ServerError;

/// Starts logging; a second call in one process changes nothing.
pub(crate) fn start(config: &Config) -> Result<(), ServerError> {
    let filter = Targets::from_str(&config.log).map_err(|error| {
        ServerError::Config(format!(
            "`log`: {error}; use a level (error, warn, info, debug, trace) or target=level,…"
        ))
    })?;
    let terminal = std::io::stderr().is_terminal();
    let json = config.log_format == "json" || (config.log_format == "auto" && !terminal);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer =
        if json { layer.json().boxed() } else { layer.with_ansi(terminal).with_target(false).boxed() };
    // Only the tests of this crate start it twice.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
    Ok(())
}
