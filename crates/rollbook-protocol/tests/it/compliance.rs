//! The language-neutral cases of `compliance/`, which other implementations can run too.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;

use rollbook_filter::Limits;
use rollbook_protocol::{
    ClientKind, MemberEdit, PatchRequest, Predicate, Projection, Quirks, ScimError, apply, prepare_create,
    prepare_replace,
};
use rollbook_schema::{JsonLimits, Registry, Resource, Schema, Value, parse_value};
use serde_json::Value as Json;

use crate::fixtures::ty;

/// A file of cases.
struct File {
    json: Json,
    registry: Arc<Registry>,
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compliance").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl File {
    fn open(name: &str) -> Self {
        let schema: Schema = serde_json::from_str(&read("schema.json")).unwrap();
        let registry = Registry::builder().standard().extension("User", schema).build().unwrap();
        Self { json: serde_json::from_str(&read(name)).unwrap(), registry: Arc::new(registry) }
    }

    /// Runs every case, collects those that fail, and checks that there are at least `least`.
    fn run(&self, least: usize, run: impl Fn(&Json) -> Result<Value, ScimError>) {
        let cases = self.json["cases"].as_array().unwrap();
        assert!(cases.len() >= least, "{} cases", cases.len());
        let names: BTreeSet<&str> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), cases.len(), "a name comes twice");
        let mut failures = Vec::new();
        for case in cases {
            assert!(!case["rfc"].as_str().unwrap().is_empty());
            let expected = match (case.get("expect"), case.get("error")) {
                (Some(expect), None) => Ok(value(expect)),
                (None, Some(error)) => Err(error.as_str().unwrap().to_owned()),
                _ => panic!("{case} needs one of `expect` and `error`"),
            };
            let found = run(case);
            let kind = |error: &ScimError| error.scim_type.map(|kind| kind.to_string()).unwrap_or_default();
            let agrees = match (&expected, &found) {
                (Ok(expected), Ok(found)) => expected == found,
                (Err(expected), Err(found)) => found.status == 400 && *expected == kind(found),
                _ => false,
            };
            if !agrees {
                failures.push(format!("{}: {found:?}, not {expected:?}", case["name"]));
            } else if let (Some(names), Err(error)) = (case.get("names"), &found) {
                for name in names.as_array().unwrap() {
                    let quoted = format!("`{}`", name.as_str().unwrap());
                    if !error.detail.contains(&quoted) {
                        failures.push(format!("{}: `{error}` does not name {quoted}", case["name"]));
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
    }

    fn resource(&self, json: &Json) -> Resource {
        Resource::from_slice(text(json).as_bytes(), &JsonLimits::default(), &self.registry).unwrap()
    }
}

fn text(json: &Json) -> String {
    serde_json::to_string(json).unwrap()
}

fn value(json: &Json) -> Value {
    parse_value(text(json).as_bytes(), &JsonLimits::default()).unwrap()
}

fn quirks(case: &Json) -> Quirks {
    let kind = case
        .get("client")
        .map_or(ClientKind::Generic, |kind| ClientKind::from_str(kind.as_str().unwrap()).unwrap());
    Quirks::of(kind)
}

/// Returns a body without what the cases leave out.
fn bare(mut body: Resource) -> Value {
    body.remove("schemas");
    body.into()
}

#[test]
fn evaluate() {
    let file = File::open("evaluate.json");
    file.run(110, |case| {
        let resource = file.resource(&file.json["resources"][case["resource"].as_str().unwrap()]);
        let type_name = if resource.contains("userName") { "User" } else { "Group" };
        let filter = case["filter"].as_str().unwrap();
        let registry = Arc::clone(&file.registry);
        let predicate = Predicate::parse(filter, &Limits::default(), registry, type_name, &quirks(case))?;
        Ok(Value::Boolean(predicate.matches(&resource)))
    });
}

#[test]
fn patch() {
    let file = File::open("patch.json");
    file.run(90, |case| {
        let quirks = quirks(case);
        let ty = ty(&file.registry, case["type"].as_str().unwrap());
        let mut body = prepare_create(file.resource(&case["before"]), ty, &Quirks::default())?.resource;
        let before = body.clone();
        let operations = value(&case["operations"]);
        let schemas =
            parse_value(br#"["urn:ietf:params:scim:api:messages:2.0:PatchOp"]"#, &JsonLimits::default());
        let request = [("schemas", schemas.unwrap()), ("Operations", operations)];
        let request = PatchRequest::parse(&Value::Complex(request.into_iter().collect()), &quirks)?;
        let patched = apply(&mut body, &request, ty, &quirks).inspect_err(|_| assert_eq!(body, before))?;
        assert_eq!(patched.changed, body != before, "{case}");
        let edits: Vec<Json> = patched.members.iter().map(edit).collect();
        let wanted = case.get("members").map(|edits| edits.as_array().unwrap().clone()).unwrap_or_default();
        assert_eq!(edits, wanted, "{case}");
        Ok(bare(body))
    });
}

fn edit(edit: &MemberEdit) -> Json {
    let ids = |members: &[rollbook_protocol::Member]| {
        members.iter().map(|member| member.value.clone()).collect::<Vec<_>>()
    };
    match edit {
        MemberEdit::Add(members) => serde_json::json!({"add": ids(members)}),
        MemberEdit::Remove(values) => serde_json::json!({"remove": values}),
        MemberEdit::RemoveAll => serde_json::json!({"removeAll": true}),
        MemberEdit::ReplaceAll(members) => serde_json::json!({"replaceAll": ids(members)}),
        MemberEdit::RemoveMatching(filter) => serde_json::json!({"removeMatching": filter.to_string()}),
    }
}

#[test]
fn projection() {
    let file = File::open("projection.json");
    file.run(40, |case| {
        let ty = ty(&file.registry, "User");
        let parameter = |name: &str| case.get(name).map(|text| text.as_str().unwrap());
        let projection = Projection::parse(parameter("attributes"), parameter("excludedAttributes"), ty)?;
        let mut resource = file.resource(&file.json["resource"]);
        projection.apply(&mut resource, ty);
        Ok(resource.into())
    });
}

#[test]
fn validation() {
    let file = File::open("validation.json");
    file.run(60, |case| {
        let quirks = quirks(case);
        let ty = ty(&file.registry, case["type"].as_str().unwrap());
        let body = file.resource(&case["body"]);
        let draft = match case.get("existing") {
            None => prepare_create(body, ty, &quirks)?,
            Some(existing) => {
                let existing = prepare_create(file.resource(existing), ty, &Quirks::default())?.resource;
                prepare_replace(body, &existing, ty, &quirks)?
            }
        };
        let members =
            draft.members.map(|members| members.into_iter().map(|member| member.value).collect::<Vec<_>>());
        let wanted =
            case.get("members").map(|ids| serde_json::from_value::<Vec<String>>(ids.clone()).unwrap());
        assert_eq!(members, wanted, "{case}");
        Ok(bare(draft.resource))
    });
}
