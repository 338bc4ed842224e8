//! Tokens: made, listed, rotated, revoked.

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{
    Batch, Directory, DirectorySettings, ResourceId, Secret, SettingsWrite, Token, TokenHash, TokenId,
};

use super::{Admin, check};
use crate::error::AdminError;
use crate::view::{NewToken, Rotation, TokenRecordView, TokenState, TokenView};

/// How long a token is good for when nobody says: 6 months, in minutes.
const DEFAULT_LIFETIME: i64 = 262_800;

/// What every token begins with, so that scanners for leaked secrets can find one.
const TOKEN_PREFIX: &str = "rb_";

/// How many characters behind the prefix are kept to tell tokens from each other.
pub(super) const SHOWN: usize = 4;

/// How long an expired token is still listed, in days.
const EXPIRED_SHOWN: i64 = 90;

impl Admin {
    /// Makes a token for a directory, named by slug or id.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory; [`AdminError::Invalid`] for a lifetime outside 1 minute to
    /// 2 years, a note that is none, or a resource for `/Me` that the directory does not hold.
    pub async fn create_token(&self, directory: &str, new: NewToken) -> Result<TokenView, AdminError> {
        let label = check::text("label", &new.label)?;
        let _turn = self.changes.lock().await;
        let directory = self.live_directory(directory).await?;
        let lifetime = lifetime(new.lifetime_minutes, &directory.settings)?;
        let me = new.me.map(ResourceId::new);
        if let Some(me) = &me {
            self.check_me(&directory, me).await?;
        }
        let (secret, token) = self.new_token(&directory, lifetime);
        let token = Token { label, scope: new.scope, resource: me, ..token };
        let batch =
            self.tidy(&directory, token.created).await?.setting(SettingsWrite::PutToken(token.clone()));
        self.store.commit(batch).await?;
        Ok(self.token_view(directory.slug, token, &secret, None))
    }

    /// The tokens of a directory, newest first; those that were issued to OAuth clients only when `issued` is set.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn tokens(&self, directory: &str, issued: bool) -> Result<Vec<TokenRecordView>, AdminError> {
        let directory = self.directory(directory).await?;
        let all = self.store.tokens(&directory.id).await?;
        let now = self.now();
        let mut views = Vec::new();
        for token in all.iter().filter(|token| issued || token.client.is_none()) {
            views.push(TokenRecordView {
                id: token.id.as_str().to_owned(),
                prefix: token.prefix.clone(),
                label: token.label.clone(),
                scope: token.scope,
                created: token.created,
                expires: token.expires,
                last_used: token.last_used,
                me: token.resource.as_ref().map(|id| id.as_str().to_owned()),
                client: token.client.as_ref().map(|id| id.as_str().to_owned()),
                state: state(token, &all, now),
            });
        }
        Ok(views)
    }

    /// Makes a new token in the place of one: same scope, note and `/Me`. The one before it stays good for what the
    /// directory says; one still older ends at once, so that never more than two are good.
    ///
    /// `token` is an id or the first characters as listed; `None` means the only one that is neither rotated nor
    /// expired.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or token; [`AdminError::Conflict`] when several tokens are
    /// meant, or the token was rotated already.
    pub async fn rotate_token(
        &self,
        directory: &str,
        token: Option<&str>,
        rotation: Rotation,
    ) -> Result<TokenView, AdminError> {
        let _turn = self.changes.lock().await;
        let directory = self.live_directory(directory).await?;
        let lifetime = lifetime(rotation.lifetime_minutes, &directory.settings)?;
        let all = self.store.tokens(&directory.id).await?;
        let now = self.now();
        let old = match token {
            Some(name) => find(&all, name)?,
            None => only_one(&all, &directory.slug, now)?,
        };
        if old.client.is_some() {
            return Err(conflict(
                "token.of.client",
                "an access token is not rotated; its client gets a new one",
            ));
        }
        if let Some(newer) = successor(old, &all) {
            let sentence = format!(
                "`{}` was rotated already; rotate the token that followed it, `{}`",
                old.prefix, newer.prefix
            );
            return Err(conflict("token.rotated", sentence));
        }
        let until = now + TimeDelta::minutes(directory.settings.previous_token_minutes.into());
        let previous = Token { expires: old.expires.min(until), ..old.clone() };
        let (secret, fresh) = self.new_token(&directory, lifetime);
        let fresh = Token {
            label: old.label.clone(),
            scope: old.scope,
            replaces: Some(old.id.clone()),
            resource: old.resource.clone(),
            ..fresh
        };
        let previous_until = previous.expires;
        let mut batch = self.tidy(&directory, now).await?;
        for older in line_before(old, &all).filter(|older| older.expires > now) {
            batch = batch.setting(SettingsWrite::PutToken(Token { expires: now, ..older.clone() }));
        }
        batch = batch.setting(SettingsWrite::PutToken(previous));
        batch = batch.setting(SettingsWrite::PutToken(fresh.clone()));
        self.store.commit(batch).await?;
        Ok(self.token_view(directory.slug, fresh, &secret, Some(previous_until)))
    }

    /// Ends a token at once and forgets it; returns what it was.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory or token.
    pub async fn revoke_token(&self, directory: &str, token: &str) -> Result<TokenRecordView, AdminError> {
        let _turn = self.changes.lock().await;
        let views = self.tokens(directory, true).await?;
        let directory = self.directory(directory).await?;
        let all = self.store.tokens(&directory.id).await?;
        let id = find(&all, token)?.id.clone();
        let view = views.into_iter().find(|view| view.id == id.as_str()).ok_or_else(|| not_found(token))?;
        let batch = Batch::global(self.now()).setting(SettingsWrite::DeleteToken(id));
        self.store.commit(batch).await?;
        Ok(TokenRecordView { state: TokenState::Expired, ..view })
    }

    fn new_token(&self, directory: &Directory, lifetime: TimeDelta) -> (Secret, Token) {
        let secret = Secret::generate(self.environment.as_ref(), TOKEN_PREFIX);
        let now = self.now();
        let id = TokenId::new(self.environment.new_id());
        let hash = TokenHash::of(secret.expose());
        let mut token = Token::new(id, directory.id.clone(), hash, now, now + lifetime);
        token.prefix = shown(&secret, TOKEN_PREFIX);
        (secret, token)
    }

    /// A batch that forgets what expired long ago.
    async fn tidy(&self, directory: &Directory, now: DateTime<Utc>) -> Result<Batch, AdminError> {
        let long_ago = now - TimeDelta::days(EXPIRED_SHOWN);
        let mut batch = Batch::global(now);
        for token in self.store.tokens(&directory.id).await? {
            if token.expires < long_ago {
                batch = batch.setting(SettingsWrite::DeleteToken(token.id));
            }
        }
        Ok(batch)
    }

    async fn check_me(&self, directory: &Directory, me: &ResourceId) -> Result<(), AdminError> {
        if self.store.get(&directory.id, me).await?.is_some() {
            return Ok(());
        }
        let problem =
            format!("is `{me}`, and the directory `{}` holds no resource with this id", directory.slug);
        Err(check::invalid("me", problem))
    }

    fn token_view(
        &self,
        directory: String,
        token: Token,
        secret: &Secret,
        previous_until: Option<DateTime<Utc>>,
    ) -> TokenView {
        TokenView {
            id: token.id.as_str().to_owned(),
            token: secret.expose().to_owned(),
            scim_url: self.scim_url(&directory),
            directory,
            scope: token.scope,
            expires: token.expires,
            previous_until,
        }
    }
}

