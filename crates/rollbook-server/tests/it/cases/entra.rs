//! Entra's reference collection, run by newman.

use std::fs;
use std::process::Command;

use rollbook_testing::{Process, tool};
use serde_json::Value;

use super::{cases_dir, known};
use crate::binary;

#[test]
fn entras_reference_collection_passes_but_for_what_is_decided_otherwise() {
    let Some(cases) = cases_dir("Entra's reference collection") else { return };
    let Some(newman) = tool("newman") else { return };
    let hub = Process::ephemeral(binary());
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut command = Command::new(newman);
    command.arg("run").arg(cases.join("entra-reference.postman.json"));
    for (name, value) in [
        ("Protocol", "http".to_owned()),
        ("Server", "127.0.0.1".to_owned()),
        ("Port", format!(":{}", hub.address().port())),
        ("Api", "scim/v2/demo".to_owned()),
        ("token", hub.token().to_owned()),
    ] {
        command.arg("--env-var").arg(format!("{name}={value}"));
    }
    command.args(["--reporters", "json", "--reporter-json-export"]).arg(&report);
    let output = command.output().unwrap();
    let written = fs::read(&report)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let report: Value = serde_json::from_slice(&written).unwrap();

    let assertions = report["run"]["stats"]["assertions"]["total"].as_u64().unwrap();
    assert!(assertions >= 107, "only {assertions} assertions were made");
    assert_eq!(report["run"]["stats"]["requests"]["failed"], 0, "a request got no answer");
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let failed: Vec<String> = report["run"]["failures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let assertion =
                it["error"]["test"].as_str().unwrap_or_else(|| it["error"]["message"].as_str().unwrap());
            format!("{} / {} / {assertion}", name(&it["parent"]), name(&it["source"]))
        })
        .collect();
    let failures = u64::try_from(failed.len()).unwrap();
    println!("Entra: {} of {assertions} assertions pass; otherwise: {failed:#?}", assertions - failures);
    known::check("Entra's reference collection", &failed, include_str!("known-entra.txt"));
}
