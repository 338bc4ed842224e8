//! The connector for SCIM 2.0 services.

mod matching;
mod members;
mod payload;

use std::sync::Arc;

use async_trait::async_trait;
use http::StatusCode;
use rollbook_provision::{AttributeChange, CallError, Capabilities, Connector, Desired, Remote};
use rollbook_schema::{Resource, Value};
use rollbook_store::{Environment, FailureClass, Secret};

use super::classify::{CallKind, classify};
use super::client::{ScimClient, ScimOperation};
use super::error::ScimClientError;
use super::profile::{Profile, UpdateStyle};
use crate::http::HttpClient;

/// Provisions a SCIM 2.0 service as its [`Profile`] says.
#[derive(Debug)]
pub struct ScimConnector {
    client: ScimClient,
    profile: Profile,
    secret: Option<Secret>,
    env: Arc<dyn Environment>,
}

impl ScimConnector {
    /// Makes the connector for the service at `base`; the profile sets how long calls may take.
    ///
    /// # Errors
    ///
    /// As for [`ScimClient::new`].
    pub fn new(
        http: &HttpClient,
        base: &str,
        secret: Option<Secret>,
        profile: Profile,
        env: Arc<dyn Environment>,
    ) -> Result<Self, ScimClientError> {
        let client = ScimClient::new(http.with_timeout(profile.timeout()), base, secret.as_ref())?
            .with_content_type(&profile.content_type)?;
        Ok(Self { client, profile, secret, env })
    }

    /// The client, to call the service directly.
    #[must_use]
    pub const fn client(&self) -> &ScimClient {
        &self.client
    }

    fn failed(&self, kind: CallKind, error: &ScimClientError) -> CallError {
        classify(error, kind, self.secret.as_ref(), self.env.now())
    }

    /// Reads a resource, changes it and puts it back: how a service without PATCH takes a part of a change.
    async fn rewrite(
        &self,
        endpoint: &str,
        id: &str,
        change: impl FnOnce(&mut Resource) + Send,
    ) -> Result<(), ScimClientError> {
        let mut resource = self.client.get(endpoint, id, "").await?;
        for read_only in ["meta", "groups"] {
            resource.remove(read_only);
        }
        change(&mut resource);
        self.client.put(endpoint, id, &resource).await
    }

    async fn replace(&self, endpoint: &str, id: &str, desired: &Desired) -> Result<(), ScimClientError> {
        let mut body = payload::whole(desired, &self.profile);
        body.insert("id", id);
        if endpoint == GROUPS {
            // A PUT without members means a group without members (RFC 7644 §3.5.1).
            let current = self.client.get(endpoint, id, "members").await?;
            body.insert("members", members::value(&members::ids(&current)));
        }
        self.client.put(endpoint, id, &body).await
    }
}

#[async_trait]
impl Connector for ScimConnector {
    fn capabilities(&self) -> Capabilities {
        self.profile.capabilities()
    }