/// The first characters of a secret, as they are kept.
pub(super) fn shown(secret: &Secret, prefix: &str) -> String {
    secret.expose().chars().take(prefix.len() + SHOWN).collect()
}

/// The token that took the place of this one.
pub(super) fn successor<'t>(token: &Token, all: &'t [Token]) -> Option<&'t Token> {
    all.iter().find(|it| it.replaces.as_ref() == Some(&token.id))
}

fn state(token: &Token, all: &[Token], now: DateTime<Utc>) -> TokenState {
    if token.expires <= now {
        TokenState::Expired
    } else if successor(token, all).is_some() {
        TokenState::Previous
    } else {
        TokenState::Live
    }
}

/// The tokens that this one replaced, newest first.
fn line_before<'t>(token: &Token, all: &'t [Token]) -> impl Iterator<Item = &'t Token> {
    let before = |token: &Token| all.iter().find(|it| Some(&it.id) == token.replaces.as_ref());
    // A line is no longer than what there is, whatever the store holds.
    std::iter::successors(before(token), move |token| before(token)).take(all.len())
}

/// A token by its id or its first characters.
fn find<'t>(all: &'t [Token], name: &str) -> Result<&'t Token, AdminError> {
    if let Some(token) = all.iter().find(|token| token.id.as_str() == name) {
        return Ok(token);
    }
    let mut found = all.iter().filter(|token| !name.is_empty() && token.prefix == name);
    match (found.next(), found.next()) {
        (Some(token), None) => Ok(token),
        (Some(_), Some(_)) => Err(conflict(
            "token.ambiguous",
            format!(
                "several tokens begin with `{name}`; give the id, which `rollbook token list --json` shows"
            ),
        )),
        (None, _) => Err(not_found(name)),
    }
}

fn only_one<'t>(all: &'t [Token], directory: &str, now: DateTime<Utc>) -> Result<&'t Token, AdminError> {
    let live = |token: &&Token| token.client.is_none() && state(token, all, now) == TokenState::Live;
    let mut found = all.iter().filter(live);
    match (found.next(), found.next()) {
        (Some(token), None) => Ok(token),
        (Some(_), Some(_)) => Err(conflict(
            "token.ambiguous",
            format!(
                "the directory `{directory}` has several live tokens; name one, as `rollbook token list` shows them"
            ),
        )),
        (None, _) => Err(conflict(
            "token.none",
            format!(
                "the directory `{directory}` has no live token; `rollbook token create {directory}` makes one"
            ),
        )),
    }
}

fn lifetime(minutes: Option<i64>, settings: &DirectorySettings) -> Result<TimeDelta, AdminError> {
    let minutes = minutes.or_else(|| settings.token_minutes.map(i64::from)).unwrap_or(DEFAULT_LIFETIME);
    check::lifetime("lifetime_minutes", minutes)
}

fn not_found(name: &str) -> AdminError {
    AdminError::NotFound {
        what: "token",
        name: name.to_owned(),
        next_step: "`rollbook token list` shows them",
    }
}

fn conflict(code: &'static str, sentence: impl Into<String>) -> AdminError {
    AdminError::Conflict { code, sentence: sentence.into() }
}
