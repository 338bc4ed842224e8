//! Own resource types and schemas, from JSON files (decisions.md, last paragraph).

mod shape;

use std::path::{Path, PathBuf};

use rollbook_schema::{Registry, RegistryError, ResourceType, Schema};
use serde_json::Value;

use self::shape::Kind;
use crate::error::ServerError;

/// The standard registry, and what the files add.
///
/// A folder means the `*.json` files in it. A file holds one schema or resource type, a list of them, or a SCIM
/// `ListResponse`, as `/Schemas` and `/ResourceTypes` answer it. A resource type with the name of a standard one adds
/// its extensions to that.
pub(crate) fn registry(paths: &[PathBuf]) -> Result<Registry, ServerError> {
    if paths.is_empty() {
        return Ok(Registry::standard());
    }
    let standard = Registry::standard();
    let mut found = Found {
        schemas: standard.schemas().cloned().collect(),
        resource_types: standard.resource_types().cloned().collect(),
        origins: Vec::new(),
    };
    for path in paths {
        for file in files(path)? {
            found.read(&file, &standard)?;
        }
    }
    let mut builder = Registry::builder();
    for schema in found.schemas {
        builder = builder.schema(schema);
    }
    for resource_type in found.resource_types {
        builder = builder.resource_type(resource_type);
    }
    builder.build().map_err(|error| {
        let origin = about(&error).and_then(|name| found.origins.iter().rfind(|(known, _)| *known == name));
        let place = origin.map_or_else(String::new, |(_, file)| format!("`{}`: ", file.display()));
        ServerError::Config(format!("`schemas`: {place}{error}"))
    })
}

/// What was found so far.
#[derive(Debug)]
struct Found {
    schemas: Vec<Schema>,
    resource_types: Vec<ResourceType>,
    /// The ids and names of what the files hold, and the file of each.
    origins: Vec<(String, PathBuf)>,
}

impl Found {
    fn read(&mut self, file: &Path, standard: &Registry) -> Result<(), ServerError> {
        let failed =
            |problem: String| ServerError::Config(format!("`schemas`: `{}`: {problem}", file.display()));
        let text =
            std::fs::read_to_string(file).map_err(|error| failed(format!("cannot be read: {error}")))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| failed(format!("is not JSON: {error}")))?;
        for (place, item) in items(value) {
            let failed = |problem: String| failed(format!("{place}{problem}"));
            match shape::read(item).map_err(failed)? {
                Kind::Schema(schema) => {
                    if standard.schema(&schema.id).is_some() {
                        return Err(failed(format!(
                            "the schema `{}` is built in; give yours another URI",
                            schema.id
                        )));
                    }
                    self.origins.push((schema.id.clone(), file.to_owned()));
                    self.schemas.push(schema);
                }
                Kind::ResourceType(resource_type) => {
                    self.origins.push((resource_type.name.clone(), file.to_owned()));
                    self.add_type(resource_type, standard).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    fn add_type(&mut self, new: ResourceType, standard: &Registry) -> Result<(), String> {
        if standard.resource_type(&new.name).is_none() {
            self.resource_types.push(new);
            return Ok(());
        }
        let Some(known) = self.resource_types.iter_mut().find(|it| it.name == new.name) else {
            return Ok(());
        };
        if known.endpoint != new.endpoint || !known.schema.eq_ignore_ascii_case(&new.schema) {
            return Err(format!(
                "the resource type `{}` is built in with the endpoint `{}` and the schema `{}`: keep both, and add \
                 extensions only",
                new.name, known.endpoint, known.schema
            ));
        }
        for extension in new.schema_extensions {
            let there = |it: &&mut rollbook_schema::SchemaExtension| {
                it.schema.eq_ignore_ascii_case(&extension.schema)
            };
            match known.schema_extensions.iter_mut().find(there) {
                Some(known) => known.required = extension.required,
                None => known.schema_extensions.push(extension),
            }
        }
        Ok(())
    }
}

/// The files that a path means, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, ServerError> {
    let failed = |error: std::io::Error| {
        ServerError::Config(format!("`schemas`: `{}` cannot be read: {error}", path.display()))
    };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let shown = path.display();
        return Err(ServerError::Config(format!("`schemas`: the folder `{shown}` holds no file `*.json`")));
    }
    Ok(files)
}

/// The items of a file, each with its place in words where there are several.
fn items(value: Value) -> Vec<(String, Value)> {
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("Resources") {
            Some(Value::Array(list)) => list,
            _ => return vec![(String::new(), Value::Object(object))],
        },
        other => return vec![(String::new(), other)],
    };
    list.into_iter().enumerate().map(|(index, item)| (format!("item {}: ", index + 1), item)).collect()
}

