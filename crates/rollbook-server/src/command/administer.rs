//! What the administrative verbs do: one request of the administration API each, and its answer printed.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;

use http::Method;
use rollbook_admin::{
    ClientRotation, DirectoryChange, DirectoryView, ErasedView, Erasure, NewClient, NewDirectory, NewTarget,
    NewToken, Rotation, TargetView,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::verbs::{ClientVerb, DirectoryVerb, TargetVerb, TokenVerb, Verb};
use crate::client::{self, segment};
use crate::config::Config;
use crate::data::socket_path;
use crate::error::ServerError;
use crate::print;

/// The hub that is asked, and how its answers are printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Administration<'c> {
    pub(super) config: &'c Config,
    pub(super) json: bool,
}

impl Administration<'_> {
    /// Does what a verb says.
    pub(super) async fn run(self, verb: Verb) -> Result<(), ServerError> {
        match verb {
            Verb::Directory(verb) => self.directory(verb).await,
            Verb::Token(verb) => self.token(verb).await,
            Verb::Client(verb) => self.client(verb).await,
            Verb::Target(verb) => self.target(verb).await,
            Verb::Status { directory } => {
                let query = directory.map(|it| format!("?directory={}", segment(&it))).unwrap_or_default();
                self.show(Method::GET, &format!("status{query}"), print::status).await
            }
            Verb::Log { directory, target, resource, limit } => {
                let (directory, target) = (segment(&directory), segment(&target));
                let resource = resource.map(|id| format!("&resource={}", segment(&id))).unwrap_or_default();
                let path = format!("directories/{directory}/targets/{target}/log?limit={limit}{resource}");
                self.show(Method::GET, &path, print::log).await
            }
            Verb::Requests { directory, limit } => {
                let within = directory.map(|it| format!("directories/{}/", segment(&it))).unwrap_or_default();
                self.show(Method::GET, &format!("{within}requests?limit={limit}"), print::requests).await
            }
            Verb::Erase { directory, user, without_services, wait, yes } => {
                if !yes {
                    let what = format!(
                        "This erases what is kept of `{user}` in the directory `{directory}` for good; a user that is still \
                         there is deleted, here and at the services."
                    );
                    typed(&what, &user, "nothing was erased")?;
                }
                // Where no hub runs, no service is told however long one waits.
                let runs = std::os::unix::net::UnixStream::connect(socket_path(&self.config.data)).is_ok();
                let wait_seconds = if runs { wait } else { 0 };
                let erasure = Erasure { user, without_services, wait_seconds };
                let path = format!("directories/{}/erase", segment(&directory));
                let body =
                    serde_json::to_value(erasure).map_err(|error| ServerError::Config(error.to_string()))?;
                let answer = client::call(self.config, Method::POST, &path, Some(body)).await?;
                let view: ErasedView = print::read(&answer)?;
                print::show(self.json, &answer, print::erased)?;
                if view.erased { Ok(()) } else { Err(ServerError::Part(print::not_told(&view, runs))) }
            }
            Verb::Serve(_) | Verb::Demo(_) | Verb::Backup { .. } | Verb::Store(_) | Verb::Key(_) => Ok(()),
        }
    }

    async fn directory(self, verb: DirectoryVerb) -> Result<(), ServerError> {
        match verb {
            DirectoryVerb::Add { name, slug, client, settings } => {
                let new = NewDirectory { name, slug, client, settings: settings.into_change() };
                self.send(Method::POST, "directories", &new, print::directory_added).await
            }
            DirectoryVerb::List => self.show(Method::GET, "directories", print::directories).await,
            DirectoryVerb::Show { directory } => {
                let path = format!("directories/{}", segment(&directory));
                self.show(Method::GET, &path, print::directory).await
            }
            DirectoryVerb::Set { directory, name, client, settings } => {
                let change = DirectoryChange { name, client, settings: settings.into_change() };
                if change.name.is_none() && change.client.is_none() && change.settings.is_empty() {
                    return Err(ServerError::Refused(
                        "nothing to set: name a setting, `rollbook directory set --help` lists them"
                            .to_owned(),
                    ));
                }
                let path = format!("directories/{}", segment(&directory));
                self.send(Method::PATCH, &path, &change, print::directory).await
            }
            DirectoryVerb::Delete { directory, yes } => self.delete(&directory, yes).await,
        }
    }

    async fn delete(self, directory: &str, yes: bool) -> Result<(), ServerError> {
        let path = format!("directories/{}", segment(directory));
        let view: DirectoryView = self.get(&path).await?;
        let targets: Vec<TargetView> = self.get(&format!("{path}/targets")).await?;
        if !yes {
            confirm(&view, targets.len())?;
        }
        let answer = client::call(self.config, Method::DELETE, &path, None).await?;
        print::show(self.json, &answer, |view: &DirectoryView| print::directory_deleted(view, &targets))
    }

    async fn token(self, verb: TokenVerb) -> Result<(), ServerError> {
        match verb {
            TokenVerb::Create { directory, label, scope, lifetime, days, me } => {
                let lifetime_minutes = lifetime.or_else(|| days.map(|days| days * 24 * 60));
                let new = NewToken { label, lifetime_minutes, scope, me };
                let path = format!("directories/{}/tokens", segment(&directory));
                self.send(Method::POST, &path, &new, print::token).await
            }
            TokenVerb::List { directory, all } => {
                let issued = if all { "?issued=true" } else { "" };
                let path = format!("directories/{}/tokens{issued}", segment(&directory));
                self.show(Method::GET, &path, print::tokens).await
            }
            TokenVerb::Rotate { directory, token, lifetime } => {
                let token = token.map(|token| format!("/{}", segment(&token))).unwrap_or_default();
                let path = format!("directories/{}/tokens{token}/rotate", segment(&directory));
                let rotation = Rotation { lifetime_minutes: lifetime };
                self.send(Method::POST, &path, &rotation, print::token).await
            }
            TokenVerb::Revoke { directory, token } => {
                let path = format!("directories/{}/tokens/{}", segment(&directory), segment(&token));
                self.show(Method::DELETE, &path, print::token_revoked).await
            }
        }
    }

    async fn client(self, verb: ClientVerb) -> Result<(), ServerError> {
        let path = |directory: &str| format!("directories/{}/clients", segment(directory));
        let of = |directory: &str, client: &str| format!("{}/{}", path(directory), segment(client));
        match verb {
            ClientVerb::Add { directory, client_id, label, scope, token_seconds, secret_lifetime } => {
                let new =
                    NewClient { client_id, label, scope, token_seconds, secret_minutes: secret_lifetime };
                self.send(Method::POST, &path(&directory), &new, print::client_secret).await
            }
            ClientVerb::List { directory } => self.show(Method::GET, &path(&directory), print::clients).await,
            ClientVerb::Rotate { directory, client, previous_minutes, secret_lifetime } => {
                let rotation = ClientRotation { previous_minutes, secret_minutes: secret_lifetime };
                let path = format!("{}/rotate", of(&directory, &client));
                self.send(Method::POST, &path, &rotation, print::client_secret).await
            }
            ClientVerb::Retire { directory, client } => {
                let path = format!("{}/retire", of(&directory, &client));
                self.show(Method::POST, &path, print::client_retired).await
            }
            ClientVerb::Delete { directory, client } => {
                self.show(Method::DELETE, &of(&directory, &client), print::client_deleted).await
            }
        }
    }

    async fn target(self, verb: TargetVerb) -> Result<(), ServerError> {
        match verb {
            TargetVerb::Add { directory, name, url, token_file, profile } => {
                let new = NewTarget {
                    name,
                    url,
                    token: target_token(token_file)?,
                    profile: read_profile(profile)?,
                };
                let path = format!("directories/{}/targets", segment(&directory));
                self.send(Method::POST, &path, &new, print::target_added).await
            }
            TargetVerb::List { directory } => {
                let within = directory.map(|it| format!("directories/{}/", segment(&it))).unwrap_or_default();
                self.show(Method::GET, &format!("{within}targets"), print::targets).await
            }
        }
    }

    /// Sends a request without a body and prints the answer.
    async fn show<T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        render: impl FnOnce(&T) -> String,
    ) -> Result<(), ServerError> {
        let answer = client::call(self.config, method, path, None).await?;
        print::show(self.json, &answer, render)
    }

    /// Sends a request with a body and prints the answer.
    async fn send<T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        render: impl FnOnce(&T) -> String,
    ) -> Result<(), ServerError> {
        let body = serde_json::to_value(body).map_err(|error| ServerError::Config(error.to_string()))?;
        let answer = client::call(self.config, method, path, Some(body)).await?;
        print::show(self.json, &answer, render)
    }

    async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, ServerError> {
        print::read(&client::call(self.config, Method::GET, path, None).await?)
    }
}

/// Has the directory's address typed.
fn confirm(directory: &DirectoryView, targets: usize) -> Result<(), ServerError> {
    let DirectoryView { slug, users, groups, .. } = directory;
    let what = format!(
        "This deletes the directory `{slug}` for good: {users} users, {groups} groups, its tokens and OAuth clients, \
         {targets} targets.\nTheir accounts at the services stay as they are."
    );
    typed(&what, slug, "nothing was deleted")
}

/// Has a name typed before something is done for good: on a terminal, or on standard input by another program.
fn typed(what: &str, name: &str, otherwise: &str) -> Result<(), ServerError> {
    if std::io::stdin().is_terminal() {
        let mut out = std::io::stderr().lock();
        let asked = write!(out, "{what}\nType `{name}` to do it: ");
        asked.and_then(|()| out.flush()).map_err(ServerError::io("asking"))?;
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(ServerError::io("reading the answer"))?;
    if line.trim() == name {
        return Ok(());
    }
    Err(ServerError::Refused(format!(
        "{otherwise}: type `{name}`, or write it to standard input, or add `--yes`"
    )))
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
