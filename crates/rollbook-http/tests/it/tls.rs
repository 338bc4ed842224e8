//! TLS: both versions of HTTP, D35, wrong files, a reload while connections are open, and clients that are wrong here.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rollbook_http::{Listen, Timeouts, Tls, serve_with};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{BASE, Hub, TOKEN};

/// A certificate for `localhost` and its key, in PEM.
fn certificate() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// A folder with `cert.pem` and `key.pem`.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Writes a new certificate and key; answers the certificate.
    fn renew(&self) -> String {
        let (certificate, key) = certificate();
        std::fs::write(self.path("cert.pem"), &certificate).unwrap();
        std::fs::write(self.path("key.pem"), key).unwrap();
        certificate
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Result<Tls, String> {
        Tls::load(self.path("cert.pem"), self.path("key.pem")).map_err(|error| error.to_string())
    }
}

/// A server with TLS, and its address.
async fn start(tls: Tls, timeouts: Timeouts) -> std::net::SocketAddr {
    let hub = Hub::new().await;
    hub.user("ann").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listen = Listen { tls: Some(tls), timeouts, ..Listen::default() };
    tokio::spawn(serve_with(listener, hub.service, listen, std::future::pending()));
    address
}

async fn connect(
    address: std::net::SocketAddr,
    certificate: &str,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// One request of HTTP/1.1; the connection is closed after it.
async fn get(stream: &mut TlsStream<TcpStream>, query: &str) -> String {
    let request = format!(
        "GET {BASE}/Users?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn http_1_over_tls_and_d35() {
    let files = Files::new();
    let certificate = files.renew();
    let address = start(files.load().unwrap(), Timeouts::default()).await;
    for protocols in [&["http/1.1"][..], &[]] {
        let mut stream = connect(address, &certificate, protocols).await.unwrap();
        let answer = get(&mut stream, "filter=userName+eq+\"ann\"").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"ann\""), "{answer}");
    }
}

#[tokio::test]
async fn http_2_is_offered_and_preferred() {
    let files = Files::new();
    let certificate = files.renew();
    let address = start(files.load().unwrap(), Timeouts::default()).await;
    let stream = connect(address, &certificate, &["http/1.1", "h2"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let io = hyper_util::rt::TokioIo::new(stream);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get(format!("https://localhost{BASE}/Users"))
        .header("Authorization", format!("Bearer {TOKEN}"))
        .body(http_body_util::Empty::<bytes::Bytes>::new());
    let answer = sender.send_request(request.unwrap()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, http::Version::HTTP_2));
}

#[tokio::test]
async fn a_reload_counts_for_new_connections_and_a_bad_one_changes_nothing() {
    let files = Files::new();
    let old = files.renew();
    let tls = files.load().unwrap();
    let address = start(tls.clone(), Timeouts::default()).await;
    let mut open = connect(address, &old, &[]).await.unwrap();
    let new = files.renew();
    connect(address, &old, &[]).await.expect("nothing changes before the reload");
    tls.reload().unwrap();
    connect(address, &new, &[]).await.unwrap();
    assert!(connect(address, &old, &[]).await.is_err());
    assert!(get(&mut open, "").await.starts_with("HTTP/1.1 200"), "open connections go on");
    std::fs::write(files.path("key.pem"), "nothing").unwrap();
    assert!(tls.reload().unwrap_err().to_string().contains("key.pem"));
    connect(address, &new, &[]).await.unwrap();
}

#[test]
fn wrong_files_are_told_by_name() {
    let files = Files::new();
    let (certificate, key) = certificate();
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = "-----BEGIN CERTIFICATE-----\nAA";
    let other = self::certificate().1;
    for (certificate, key, file, words) in [
        (None, Some(&*key), "cert.pem", "cannot be read"),
        (Some(&*certificate), None, "key.pem", "cannot be read"),
        (Some(&key), Some(&key), "cert.pem", "holds no certificate"),
        (Some(&certificate), Some(&certificate), "key.pem", "holds no private key"),
        (Some(""), Some(&key), "cert.pem", "holds no certificate"),
        (Some(&certificate), Some(encrypted), "key.pem", "passphrase"),
        (Some(&certificate), Some(&*other), "key.pem", "is not that of the first certificate"),
        (Some(broken), Some(&key), "cert.pem", "cannot be used"),
        (Some(cut), Some(&key), "cert.pem", ""),
    ] {
        for (name, content) in [("cert.pem", certificate), ("key.pem", key)] {
            let path = files.path(name);
            match content {
                Some(content) => std::fs::write(path, content).unwrap(),
                None if path.exists() => std::fs::remove_file(path).unwrap(),
                None => {}
            }
        }
        let error = files.load().unwrap_err();
        assert!(error.contains(file) && error.contains(words), "{file} {words}: {error}");
        assert!(!error.contains("BEGIN CERTIFICATE-----\n"), "{error}");
    }
}

#[tokio::test]
async fn http_on_the_tls_port_is_told_so_and_silence_ends() {
    let files = Files::new();
    files.renew();
    let timeouts = Timeouts { handshake: Duration::from_millis(200), ..Timeouts::default() };
    let address = start(files.load().unwrap(), timeouts).await;
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // The rest of the request is unread: the close may be a reset.
    drop(plain.read_to_end(&mut answer).await);
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("https://"), "{answer}");
    for start in [&b""[..], b"\x16\x03\x01", b"\x16\x03\x01\xff\xffjunk"] {
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(start).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(10), silent.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "{start:?} is kept for ever");
    }
}