    async fn find(&self, desired: &Desired) -> Result<Vec<Remote>, CallError> {
        let endpoint = endpoint(&desired.resource_type)?;
        let attributes =
            if endpoint == GROUPS { &self.profile.match_groups } else { &self.profile.match_users };
        let mut refused = None;
        let mut asked = false;
        for attribute in attributes.iter().filter(|attribute| !self.profile.excludes(attribute)) {
            let Some(value) = matching::wanted(&desired.attributes, attribute) else { continue };
            match self.client.find(endpoint, attribute, value, self.profile.page_size.get()).await {
                Ok(found) => {
                    asked = true;
                    let hits = found.into_iter().filter(|found| matching::holds(found, attribute, value));
                    let hits = hits.map(|found| remote(found, false)).collect::<Result<Vec<_>, _>>()?;
                    if !hits.is_empty() {
                        return Ok(hits);
                    }
                }
                Err(error) if unfilterable(&error) => {
                    tracing::debug!(%attribute, status = ?error.status(), "the service refuses to filter");
                    refused = Some(error);
                }
                Err(error) => return Err(self.failed(CallKind::Search, &error)),
            }
        }
        match refused {
            // Nothing could be asked: to say "there is none" would make a second account (promise P3).
            Some(error) if !asked => {
                let mut failed = self.failed(CallKind::Search, &error);
                failed.failure.class = FailureClass::Configuration;
                "Name attributes that the service can filter by in `match_users` and `match_groups` of the profile."
                    .clone_into(&mut failed.failure.next_step);
                Err(failed)
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn create(&self, desired: &Desired) -> Result<Remote, CallError> {
        let endpoint = endpoint(&desired.resource_type)?;
        let body = payload::whole(desired, &self.profile);
        let created = self.client.create(endpoint, &body).await;
        remote(created.map_err(|error| self.failed(CallKind::Create, &error))?, true)
    }

    async fn update(
        &self,
        remote_id: &str,
        desired: &Desired,
        changes: &[AttributeChange],
    ) -> Result<(), CallError> {
        let endpoint = endpoint(&desired.resource_type)?;
        let operations = payload::operations(changes, &self.profile);
        if operations.is_empty() {
            return Ok(());
        }
        let done = match self.profile.update {
            UpdateStyle::Patch => self.client.patch(endpoint, remote_id, &operations).await,
            UpdateStyle::Put => self.replace(endpoint, remote_id, desired).await,
        };
        done.map_err(|error| self.failed(CallKind::Update, &error))
    }

    async fn edit_members(
        &self,
        remote_id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), CallError> {
        if add.is_empty() && remove.is_empty() {
            return Ok(());
        }
        let done = match self.profile.update {
            UpdateStyle::Patch => self.patch_members(remote_id, add, remove).await,
            UpdateStyle::Put => {
                self.rewrite(GROUPS, remote_id, |group| {
                    let edited = members::edited(&members::ids(group), add, remove);
                    group.insert("members", members::value(&edited));
                })
                .await
            }
        };
        done.map_err(|error| self.failed(CallKind::Members, &error))
    }

    async fn read_members(&self, remote_id: &str) -> Result<Option<Vec<String>>, CallError> {
        let group = self.client.get(GROUPS, remote_id, "members").await;
        group.map(|group| Some(members::ids(&group))).map_err(|error| self.failed(CallKind::Read, &error))
    }

    async fn deactivate(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError> {
        if endpoint(resource_type)? == GROUPS {
            return Err(unsupported("A group cannot be switched off"));
        }
        let done = match self.profile.update {
            UpdateStyle::Patch => {
                let operation =
                    ScimOperation { op: "replace", path: "active".into(), value: Some(false.into()) };
                self.client.patch(USERS, remote_id, &[operation]).await
            }
            UpdateStyle::Put => {
                self.rewrite(USERS, remote_id, |user| {
                    user.insert("active", false);
                })
                .await
            }
        };
        self.gone_is_fine(done)
    }

    async fn delete(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError> {
        let done = self.client.delete(endpoint(resource_type)?, remote_id).await;
        self.gone_is_fine(done)
    }

    /// Asks for one user or group: discovery endpoints answer without a credential.
    async fn probe(&self) -> Result<(), CallError> {
        let endpoint = if self.profile.users { USERS } else { GROUPS };
        let listed = self.client.list(endpoint, None, 1, 1).await;
        listed.map(|_| ()).map_err(|error| self.failed(CallKind::Search, &error))
    }
}

impl ScimConnector {
    fn gone_is_fine(&self, done: Result<(), ScimClientError>) -> Result<(), CallError> {
        match done {
            Err(error) if error.is_missing() => Ok(()),
            done => done.map_err(|error| self.failed(CallKind::Remove, &error)),
        }
    }

    /// Sends members in one PATCH; where a service wants every removed one to be there, one by one.
    async fn patch_members(
        &self,
        id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), ScimClientError> {
        let operations = members::operations(add, remove, self.profile.remove_members);
        match self.client.patch(GROUPS, id, &operations).await {
            Err(error) if no_target(&error) && !remove.is_empty() => (),
            done => return done,
        }
        // The PATCH is atomic (RFC 7644 §3.5.2): nothing of it was done, and one of the members is gone already.
        let single = remove
            .iter()
            .flat_map(|id| members::operations(&[], std::slice::from_ref(id), self.profile.remove_members));
        for operation in members::operations(add, &[], self.profile.remove_members).into_iter().chain(single)
        {
            let removes = operation.op == "remove";
            match self.client.patch(GROUPS, id, &[operation]).await {
                Err(error) if removes && no_target(&error) => (),
                done => done?,
            }
        }
        Ok(())
    }
}

const USERS: &str = "/Users";
const GROUPS: &str = "/Groups";

fn endpoint(resource_type: &str) -> Result<&'static str, CallError> {
    match resource_type {
        "User" => Ok(USERS),
        "Group" => Ok(GROUPS),
        other => Err(unsupported(&format!("The connector sends users and groups, and no `{other}`"))),
    }
}

fn unsupported(sentence: &str) -> CallError {
    CallError::new(FailureClass::Configuration, format!("{sentence}."), "Leave it out of the target's scope.")
}

fn unfilterable(error: &ScimClientError) -> bool {
    [Some(StatusCode::BAD_REQUEST), Some(StatusCode::NOT_IMPLEMENTED)].contains(&error.status())
}

fn no_target(error: &ScimClientError) -> bool {
    error.status() == Some(StatusCode::BAD_REQUEST) && error.is_scim_type("noTarget")
}

/// Takes the id out of an answer; `created` when the answer is to a POST, which has happened then.
fn remote(attributes: Resource, created: bool) -> Result<Remote, CallError> {
    let id = match attributes.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.to_string(),
        // Some services have numbers for ids.
        Some(Value::Number(id)) => id.to_string(),
        _ => {
            let error = CallError::new(
                FailureClass::Data,
                "The service answered with a resource that has no `id`.",
                "Tell those who run the service: SCIM demands an `id` (RFC 7643 §3.1).",
            );
            return Err(if created { error.ambiguous() } else { error });
        }
    };
    Ok(Remote { id, attributes })
}
