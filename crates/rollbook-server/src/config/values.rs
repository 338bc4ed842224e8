//! Values by key, each with where it came from.

use std::collections::BTreeMap;
use std::path::Path;

use super::keys::{KEYS, nearest};
use crate::error::ServerError;

/// What every environment variable of ours begins with.
const PREFIX: &str = "ROLLBOOK_";

/// Environment variables with our prefix that are not configuration: the folder of the tests, the credential and the
/// file of the command line.
const OTHERS: &[&str] = &["ROLLBOOK_SHARED", "ROLLBOOK_TARGET_TOKEN", "ROLLBOOK_CONFIG"];

/// What was set, and where.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    values: BTreeMap<&'static str, (String, String)>,
}

impl Values {
    /// Reads the file (`./rollbook.toml` when none is named and it is there), the environment and the flags; later ones
    /// win.
    pub(super) fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ServerError> {
        let mut values = Self::default();
        let default = Path::new("rollbook.toml");
        match file {
            Some(path) => values.read_file(path)?,
            None if default.exists() => values.read_file(default)?,
            None => {}
        }
        values.read_environment(environment)?;
        for (key, value) in flags {
            let flag = format!("--{}", key.replace('_', "-"));
            values.values.insert(key, (value.clone(), flag));
        }
        Ok(values)
    }

    /// The text of a key.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(value, _)| value.as_str())
    }

    /// The items of a key that takes a list.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let items = self.text(key).unwrap_or_default().split(',').map(str::trim);
        items.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// What is wrong with a key.
    pub(super) fn wrong(&self, key: &str, problem: impl AsRef<str>) -> ServerError {
        self.wrong_at(key, key, problem)
    }

    /// What is wrong with a key because of where another one was set.
    pub(super) fn wrong_at(&self, key: &str, cause: &str, problem: impl AsRef<str>) -> ServerError {
        wrong(key, self.values.get(cause).map_or("", |(_, origin)| origin), problem.as_ref())
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ServerError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            ServerError::Config(format!("the configuration file `{shown}` cannot be read: {error}"))
        })?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error
                .span()
                .map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            ServerError::Config(format!(
                "the configuration file `{shown}` is not TOML: line {line}: {}",
                error.message()
            ))
        })?;
        for (name, value) in table {
            let key = known(&name).ok_or_else(|| unknown(&name, &shown))?;
            let value = scalar(&value)
                .ok_or_else(|| wrong(key, &shown, "must be text, a number, or a list of text"))?;
            self.values.insert(key, (value, shown.clone()));
        }
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<(), ServerError> {
        for (name, value) in environment {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            if OTHERS.contains(&name.as_str()) {
                continue;
            }
            let key = known(&rest.to_ascii_lowercase()).ok_or_else(|| unknown(&name, "the environment"))?;
            self.values.insert(key, (value, name));
        }
        Ok(())
    }
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
