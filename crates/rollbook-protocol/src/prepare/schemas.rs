//! The `schemas` of a resource, which are computed (decision D3).

use rollbook_schema::{AttributeName, Complex, Resource, Value};

use crate::resolve::TypeRef;

/// Returns the resource with `schemas` first: the core schema, the extensions in the order of the type, then unknown
/// extensions in the order of the body.
pub(crate) fn with_schemas(mut body: Complex, ty: TypeRef<'_>) -> Resource {
    body.remove("schemas");
    let mut uris = vec![Value::from(&ty.resource_type.schema)];
    uris.extend(
        ty.extensions().filter(|schema| body.contains(&schema.id)).map(|schema| Value::from(&schema.id)),
    );
    let foreign = body.iter().map(|(name, _)| name.as_str());
    let foreign = foreign.filter(|name| name.contains(':') && ty.extension(name).is_none());
    uris.extend(foreign.map(Value::from));
    let schemas = (AttributeName::new("schemas"), Value::Array(uris));
    std::iter::once(schemas).chain(body).collect::<Complex>().into()
}
