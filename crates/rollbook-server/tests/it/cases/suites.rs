//! The public conformance suites: scim2-tester and Okta's specification test.

use std::process::Output;

use rollbook_testing::{Process, run_python, tool};
use serde_json::Value;

use super::cases_dir;
use crate::binary;

#[test]
fn scim2_tester_finds_no_error() {
    let Some(cases) = cases_dir("scim2-tester") else { return };
    let Some(python) = tool("python") else { return };
    let hub = Process::ephemeral(binary());
    let script = cases.join("run_scim2_tester.py").display().to_string();
    let output = run_python(&python, &[&script, hub.scim_url(), hub.token()]);
    let report = report(&output);
    let results = report["results"].as_array().unwrap();
    let bad: Vec<&Value> =
        results.iter().filter(|it| matches!(it["status"].as_str(), Some("ERROR" | "CRITICAL"))).collect();
    println!("scim2-tester: {}", report["counts"]);
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(output.status.code(), Some(0));
    assert!(report["counts"]["SUCCESS"].as_u64().unwrap() >= 120, "{}", report["counts"]);
}

#[test]
fn oktas_specification_test_passes() {
    let Some(cases) = cases_dir("Okta's specification test") else { return };
    let Some(python) = tool("python") else { return };
    let hub = Process::ephemeral(binary());
    let script = cases.join("run_runscope.py").display().to_string();
    let suite = cases.join("okta-spec.runscope.json").display().to_string();
    let output = run_python(&python, &[&script, &suite, hub.scim_url(), hub.token(), "--seed"]);
    let report = report(&output);
    println!("Okta: {} in {} steps; failures: {}", report["asserts"], report["steps"], report["failures"]);
    assert_eq!(output.status.code(), Some(0), "{}", report["failures"]);
    assert!(report["asserts"]["pass"].as_u64().unwrap() >= 50, "{}", report["asserts"]);
}

fn report(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"))
}
