//! Real clients' requests: `idp-clients.jsonl` by `run_cases.py`.

use std::fs;

use rollbook_testing::{Process, run_python, tool};
use serde_json::Value;

use super::{cases_dir, known};
use crate::binary;

#[test]
fn the_requests_of_real_clients_are_answered_as_they_need() {
    let Some(cases) = cases_dir("the cases of real clients") else { return };
    let Some(python) = tool("python") else { return };
    let hub = Process::ephemeral(binary());
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json").display().to_string();
    let script = cases.join("run_cases.py").display().to_string();
    let lines = cases.join("idp-clients.jsonl").display().to_string();
    let (url, token) = (hub.scim_url(), hub.token());
    let arguments = [&script, "--base-url", url, "--token", token, "--cases", &lines, "--json", &report]
        .map(AsRef::<str>::as_ref);
    let output = run_python(&python, &arguments);
    let told = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{told}{stderr}");

    let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let results = report["results"].as_array().unwrap();
    assert!(results.len() >= 125, "only {} cases were run", results.len());
    let failed: Vec<String> = results
        .iter()
        .filter(|result| !result["failures"].as_array().unwrap().is_empty())
        .map(|result| result["id"].as_str().unwrap().to_owned())
        .collect();
    println!("{told}");
    println!("real clients: {} of {} cases pass", results.len() - failed.len(), results.len());
    known::check("idp-clients.jsonl", &failed, include_str!("known-clients.txt"));
}
