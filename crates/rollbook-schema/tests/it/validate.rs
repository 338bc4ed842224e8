//! RFC 7643 §2: what a resource must look like.

use rollbook_schema::{Context, Registry, suggestions, validate, validate_change};

use super::resource;

/// Validates a body against a resource type and compares the sentences.
fn check_in(registry: &Registry, kind: &str, context: Context, body: &str, expected: &[&str]) {
    let kind = registry.resource_type(kind).unwrap();
    let found: Vec<String> = match validate(&resource(body), kind, registry, context) {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(found, expected, "{body}");
}

fn check(members: &str, expected: &[&str]) {
    let body = format!(r#"{{"userName":"ana"{members}}}"#);
    check_in(&Registry::standard(), "User", Context::Create, &body, expected);
}

#[test]
fn rfc7643_2_3_types() {
    check(r#","active":true,"title":"","profileUrl":"x","name":{}"#, &[]);
    check(r#","active":"True""#, &["`active` must be a boolean; send true or false without quotes"]);
    check(r#","title":7"#, &["`title` must be a string; send text in quotes"]);
    check(r#","profileUrl":{}"#, &["`profileUrl` must be a reference; send a URI in quotes"]);
    check(r#","name":"Ana""#, &["`name` must be a complex; send an object of its sub-attributes"]);
    check(r#","name":{"givenName":1}"#, &["`name.givenName` must be a string; send text in quotes"]);
    check(r#","externalId":1"#, &["`externalId` must be a string; send text in quotes"]);
}

#[test]
fn rfc7643_2_3_types_of_a_schema_of_ones_own() {
    let registry = Registry::builder()
        .schema_json(
            r#"{"id":"urn:x:D","attributes":[{"name":"d","type":"decimal"},{"name":"i","type":"integer"},
                {"name":"t","type":"dateTime"},{"name":"b","type":"binary"},{"name":"s","multiValued":true}]}"#,
        )
        .resource_type_json(r#"{"name":"D","endpoint":"/Ds","schema":"urn:x:D"}"#)
        .build()
        .unwrap();
    let check = |body: &str, expected: &[&str]| check_in(&registry, "D", Context::Replace, body, expected);
    for body in [
        r#"{"d":1,"i":1,"t":"2011-05-13T04:42:34Z","b":"AAAA","s":["a"]}"#,
        r#"{"d":1.5e3,"i":-12345678901234567890123,"t":"2011-05-13T24:00:00","b":"AA==","s":[]}"#,
        r#"{"d":1,"b":"-_8"}"#,
        r#"{"b":"AA\r\nAA"}"#,
        r#"{"b":""}"#,
        r#"{"d":null,"i":null,"t":null,"b":null,"s":null}"#,
    ] {
        check(body, &[]);
    }
    for body in [r#"{"i":1.0}"#, r#"{"i":1e2}"#, r#"{"i":"1"}"#] {
        check(body, &["`i` must be an integer; send a whole number without quotes, fraction and exponent"]);
    }
    check(r#"{"d":"1"}"#, &["`d` must be a decimal; send a number without quotes"]);
    for body in [r#"{"t":"2011-05-13"}"#, r#"{"t":1}"#] {
        check(body, &["`t` must be a dateTime; send it as \"2011-05-13T04:42:34Z\""]);
    }
    for text in ["A", "AAAAA", "AA=", "A===", "AAAA====", "A=A=", "+_AA", "é", "AA!A", "="] {
        check(&format!(r#"{{"b":"{text}"}}"#), &["`b` must be a binary; send base64 in quotes"]);
    }
    check(
        r#"{"s":["a",1,null]}"#,
        &["`s[1]` must be a string; send text in quotes", "`s[2]` must be a string; send text in quotes"],
    );
}

#[test]
fn rfc7643_2_4_arrays() {
    check(r#","emails":{"value":"x"}"#, &["`emails` must be an array; put its value in [ ]"]);
    check(r#","title":["x"]"#, &["`title` must be a single value; send it without [ ]"]);
    check(r#","name":[{"givenName":"x"}]"#, &["`name` must be a single value; send it without [ ]"]);
    check(r#","emails":["x"]"#, &["`emails[0]` must be a complex; send an object of its sub-attributes"]);
    check(
        r#","emails":[{"value":"x"},{"value":1}]"#,
        &["`emails[1].value` must be a string; send text in quotes"],
    );
}

#[test]
fn rfc7643_2_4_one_primary() {
    check(r#","emails":[{"primary":true},{"primary":false},{}]"#, &[]);
    check(
        r#","emails":[{"primary":true},{"Primary":true}]"#,
        &["`emails` has more than one primary element; set primary to true on one of them"],
    );
}

#[test]
fn rfc7643_2_2_required() {
    let registry = Registry::standard();
    for context in [Context::Create, Context::Replace, Context::Patched] {
        for body in ["{}", r#"{"userName":null}"#, r#"{"userName":""}"#, r#"{"userName":[]}"#] {
            let expected = ["`userName` is required; send a value that is not empty"];
            check_in(&registry, "User", context, body, &expected);
        }
        check_in(
            &registry,
            "Group",
            context,
            "{}",
            &["`displayName` is required; send a value that is not empty"],
        );
        check_in(&registry, "User", context, r#"{"USERNAME":" "}"#, &[]);
    }
}

#[test]
fn rfc7643_2_2_required_sub_attributes_and_extensions() {
    let registry = Registry::builder()
        .schema_json(
            r#"{"id":"urn:x:D","attributes":[{"name":"l","type":"complex","multiValued":true,
                "subAttributes":[{"name":"value","required":true},{"name":"o"}]}]}"#,
        )
        .schema_json(r#"{"id":"urn:x:E","attributes":[{"name":"e","required":true},{"name":"f"}]}"#)
        .schema_json(r#"{"id":"urn:x:F","attributes":[{"name":"e","required":true},{"name":"f"}]}"#)
        .resource_type_json(
            r#"{"name":"D","endpoint":"/Ds","schema":"urn:x:D","schemaExtensions":
                [{"schema":"urn:x:E","required":true},{"schema":"urn:x:F","required":false}]}"#,
        )
        .build()
        .unwrap();
    let check = |body: &str, expected: &[&str]| {
        let resource =
            rollbook_schema::Resource::from_slice(body.as_bytes(), &Default::default(), &registry).unwrap();
        let kind = registry.resource_type("D").unwrap();
        let found: Vec<String> = match validate(&resource, kind, &registry, Context::Create) {
            Ok(()) => Vec::new(),
            Err(violations) => violations.into_iter().map(|violation| violation.path).collect(),
        };
        assert_eq!(found, expected, "{body}");
    };
    check(r#"{"urn:x:E":{"e":"1"}}"#, &[]);
    check(r#"{"URN:X:e":{"E":"1"},"l":[]}"#, &[]);
    check(r#"{"urn:x:E":{"e":"1"},"l":[{"value":"1"},{"o":"x"}]}"#, &["l[1].value"]);
    check("{}", &["urn:x:E"]);
    for body in [r#"{"urn:x:E":null}"#, r#"{"urn:x:E":{}}"#, r#"{"urn:x:E":{"e":null}}"#, r#"{"urn:x:E":[]}"#]
    {
        check(body, &["urn:x:E"]);
    }
    check(r#"{"urn:x:E":{"f":"1"}}"#, &["urn:x:E:e"]);
    check(r#"{"urn:x:E":{"e":"1"},"urn:x:F":{"f":"1"}}"#, &["urn:x:F:e"]);
    check(r#"{"urn:x:E":{"e":"1"},"urn:x:F":{"f":null}}"#, &[]);
    check(r#"{"urn:x:E":"x"}"#, &["urn:x:E"]);
}

#[test]
fn rfc7643_7_write_only_values_are_not_read_back() {
    let registry = Registry::builder()
        .schema_json(
            r#"{"id":"urn:x:D","attributes":[{"name":"pin","required":true,"mutability":"writeOnly"},
                {"name":"serial","required":true,"mutability":"readOnly"}]}"#,
        )
        .resource_type_json(r#"{"name":"D","endpoint":"/Ds","schema":"urn:x:D"}"#)
        .build()
        .unwrap();
    let missing = ["`pin` is required; send a value that is not empty"];
    check_in(&registry, "D", Context::Create, "{}", &missing);
    check_in(&registry, "D", Context::Replace, "{}", &missing);
    check_in(&registry, "D", Context::Patched, "{}", &[]);
    let wrong = ["`pin` must be a string; send text in quotes"];
    check_in(&registry, "D", Context::Patched, r#"{"pin":1}"#, &wrong);
}

#[test]
fn rfc7644_3_3_read_only_values_are_not_looked_at() {
    check(r#","id":7,"meta":"x","groups":{"a":1}"#, &[]);
}

#[test]
fn unknown_attributes_are_no_violation() {
    check(r#","shoeSize":11,"name":{"nick":1},"urn:unknown:x":{"a":1}"#, &[]);
}

#[test]
fn everything_is_reported() {
    check(
        concat!(
            r#","active":1,"emails":[{"value":1}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":"#,
            r#"{"department":1,"manager":{"value":2}},"urn:ietf:params:scim:schemas:extension:ws1b:2.0:User":7"#
        ),
        &[
            "`active` must be a boolean; send true or false without quotes",
            "`emails[0].value` must be a string; send text in quotes",
            "`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department` must be a string; send text in quotes",
            "`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value` must be a string; send text in quotes",
            "`urn:ietf:params:scim:schemas:extension:ws1b:2.0:User` must be a complex; send an object of its sub-attributes",
        ],
    );
}

#[test]
fn a_hostile_body_gets_a_short_answer() {
    let registry = Registry::standard();
    let body = format!(r#"{{"userName":"ana","emails":[{}1]}}"#, "1,".repeat(100_000));
    let user = registry.resource_type("User").unwrap();
    let violations = validate(&resource(&body), user, &registry, Context::Create).unwrap_err();
    assert_eq!(violations.len(), 1000);
    assert!(violations.to_string().ends_with(". And 990 more"));
    assert!(violations.to_string().len() < 2000);
}

#[test]
fn rfc7643_7_a_response_shows_what_it_must_and_no_more() {
    let registry = Registry::standard();
    let check =
        |body: &str, expected: &[&str]| check_in(&registry, "User", Context::Response, body, expected);
    let whole = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ana""#;
    check(&format!(r#"{whole},"meta":{{"created":"2011-05-13T04:42:34Z"}}}}"#), &[]);
    check(
        r#"{"userName":"ana"}"#,
        &[
            "`schemas` is required; send a value that is not empty",
            "`id` is required; send a value that is not empty",
        ],
    );
    check(
        &format!(r#"{whole},"meta":{{"created":"yesterday"}},"password":null,"groups":[{{"value":1}}]}}"#),
        &[
            "`meta.created` must be a dateTime; send it as \"2011-05-13T04:42:34Z\"",
            "`password` is never returned, yet the response has it; leave it out",
            "`groups[0].value` must be a string; send text in quotes",
        ],
    );
    // A request may exclude what is required, so that its absence says nothing.
    check(r#"{"schemas":["x"],"id":"1"}"#, &[]);
    // The same words in a request are the client's affair.
    check_in(&registry, "User", Context::Create, r#"{"userName":"ana","meta":{"created":1}}"#, &[]);
}

/// A registry with immutable attributes in the core schema, in a complex attribute and in an extension.
fn devices() -> Registry {
    Registry::builder()
        .schema_json(
            r#"{"id":"urn:x:D","attributes":[{"name":"serial","mutability":"immutable"},
                {"name":"exact","caseExact":true,"mutability":"immutable"},{"name":"free"},
                {"name":"owner","type":"complex","subAttributes":[{"name":"value","mutability":"immutable"},
                {"name":"note"}]},{"name":"parts","type":"complex","multiValued":true,
                "subAttributes":[{"name":"value","mutability":"immutable"}]}]}"#,
        )
        .schema_json(r#"{"id":"urn:x:E","attributes":[{"name":"lot","mutability":"immutable"}]}"#)
        .resource_type_json(
            r#"{"name":"D","endpoint":"/Ds","schema":"urn:x:D","schemaExtensions":[{"schema":"urn:x:E"}]}"#,
        )
        .build()
        .unwrap()
}

#[test]
fn rfc7643_7_what_is_immutable_stays() {
    let registry = devices();
    let check = |before: &str, after: &str, expected: &[&str]| {
        let device = registry.resource_type("D").unwrap();
        let read = |text: &str| {
            rollbook_schema::Resource::from_slice(text.as_bytes(), &Default::default(), &registry).unwrap()
        };
        let found: Vec<String> = match validate_change(&read(before), &read(after), device, &registry) {
            Ok(()) => Vec::new(),
            Err(violations) => violations.iter().map(|violation| violation.path.clone()).collect(),
        };
        assert_eq!(found, expected, "{before} {after}");
    };
    check(r#"{"serial":"a","free":"x"}"#, r#"{"SERIAL":"A","free":"y"}"#, &[]);
    check(r#"{"exact":"a"}"#, r#"{"exact":"A"}"#, &["exact"]);
    check(r#"{"serial":"a"}"#, r#"{}"#, &["serial"]);
    check(r#"{"serial":"a"}"#, r#"{"serial":null}"#, &["serial"]);
    check(r#"{"serial":null}"#, r#"{"serial":"a"}"#, &[]);
    check(r#"{}"#, r#"{"serial":"a"}"#, &[]);
    check(r#"{"owner":{"value":"1","note":"x"}}"#, r#"{"owner":{"value":"1"}}"#, &[]);
    check(r#"{"owner":{"value":"1"}}"#, r#"{"owner":{"value":"2"}}"#, &["owner.value"]);
    check(r#"{"owner":{"value":"1"}}"#, r#"{}"#, &["owner.value"]);
    check(r#"{"parts":[{"value":"1"}]}"#, r#"{"parts":[{"value":"2"}]}"#, &[]);
    check(r#"{"urn:x:E":{"lot":"1"}}"#, r#"{"urn:x:E":{"lot":"2"}}"#, &["urn:x:E:lot"]);
    check(r#"{"serial":"a","urn:x:E":{"lot":"1"}}"#, r#"{}"#, &["serial", "urn:x:E:lot"]);
}

#[test]
fn rfc7643_7_canonical_values_are_suggestions() {
    let registry = Registry::standard();
    let user = registry.resource_type("User").unwrap();
    let body = resource(
        r#"{"userName":"ana","emails":[{"type":"WORK"},{"type":"office"}],"ims":[{"type":"matrix"}],"title":"x"}"#,
    );
    validate(&body, user, &registry, Context::Create).unwrap();
    let found = suggestions(&body, user, &registry);
    let found: Vec<_> = found.iter().map(|found| (found.path.as_str(), found.value)).collect();
    assert_eq!(found, [("emails[1].type", "office"), ("ims[0].type", "matrix")]);
}
