//! The definitions that come with the crate; a test reads every one of them.

use std::sync::{Arc, LazyLock};

use serde::de::DeserializeOwned;

use crate::definition::Schema;

use super::{Inner, Registry};

const SCHEMAS: [&str; 5] = [
    include_str!("../../schemas/user.json"),
    include_str!("../../schemas/group.json"),
    include_str!("../../schemas/enterprise-user.json"),
    include_str!("../../schemas/ws1b-user.json"),
    include_str!("../../schemas/ws1b-group.json"),
];

const RESOURCE_TYPES: [&str; 2] = [
    include_str!("../../schemas/user-resource-type.json"),
    include_str!("../../schemas/group-resource-type.json"),
];

const DISCOVERY: [&str; 3] = [
    include_str!("../../schemas/service-provider-config.json"),
    include_str!("../../schemas/resource-type.json"),
    include_str!("../../schemas/schema.json"),
];

pub(super) fn registry() -> Registry {
    static STANDARD: LazyLock<Registry> = LazyLock::new(|| Registry {
        inner: Arc::new(Inner { schemas: read(&SCHEMAS), resource_types: read(&RESOURCE_TYPES) }),
    });
    STANDARD.clone()
}

pub(super) fn discovery_schemas() -> &'static [Schema] {
    static SCHEMAS: LazyLock<Vec<Schema>> = LazyLock::new(|| read(&DISCOVERY));
    &SCHEMAS
}

fn read<T: DeserializeOwned>(texts: &[&str]) -> Vec<T> {
    texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
}
