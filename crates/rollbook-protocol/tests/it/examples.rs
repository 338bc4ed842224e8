//! Every complete example message of RFC 7644 and RFC 9865, in `tests/fixtures/rfc7644`, named by section and line.

use std::collections::BTreeSet;
use std::path::Path;

use rollbook_protocol::discovery::resource_type_document;
use rollbook_protocol::{
    BulkLimits, BulkRequest, BulkResponse, ClientKind, Member, MemberEdit, PatchRequest, Patched, Quirks,
    ScimError, ScimType, SearchParams, apply, list_response, prepare_create, splice,
};
use rollbook_schema::{JsonLimits, Registry, Resource, Value};

use crate::bulk::{carry_out, read as read_bulk};
use crate::fixtures::{at, ty};
use crate::patch::value;

const RESOURCES: [&str; 9] = [
    "rfc7644-sec3.14-L3991.json",
    "rfc7644-sec3.14-L4011.json",
    "rfc7644-sec3.3-L639.json",
    "rfc7644-sec3.3-L689.json",
    "rfc7644-sec3.4.1-L760.json",
    "rfc7644-sec3.5.1-L1699.json",
    "rfc7644-sec3.5.1-L1751.json",
    "rfc7644-sec3.9-L3626.json",
    "rfc7644-sec3.7.2-L3097.json",
];
const SEARCHES: [&str; 2] = ["rfc7644-sec3.4.3-L1538.json", "rfc9865-sec3-L345.json"];
const LISTS: [&str; 3] =
    ["rfc7644-sec3.4.2-L862.json", "rfc7644-sec3.7.1-L2892.json", "rfc7644-sec4-L4154.json"];
const PATCHES: [&str; 9] = [
    "rfc7644-sec3.5.2.1-L2033.json",
    "rfc7644-sec3.5.2.2-L2201.json",
    "rfc7644-sec3.5.2.2-L2219.json",
    "rfc7644-sec3.5.2.2-L2229.json",
    "rfc7644-sec3.5.2.2-L2257.json",
    "rfc7644-sec3.5.2.2-L2314.json",
    "rfc7644-sec3.5.2.3-L2426.json",
    "rfc7644-sec3.5.2.3-L2483.json",
    "rfc7644-sec3.5.2.3-L2538.json",
];
const ERRORS: [&str; 4] = [
    "rfc7644-sec3.12-L3931.json",
    "rfc7644-sec3.6-L2673.json",
    "rfc7644-sec3.7.4-L3521.json",
    "rfc7644-sec7.5.2-L4453.json",
];
const BULK_REQUESTS: [&str; 3] =
    ["rfc7644-sec3.7.1-L2826.json", "rfc7644-sec3.7.2-L2989.json", "rfc7644-sec3.7.2-L3155.json"];
const BULK_RESPONSES: [&str; 2] = ["rfc7644-sec3.7.2-L3036.json", "rfc7644-sec3.7.3-L3340.json"];
/// What the PATCH examples are applied to.
const TARGETS: [&str; 2] = ["rfc7643-sec8.2-L1916.json", "rfc7643-sec8.4-L2364.json"];

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rfc7644").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a resource with the schemas of the RFC.
fn resource(text: &str) -> Resource {
    Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns the body of a resource as it is stored.
fn stored(name: &str, type_name: &str) -> Resource {
    let registry = Registry::standard();
    prepare_create(resource(&text(name)), ty(&registry, type_name), &Quirks::default()).unwrap().resource
}

#[test]
fn no_example_is_left_out() {
    let kinds: [&[&str]; 8] =
        [&RESOURCES, &SEARCHES, &LISTS, &PATCHES, &ERRORS, &BULK_REQUESTS, &BULK_RESPONSES, &TARGETS];
    let known: BTreeSet<String> = kinds.concat().into_iter().map(str::to_owned).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rfc7644");
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|name| name.ends_with(".json")).collect();
    assert_eq!(files, known);
}

