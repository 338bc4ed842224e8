//! The administrative functions.

mod status;

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use rollbook_connectors::Profile;
use rollbook_store::{
    Attempt, Batch, Directory, DirectoryId, Environment, Keyring, Query, ResourceId, Secret, SettingsWrite,
    Store, StoreError, Target, TargetHealth, TargetId, Token, TokenHash, TokenId,
};

use crate::error::AdminError;
use crate::view::{DirectoryView, NewDirectory, NewTarget, NewToken, TargetView, TokenView};

/// How long a token is good for when nobody says: 6 months, in minutes.
const DEFAULT_LIFETIME: i64 = 262_800;

/// The longest lifetime: 2 years, in minutes.
const MAX_LIFETIME: i64 = 1_051_200;

/// What every token begins with, so that scanners for leaked secrets can find one.
const TOKEN_PREFIX: &str = "rb_";

/// The administrative functions over a store.
#[derive(Clone, Debug)]
pub struct Admin {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    keyring: Arc<Keyring>,
    base_url: String,
}

impl Admin {
    /// Administers `store`; `base_url` is what clients know the server by.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
        keyring: Arc<Keyring>,
        base_url: impl Into<String>,
    ) -> Self {
        let url: String = base_url.into();
        Self { store, environment, keyring, base_url: url.trim_end_matches('/').to_owned() }
    }

    /// Makes a directory.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name without a letter or digit or a slug that is not `[a-z0-9-]{1,63}`;
    /// [`AdminError::Taken`] when the slug is.
    pub async fn add_directory(&self, new: NewDirectory) -> Result<DirectoryView, AdminError> {
        let name = new.name.trim().to_owned();
        let slug = match new.slug {
            Some(slug) => check_name("slug", slug)?,
            None => check_name("name", slug_of(&name))?,
        };
        let now = self.environment.now();
        let id = DirectoryId::new(self.environment.new_id());
        let directory = Directory::new(id, slug.clone(), name, new.client, now);
        let batch = Batch::global(now).setting(SettingsWrite::PutDirectory(directory.clone()));
        self.store.commit(batch).await.map_err(|error| taken("directory", slug, error))?;
        self.directory_view(directory).await
    }

    /// All directories.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn directories(&self) -> Result<Vec<DirectoryView>, AdminError> {
        let mut views = Vec::new();
        for directory in self.store.directories().await? {
            views.push(self.directory_view(directory).await?);
        }
        Ok(views)
    }

    /// Makes a token for a directory, named by slug or id.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory; [`AdminError::Invalid`] for a lifetime outside 1 minute to
    /// 2 years.
    pub async fn create_token(&self, directory: &str, new: NewToken) -> Result<TokenView, AdminError> {
        let directory = self.directory(directory).await?;
        let minutes = new.lifetime_minutes.unwrap_or(DEFAULT_LIFETIME);
        if !(1..=MAX_LIFETIME).contains(&minutes) {
            let problem = format!("must be 1 to {MAX_LIFETIME} minutes (2 years)");
            return Err(AdminError::Invalid { field: "lifetime_minutes", problem });
        }
        let secret = Secret::generate(self.environment.as_ref(), TOKEN_PREFIX);
        let now = self.environment.now();
        let token = Token {
            id: TokenId::new(self.environment.new_id()),
            directory: directory.id,
            hash: TokenHash::of(secret.expose()),
            prefix: secret.expose().chars().take(TOKEN_PREFIX.len() + 4).collect(),
            label: new.label,
            created: now,
            expires: now + TimeDelta::minutes(minutes),
            last_used: None,
            scope: rollbook_store::Scope::Write,
            replaces: None,
            client: None,
            resource: None,
        };
        self.store.commit(Batch::global(now).setting(SettingsWrite::PutToken(token.clone()))).await?;
        Ok(TokenView {
            id: token.id.as_str().to_owned(),
            token: secret.expose().to_owned(),
            scim_url: self.scim_url(&directory.slug),
            directory: directory.slug,
            expires: token.expires,
        })
    }

    /// Adds a target to a directory; the engine begins to provision it at once.
    ///
    /// # Errors
    /// [`AdminError::Invalid`] for a name, address or profile that cannot be; [`AdminError::Taken`] when the directory
    /// has a target of that name.
    pub async fn add_target(&self, directory: &str, new: NewTarget) -> Result<TargetView, AdminError> {
        let directory = self.directory(directory).await?;
        let name = check_name("name", new.name)?;
        let url = check_url(&new.url)?;
        let profile = check_profile(new.profile)?;
        let id = TargetId::new(self.environment.new_id());
        let context = Target::credential_context(&directory.id, &id);
        let seal =
            |token: String| self.keyring.seal(self.environment.as_ref(), &context, &Secret::new(token));
        let target = Target {
            id,
            directory: directory.id,
            name: name.clone(),
            connector: "scim2".to_owned(),
            url,
            profile,
            credential: new.token.filter(|token| !token.is_empty()).map(seal),
            created: self.environment.now(),
            health: TargetHealth::default(),
        };
        let batch = Batch::global(target.created).setting(SettingsWrite::PutTarget(target.clone()));
        self.store.commit(batch).await.map_err(|error| taken("target", name, error))?;
        Ok(target_view(&directory.slug, target))
    }

    /// The targets of a directory, or of all.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn targets(&self, directory: Option<&str>) -> Result<Vec<TargetView>, AdminError> {
        let mut views = Vec::new();
        for directory in self.chosen(directory).await? {
            for target in self.store.targets(Some(&directory.id)).await? {
                views.push(target_view(&directory.slug, target));
            }
        }
        Ok(views)
    }

    /// The newest rows of a target's delivery log, newest first; of one resource when given.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or target.
    pub async fn log(
        &self,
        directory: &str,
        target: &str,
        resource: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Attempt>, AdminError> {
        let directory = self.directory(directory).await?;
        let targets = self.store.targets(Some(&directory.id)).await?;
        let found = targets.into_iter().find(|it| it.name == target || it.id.as_str() == target);
        let found = found.ok_or_else(|| AdminError::NotFound {
            what: "target",
            name: target.to_owned(),
            next_step: "`rollbook target list` shows them",
        })?;
        let resource = resource.map(ResourceId::new);
        Ok(self.store.attempts(&found.id, resource.as_ref(), limit).await?)
    }

    async fn chosen(&self, directory: Option<&str>) -> Result<Vec<Directory>, AdminError> {
        match directory {
            Some(name) => Ok(vec![self.directory(name).await?]),
            None => Ok(self.store.directories().await?),
        }
    }

    async fn directory(&self, name: &str) -> Result<Directory, AdminError> {
        let found = self.store.directory(name).await?;
        found.ok_or_else(|| AdminError::NotFound {
            what: "directory",
            name: name.to_owned(),
            next_step: "`rollbook directory list` shows them, `rollbook directory add` makes one",
        })
    }

    async fn directory_view(&self, directory: Directory) -> Result<DirectoryView, AdminError> {
        Ok(DirectoryView {
            users: self.count(&directory.id, "User").await?,
            groups: self.count(&directory.id, "Group").await?,
            id: directory.id.as_str().to_owned(),
            scim_url: self.scim_url(&directory.slug),
            slug: directory.slug,
            name: directory.name,
            client: directory.client,
            created: directory.created,
        })
    }

    async fn count(&self, directory: &DirectoryId, resource_type: &str) -> Result<u64, StoreError> {
        let query = Query {
            resource_type: resource_type.to_owned(),
            predicate: None,
            sort: None,
            start: rollbook_store::Start::Index(1),
            count: 0,
        };
        Ok(self.store.query(directory, &query).await?.total)
    }

    fn scim_url(&self, slug: &str) -> String {
        format!("{}/scim/v2/{slug}", self.base_url)
    }
}

