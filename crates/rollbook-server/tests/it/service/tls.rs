//! TLS from PEM files, which are read again on SIGHUP.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rollbook_testing::command;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::binary;
use crate::server::Server;

/// A certificate for 127.0.0.1 that signs itself.
struct Certificate {
    pem: String,
    key: String,
    der: CertificateDer<'static>,
}

impl Certificate {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        Self { pem: made.cert.pem(), key: made.signing_key.serialize_pem(), der: made.cert.der().clone() }
    }

    fn write(&self, certificate: &Path, key: &Path) {
        fs::write(certificate, &self.pem).unwrap();
        fs::write(key, &self.key).unwrap();
    }
}

/// A connection over TLS.
struct Connection(StreamOwned<ClientConnection, TcpStream>);

impl Connection {
    /// Connects and trusts these certificates only.
    fn open(address: SocketAddr, trusted: &[&Certificate]) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in trusted {
            roots.add(certificate.der.clone()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::from(address.ip());
        let client = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut connection = Self(StreamOwned::new(client, stream));
        connection.0.conn.complete_io(&mut connection.0.sock)?;
        Ok(connection)
    }

    /// The certificate that the server showed.
    fn shown(&self) -> CertificateDer<'static> {
        self.0.conn.peer_certificates().unwrap()[0].clone().into_owned()
    }

    /// Sends a request; the status, the head and the body of the answer.
    fn send(&mut self, method: &str, path: &str, token: &str, body: &str) -> (u16, String, Value) {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: hub.example\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/scim+json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.0.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, serde_json::from_slice(&body).unwrap())
    }
}

#[test]
fn a_new_certificate_is_taken_on_sighup_and_a_bad_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| -> PathBuf { folder.path().join(name) };
    let (certificate, key) = (file("cert.pem"), file("key.pem"));
    let (first, second) = (Certificate::new(), Certificate::new());
    first.write(&certificate, &key);
    let text = |path: &Path| path.display().to_string();
    let environment = [("ROLLBOOK_TLS_CERTIFICATE", text(&certificate)), ("ROLLBOOK_TLS_KEY", text(&key))];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    let server = Server::start(folder.path(), &environment);
    assert!(server.printed().contains(&format!("serves https://{}", server.address)), "{}", server.printed());
    assert!(server.printed().contains("TLS: "), "{}", server.printed());
    let token = server.cli().directory_with_token("acme");

    let mut early = Connection::open(server.address, &[&first]).unwrap();
    let (status, head, made) = early.send("POST", "/scim/v2/acme/Users", &token, r#"{"userName": "ann"}"#);
    assert_eq!(status, 201, "{made}");
    let location = format!("https://{}/scim/v2/acme/users/", server.address);
    assert!(head.contains(&location), "{head}");
    assert!(Connection::open(server.address, &[&second]).is_err(), "a certificate of nobody was trusted");

    // A new certificate: for new connections; the open one goes on.
    second.write(&certificate, &key);
    server.signal("HUP");
    server.has_logged("new connections get the certificate");
    let late = Connection::open(server.address, &[&first, &second]).unwrap();
    assert_eq!(late.shown(), second.der);
    assert_eq!(early.send("GET", "/scim/v2/acme/Users", &token, "").2["totalResults"], 1);

    // A bad one, a missing one, one that does not fit: the old one stays, and the log says what is wrong.
    for (name, bad) in
        [("holds no certificate", "nonsense".to_owned()), ("is not that of the first certificate", first.pem)]
    {
        fs::write(&certificate, bad).unwrap();
        server.signal("HUP");
        server.has_logged(name);
        let now = Connection::open(server.address, &[&second]).unwrap();
        assert_eq!(now.shown(), second.der, "{name}");
    }
    fs::remove_file(&certificate).unwrap();
    server.signal("HUP");
    server.has_logged("cannot be read");
    let mut now = Connection::open(server.address, &[&second]).unwrap();
    assert_eq!(now.send("GET", "/scim/v2/acme/Users", &token, "").0, 200);
    assert_eq!(
        early.send("GET", "/scim/v2/acme/Users", &token, "").0,
        200,
        "the first connection was dropped"
    );

    // Who speaks plain HTTP gets no answer in the clear, and the server goes on.
    let mut plain = TcpStream::connect(server.address).unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert!(Connection::open(server.address, &[&second]).is_ok());
}

#[test]
fn sighup_without_tls_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    server.signal("HUP");
    server.has_logged("no certificate to read again");
    assert_eq!(server.directory("x", "").send("GET", "/Users", None).status, 401);
}

#[test]
fn a_certificate_that_cannot_be_used_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (first, second) = (Certificate::new(), Certificate::new());
    first.write(&file("a.pem"), &file("a.key"));
    second.write(&file("b.pem"), &file("b.key"));
    fs::write(file("empty.pem"), "").unwrap();
    for (certificate, key, words) in [
        ("missing.pem", "a.key", "missing.pem"),
        ("empty.pem", "a.key", "empty.pem"),
        ("a.pem", "missing.key", "missing.key"),
        ("a.pem", "empty.pem", "empty.pem"),
        ("a.pem", "b.key", "b.key"),
    ] {
        let data = file("data");
        let mut serve = command(binary());
        serve.arg("--data").arg(&data).args(["serve", "--listen", "127.0.0.1:0", "--tls-certificate"]);
        serve.arg(file(certificate)).arg("--tls-key").arg(file(key));
        let output = serve.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(5), "{certificate} {key}: {told}");
        assert!(told.contains(words) && told.contains("`tls_certificate`"), "{certificate} {key}: {told}");
        assert!(!data.exists(), "a data directory was made all the same");
    }
}
