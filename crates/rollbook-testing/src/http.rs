//! A small HTTP/1.1 client: blocking, JSON in and out, nothing else.

mod wire;

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long one read or write may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A SCIM base address with a token.
#[derive(Clone, Debug)]
pub struct Client {
    authority: String,
    path: String,
    token: String,
}

/// One connection that is kept open; after an error, and after an answer that closes it, the next request opens another.
#[derive(Debug)]
pub struct Session {
    client: Client,
    stream: Option<TcpStream>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Client {
    /// A client of the address, such as `http://127.0.0.1:8080/scim/v2/demo`; an empty token sends none.
    ///
    /// # Panics
    /// When the address does not begin with `http://`.
    #[must_use]
    pub fn new(url: &str, token: &str) -> Self {
        let rest =
            url.strip_prefix("http://").unwrap_or_else(|| panic!("`{url}` does not begin with http://"));
        let (authority, path) =
            rest.split_once('/').map_or((rest, String::new()), |(a, p)| (a, format!("/{p}")));
        let path = path.trim_end_matches('/').to_owned();
        Self { authority: authority.to_owned(), path, token: token.to_owned() }
    }

    /// The same address with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Opens a connection for several requests.
    #[must_use]
    pub fn session(&self) -> Session {
        Session { client: self.clone(), stream: None }
    }

    /// Sends one request over a connection of its own.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.session().send(method, path, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Sends bytes as they are, then reads one answer: for requests that no client would make.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn raw(&self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        // A server may answer and close before it has read everything.
        let written = stream.write_all(request);
        wire::read(&mut stream, false).map(|(answer, _)| answer).or_else(|error| written.and(Err(error)))
    }

    /// The head of a request up to its last header, without the empty line.
    #[must_use]
    pub fn head(&self, method: &str, path: &str) -> String {
        let mut head = format!("{method} {}{path} HTTP/1.1\r\nHost: {}\r\n", self.path, self.authority);
        if !self.token.is_empty() {
            head.push_str(&format!("Authorization: Bearer {}\r\n", self.token));
        }
        head
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.authority)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(stream)
    }
}

impl Session {
    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// When there is no whole answer: then the request may or may not have had its effect.
    pub fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.client.connect()?,
        };
        let mut request = self.client.head(method, path);
        request.push_str("Accept: application/scim+json\r\n");
        if let Some(body) = body {
            let body = body.to_string();
            let length = body.len();
            request.push_str(&format!(
                "Content-Type: application/scim+json\r\nContent-Length: {length}\r\n\r\n{body}"
            ));
        } else {
            request.push_str("\r\n");
        }
        stream.write_all(request.as_bytes())?;
        let (answer, goes_on) = wire::read(&mut stream, method == "HEAD")?;
        self.stream = goes_on.then_some(stream);
        Ok(answer)
    }

    /// `GET`.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, None)
    }
}

impl Answer {
    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The `id` in the body of an answer that must be of this status.
    ///
    /// # Panics
    /// When the status is another or there is no id.
    pub fn id(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()["id"].as_str().expect("an id").to_owned()
    }
}
