//! The floor of reads: hyper alone, sending the bytes that rollbook sent, after it has compared the token.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rollbook_testing::Answer;
use tokio::net::TcpListener;

use crate::server::{Server, Spawned};

/// The first argument of this program when it is the floor.
pub(crate) const VERB: &str = "floor-of-reads";

/// Starts a floor that gives this answer to everything.
pub(crate) fn start(answer: &Answer, token: &str, folder: &Path) -> Server {
    let file = folder.join(format!("answer-{}", answer.body.len()));
    std::fs::write(&file, to_bytes(answer)).expect("the folder can be written");
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.arg(VERB).arg(&file).arg(token).stdout(Stdio::piped());
    let mut child = crate::machine::on_server_core(|| command.spawn().expect("the floor starts"));
    let mut line = String::new();
    let out = child.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut line).expect("it says where it listens");
    let address: SocketAddr = line.trim().parse().expect("an address");
    Server::new("floor", address, "", token, Spawned::Child(child))
}

/// Is the floor: serves until it is killed.
pub(crate) fn serve(file: &str, token: &str) {
    let (status, headers, body) = from_bytes(&std::fs::read(file).expect("the file of the answer"));
    let expected = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("it is bound"));
        std::io::stdout().flush().expect("somebody reads");
        let shared = std::rc::Rc::new((status, headers, body, expected));
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                loop {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    stream.set_nodelay(true).expect("a socket");
                    let shared = std::rc::Rc::clone(&shared);
                    tokio::task::spawn_local(async move {
                        let service = service_fn(move |request: Request<Incoming>| {
                            let answer = answer(&request, &shared.0, &shared.1, &shared.2, &shared.3);
                            async { Ok::<_, Infallible>(answer) }
                        });
                        let http = hyper::server::conn::http1::Builder::new();
                        // A client that goes away ends its connection early.
                        let _ = http.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
            })
            .await;
    });
}

fn answer(
    request: &Request<Incoming>,
    status: &StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    token: &HeaderValue,
) -> Response<Full<Bytes>> {
    let mut answer = if request.headers().get(AUTHORIZATION) == Some(token) {
        let mut answer = Response::new(Full::new(body.clone()));
        answer.headers_mut().clone_from(headers);
        *answer.status_mut() = *status;
        answer
    } else {
        Response::new(Full::default())
    };
    if answer.headers().is_empty() {
        *answer.status_mut() = StatusCode::UNAUTHORIZED;
    }
    answer
}

fn to_bytes(answer: &Answer) -> Vec<u8> {
    let mut bytes = format!("{}\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        bytes.extend_from_slice(format!("{name}: {value}\n").as_bytes());
    }
    bytes.push(b'\n');
    bytes.extend_from_slice(&answer.body);
    bytes
}

fn from_bytes(bytes: &[u8]) -> (StatusCode, HeaderMap, Bytes) {
    let end = bytes.windows(2).position(|it| it == b"\n\n").expect("an empty line");
    let mut lines = std::str::from_utf8(&bytes[..end]).expect("text").lines();
    let status = lines.next().and_then(|it| it.parse().ok()).expect("a status");
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        // hyper writes these two itself, as it does for rollbook.
        if name != CONTENT_LENGTH && name != DATE {
            headers.append(name, HeaderValue::from_str(value).expect("a value"));
        }
    }
    (status, headers, Bytes::copy_from_slice(&bytes[end + 2..]))
}
