//! OAuth clients and their secrets.

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{
    Batch, ClientId, ClientSecret, Directory, OauthClient, Secret, SettingsWrite, TokenHash,
};

use super::tokens::shown;
use super::{Admin, check};
use crate::error::AdminError;
use crate::view::{ClientRotation, ClientSecretView, ClientView, NewClient, SecretView};

/// What every client secret begins with, so that it is not taken for a token.
const SECRET_PREFIX: &str = "rbs_";

/// What a generated `client_id` begins with, as the vendor's do.
const CLIENT_PREFIX: &str = "syncClient";

/// How long an access token is good for when nobody says, at least and at most, in seconds.
const TOKEN_SECONDS: (u32, u32, u32) = (3_600, 60, 86_400);

/// How long the secret before a rotation stays good when nobody says, and at most, in minutes.
const PREVIOUS_MINUTES: (u32, u32) = (1_440, 10_080);

impl Admin {
    /// Makes an OAuth client for a directory, and shows its secret once.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory; [`AdminError::Invalid`] for a `client_id`, a note or a time
    /// that cannot be; [`AdminError::Taken`] when the `client_id` is, in any directory.
    pub async fn add_client(&self, directory: &str, new: NewClient) -> Result<ClientSecretView, AdminError> {
        let label = check::text("label", &new.label)?;
        let id = match new.client_id {
            Some(id) => check_id(id)?,
            None => format!("{CLIENT_PREFIX}{}", self.environment.new_id().replace('-', "")),
        };
        let (default, least, most) = TOKEN_SECONDS;
        let token_seconds = new.token_seconds.unwrap_or(default);
        if !(least..=most).contains(&token_seconds) {
            let problem = format!("must be {least} to {most} seconds (1 minute to 1 day)");
            return Err(check::invalid("token_seconds", problem));
        }
        let lifetime = secret_lifetime(new.secret_minutes)?;
        let _turn = self.changes.lock().await;
        let directory = self.live_directory(directory).await?;
        let id = ClientId::new(id);
        if self.store.client(&id).await?.is_some() {
            return Err(AdminError::Taken { what: "client", name: id.as_str().to_owned() });
        }
        let now = self.now();
        let (secret, record) = self.new_secret(now, lifetime);
        let client = OauthClient {
            id,
            directory: directory.id.clone(),
            label,
            secrets: vec![record],
            scope: new.scope,
            token_seconds,
            created: now,
        };
        self.put_client(client.clone()).await?;
        Ok(self.secret_view(&directory, &client, &secret, None))
    }

