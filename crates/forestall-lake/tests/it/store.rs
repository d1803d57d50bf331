// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A provider's store: one that is not there, and an S3 server on loopback whose connections break in mid-run.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use forestall_lake::{Lake, LakeError};
use forestall_spool::list;
use forestall_testkit::skip::needs;

use crate::child::shipper;
use crate::support::mixed;

/// Ships a spool to a bucket behind an address.
fn ship_to(address: SocketAddr, spool: &Path) -> Output {
    let mut command = shipper(spool, "s3://lake/below/here");
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT", format!("http://{address}"))
        .env("AWS_ALLOW_HTTP", "true");
    command.output().unwrap()
}

fn said(output: &Output, word: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned()))
}

#[test]
fn a_store_that_is_away_is_tried_for_a_while_and_the_spool_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    mixed(&spool, "sensor-1", 1, 100);
    let before = list(&spool).unwrap();
    // An address where nobody listens any more.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let started = Instant::now();
    let output = ship_to(address, &spool);
    let took = started.elapsed();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(said(&output, "failed").is_some());
    assert!(took > Duration::from_secs(1) && took < Duration::from_secs(90), "{took:?}");
    assert_eq!(list(&spool).unwrap(), before);
}

#[test]
fn what_is_no_lake_is_refused_with_the_reason() {
    let check = |url: &str, word: &str| {
        let error = Lake::open(url).unwrap_err();
        assert!(matches!(error, LakeError::Url { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(word) && !text.contains("secret"), "{text}");
    };
    check("", "empty");
    check("ftp://user:secret@host/x", "expected a folder");
    check("file://relative/x", "absolute path");
}

/// A program that is ended when this goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Octets after which a connection that is to break does.
const BREAKS_AFTER: u64 = 1_000;

/// Hands octets on between a client and a server, and breaks one of so many connections, the first among them, so long as there is such a number.
fn breaking(server: SocketAddr) -> (SocketAddr, Arc<AtomicU64>, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (every, broken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let given = (Arc::clone(&every), Arc::clone(&broken));
    std::thread::spawn(move || {
        for (number, client) in (0_u64..).zip(listener.incoming().flatten()) {
            let Ok(server) = TcpStream::connect(server) else { continue };
            let carried = Arc::new(AtomicU64::new(0));
            for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
                let (every, broken, carried) = (Arc::clone(&every), Arc::clone(&broken), Arc::clone(&carried));
                std::thread::spawn(move || {
                    let mut buffer = [0; 4_096];
                    while let Ok(octets) = from.read(&mut buffer) {
                        let sum = carried.fetch_add(octets as u64, Ordering::Relaxed) + octets as u64;
                        let breaks = number.checked_rem(every.load(Ordering::Relaxed)) == Some(0);
                        if breaks && sum > BREAKS_AFTER {
                            broken.fetch_add(1, Ordering::Relaxed);
                            let _ = from.shutdown(Shutdown::Both);
                            break;
                        }
                        if octets == 0 || to.write_all(&buffer[..octets]).is_err() {
                            break;
                        }
                    }
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    (address, given.0, given.1)
}

/// Makes the bucket, once the server answers.
fn make_bucket(server: SocketAddr) {
    for _ in 0..200 {
        if let Ok(mut stream) = TcpStream::connect(server) {
            let request =
                format!("PUT /lake HTTP/1.1\r\nHost: {server}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let mut answer = String::new();
            if stream.write_all(request.as_bytes()).is_ok()
                && stream.read_to_string(&mut answer).is_ok()
                && answer.contains(" 200 ")
            {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no S3 server at {server}");
}

#[test]
fn an_s3_server_whose_connections_break_has_every_event_once_in_the_end() {
    let test = "store::an_s3_server_whose_connections_break_has_every_event_once_in_the_end";
    let Some(program) = needs(test, "moto_server") else { return };
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    mixed(&spool, "sensor-1", 20, 20_000);
    let segments = list(&spool).unwrap().len();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(program);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdin(Stdio::null());
    let _server = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let server: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();
    make_bucket(server);
    let (address, every, broken) = breaking(server);
    every.store(3, Ordering::Relaxed);
    let output = ship_to(address, &spool);
    assert!(broken.load(Ordering::Relaxed) > 0, "nothing broke");
    let left = list(&spool).unwrap().len();
    assert_eq!(output.status.code(), Some(if left == 0 { 0 } else { 3 }), "{output:?}");
    every.store(0, Ordering::Relaxed);
    let output = ship_to(address, &spool);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(list(&spool).unwrap(), []);
    assert_eq!(
        (said(&output, "good").as_deref(), said(&output, "rows").as_deref()),
        (Some("true"), Some("40000")),
        "{segments}"
    );
}