#[test]
fn resources_are_stored_and_answered_as_they_came() {
    let registry = Registry::standard();
    for name in RESOURCES {
        let text = text(name);
        let original = resource(&text);
        assert_eq!(value(&String::from_utf8(original.to_vec()).unwrap()), value(&text), "{name}");
        let type_name = if original.schemas().any(|uri| uri.ends_with(":Group")) { "Group" } else { "User" };
        let draft =
            prepare_create(original.clone(), ty(&registry, type_name), &Quirks::of(ClientKind::Strict));
        let draft = draft.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(draft.warnings.is_empty(), "{name}: {:?}", draft.warnings);
        let members = draft.members.unwrap_or_default();
        let location = |id: &str| format!("https://example.com/v2/Users/{id}");
        let links: Vec<String> = members.iter().map(|member| location(&member.value)).collect();
        let views = members.iter().zip(&links).map(|(member, location)| rollbook_protocol::MemberView {
            value: &member.value,
            resource_type: member.member_type.as_deref(),
            display: None,
            location: Some(location),
        });
        let views: Vec<_> = views.collect();
        let id = original.id().unwrap_or("new");
        let meta = rollbook_protocol::Meta {
            resource_type: type_name,
            id,
            created: at("2011-08-01T21:32:44.882Z"),
            modified: at("2011-08-01T21:32:44.882Z"),
            location: &location(id),
            version: 1,
        };
        let members = (type_name == "Group").then_some(views.as_slice());
        let mut answer =
            resource(&String::from_utf8(splice(&draft.resource.to_vec(), &meta, members, None)).unwrap());
        let mut expected = original;
        for generated in ["id", "meta"] {
            answer.remove(generated);
            expected.remove(generated);
        }
        // An empty array is no value (RFC 7643 §2.5).
        if expected.get("roles").is_some_and(Value::is_unassigned) {
            expected.remove("roles");
        }
        assert_eq!(answer, expected, "{name}");
    }
}

#[test]
fn searches_are_read_whole() {
    let first = SearchParams::from_search(&value(&text(SEARCHES[0]))).unwrap();
    let expected = SearchParams {
        attributes: Some("displayName,userName".to_owned()),
        filter: Some("displayName sw \"smith\"".to_owned()),
        count: Some(10),
        ..SearchParams::default()
    };
    assert_eq!(first, expected);
    let second = SearchParams::from_search(&value(&text(SEARCHES[1]))).unwrap();
    assert_eq!(second, SearchParams { cursor: Some(String::new()), ..expected });
}

#[test]
fn lists_are_written_as_they_stand() {
    for name in LISTS {
        let example = value(&text(name));
        let example = example.as_complex().unwrap();
        let resources = example.get("Resources").unwrap().as_array().unwrap();
        let texts: Vec<Vec<u8>> =
            resources.iter().map(|resource| resource.to_json_string().into_bytes()).collect();
        let answer = value(&String::from_utf8(list_response(2, 1, &texts)).unwrap());
        let answer = answer.as_complex().unwrap();
        for member in ["schemas", "totalResults", "Resources"] {
            assert_eq!(answer.get(member), example.get(member), "{name}: {member}");
        }
        // The example of §4 says 10 for two resources; it is the number of resources that are there (§3.4.2).
        assert_eq!(answer.get("itemsPerPage").unwrap().as_number().unwrap().as_i64(), Some(2));
    }
}

#[test]
fn resource_types_are_read_and_written() {
    let example = value(&text("rfc7644-sec4-L4154.json"));
    for document in example.as_complex().unwrap().get("Resources").unwrap().as_array().unwrap() {
        let schemas = Registry::standard();
        let builder =
            schemas.schemas().cloned().fold(Registry::builder(), |builder, schema| builder.schema(schema));
        let registry = builder.resource_type_json(&document.to_json_string()).build().unwrap();
        let resource_type = registry.resource_types().next().unwrap();
        let written = resource_type_document(resource_type, "https://example.com/v2");
        assert_eq!(value(&String::from_utf8(written).unwrap()), *document);
    }
}

fn patched(type_name: &str, before: &str, operations: &Value) -> (Resource, Patched) {
    let registry = Registry::standard();
    let quirks = Quirks::of(ClientKind::Strict);
    let mut body = stored(before, type_name);
    let request = PatchRequest::parse(operations, &quirks).unwrap_or_else(|error| panic!("{error}"));
    let patched = apply(&mut body, &request, ty(&registry, type_name), &quirks);
    (body, patched.unwrap_or_else(|error| panic!("{}: {error}", operations.to_json_string())))
}

