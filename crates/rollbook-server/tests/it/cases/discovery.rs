//! The discovery answers against JSON Schema (RFC 7643 §5 to §7).

use std::fs;

use rollbook_testing::{Process, run_python, tool};

use super::cases_dir;
use crate::binary;

/// Checks a document (second argument) against a schema (first) and prints what is wrong with it, one line each.
const CHECK: &str = "
import json, sys
import jsonschema
schema, document = (json.load(open(path, encoding='utf-8')) for path in sys.argv[1:3])
checker = jsonschema.validators.validator_for(schema)
checker.check_schema(schema)
for error in checker(schema).iter_errors(document):
    print(error.json_path, error.message[:200])
";

#[test]
fn discovery_answers_fit_their_json_schema() {
    let Some(cases) = cases_dir("the discovery schemas") else { return };
    let Some(python) = tool("python") else { return };
    let hub = Process::ephemeral(binary());
    let mut session = hub.client().session();
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (path, schema) in [
        ("/ServiceProviderConfig", "ServiceProviderConfig"),
        ("/ResourceTypes", "ResourceTypes"),
        ("/ResourceTypes/User", "ResourceType"),
        ("/ResourceTypes/Group", "ResourceType"),
        ("/Schemas", "Schemas"),
        ("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "Schema"),
        ("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", "Schema"),
        ("/Schemas/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "Schema"),
        ("/Schemas/urn:ietf:params:scim:schemas:extension:ws1b:2.0:User", "Schema"),
        ("/Schemas/urn:ietf:params:scim:schemas:extension:ws1b:2.0:Group", "Schema"),
    ] {
        let answer = session.get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let document = folder.path().join("document.json");
        fs::write(&document, &answer.body).unwrap();
        let schema = cases.join("discovery-schemas").join(format!("{schema}.json"));
        let output = run_python(
            &python,
            &["-c", CHECK, &schema.display().to_string(), &document.display().to_string()],
        );
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let errors = String::from_utf8_lossy(&output.stdout);
        wrong.extend(errors.lines().map(|line| format!("{path}: {line}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
