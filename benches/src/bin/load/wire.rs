//! One connection of HTTP/1.1, kept open and never blocking: what the loops of [`mod@crate::run`] poll.
//!
//! It reads just enough of an answer to know its status and where it ends, so that the client costs less than any
//! server; bodies are counted, not kept, unless somebody asks for them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// As much as one read takes at most; also the longest head.
const BUFFER: usize = 128 * 1024;

/// A connection with at most one request under way.
pub(crate) struct Wire {
    address: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    body: Body,
    status: u16,
    closes: bool,
    kept: Option<Vec<u8>>,
}

/// What is still to come of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Body {
    /// The head is not whole.
    Head,
    /// So many bytes.
    Bytes(usize),
    /// Chunks; the state of the reader.
    Chunks(Chunk),
    /// Until the server closes.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Chunk {
    /// The size so far, and whether its digits are over.
    Size(usize, bool),
    /// Bytes of the chunk, with the line end after it.
    Data(usize),
    /// The lines after the last chunk: whether the line so far is empty.
    Trailer(bool),
}

impl Wire {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            address,
            stream: connect(address)?,
            buffer: vec![0; BUFFER],
            filled: 0,
            body: Body::Head,
            status: 0,
            closes: false,
            kept: None,
        })
    }

    /// Whom it talks to.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request; the answer to the one before must be whole.
    pub(crate) fn send(&mut self, request: &[u8]) -> io::Result<()> {
        if self.closes {
            self.stream = connect(self.address)?;
            self.closes = false;
        }
        self.filled = 0;
        self.body = Body::Head;
        match self.write(request) {
            // A server may close a connection that was idle: once more on a new one, since nothing was answered.
            Err(error) if error.kind() != ErrorKind::TimedOut => {
                self.stream = connect(self.address)?;
                self.write(request)
            }
            done => done,
        }
    }

    fn write(&mut self, mut request: &[u8]) -> io::Result<()> {
        while !request.is_empty() {
            match self.stream.write(request) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => request = &request[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::hint::spin_loop(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The status of the answer once it is whole; `None` while it is not.
    pub(crate) fn poll(&mut self) -> io::Result<Option<u16>> {
        loop {
            let room = &mut self.buffer[self.filled..];
            let read = match self.stream.read(room) {
                Ok(0) if self.body == Body::Close => {
                    self.closes = true;
                    return Ok(Some(self.status));
                }
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error),
            };
            if self.take(read)? {
                return Ok(Some(self.status));
            }
        }
    }

    /// Sends a request and waits for its answer: status and body.
    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        self.kept = Some(Vec::new());
        self.send(request)?;
        loop {
            if let Some(status) = self.poll()? {
                return Ok((status, self.kept.take().unwrap_or_default()));
            }
            std::thread::yield_now();
        }
    }

    /// Takes bytes that were read to the end of the buffer; whether the answer is whole.
    fn take(&mut self, read: usize) -> io::Result<bool> {
        let mut from = self.filled;
        let end = self.filled + read;
        if self.body == Body::Head {
            let Some(length) = head_end(&self.buffer[..end], self.filled) else {
                self.filled = end;
                return if end == self.buffer.len() { Err(ErrorKind::InvalidData.into()) } else { Ok(false) };
            };
            self.read_head(length)?;
            self.filled = 0;
            from = length;
        }
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&self.buffer[from..end]);
        }
        Ok(match &mut self.body {
            Body::Head | Body::Close => false,
            Body::Bytes(left) => {
                *left = left.saturating_sub(end - from);
                *left == 0
            }
            Body::Chunks(state) => {
                let bytes = &self.buffer[from..end];
                chunks(state, bytes)
            }
        })
    }

    fn read_head(&mut self, length: usize) -> io::Result<()> {
        let head = &self.buffer[..length];
        let bad = || io::Error::from(ErrorKind::InvalidData);
        let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        self.status = status.and_then(|digits| digits.parse().ok()).ok_or_else(bad)?;
        self.body = if matches!(self.status, 204 | 304) { Body::Bytes(0) } else { Body::Close };
        self.closes = head.starts_with(b"HTTP/1.0");
        for line in head.split(|byte| *byte == b'\n').skip(1) {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
            if name.eq_ignore_ascii_case(b"content-length") {
                let digits = std::str::from_utf8(value).ok();
                self.body = Body::Bytes(digits.and_then(|it| it.parse().ok()).ok_or_else(bad)?);
            } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
                self.body = Body::Chunks(Chunk::Size(0, false));
            } else if name.eq_ignore_ascii_case(b"connection") {
                self.closes = value.eq_ignore_ascii_case(b"close");
            }
        }
        Ok(())
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// Where the head ends; the bytes before `seen` are known not to hold its end.
fn head_end(bytes: &[u8], seen: usize) -> Option<usize> {
    let start = seen.saturating_sub(3);
    bytes[start..].windows(4).position(|it| it == b"\r\n\r\n").map(|at| start + at + 4)
}

/// Reads on in a chunked body; whether it is whole.
fn chunks(state: &mut Chunk, mut bytes: &[u8]) -> bool {
    while let [byte, rest @ ..] = bytes {
        match state {
            Chunk::Size(size, over) => {
                bytes = rest;
                match byte {
                    b'\n' if *size == 0 => *state = Chunk::Trailer(true),
                    b'\n' => *state = Chunk::Data(*size + 2),
                    _ => match char::from(*byte).to_digit(16) {
                        Some(digit) if !*over => *size = *size * 16 + digit as usize,
                        _ => *over = true,
                    },
                }
            }
            Chunk::Data(left) => {
                let taken = bytes.len().min(*left);
                *left -= taken;
                bytes = &bytes[taken..];
                if *left == 0 {
                    *state = Chunk::Size(0, false);
                }
            }
            Chunk::Trailer(empty) => {
                bytes = rest;
                match byte {
                    b'\n' if *empty => return true,
                    b'\n' => *empty = true,
                    b'\r' => {}
                    _ => *empty = false,
                }
            }
        }
    }
    false
}
