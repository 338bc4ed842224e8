//! What the log holds, and what it must not (P9, D30).

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Hub, OLD_TOKEN, OTHER_TOKEN, TOKEN};

/// Collects what is logged.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_logged_and_no_line_can_be_forged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let hub = Hub::new().await;
    let at = format!(
        "/Users/{}",
        hub.create("/Users", json!({ "userName": "ann", "password": "pa55", "odd": "pa55" })).await
    );
    hub.patch(&at, json!([{ "op": "replace", "path": "password", "value": "pa55" }])).await.expect(200);
    hub.patch(&at, json!([{ "op": "replace", "path": "password", "value": ["pa55", {}] }])).await.expect(400);
    hub.raw("POST", "/Users", "{\"password\":\"pa55\",}").await.expect(400);
    hub.raw("POST", "/Users", "{\"password\":\"pa55\"}").await.expect(400);
    hub.get("/Users?filter=password+eq+%22pa55%22").await.expect(200);
    for token in [OLD_TOKEN, OTHER_TOKEN, "unknown-token"] {
        let request =
            http::Request::get("/scim/v2/demo/Users").header("Authorization", format!("Bearer {token}"));
        hub.send(request.body(http_body_util::Full::default()).unwrap()).await.expect(401);
    }
    hub.get("/Users/x%0a2026-01-01T00:00:00Z%20ERROR%20forged").await.expect(404);
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in ["pa55", TOKEN, OLD_TOKEN, OTHER_TOKEN, "unknown-token"] {
        assert!(!text.contains(secret), "`{secret}` in: {text}");
    }
    // What the operator needs is there.
    for wanted in [
        "the token has expired",
        "this token does not open this directory",
        "no token like this one",
        "`odd` is dropped",
        "status=404",
    ] {
        assert!(text.contains(wanted), "no `{wanted}` in: {text}");
    }
    assert!(!text.lines().any(|line| line.starts_with("2026-01-01T00:00:00Z ERROR forged")), "{text}");
}