/// Shows an edit with the ids cut at eight characters.
fn show(edit: &MemberEdit) -> String {
    let ids = |members: &[Member]| {
        members.iter().map(|member| member.value[..8].to_owned()).collect::<Vec<_>>().join(" ")
    };
    match edit {
        MemberEdit::Add(members) => format!("add {}", ids(members)),
        MemberEdit::ReplaceAll(members) => format!("replace all by {}", ids(members)),
        MemberEdit::Remove(values) => {
            format!("remove {}", values.iter().map(|id| &id[..8]).collect::<Vec<_>>().join(" "))
        }
        MemberEdit::RemoveAll => "remove all".to_owned(),
        MemberEdit::RemoveMatching(filter) => format!("remove {filter}"),
    }
}

#[test]
fn rfc7644_3_5_2_patches_of_groups_are_edits() {
    let cases: [(&str, &[&str]); 6] = [
        (PATCHES[0], &["add 2819c223"]),
        (PATCHES[1], &["remove 2819c223"]),
        (PATCHES[2], &["remove all"]),
        (PATCHES[4], &["remove 2819c223", "add 08e1d05d"]),
        (PATCHES[5], &["remove all", "add 2819c223 08e1d05d"]),
        (PATCHES[6], &["replace all by 2819c223 08e1d05d"]),
    ];
    for (name, edits) in cases {
        let example = text(name);
        let (_, patched) = patched("Group", TARGETS[1], &value(&example));
        assert!(!patched.changed, "{name}");
        assert_eq!(patched.attributes, ["members"], "{name}");
        assert_eq!(patched.members.iter().map(show).collect::<Vec<_>>(), edits, "{name}");
    }
}

#[test]
fn rfc7644_3_5_2_patches_of_the_user() {
    let before = stored(TARGETS[0], "User");
    // (example, attribute that differs, its value)
    let (after, done) = patched("User", TARGETS[0], &value(&text(PATCHES[3])));
    assert_eq!(done.attributes, ["emails"]);
    assert_eq!(
        after.get("emails").unwrap().to_json_string(),
        r#"[{"value":"babs@jensen.org","type":"home"}]"#
    );

    let (after, done) = patched("User", TARGETS[0], &value(&text(PATCHES[7])));
    assert_eq!(done.attributes, ["addresses"]);
    let address =
        |body: &Resource, place: usize| body.get("addresses").unwrap().as_array().unwrap()[place].clone();
    assert_eq!(address(&after, 1), address(&before, 1));
    let request = value(&text(PATCHES[7]));
    let operation = &request.as_complex().unwrap().get("Operations").unwrap().as_array().unwrap()[0];
    assert_eq!(Some(&address(&after, 0)), operation.as_complex().unwrap().get("value"));

    let (after, done) = patched("User", TARGETS[0], &value(&text(PATCHES[8])));
    assert_eq!(done.attributes, ["addresses"]);
    let mut expected = address(&before, 0);
    expected.as_complex_mut().unwrap().insert("streetAddress", "1010 Broadway Ave");
    assert_eq!(address(&after, 0), expected);
    assert_eq!(address(&after, 1), address(&before, 1));
}

/// Makes a PATCH body of operations.
fn body(operations: &str) -> Value {
    value(&format!(
        r#"{{"schemas": {}, "Operations": {operations}}}"#,
        text("fragments/rfc7644-sec3.5.2-L1819.json")
    ))
}