/// The schema's id or the resource type's name that a refusal is about.
fn about(error: &RegistryError) -> Option<&str> {
    match error {
        RegistryError::SchemaId { id } | RegistryError::DuplicateSchema { id } => Some(id),
        RegistryError::DuplicateResourceType { name } | RegistryError::UnknownResourceType { name } => {
            Some(name)
        }
        RegistryError::Endpoint { resource_type, .. }
        | RegistryError::UnknownSchema { resource_type, .. } => Some(resource_type),
        RegistryError::AttributeName { schema, .. }
        | RegistryError::DuplicateAttribute { schema, .. }
        | RegistryError::SubAttributes { schema, .. } => Some(schema),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: &str = r#"{"id": "urn:example:2.0:Device", "name": "Device",
        "attributes": [{"name": "serial", "type": "string", "required": true, "uniqueness": "server"}]}"#;
    const TYPE: &str = r#"{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"}"#;

    fn read(files: &[(&str, &str)]) -> Result<Registry, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let registry = registry(&[folder.path().to_owned()]);
        registry.map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
    }

    #[test]
    fn a_folder_adds_its_types() {
        let registry = read(&[("b.json", TYPE), ("a.json", DEVICE), ("notes.txt", "x")]).unwrap();
        let device = registry.resource_type_by_endpoint("Devices").unwrap();
        assert!(registry.attribute(device, None, "serial").is_some());
        assert!(registry.resource_type("User").is_some());
        let both = format!("[{DEVICE}, {TYPE}]");
        assert!(read(&[("both.json", &both)]).unwrap().resource_type("Device").is_some());
        let listed = format!(r#"{{"Resources": {both}}}"#);
        assert!(read(&[("listed.json", &listed)]).unwrap().resource_type("Device").is_some());
    }

    #[test]
    fn a_standard_type_gets_extensions() {
        let extension = r#"{"id": "urn:example:2.0:Badge", "attributes": [{"name": "badge"}]}"#;
        let user = r#"{"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
                       "schemaExtensions": [{"schema": "urn:example:2.0:Badge", "required": false}]}"#;
        let registry = read(&[("a.json", extension), ("b.json", user)]).unwrap();
        let user = registry.resource_type("User").unwrap();
        assert!(registry.attribute(user, Some("urn:example:2.0:Badge"), "badge").is_some());
        assert!(registry.attribute(user, Some(rollbook_schema::uri::ENTERPRISE_USER), "manager").is_some());
    }

    #[test]
    fn mistakes_name_file_and_place() {
        for (files, sentence) in [
            (vec![("a.json", "{")], "`a.json`: is not JSON: EOF while parsing an object at line 1 column 1"),
            (vec![("a.json", "3")], "`a.json`: holds no object"),
            (
                vec![("a.json", "{}")],
                "`a.json`: is neither a schema (`id`, `attributes`) nor a resource type (`name`, `endpoint`, `schema`)",
            ),
            (
                vec![(
                    "a.json",
                    r#"{"id": "urn:x:y", "attributes": [{"name": "a"}, {"name": "b", "requird": true}]}"#,
                )],
                "`a.json`: `attributes[1].requird` is not a property of an attribute; did you mean `required`?",
            ),
            (
                vec![(
                    "a.json",
                    r#"[{"id": "urn:x:y", "attributes": [{"name": "a", "mutability": "never"}]}]"#,
                )],
                "`a.json`: item 1: `attributes[0]` (`a`): unknown variant `never`, expected one of `readOnly`, \
                 `readWrite`, `immutable`, `writeOnly`",
            ),
            (
                vec![("a.json", r#"{"id": "urn:x:y", "attributes": [{"name": "a b"}]}"#)],
                "`a.json`: `a b` in `urn:x:y` is not an attribute name; use a letter, then letters, digits, `-` or `_`",
            ),
            (
                vec![("a.json", TYPE)],
                "`a.json`: the resource type `Device` names the schema `urn:example:2.0:Device`, which is not there; \
                 add it",
            ),
            (
                vec![("a.json", r#"{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": []}"#)],
                "`a.json`: the schema `urn:ietf:params:scim:schemas:core:2.0:User` is built in; give yours another URI",
            ),
            (vec![("a.txt", "x")], "holds no file `*.json`"),
        ] {
            let told = read(&files).unwrap_err();
            assert!(told.starts_with("`schemas`: "), "{told}");
            assert!(told.ends_with(sentence), "{told}\nis not\n{sentence}");
        }
    }
}
