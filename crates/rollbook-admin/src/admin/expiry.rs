//! What expires soon: said in the status, and in the log once a day.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{Directory, OauthClient, Scope, Token};
use tokio::sync::watch;

use super::Admin;
use super::tokens::successor;
use crate::error::AdminError;
use crate::view::{WarningKind, WarningView};

/// How long before the end a warning begins: 14 days.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// How often the log is told.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Admin {
    /// What will stop working soon: the newest live token of each scope of a directory, secrets of its OAuth clients;
    /// what ends first comes first.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] without such a directory.
    pub async fn warnings(&self, directory: Option<&str>) -> Result<Vec<WarningView>, AdminError> {
        let now = self.now();
        let mut warnings = Vec::new();
        for directory in self.chosen(directory).await? {
            if directory.deleting.is_some() {
                continue;
            }
            let clients = self.store.clients(&directory.id).await?;
            let tokens = self.store.tokens(&directory.id).await?;
            token_warnings(&directory, &tokens, clients.is_empty(), now, &mut warnings);
            for client in &clients {
                warnings.extend(secret_warning(&directory, client, now));
            }
        }
        warnings.sort_by(|left, right| {
            (left.at, &left.directory, &left.prefix).cmp(&(right.at, &right.directory, &right.prefix))
        });
        Ok(warnings)
    }

    /// Writes the warnings into the log at once and then once a day, until `stopped` turns true.
    pub async fn warn_daily(&self, mut stopped: watch::Receiver<bool>) {
        loop {
            match self.warnings(None).await {
                Ok(warnings) => {
                    for it in warnings {
                        tracing::warn!(directory = it.directory, "{} {}", it.sentence, it.next_step);
                    }
                }
                Err(error) => tracing::error!(%error, "what expires soon could not be looked up"),
            }
            // An error means that the sender is gone, which is the end too.
            if tokio::time::timeout(DAY, stopped.wait_for(|stopped| *stopped)).await.is_ok() {
                return;
            }
        }
    }
}

fn token_warnings(
    directory: &Directory,
    tokens: &[Token],
    only_tokens: bool,
    now: DateTime<Utc>,
    warnings: &mut Vec<WarningView>,
) {
    let slug = &directory.slug;
    let made: Vec<&Token> = tokens.iter().filter(|token| token.client.is_none()).collect();
    let live = |token: &&&Token| token.expires > now && successor(token, tokens).is_none();
    for scope in [Scope::Write, Scope::Read] {
        // The newest comes first; a short one for reading says nothing about the one that the provider writes with.
        let newest = made.iter().filter(live).find(|token| token.scope == scope);
        let Some(token) = newest.filter(|token| token.expires - now <= AHEAD) else { continue };
        warnings.push(WarningView {
            kind: WarningKind::TokenExpires,
            directory: slug.clone(),
            prefix: token.prefix.clone(),
            at: token.expires,
            sentence: format!("The token `{}…` of `{slug}` expires {}.", token.prefix, ahead(token.expires, now)),
            next_step: format!(
                "`rollbook token rotate {slug} {}` makes the next one; give it to the identity provider while both \
                 are good.",
                token.prefix
            ),
        });
    }
    let ended = made.iter().max_by_key(|token| token.expires);
    if let Some(token) = ended.filter(|token| only_tokens && token.expires <= now) {
        warnings.push(WarningView {
            kind: WarningKind::TokensExpired,
            directory: slug.clone(),
            prefix: token.prefix.clone(),
            at: token.expires,
            sentence: format!(
                "No token of `{slug}` is good any more: the last one, `{}…`, expired on {}.",
                token.prefix,
                token.expires.format("%Y-%m-%d")
            ),
            next_step: format!(
                "`rollbook token create {slug}` makes one; until the identity provider has it, nothing arrives."
            ),
        });
    }
}

fn secret_warning(directory: &Directory, client: &OauthClient, now: DateTime<Utc>) -> Option<WarningView> {
    // The newest is the one to go on with; the one before it is meant to end.
    let secret = client.secrets.first()?;
    let at = secret.expires.filter(|expires| *expires - now <= AHEAD)?;
    let (slug, id) = (&directory.slug, &client.id);
    let (kind, sentence) = if at <= now {
        let on = at.format("%Y-%m-%d");
        let sentence =
            format!("The secret `{}…` of the client `{id}` of `{slug}` expired on {on}.", secret.prefix);
        (WarningKind::SecretsExpired, sentence)
    } else {
        let ahead = ahead(at, now);
        let sentence =
            format!("The secret `{}…` of the client `{id}` of `{slug}` expires {ahead}.", secret.prefix);
        (WarningKind::SecretExpires, sentence)
    };
    Some(WarningView {
        kind,
        directory: slug.clone(),
        prefix: secret.prefix.clone(),
        at,
        sentence,
        next_step: format!("`rollbook client rotate {slug} {id}` makes the next one."),
    })
}

/// `in 3 days, on 2027-01-02 10:00 UTC`.
fn ahead(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = at - now;
    let (number, unit) = match (left.num_days(), left.num_hours()) {
        (0, 0) => (left.num_minutes(), "minute"),
        (0, hours) => (hours, "hour"),
        (days, _) => (days, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("in {number} {unit}{plural}, on {} UTC", at.format("%Y-%m-%d %H:%M"))
}
