//! What is known of the resource types beforehand, so that no request has to find it out.

use std::sync::{Arc, OnceLock};

use rollbook_protocol::{Projection, TypeRef};
use rollbook_schema::{Mutability, Registry, ResourceType, Schema, Uniqueness};
use rollbook_store::DirectorySettings;

/// The registry as each directory sees it.
#[derive(Debug)]
pub(crate) struct Catalogue {
    plain: Arc<Kinds>,
    /// For directories that let groups share a name (decision D4); made when the first one asks.
    shared_names: OnceLock<Arc<Kinds>>,
}

impl Catalogue {
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self { plain: Arc::new(Kinds::new(registry)), shared_names: OnceLock::new() }
    }

    pub(crate) fn of(&self, settings: &DirectorySettings) -> &Arc<Kinds> {
        if settings.unique_group_names {
            return &self.plain;
        }
        self.shared_names.get_or_init(|| match without_unique_names(&self.plain.registry) {
            Some(registry) => Arc::new(Kinds::new(Arc::new(registry))),
            None => Arc::clone(&self.plain),
        })
    }
}

/// A registry, and what follows from it for each of its resource types.
#[derive(Debug)]
pub(crate) struct Kinds {
    pub(crate) registry: Arc<Registry>,
    /// In the order of the registry.
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    name: String,
    computed: Computed,
    everything: Option<Arc<Projection>>,
}

/// A type's computed attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Computed {
    /// Whether resources of the type have `members` (kept as edges).
    pub(crate) members: bool,
    /// Whether they have read-only `groups`.
    pub(crate) groups: bool,
}

impl Kinds {
    fn new(registry: Arc<Registry>) -> Self {
        let kinds = registry.resource_types().map(|ty| Kind {
            name: ty.name.clone(),
            computed: Computed::of(&registry, ty),
            everything: Projection::parse(None, None, TypeRef { registry: &registry, resource_type: ty })
                .ok()
                .map(Arc::new),
        });
        let kinds = kinds.collect();
        Self { registry, kinds }
    }

    pub(crate) fn computed(&self, ty: &ResourceType) -> Computed {
        self.kind(ty).map_or_else(Computed::default, |kind| kind.computed)
    }

    /// The projection of a request that asks for none.
    pub(crate) fn everything(&self, ty: &ResourceType) -> Option<Arc<Projection>> {
        self.kind(ty)?.everything.clone()
    }

    fn kind(&self, ty: &ResourceType) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == ty.name)
    }
}

impl Computed {
    fn of(registry: &Registry, ty: &ResourceType) -> Self {
        let attribute = |name| registry.attribute(ty, None, name).map(|(_, attribute)| attribute);
        Self {
            members: attribute("members").is_some_and(|it| it.multi_valued),
            groups: attribute("groups").is_some_and(|it| it.mutability == Mutability::ReadOnly),
        }
    }
}

/// The registry in which `displayName` of groups is not unique.
fn without_unique_names(registry: &Registry) -> Option<Registry> {
    let group = registry.resource_type("Group")?;
    let relaxed = |schema: &Schema| {
        let mut schema = schema.clone();
        if schema.id.eq_ignore_ascii_case(&group.schema) {
            let names = schema.attributes.iter_mut().filter(|attribute| attribute.name == *"displayName");
            names.for_each(|name| name.uniqueness = Uniqueness::None);
        }
        schema
    };
    let builder = registry.schemas().fold(Registry::builder(), |builder, it| builder.schema(relaxed(it)));
    let types = registry.resource_types().cloned();
    types.fold(builder, rollbook_schema::RegistryBuilder::resource_type).build().ok()
}
