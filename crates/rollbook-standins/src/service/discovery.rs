//! The discovery endpoints (RFC 7644 §4).

use http::{Method, StatusCode};
use rollbook_protocol::discovery::{
    ServiceLimits, resource_type_document, schema_document, service_provider_config,
};
use rollbook_protocol::{ScimError, list_response};
use rollbook_schema::{Complex, JsonLimits, Value, parse_value};

use crate::respond::Reply;
use crate::standin::Control;

pub(super) fn serve(control: &Control, method: &Method, endpoint: &str, id: Option<&str>) -> Reply {
    let base = control.state.base();
    let documents: Vec<(&str, Vec<u8>)> = match endpoint {
        "ServiceProviderConfig" if id.is_none() && method == Method::GET => {
            return Reply::with(StatusCode::OK, config(base, control.habits.patch));
        }
        "ServiceProviderConfig" | "ResourceTypes" | "Schemas" if method != Method::GET => {
            return super::method_not_allowed().into();
        }
        "ResourceTypes" => {
            let types = control.state.registry().resource_types();
            let types = types.filter(|known| control.habits.groups || known.name != "Group");
            types.map(|known| (known.name.as_str(), resource_type_document(known, base))).collect()
        }
        "Schemas" => {
            let schemas = control.state.registry().schemas();
            schemas.map(|schema| (schema.id.as_str(), schema_document(schema, base))).collect()
        }
        _ => Vec::new(),
    };
    match id {
        None if !documents.is_empty() => {
            let documents: Vec<_> = documents.into_iter().map(|(_, document)| document).collect();
            Reply::with(StatusCode::OK, list_response(documents.len() as u64, 1, &documents))
        }
        Some(id) => match documents.into_iter().find(|(name, _)| *name == id) {
            Some((_, document)) => Reply::with(StatusCode::OK, document),
            None => not_found(),
        },
        None => not_found(),
    }
}

fn config(base: &str, patch: bool) -> Vec<u8> {
    let limits = ServiceLimits { max_results: 1000, max_bulk_operations: 0, max_bulk_payload: 0 };
    let config = service_provider_config(base, &limits);
    let Ok(Value::Complex(mut config)) = parse_value(&config, &JsonLimits::default()) else { return config };
    config.insert("patch", Complex::from_iter([("supported", patch)]));
    Value::Complex(config).to_json_string().into_bytes()
}

fn not_found() -> Reply {
    ScimError::not_found("there is no such endpoint here").into()
}
