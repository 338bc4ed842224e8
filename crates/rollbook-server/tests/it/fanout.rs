//! From the hub into other servers: python-scim's `scim2-server` and a second hub.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rollbook_testing::{
    Client, ENTERPRISE, Holdings, Process, group, holdings, member_edit, patch, tool, user, wait_until,
};
use serde_json::json;

use crate::binary;

/// How long a service may take to hold what the hub holds.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_second_hub_holds_what_the_hub_holds() {
    let service = Process::ephemeral(binary());
    fan_out_into(&service.client(), service.scim_url(), service.token());
}

#[test]
fn scim2_server_holds_what_the_hub_holds() {
    let Some(program) = tool("scim2-server") else { return };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let token = "a-token-of-scim2-server";
    let child = Command::new(program)
        .args(["--bearer-token", token, "--port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _service = Service(child);
    let url = format!("http://127.0.0.1:{port}");
    let client = Client::new(&url, token);
    let up = wait_until(PATIENCE, || client.session().get("/ServiceProviderConfig").ok());
    assert!(up.is_some_and(|answer| answer.status == 200), "scim2-server does not answer");
    fan_out_into(&client, &url, token);
}

/// Joiners, movers, leavers and groups in a hub; after each chapter the service must hold the same.
fn fan_out_into(service: &Client, url: &str, token: &str) {
    let hub = Process::ephemeral(binary());
    let client = hub.client();
    // Some are there before the target is added: it begins with a walk of the directory.
    let ids: Vec<String> = ["ann", "ben", "cleo", "dan"]
        .iter()
        .map(|name| client.send("POST", "/Users", Some(&user(name))).id(201))
        .collect();
    let [ann, ben, cleo, dan] = ids.as_slice() else { panic!("four users") };
    let sales = client.send("POST", "/Groups", Some(&group("Sales", &[ann, ben]))).id(201);
    hub.cli().add_target("demo", "service", url, token);
    let held = same(&hub, service, "after the target was added");
    assert_eq!((held.users.len(), held.groups["Sales"].len()), (4, 2));

    // A joiner with a manager, a group of the others, a nested one.
    let mut eve = user("eve");
    eve[ENTERPRISE]["manager"] = json!({ "value": ann });
    let eve = client.send("POST", "/Users", Some(&eve)).id(201);
    client.send("POST", "/Groups", Some(&group("Everyone", &[ann, ben, cleo, dan, &eve]))).id(201);
    let held = same(&hub, service, "after joiners");
    assert_eq!(held.users["eve@example.com"][ENTERPRISE]["manager"], "ann@example.com");

    // Movers: attributes set, changed and cleared; a rename; members moved.
    let path = format!("/Users/{ben}");
    let changes = patch(&[
        ("replace", "displayName", json!("Ben the Great")),
        ("add", "title", json!("Head of Sales")),
        ("replace", "userName", json!("benjamin@example.com")),
        ("replace", "emails[type eq \"work\"].value", json!("benjamin@example.com")),
        ("remove", &format!("{ENTERPRISE}:employeeNumber"), json!(null)),
    ]);
    ok(&client, "PATCH", &path, &changes);
    ok(&client, "PATCH", &format!("/Groups/{sales}"), &member_edit(false, ann));
    ok(&client, "PATCH", &format!("/Groups/{sales}"), &member_edit(true, cleo));
    ok(
        &client,
        "PATCH",
        &format!("/Groups/{sales}"),
        &patch(&[("replace", "displayName", json!("Sales EU"))]),
    );
    let held = same(&hub, service, "after movers");
    let moved = &held.users["benjamin@example.com"];
    assert_eq!(moved["displayName"], "Ben the Great");
    assert_eq!(moved["title"], "Head of Sales");
    assert!(moved[ENTERPRISE].get("employeeNumber").is_none(), "{moved}");
    assert_eq!(held.groups["Sales EU"].len(), 2);
    assert!(held.groups["Sales EU"].contains("cleo@example.com"), "{:?}", held.groups);

    // Leavers: switched off, switched on again, deleted; a group is deleted.
    ok(&client, "PATCH", &format!("/Users/{cleo}"), &patch(&[("replace", "active", json!(false))]));
    ok(&client, "PATCH", &format!("/Users/{dan}"), &patch(&[("replace", "active", json!("False"))]));
    let held = same(&hub, service, "after leavers were switched off");
    assert_eq!(held.users["cleo@example.com"]["active"], false);
    ok(&client, "PATCH", &format!("/Users/{dan}"), &patch(&[("replace", "active", json!(true))]));
    assert_eq!(client.send("DELETE", &format!("/Users/{cleo}"), None).status, 204);
    assert_eq!(client.send("DELETE", &format!("/Groups/{sales}"), None).status, 204);
    let held = same(&hub, service, "after leavers were deleted");
    assert_eq!(held.users["dan@example.com"]["active"], true);
    assert_eq!((held.users.len(), held.groups.len()), (4, 1));
    assert_eq!(held.groups["Everyone"].len(), 4, "a deleted user is in no group: {:?}", held.groups);
}

fn ok(client: &Client, method: &str, path: &str, body: &serde_json::Value) {
    let answer = client.send(method, path, Some(body));
    assert_eq!(answer.status, 200, "{method} {path} {body}: {}", answer.text());
}

/// Waits until the service holds what the hub holds, and returns that.
fn same(hub: &Process, service: &Client, when: &str) -> Holdings {
    let wanted = holdings(&mut hub.client().session()).unwrap();
    let mut last = Vec::new();
    let held = wait_until(PATIENCE, || match holdings(&mut service.session()) {
        Ok(held) => {
            last = wanted.differences(&held);
            last.is_empty().then_some(held)
        }
        Err(sentence) => {
            last = vec![sentence];
            None
        }
    });
    held.unwrap_or_else(|| {
        let status = hub.cli().run(&["status"]).stdout;
        let log = hub.cli().run(&["log", "demo", "service"]).stdout;
        panic!("{when}, hub against service: {last:#?}\n{status}\n{log}")
    })
}

/// A started service; dropped, it is killed.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