#[test]
fn rfc7644_3_5_2_examples_that_the_rfc_abbreviates() {
    let operation = text("fragments/rfc7644-sec3.5.2-L1821.json");
    let (_, done) = patched("Group", TARGETS[1], &body(&format!("[{operation}]")));
    assert_eq!(done.members.iter().map(show).collect::<Vec<_>>(), ["add 2819c223"]);

    // §3.5.2.1: the email is there already, so that only the name is new.
    let home = text("fragments/rfc7644-sec3.5.2.1-L2107.json");
    let add = format!(r#"[{{"op": "add", "value": {{"emails": [{home}], "nickname": "Barb"}}}}]"#);
    let (after, done) = patched("User", TARGETS[0], &body(&add));
    assert_eq!(done.attributes, ["nickName"]);
    assert_eq!(after.get("nickName").and_then(Value::as_str), Some("Barb"));

    let work = text("fragments/rfc7644-sec3.5.2.3-L2601.json");
    let replace = format!(r#"[{{"op": "replace", "value": {{"emails": [{work}], "nickname": "Babs"}}}}]"#);
    let (after, done) = patched("User", TARGETS[0], &body(&replace));
    assert_eq!(done.attributes, ["emails"]);
    assert_eq!(after.get("emails").unwrap().as_array().unwrap(), [value(&work)]);
    assert_eq!(text("fragments/rfc7644-sec3.5.2.3-L2606.json"), home);
}

#[test]
fn rfc7644_3_12_errors_are_read_and_written() {
    for name in ERRORS {
        let example = value(&text(name));
        let error = ScimError::parse(&example).unwrap_or_else(|| panic!("{name} is no error"));
        assert_eq!(value(&String::from_utf8(error.to_json()).unwrap()), example, "{name}");
    }
    let sensitive = ScimError::parse(&value(&text(ERRORS[3]))).unwrap();
    assert_eq!((sensitive.status, sensitive.scim_type), (404, Some(ScimType::Sensitive)));
    for wrong in ["[]", "{}", r#"{"status": "?"}"#, r#"{"status": true}"#, r#"{"status": 70000}"#] {
        assert_eq!(ScimError::parse(&value(wrong)), None, "{wrong}");
    }
}

#[test]
fn rfc7644_3_7_bulk_requests_are_carried_out() {
    let registry = Registry::standard();
    let quirks = Quirks::of(ClientKind::Strict);
    let mut done = Vec::new();
    for name in BULK_REQUESTS {
        let example = text(name);
        let request =
            BulkRequest::from_slice(example.as_bytes(), &BulkLimits::default(), &registry, &quirks).unwrap();
        assert_eq!(value(&String::from_utf8(request.to_json()).unwrap()), value(&example), "{name}");
        let (calls, response) = carry_out(request, |_| false);
        assert!(response.operations.iter().all(|result| result.status == 201), "{name}");
        done.push(calls.iter().map(|call| call[..12].trim_end().to_owned()).collect::<Vec<_>>());
        assert!(calls.iter().all(|call| !call.contains("bulkId")), "{calls:?}");
    }
    assert_eq!(
        done,
        [
            vec!["0 POST /Grou", "1 POST /Grou", "0 PATCH /Gro"],
            vec!["0 POST /User", "1 POST /Grou"],
            vec!["0 POST /User", "1 POST /User"],
        ]
    );
}

#[test]
fn errata_5050_the_bulk_request_of_section_3_7_3() {
    let part = |line: &str| text(&format!("fragments/rfc7644-sec3.7.3-L{line}.json"));
    // The example has the array of operations as `data`.
    let patch = format!(
        r#"{{"method": "PATCH", "path": "/Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc", "version": "W/\"edac3253e2c0ef2\"", "data": [{}, {}]}}"#,
        part("3316"),
        part("3320")
    );
    let operations = format!("[{}, {}, {patch}, {}]", part("3274"), part("3283"), part("3327"));
    let mut request = read_bulk(&operations, ClientKind::Generic).unwrap();
    request.fail_on_errors = Some(1);
    let (calls, response) = carry_out(request, |_| false);
    assert_eq!(calls.len(), 4);
    assert!(
        calls[2].starts_with("2 PATCH /Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc if W/\"edac3253e2c0ef2\"")
    );
    assert_eq!(response.operations.len(), 4);
}

#[test]
fn rfc7644_3_7_3_bulk_responses_are_read_and_written() {
    let part = |line: &str| text(&format!("fragments/rfc7644-sec3.7.3-L{line}.json"));
    let failed = format!(
        r#"{{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": [{}, {}, {}]}}"#,
        part("3446"),
        part("3458"),
        part("3479")
    );
    let examples = BULK_RESPONSES.map(text).into_iter().chain([failed]);
    for example in examples {
        let response = BulkResponse::parse(&value(&example)).unwrap();
        let written = value(&String::from_utf8(response.to_json()).unwrap());
        // §3.7.2 has the form of an old draft: `"status": {"code": "201"}`.
        let mut expected = value(&example);
        let operations = expected.as_complex_mut().unwrap().get_mut("Operations").unwrap();
        for operation in operations.as_array_mut().unwrap() {
            let status = operation.as_complex_mut().unwrap().get_mut("status").unwrap();
            if let Value::Complex(object) = status {
                *status = object.remove("code").unwrap();
            }
        }
        assert_eq!(written, expected);
    }
}
