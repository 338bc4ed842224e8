//! OAuth clients, for people.

use std::fmt::Write;

use rollbook_admin::{ClientSecretView, ClientView, SecretView};
use rollbook_store::{Environment, SystemEnvironment};

use super::{minute, table};

pub(crate) fn client_secret(client: &ClientSecretView) -> String {
    let mut out = format!(
        "OAuth client for `{}`. The secret is shown only now:\n  client_id      {}\n  client_secret  {}\n  \
         token address  {}\n  SCIM address   {}\n  grant          client_credentials, scope {}, access tokens of {} s",
        client.directory,
        client.client_id,
        client.client_secret,
        client.token_url,
        client.scim_url,
        client.scope.as_str(),
        client.token_seconds
    );
    if let Some(expires) = client.expires {
        let _ = write!(out, "\nThe secret is good until {} UTC.", minute(expires));
    }
    if let Some(until) = client.previous_until {
        let _ = match until > SystemEnvironment.now() {
            true => write!(out, "\nThe secret before it is good until {} UTC.", minute(until)),
            false => write!(out, "\nThe secret before it is good no more: paste the new one now."),
        };
    }
    out
}

pub(crate) fn clients(all: &Vec<ClientView>) -> String {
    if all.is_empty() {
        return "No OAuth client yet: rollbook client add DIRECTORY makes one.".to_owned();
    }
    let mut table = table(&["client_id", "label", "scope", "access tokens", "created", "secrets"]);
    for it in all {
        let secrets: Vec<String> = it.secrets.iter().map(secret).collect();
        table.add_row([
            it.client_id.clone(),
            it.label.clone(),
            it.scope.as_str().to_owned(),
            format!("{} s", it.token_seconds),
            minute(it.created),
            secrets.join("\n"),
        ]);
    }
    table.to_string()
}

pub(crate) fn client_retired(client: &ClientView) -> String {
    let left = client.secrets.first().map(secret).unwrap_or_default();
    format!("The secret before the newest is good no more. What `{}` has left: {left}", client.client_id)
}

pub(crate) fn client_deleted(client: &ClientView) -> String {
    format!(
        "The client `{}` is deleted: its secrets and access tokens open nothing any more.",
        client.client_id
    )
}

fn secret(secret: &SecretView) -> String {
    match secret.expires {
        None => format!("{}…", secret.prefix),
        Some(at) if secret.expired => format!("{}… expired {}", secret.prefix, minute(at)),
        Some(at) => format!("{}… until {}", secret.prefix, minute(at)),
    }
}
