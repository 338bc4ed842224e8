//! RFC 7643 §3: resources.

use rollbook_schema::{Complex, Resource, Value, uri};

use super::{resource, written};

#[test]
fn what_a_client_wrote_is_kept() {
    for text in [
        r#"{"UserName":"ana","id":"7","shoeSize":11,"nested":{"a":[{"b":1.10}]}}"#,
        r#"{"urn:example:2.0:User":{ "a" : 1e2 , "B":"\u00e9\/" , "n":12345678901234567890123,"d":{} },"id":"1"}"#,
        r#"{"urn:example:2.0:User":[1,2],"urn:other":null,"urn:third":"x"}"#,
        r#"{"x":" ","y":"","z":null,"l":[],"o":{}}"#,
    ] {
        let resource = resource(text);
        assert_eq!(written(&resource), text);
        assert_eq!(serde_json::to_string(&resource).unwrap(), text);
    }
}

#[test]
fn only_unknown_uris_are_opaque() {
    let text = format!(
        r#"{{"{}":{{"domain":"a"}},"URN:example":{{ }},"name":{{"urn:x:y":{{ }}}},"plain":{{ }}}}"#,
        uri::WS1B_USER.to_ascii_uppercase()
    );
    let resource = resource(&text);
    assert!(resource.get(uri::WS1B_USER).unwrap().as_complex().is_some());
    assert!(matches!(resource.get("urn:EXAMPLE"), Some(Value::Opaque(raw)) if raw.get() == "{ }"));
    let name = resource.get("name").and_then(Value::as_complex).unwrap();
    assert!(name.get("urn:x:y").unwrap().as_complex().is_some());
    assert!(resource.get("plain").unwrap().as_complex().is_some());
}

#[test]
fn rfc7643_3_1_accessors() {
    let resource =
        resource(r#"{"SCHEMAS":["a",1,"b"],"ID":"1","externalid":"x","userName":"ana","displayName":7}"#);
    assert_eq!(resource.schemas().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(resource.id(), Some("1"));
    assert_eq!(resource.external_id(), Some("x"));
    assert_eq!(resource.user_name(), Some("ana"));
    assert_eq!(resource.display_name(), None);
    assert_eq!(Resource::new().schemas().count(), 0);
}

#[test]
fn members_are_forwarded() {
    let mut resource = Resource::new();
    resource.insert("userName", "ana");
    assert!(resource.contains("USERNAME"));
    *resource.get_mut("username").unwrap() = Value::from("bob");
    assert_eq!(resource.as_complex().len(), 1);
    assert_eq!(resource.remove("userName"), Some(Value::from("bob")));
    resource.as_complex_mut().insert("active", true);
    let complex: Complex = resource.clone().into_complex();
    assert_eq!(Resource::from(complex), resource);
}
