// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests over HTTP from one thread: each on a connection of its own, or all on sixteen.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Done;

/// Connections that are kept.
const KEPT: usize = 16;
/// A bot's request, which ends the connection.
const FRESH: &[u8] = b"GET /search?q=17&aq=7 HTTP/1.0\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)\r\nHost: 192.0.2.80\r\nPragma: no-cache\r\n\r\n";
/// One that keeps it.
const KEEPS: &[u8] = b"GET /search?q=17&aq=7 HTTP/1.1\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)\r\nHost: 192.0.2.80\r\nPragma: no-cache\r\n\r\n";

/// Asks so many requests.
pub(crate) fn run(server: SocketAddr, requests: usize, kept: bool) -> Done<()> {
    let mut buffer = vec![0; 64 << 10];
    if !kept {
        for _ in 0..requests {
            let mut stream = connected(server)?;
            stream.write_all(FRESH)?;
            let mut length = 0;
            loop {
                match stream.read(&mut buffer[length..])? {
                    0 => break,
                    octets => length += octets,
                }
            }
            whole(&buffer[..length])?;
        }
        return Ok(());
    }
    let mut streams = (0..KEPT).map(|_| connected(server)).collect::<Done<Vec<_>>>()?;
    for turn in 0..requests / KEPT {
        // A server ends a connection after so many requests.
        if turn > 0 && turn % 900 == 0 {
            streams = (0..KEPT).map(|_| connected(server)).collect::<Done<Vec<_>>>()?;
        }
        for stream in &mut streams {
            stream.write_all(KEEPS)?;
        }
        for stream in &mut streams {
            let mut length = 0;
            while !buffer[..length].ends_with(b".example\n") {
                match stream.read(&mut buffer[length..])? {
                    0 => return Err("a connection ended".into()),
                    octets => length += octets,
                }
            }
            whole(&buffer[..length])?;
        }
    }
    Ok(())
}

fn connected(server: SocketAddr) -> Done<TcpStream> {
    let stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok(stream)
}

fn whole(answer: &[u8]) -> Done<()> {
    if answer.starts_with(b"HTTP/1.1 200 OK\r\n") { Ok(()) } else { Err("this is no answer".into()) }
}