fn target_view(directory: &str, target: Target) -> TargetView {
    TargetView {
        id: target.id.as_str().to_owned(),
        directory: directory.to_owned(),
        name: target.name,
        connector: target.connector,
        url: target.url,
        has_credential: target.credential.is_some(),
        created: target.created,
    }
}

fn taken(what: &'static str, name: String, error: StoreError) -> AdminError {
    match error {
        StoreError::Uniqueness { .. } => AdminError::Taken { what, name },
        other => other.into(),
    }
}

/// `[a-z0-9-]{1,63}`.
fn check_name(field: &'static str, name: String) -> Result<String, AdminError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.len() <= 63 && name.chars().all(good) {
        return Ok(name);
    }
    let problem = "must be 1 to 63 of the characters a-z, 0-9 and `-`".to_owned();
    Err(AdminError::Invalid { field, problem })
}

/// The address made from a name: lower case, one `-` for anything else.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(63);
    slug.trim_end_matches('-').to_owned()
}

fn check_url(url: &str) -> Result<String, AdminError> {
    let invalid = |problem: &str| AdminError::Invalid { field: "url", problem: problem.to_owned() };
    let url = url.trim().trim_end_matches('/');
    let uri: http::Uri =
        url.parse().map_err(|_| invalid("is not an address such as https://service.example/scim/v2"))?;
    let web = matches!(uri.scheme_str(), Some("https" | "http"));
    let authority = uri.authority().ok_or_else(|| invalid("must begin with https:// and name a host"))?;
    if !web {
        return Err(invalid("must begin with https:// (or http:// for a service on this machine)"));
    }
    if authority.as_str().contains('@') {
        return Err(invalid("must not hold a user or password; give the token as the credential"));
    }
    if uri.query().is_some() || url.contains('#') {
        return Err(invalid("must end with the SCIM base path, without `?` or `#`"));
    }
    Ok(url.to_owned())
}

/// The profile as it is stored, once the connector understands it.
fn check_profile(profile: Option<serde_json::Value>) -> Result<Bytes, AdminError> {
    let bytes = profile.map_or_else(|| b"{}".to_vec(), |profile| profile.to_string().into_bytes());
    match Profile::parse(&bytes) {
        Ok(_) => Ok(bytes.into()),
        Err(error) => {
            Err(AdminError::Invalid { field: "profile", problem: format!("does not fit: {error}") })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_come_from_names() {
        for (name, slug) in [
            ("Acme", "acme"),
            ("Acme Corp. (EU)", "acme-corp-eu"),
            ("  x  ", "x"),
            ("Ärzte 4", "rzte-4"),
            ("!", ""),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
        }
    }

    #[test]
    fn addresses_are_checked() {
        for good in
            ["https://a.example/scim/v2", "http://127.0.0.1:8080/scim/v2/x", "https://a.example/scim/v2/"]
        {
            assert!(check_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a.example",
            "ftp://a.example",
            "https://u:p@a.example/",
            "https://a.example/?x=1",
            "https://",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
