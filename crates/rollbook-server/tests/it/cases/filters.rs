//! Filter vectors over HTTP: a valid one is answered, an invalid one is 400 `invalidFilter` (RFC 7644 §3.4.2.2).

use std::fs;

use rollbook_testing::Process;
use serde_json::Value;

use super::cases_dir;
use crate::binary;

#[test]
fn filters_are_answered_or_refused_rfc7644_3_4_2_2() {
    let Some(cases) = cases_dir("the filter vectors") else { return };
    let vectors: Value =
        serde_json::from_slice(&fs::read(cases.join("filter-vectors.json")).unwrap()).unwrap();
    let list = |name: &str| -> Vec<String> {
        vectors[name].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let (valid, invalid) = (list("valid"), list("invalid"));
    assert_eq!((valid.len(), invalid.len()), (34, 38));
    let hub = Process::ephemeral(binary());
    let mut session = hub.client().session();
    let mut wrong = Vec::new();
    for filter in &valid {
        let answer = session.get(&format!("/Users?filter={}", encode(filter))).unwrap();
        if answer.status != 200 {
            wrong.push(format!("valid `{filter}`: {} {}", answer.status, answer.text()));
        }
    }
    for filter in &invalid {
        let answer = session.get(&format!("/Users?filter={}", encode(filter))).unwrap();
        if answer.status != 400 || answer.json()["scimType"] != "invalidFilter" {
            wrong.push(format!("invalid `{filter}`: {} {}", answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Percent-encodes everything but letters and digits.
fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    encoded.collect()
}
