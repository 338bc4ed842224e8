//! Discovery documents (RFC 7644 §4, RFC 7643 §5 to §7).

use rollbook_protocol::discovery::{
    AuthenticationScheme, Pagination, PaginationMethod, ServiceLimits, resource_type_document,
    schema_document, service_provider_config, service_provider_config_with,
};
use rollbook_schema::{Registry, uri};
use serde_json::{Value, json};

fn read(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn rfc7643_5_service_provider_config() {
    let document = service_provider_config("https://hub.example/scim/v2/", &ServiceLimits::default());
    insta::assert_snapshot!(
        String::from_utf8(document).unwrap().replace("],", "],\n").replace("},", "},\n"),
        @r#"
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch":{"supported":true},
    "bulk":{"supported":false,"maxOperations":0,"maxPayloadSize":0},
    "filter":{"supported":true,"maxResults":1000},
    "changePassword":{"supported":false},
    "sort":{"supported":true},
    "etag":{"supported":true},
    "authenticationSchemes":[{"type":"oauthbearertoken","name":"OAuth Bearer Token","description":"A bearer token in the Authorization header (RFC 6750)","specUri":"https://www.rfc-editor.org/info/rfc6750","primary":true}],
    "meta":{"resourceType":"ServiceProviderConfig","location":"https://hub.example/scim/v2/ServiceProviderConfig"}}
    "#
    );
}

#[test]
fn bulk_is_supported_when_it_has_limits() {
    let limits = ServiceLimits { max_results: 200, max_bulk_operations: 1_000, max_bulk_payload: 16 };
    let document = read(&service_provider_config("", &limits));
    assert_eq!(document["bulk"], json!({"supported": true, "maxOperations": 1_000, "maxPayloadSize": 16}));
    assert_eq!(document["filter"], json!({"supported": true, "maxResults": 200}));
    let limits = ServiceLimits { max_bulk_operations: 1, ..ServiceLimits::default() };
    assert_eq!(read(&service_provider_config("", &limits))["bulk"]["supported"], false);
}

#[test]
fn rfc7643_6_resource_types() {
    let registry = Registry::standard();
    let user =
        read(&resource_type_document(registry.resource_type("User").unwrap(), "https://hub.example/scim/v2"));
    assert_eq!(user["schemas"], json!([uri::RESOURCE_TYPE]));
    assert_eq!(user["name"], "User");
    assert_eq!(user["endpoint"], "/Users");
    assert_eq!(user["schema"], uri::USER);
    assert_eq!(user["schemaExtensions"][0], json!({"schema": uri::ENTERPRISE_USER, "required": false}));
    assert_eq!(
        user["meta"],
        json!({"resourceType": "ResourceType", "location": "https://hub.example/scim/v2/ResourceTypes/User"})
    );
}

#[test]
fn rfc7643_7_schemas() {
    let registry = Registry::standard();
    for schema in registry.schemas().chain(Registry::discovery_schemas()) {
        let document = read(&schema_document(schema, "https://hub.example"));
        assert_eq!(document["schemas"], json!([uri::SCHEMA]), "{}", schema.id);
        assert_eq!(document["id"], schema.id.as_str());
        assert_eq!(document["attributes"].as_array().unwrap().len(), schema.attributes.len());
        let location = format!("https://hub.example/Schemas/{}", schema.id);
        assert_eq!(document["meta"], json!({"resourceType": "Schema", "location": location}));
    }
}

#[test]
fn every_document_has_what_the_json_schemas_of_scim_ask_for() {
    // The JSON Schemas stand outside the project; this is what they demand of an attribute.
    fn check(attribute: &Value) {
        for name in ["name", "type", "multiValued", "description", "required", "mutability", "returned"] {
            assert!(!attribute[name].is_null(), "{name} of {attribute}");
        }
        assert!(attribute["type"] != "string" || attribute["caseExact"].is_boolean(), "{attribute}");
        attribute["subAttributes"].as_array().into_iter().flatten().for_each(check);
    }
    for schema in Registry::standard().schemas() {
        let document = read(&schema_document(schema, ""));
        document["attributes"].as_array().unwrap().iter().for_each(check);
    }
}

#[test]
fn rfc9865_4_pagination_is_told_where_it_is_given() {
    let limits = ServiceLimits::default();
    let told = |pagination: &Pagination| {
        let schemes = &[AuthenticationScheme::BEARER];
        let config = service_provider_config_with("https://example.com", &limits, pagination, schemes);
        read(&config)["pagination"].clone()
    };
    let all = Pagination {
        cursor: true,
        index: true,
        default_method: Some(PaginationMethod::Cursor),
        default_page_size: Some(100),
        max_page_size: Some(250),
        cursor_timeout: Some(3600),
    };
    let document = json!({
        "cursor": true, "index": true, "defaultPaginationMethod": "cursor",
        "defaultPageSize": 100, "maxPageSize": 250, "cursorTimeout": 3600,
    });
    assert_eq!(told(&all), document);
    let index = Pagination { index: true, ..Pagination::default() };
    assert_eq!(told(&index), json!({"cursor": false, "index": true}));
    assert_eq!(read(&service_provider_config("https://example.com", &limits)).get("pagination"), None);
}

#[test]
fn rfc7643_5_authentication_schemes_are_those_given() {
    let told = |schemes: &[AuthenticationScheme<'_>]| {
        let (limits, pagination) = (ServiceLimits::default(), Pagination::default());
        let config = service_provider_config_with("https://hub.example", &limits, &pagination, schemes);
        read(&config)["authenticationSchemes"].clone()
    };
    assert_eq!(told(&[]), json!([]));
    let (bearer, client) = (AuthenticationScheme::BEARER, AuthenticationScheme::CLIENT_CREDENTIALS);
    let both = told(&[bearer, client]);
    assert_eq!(both[0]["primary"], true);
    assert_eq!(
        both[1],
        json!({
            "type": "oauth2", "name": "OAuth 2.0 client credentials",
            "description": "A bearer token from /acs/token for a client id and secret (RFC 6749 section 4.4)",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6749"
        })
    );
}
