//! Bad input: the right status, a SCIM error that names what is wrong, nothing changed, and the server goes on.

mod body;
mod heads;
mod table;

use rollbook_testing::{Answer, Client, Process, group, user};
use serde_json::{Value, json};

use crate::binary;

/// A hub with a user and a group, which must look the same after every case.
struct Fixture {
    hub: Process,
    client: Client,
    user: String,
    group: String,
    before: Vec<Vec<u8>>,
}

/// What a refusal must look like.
struct Wanted {
    status: u16,
    scim_type: Option<&'static str>,
    /// What the detail must name.
    names: &'static [&'static str],
}

/// A refusal of this status and `scimType`, whose detail holds these words.
const fn wanted(status: u16, scim_type: Option<&'static str>, names: &'static [&'static str]) -> Wanted {
    Wanted { status, scim_type, names }
}

impl Fixture {
    fn new() -> Self {
        let hub = Process::ephemeral(binary());
        let client = hub.client();
        let user = client.send("POST", "/Users", Some(&user("ann"))).id(201);
        let group = client.send("POST", "/Groups", Some(&group("Sales", &[&user]))).id(201);
        let mut fixture = Self { hub, client, user, group, before: Vec::new() };
        fixture.before = fixture.state();
        fixture
    }

    /// Checks a refusal, and that nothing changed.
    fn check(&self, case: &str, answer: &Answer, wanted: &Wanted) {
        if let Err(sentence) = self.judge(case, answer, wanted) {
            panic!("{sentence}");
        }
    }

    /// What is not as wanted, if anything.
    fn judge(&self, case: &str, answer: &Answer, wanted: &Wanted) -> Result<(), String> {
        let text = answer.text();
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let detail = body["detail"].as_str().unwrap_or_default();
        let problem = if answer.status != wanted.status {
            format!("status {}, not {}", answer.status, wanted.status)
        } else if answer.header("content-type") != Some("application/scim+json") {
            format!("content type {:?} (decision D17)", answer.header("content-type"))
        } else if body["schemas"] != json!(["urn:ietf:params:scim:api:messages:2.0:Error"]) {
            "not a SCIM error".to_owned()
        } else if body["status"].as_str() != Some(&*wanted.status.to_string()) {
            "its status is not that of the answer, as a string (decision D16)".to_owned()
        } else if body.get("scimType").and_then(Value::as_str) != wanted.scim_type {
            format!("scimType is not {:?}", wanted.scim_type)
        } else if detail.len() <= 10 {
            "its detail says nothing".to_owned()
        } else if let Some(name) = wanted.names.iter().find(|name| !detail.contains(**name)) {
            format!("its detail does not name `{name}`")
        } else if self.state() != self.before {
            "something changed".to_owned()
        } else {
            return Ok(());
        };
        Err(format!("{case}: {problem}: {text}"))
    }

    fn state(&self) -> Vec<Vec<u8>> {
        let mut session = self.client.session();
        ["/Users", "/Groups"].map(|path| session.get(path).unwrap().body).to_vec()
    }
}
