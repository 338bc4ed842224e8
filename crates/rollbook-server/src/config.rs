//! The configuration: defaults, then one TOML file, then the environment, then flags.

mod keys;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rollbook_store::Secret;

use crate::error::ServerError;
use keys::{KEYS, nearest};

/// What every environment variable of ours begins with.
const PREFIX: &str = "ROLLBOOK_";

/// Environment variables with our prefix that are not configuration: the folder of the tests, the credential and the
/// file of the command line.
const OTHERS: &[&str] = &["ROLLBOOK_SHARED", "ROLLBOOK_TARGET_TOKEN", "ROLLBOOK_CONFIG"];

/// The configuration of one process.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// What clients know the server by; `None` means the listener's own address.
    pub(crate) base_url: Option<String>,
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The key for credentials at rest, given directly.
    pub(crate) key: Option<Secret>,
    /// A file that holds it; `None` means `rollbook.key` in the data directory.
    pub(crate) key_file: Option<PathBuf>,
    /// Which addresses beyond public ones targets may have.
    pub(crate) allow_addresses: Vec<String>,
    /// What is logged: a level, or a list such as `info,rollbook_http=debug`.
    pub(crate) log: String,
    /// How: `auto` (text on a terminal, JSON elsewhere), `text`, `json`.
    pub(crate) log_format: String,
}

/// Values by key, each with where it came from.
type Values = BTreeMap<&'static str, (String, String)>;

impl Config {
    /// Reads the configuration.
    ///
    /// `file` is the one asked for by `--config` or `ROLLBOOK_CONFIG`; without one, `./rollbook.toml` is read when it is
    /// there. `flags` win over the environment, which wins over the file.
    ///
    /// # Errors
    /// One sentence that names the key, its place and, for an unknown key, the nearest spelling.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ServerError> {
        let mut values = Values::new();
        let default = Path::new("rollbook.toml");
        match file {
            Some(path) => read_file(path, &mut values)?,
            None if default.exists() => read_file(default, &mut values)?,
            None => {}
        }
        read_environment(environment, &mut values)?;
        for (key, value) in flags {
            values.insert(key, (value.clone(), format!("--{}", key.replace('_', "-"))));
        }
        Self::build(&values)
    }

    fn build(values: &Values) -> Result<Self, ServerError> {
        let text = |key: &str| values.get(key).map(|(value, _)| value.clone());
        let origin = |key: &str| values.get(key).map_or_else(String::new, |(_, origin)| origin.clone());
        let listen = text("listen").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen: SocketAddr = listen.parse().map_err(|_| {
            wrong(
                "listen",
                &origin("listen"),
                &format!("`{listen}` is not an address such as 127.0.0.1:8080"),
            )
        })?;
        let base_url = text("base_url").map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &base_url {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err(wrong("base_url", &origin("base_url"), "must begin with https:// or http://"));
            }
        } else if !listen.ip().is_loopback() {
            let problem = "must be set when `listen` is not a loopback address: clients need to be told their address, \
                           such as https://hub.example";
            return Err(wrong("base_url", &origin("listen"), problem));
        }
        let log_format = text("log_format").unwrap_or_else(|| "auto".to_owned());
        if !["auto", "text", "json"].contains(&log_format.as_str()) {
            return Err(wrong("log_format", &origin("log_format"), "must be one of: auto, text, json"));
        }
        for key in ["key", "key_file"] {
            if text(key).is_some_and(|value| value.trim().is_empty()) {
                return Err(wrong(key, &origin(key), "is empty; set it, or leave the key out"));
            }
        }
        let allow = text("allow_addresses").unwrap_or_default();
        Ok(Self {
            listen,
            base_url,
            data: text("data").map_or_else(|| PathBuf::from("data"), PathBuf::from),
            key: text("key").map(Secret::new),
            key_file: text("key_file").map(PathBuf::from),
            allow_addresses: allow
                .split(',')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            log: text("log").unwrap_or_else(|| "info".to_owned()),
            log_format,
        })
    }
}

