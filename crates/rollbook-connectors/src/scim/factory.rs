//! Makes connectors of targets.

use std::sync::Arc;

use rollbook_provision::{Connector, ConnectorFactory};
use rollbook_store::{Environment, Failure, FailureClass, Keyring, Target};

use super::classify::{CallKind, classify};
use super::connector::ScimConnector;
use super::profile::Profile;
use crate::address::AddressPolicy;
use crate::http::{HttpClient, HttpLimits};

/// Makes a [`ScimConnector`] of every target whose connector is `scim2`.
///
/// They share one [`HttpClient`], and so its connections.
#[derive(Debug)]
pub struct ScimFactory {
    keyring: Arc<Keyring>,
    http: HttpClient,
    env: Arc<dyn Environment>,
}

impl ScimFactory {
    /// Makes a factory; `keyring` opens credentials, `policy` says which addresses may be called.
    #[must_use]
    pub fn new(keyring: Arc<Keyring>, policy: AddressPolicy, env: Arc<dyn Environment>) -> Self {
        Self { keyring, http: HttpClient::new(policy, HttpLimits::default()), env }
    }
}

impl ConnectorFactory for ScimFactory {
    fn connect(&self, target: &Target) -> Result<Arc<dyn Connector>, Failure> {
        if target.connector != "scim2" {
            let sentence = format!("There is no connector `{}`.", target.connector);
            return Err(failure(
                FailureClass::Configuration,
                sentence,
                "Set the target's connector to `scim2`.",
            ));
        }
        let profile = Profile::parse(&target.profile).map_err(|error| {
            failure(
                FailureClass::Configuration,
                format!("In the target's settings {error}."),
                "Correct the profile.",
            )
        })?;
        let context = Target::credential_context(&target.directory, &target.id);
        let secret = target.credential.as_ref().map(|sealed| self.keyring.open(&context, sealed));
        let secret = secret.transpose().map_err(|error| {
            tracing::warn!(target = %target.id, %error, "a sealed credential cannot be opened");
            let next = "Give the target its credential again, or restore the key that sealed it.";
            failure(FailureClass::Credentials, "The target's credential cannot be opened.".to_owned(), next)
        })?;
        let connector =
            ScimConnector::new(&self.http, &target.url, secret.clone(), profile, Arc::clone(&self.env));
        match connector {
            Ok(connector) => Ok(Arc::new(connector)),
            Err(error) => Err(classify(&error, CallKind::Search, secret.as_ref(), self.env.now()).failure),
        }
    }
}

fn failure(class: FailureClass, sentence: String, next_step: &str) -> Failure {
    Failure { class, sentence, words: None, next_step: next_step.to_owned() }
}
