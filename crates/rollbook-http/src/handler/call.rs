//! What every handler needs to know of a request.

use std::sync::Arc;

use rollbook_protocol::{Projection, Quirks, ScimError, SearchParams, TypeRef};
use rollbook_schema::{Registry, ResourceType};
use rollbook_store::{Batch, Committed, DirectoryId, DirectorySettings, MemberValue, Resources, StoreError};

use super::credentials::Admitted;
use super::precondition::Preconditions;
use crate::auth::Principal;
use crate::gate::Permit;
use crate::kinds::{Computed, Kinds};
use crate::limits::HttpLimits;
use crate::service::Inner;

/// Where a request takes place; what is sent after the request is over still needs it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) inner: Arc<Inner>,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) directory: DirectoryId,
    /// The base URL with the request's own prefix: locations begin with it.
    pub(crate) base: Arc<str>,
}

/// One request of an authenticated caller.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) scene: Scene,
    pub(crate) principal: Arc<Principal>,
    /// The way through the gate: the request is let in once its body is there, and leaves when it waits for a commit.
    pub(crate) permit: Arc<Permit>,
    pub(crate) quirks: Quirks,
    pub(crate) params: SearchParams,
    pub(crate) preconditions: Preconditions,
}

impl Scene {
    pub(crate) fn store(&self) -> &dyn Resources {
        self.inner.store.as_ref()
    }

    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.kinds.registry
    }

    /// Where a resource is found.
    pub(crate) fn location(&self, ty: &ResourceType, id: &str) -> String {
        let endpoint = ty.endpoint.trim_start_matches('/');
        let mut location = String::with_capacity(self.base.len() + endpoint.len() + id.len() + 2);
        for part in [&self.base, "/", endpoint, "/", id] {
            location.push_str(part);
        }
        location
    }
}

impl Call {
    pub(crate) fn new(
        inner: &Arc<Inner>,
        admitted: Admitted,
        base: String,
        params: SearchParams,
        preconditions: Preconditions,
    ) -> Self {
        let Admitted { principal, permit } = admitted;
        let settings = &principal.settings;
        let scene = Scene {
            inner: Arc::clone(inner),
            kinds: Arc::clone(inner.catalogue.of(settings)),
            directory: principal.directory.clone(),
            base: base.into(),
        };
        let mut quirks = Quirks::of(principal.client);
        quirks.refuse_remove_all_members = !settings.remove_all_members;
        Self { scene, quirks, principal, permit: Arc::new(permit), params, preconditions }
    }

    /// The same caller with another request: one operation of a bulk.
    pub(crate) fn operation(&self, preconditions: Preconditions) -> Self {
        Self { params: SearchParams::default(), preconditions, ..self.clone() }
    }

    pub(crate) fn store(&self) -> &dyn Resources {
        self.scene.store()
    }

    /// Writes; other requests are computed while this one waits for that.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.permit.leave();
        self.store().commit(batch).await
    }

    pub(crate) fn directory(&self) -> &DirectoryId {
        &self.scene.directory
    }

    pub(crate) fn registry(&self) -> &Arc<Registry> {
        self.scene.registry()
    }

    pub(crate) fn limits(&self) -> &HttpLimits {
        &self.scene.inner.limits
    }

    pub(crate) fn settings(&self) -> &DirectorySettings {
        &self.principal.settings
    }

    /// Whether members are named by their `externalId` (decision D6).
    pub(crate) fn names_by_external_id(&self) -> bool {
        self.settings().member_value == MemberValue::ExternalId
    }

    pub(crate) fn computed(&self, ty: &ResourceType) -> Computed {
        self.scene.kinds.computed(ty)
    }

    pub(crate) fn type_ref<'t>(&'t self, resource_type: &'t ResourceType) -> TypeRef<'t> {
        TypeRef { registry: self.registry(), resource_type }
    }

    /// The projection that the request asks for.
    pub(crate) fn projection(
        &self,
        ty: &ResourceType,
        params: &SearchParams,
    ) -> Result<Arc<Projection>, ScimError> {
        let (attributes, excluded) = (params.attributes.as_deref(), params.excluded_attributes.as_deref());
        if attributes.is_none()
            && excluded.is_none()
            && let Some(everything) = self.scene.kinds.everything(ty)
        {
            return Ok(everything);
        }
        Projection::parse(attributes, excluded, self.type_ref(ty)).map(Arc::new)
    }
}