fn read_file(path: &Path, values: &mut Values) -> Result<(), ServerError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        ServerError::Config(format!("the configuration file `{shown}` cannot be read: {error}"))
    })?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        ServerError::Config(format!(
            "the configuration file `{shown}` is not TOML: line {line}: {}",
            error.message()
        ))
    })?;
    for (name, value) in table {
        let key = known(&name).ok_or_else(|| unknown(&name, &shown))?;
        let value =
            scalar(&value).ok_or_else(|| wrong(key, &shown, "must be text, a number, or a list of text"))?;
        values.insert(key, (value, shown.clone()));
    }
    Ok(())
}

fn read_environment(
    environment: impl Iterator<Item = (String, String)>,
    values: &mut Values,
) -> Result<(), ServerError> {
    for (name, value) in environment {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        let key = known(&rest.to_ascii_lowercase()).ok_or_else(|| unknown(&name, "the environment"))?;
        values.insert(key, (value, name));
    }
    Ok(())
}

fn known(name: &str) -> Option<&'static str> {
    KEYS.iter().copied().find(|key| *key == name)
}

fn unknown(name: &str, place: &str) -> ServerError {
    let in_environment = name.starts_with(PREFIX);
    let bare = name.strip_prefix(PREFIX).unwrap_or(name).to_ascii_lowercase();
    let spelt = nearest(&bare);
    let spelt =
        if in_environment { format!("{PREFIX}{}", spelt.to_ascii_uppercase()) } else { spelt.to_owned() };
    ServerError::Config(format!("`{name}` in {place} is not a configuration key; did you mean `{spelt}`?"))
}

fn wrong(key: &str, place: &str, problem: &str) -> ServerError {
    let place = if place.is_empty() { String::new() } else { format!(" (from {place})") };
    ServerError::Config(format!("`{key}`{place}: {problem}"))
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: Option<&str>, environment: &[(&str, &str)]) -> Result<Config, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rollbook.toml");
        std::fs::write(&path, file.unwrap_or_default()).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let loaded = Config::load(Some(&path), environment, &[]);
        loaded.map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config =
            load(Some("listen = \"127.0.0.1:1\"\ndata = \"/a\""), &[("ROLLBOOK_DATA", "/b")]).unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.data, PathBuf::from("/b"));
    }

    #[test]
    fn mistakes_are_one_sentence_that_names_the_key() {
        for (file, environment, sentence) in [
            ("lisen = \"x\"", vec![], "`lisen` in FILE is not a configuration key; did you mean `listen`?"),
            (
                "",
                vec![("ROLLBOOK_BASEURL", "x")],
                "`ROLLBOOK_BASEURL` in the environment is not a configuration key; did you mean `ROLLBOOK_BASE_URL`?",
            ),
            (
                "listen = \"here\"",
                vec![],
                "`listen` (from FILE): `here` is not an address such as 127.0.0.1:8080",
            ),
            ("log_format = \"xml\"", vec![], "`log_format` (from FILE): must be one of: auto, text, json"),
            ("base_url = \"hub\"", vec![], "`base_url` (from FILE): must begin with https:// or http://"),
            (
                "",
                vec![("ROLLBOOK_KEY", " ")],
                "`key` (from ROLLBOOK_KEY): is empty; set it, or leave the key out",
            ),
            ("data = { a = 1 }", vec![], "`data` (from FILE): must be text, a number, or a list of text"),
        ] {
            assert_eq!(load(Some(file), &environment).unwrap_err(), sentence);
        }
    }

    #[test]
    fn a_public_listener_needs_a_base_url() {
        assert!(
            load(Some("listen = \"0.0.0.0:80\""), &[])
                .unwrap_err()
                .starts_with("`base_url` (from FILE): must be set")
        );
        assert!(load(Some("listen = \"0.0.0.0:80\"\nbase_url = \"https://hub.example/\""), &[]).is_ok());
    }

    #[test]
    fn a_file_that_is_not_toml_names_its_line() {
        assert!(load(Some("data = \"x\"\nlisten ="), &[]).unwrap_err().contains("line 2"));
    }
}
