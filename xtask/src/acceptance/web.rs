// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! As much of HTTP as a reader of the console needs: one request on a connection of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
}

impl Answer {
    fn read(octets: &[u8]) -> anyhow::Result<Self> {
        let end =
            octets.windows(4).position(|four| four == b"\r\n\r\n").context("the answer has no end of its head")?;
        let head = String::from_utf8_lossy(&octets[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).context("the answer has no status")?;
        Ok(Self { status, head })
    }

    /// Returns the cookie that it sets, as it is to be sent back.
    fn cookie(&self) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))?;
        line.split_once(':')?.1.trim().split(';').next()
    }
}

/// A console, and the cookie of somebody who signed in.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    server: SocketAddr,
    cookie: String,
}

impl Reader {
    /// Signs in by the link that a console prints at its start.
    pub(super) fn sign_in(server: SocketAddr, link: &str) -> anyhow::Result<Self> {
        let token = link.trim().rsplit("token=").next().context("the link has no token")?;
        let body = format!("token={token}&name=acceptance");
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = ask(server, request.as_bytes())?;
        let cookie =
            answer.cookie().with_context(|| format!("no cookie came with the sign-in, status {}", answer.status))?;
        Ok(Self { server, cookie: cookie.to_owned() })
    }

    /// Opens a page or an object of the API; returns the status.
    pub(super) fn open(&self, address: &str) -> anyhow::Result<u16> {
        let accept = if address.starts_with("/api/") { "application/json" } else { "text/html" };
        let request = format!(
            "GET {address} HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.server, self.cookie
        );
        Ok(ask(self.server, request.as_bytes())?.status)
    }
}

/// Sends a request and reads what comes until the connection ends.
pub(super) fn ask(server: SocketAddr, request: &[u8]) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(server).with_context(|| format!("cannot connect to {server}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets)?;
    ensure!(!octets.is_empty(), "{server} ended the connection without an answer");
    Answer::read(&octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_status_and_cookie() {
        let answer = Answer::read(b"HTTP/1.1 303 See Other\r\nset-cookie: a=b; HttpOnly\r\n\r\nbody").unwrap();
        assert_eq!((answer.status, answer.cookie()), (303, Some("a=b")));
        assert_eq!(Answer::read(b"HTTP/1.1 200 OK\r\n\r\n").unwrap().cookie(), None);
        for cut in ["", "HTTP/1.1 200 OK\r\n", "HTTP\r\n\r\n"] {
            assert!(Answer::read(cut.as_bytes()).is_err(), "{cut}");
        }
    }
}