    /// The OAuth clients of a directory, newest first.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn clients(&self, directory: &str) -> Result<Vec<ClientView>, AdminError> {
        let directory = self.directory(directory).await?;
        let clients = self.store.clients(&directory.id).await?;
        Ok(clients.into_iter().map(|client| self.client_view(&directory, client)).collect())
    }

    /// Gives a client a new secret; the one before it stays good for a while, one still older ends at once.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or client; [`AdminError::Invalid`] for a time that cannot be.
    pub async fn rotate_client(
        &self,
        directory: &str,
        client: &str,
        rotation: ClientRotation,
    ) -> Result<ClientSecretView, AdminError> {
        let (default, most) = PREVIOUS_MINUTES;
        let minutes = rotation.previous_minutes.unwrap_or(default);
        if minutes > most {
            let problem = format!("must be 0 to {most} minutes (7 days); 0 ends the old secret at once");
            return Err(check::invalid("previous_minutes", problem));
        }
        let lifetime = secret_lifetime(rotation.secret_minutes)?;
        let _turn = self.changes.lock().await;
        let directory = self.live_directory(directory).await?;
        let mut client = self.client(&directory, client).await?;
        let now = self.now();
        let (secret, record) = self.new_secret(now, lifetime);
        let mut previous = client.secrets.into_iter().next();
        let until = previous.as_ref().map_or(now, |previous| {
            let until = now + TimeDelta::minutes(minutes.into());
            previous.expires.map_or(until, |expires| expires.min(until))
        });
        if let Some(previous) = &mut previous {
            previous.expires = Some(until);
        }
        client.secrets = std::iter::once(record).chain(previous.filter(|_| until > now)).collect();
        self.put_client(client.clone()).await?;
        Ok(self.secret_view(&directory, &client, &secret, Some(until)))
    }

    /// Ends every secret of a client but the newest at once.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or client; [`AdminError::Conflict`] when there is no secret
    /// to retire.
    pub async fn retire_client(&self, directory: &str, client: &str) -> Result<ClientView, AdminError> {
        let _turn = self.changes.lock().await;
        let directory = self.live_directory(directory).await?;
        let mut client = self.client(&directory, client).await?;
        if client.secrets.len() < 2 {
            return Err(AdminError::Conflict {
                code: "secret.none",
                sentence: format!(
                    "the client `{}` has one secret only; `rollbook client rotate` gives it a new one, \
                     `rollbook client delete` removes the client",
                    client.id
                ),
            });
        }
        client.secrets.truncate(1);
        self.put_client(client.clone()).await?;
        Ok(self.client_view(&directory, client))
    }

    /// Removes a client; its secrets and the access tokens that it got end at once. Returns what it was.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or client.
    pub async fn delete_client(&self, directory: &str, client: &str) -> Result<ClientView, AdminError> {
        let _turn = self.changes.lock().await;
        let directory = self.directory(directory).await?;
        let client = self.client(&directory, client).await?;
        let write = SettingsWrite::DeleteClient(client.id.clone());
        self.store.commit(Batch::global(self.now()).setting(write)).await?;
        Ok(self.client_view(&directory, client))
    }

    async fn client(&self, directory: &Directory, client: &str) -> Result<OauthClient, AdminError> {
        let found = self.store.client(&ClientId::new(client)).await?;
        // A client of another directory is as good as none.
        found.filter(|it| it.directory == directory.id).ok_or_else(|| AdminError::NotFound {
            what: "client",
            name: client.to_owned(),
            next_step: "`rollbook client list` shows them",
        })
    }

    async fn put_client(&self, client: OauthClient) -> Result<(), AdminError> {
        let batch = Batch::global(self.now()).setting(SettingsWrite::PutClient(client));
        self.store.commit(batch).await?;
        Ok(())
    }

    fn new_secret(&self, now: DateTime<Utc>, lifetime: Option<TimeDelta>) -> (Secret, ClientSecret) {
        let secret = Secret::generate(self.environment.as_ref(), SECRET_PREFIX);
        let record = ClientSecret {
            hash: TokenHash::of(secret.expose()),
            prefix: shown(&secret, SECRET_PREFIX),
            created: now,
            expires: lifetime.map(|lifetime| now + lifetime),
        };
        (secret, record)
    }

    fn token_url(&self) -> String {
        format!("{}/acs/token", self.base_url)
    }

    fn secret_view(
        &self,
        directory: &Directory,
        client: &OauthClient,
        secret: &Secret,
        previous_until: Option<DateTime<Utc>>,
    ) -> ClientSecretView {
        ClientSecretView {
            client_id: client.id.as_str().to_owned(),
            client_secret: secret.expose().to_owned(),
            directory: directory.slug.clone(),
            token_url: self.token_url(),
            scim_url: self.scim_url(&directory.slug),
            scope: client.scope,
            token_seconds: client.token_seconds,
            expires: client.secrets.first().and_then(|secret| secret.expires),
            previous_until,
        }
    }

    fn client_view(&self, directory: &Directory, client: OauthClient) -> ClientView {
        let now = self.now();
        let secret = |secret: ClientSecret| SecretView {
            prefix: secret.prefix,
            created: secret.created,
            expires: secret.expires,
            expired: secret.expires.is_some_and(|expires| expires <= now),
        };
        ClientView {
            client_id: client.id.as_str().to_owned(),
            directory: directory.slug.clone(),
            label: client.label,
            scope: client.scope,
            token_seconds: client.token_seconds,
            created: client.created,
            token_url: self.token_url(),
            secrets: client.secrets.into_iter().map(secret).collect(),
        }
    }
}

/// The vendor's pattern, `^[a-zA-Z0-9-_.@]+$`; none of it needs escaping in a form or in Basic credentials.
fn check_id(id: String) -> Result<String, AdminError> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    if (1..=256).contains(&id.len()) && id.chars().all(good) {
        return Ok(id);
    }
    Err(check::invalid("client_id", "must be 1 to 256 of the letters a-z and A-Z, digits and `-_.@`"))
}

fn secret_lifetime(minutes: Option<i64>) -> Result<Option<TimeDelta>, AdminError> {
    minutes.map(|minutes| check::lifetime("secret_minutes", minutes)).transpose()
}
