//! Reading an HTTP/1.1 answer (RFC 9112 §6).

use std::io::{self, BufRead, BufReader};
use std::net::TcpStream;

use super::Answer;

/// Reads one answer, and tells whether the connection goes on after it; interim answers (1xx) are passed over. One to
/// `HEAD` has no body whatever its headers say.
pub(super) fn read(stream: &mut TcpStream, head_only: bool) -> io::Result<(Answer, bool)> {
    // The buffer may be dropped afterwards: a server sends nothing that was not asked for.
    let mut reader = BufReader::new(stream);
    loop {
        let (mut answer, version) = head(&mut reader)?;
        if answer.status < 200 {
            continue;
        }
        if !head_only && !matches!(answer.status, 204 | 304) {
            answer.body = body(&mut reader, &answer)?;
        }
        let goes_on = version == "HTTP/1.1" && !closes(&answer);
        return Ok((answer, goes_on));
    }
}

fn closes(answer: &Answer) -> bool {
    let named = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let framed = answer.header("content-length").is_some() || answer.header("transfer-encoding").is_some();
    named || !(framed || matches!(answer.status, 204 | 304))
}

/// Reads status line and headers; also the version of the status line.
fn head(reader: &mut impl BufRead) -> io::Result<(Answer, String)> {
    let status_line = line(reader)?;
    let (version, rest) = status_line.split_once(' ').unwrap_or_default();
    let status = rest.split(' ').next().and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status in `{status_line}`")))?;
    let mut headers = Vec::new();
    loop {
        let header = line(reader)?;
        if header.is_empty() {
            return Ok((Answer { status, headers, body: Vec::new() }, version.to_owned()));
        }
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

fn body(reader: &mut impl BufRead, answer: &Answer) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if answer.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let size = line(reader)?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
            let start = body.len();
            body.resize(start + size, 0);
            reader.read_exact(&mut body[start..])?;
            line(reader)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    match answer.header("content-length") {
        Some(length) => {
            body.resize(length.parse().map_err(io::Error::other)?, 0);
            reader.read_exact(&mut body)?;
        }
        None => {
            reader.read_to_end(&mut body)?;
        }
    }
    Ok(body)
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes)?;
    if !bytes.ends_with(b"\n") {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the connection ended within an answer's head",
        ));
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}
