// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Hubs that are not there, do not know who calls, or are no hubs.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use forestall_testkit::responder::{Responder, read_until};

use crate::served::Served;
use crate::support::{Home, NOW, Ran, ran, words};

fn run(home: &Home, address: &str, token: &str, line: &str) -> Ran {
    let mut command = home.program();
    ran(command.env("FORESTALL_TOKEN", token).args(words(line)).args(["--now", NOW, "--hub", address]))
}

#[test]
fn who_calls_must_be_known() {
    let (mut hub, home) = (Served::start(), Home::new());
    let address = format!("http://{}", hub.address);
    let wrong = run(&home, &address, &"0".repeat(hub.token.len()), "case list");
    assert_eq!((wrong.status, wrong.out.as_str()), (3, ""), "{}", wrong.err);
    assert!(wrong.err.contains("the token does not work"), "{}", wrong.err);
    let none = run(&home, &address, "", "case list");
    assert!(none.status == 2 && none.err.contains("--token-file"), "{}", none.err);
    let two = run(&home, &address, "two words", "case list");
    assert!(two.status == 2 && two.err.contains("FORESTALL_TOKEN") && !two.err.contains("two words"), "{}", two.err);
    let missing = run(&home, &address, "x", "case list --token-file none");
    assert!(missing.status == 3 && missing.err.contains("none could not be opened"), "{}", missing.err);
    assert_eq!(run(&home, &address, &hub.token, "case show nothing").status, 2);
    hub.stop();
    let down = run(&home, &address, &hub.token, "case list");
    assert!(down.status == 3 && down.err.contains("no talk with the hub"), "{}", down.err);
    assert!(!down.err.contains(&hub.token));
}

#[test]
fn a_token_that_reads_only_changes_nothing() {
    let (hub, home) = (Served::with("read".parse().unwrap()), Home::new());
    let refused = hub.run(&home, "case open mine --campaign conficker-a --from 2009-01-01 --until 2009-01-02");
    assert!(refused.status == 1 || refused.status == 2, "{} {}", refused.status, refused.err);
    assert_eq!(hub.ok(&home, "case list"), "");
}

#[test]
fn a_token_goes_nowhere_without_tls() {
    let home = Home::new();
    for address in ["http://hub.example", "hub.example", "ftp://hub.example", "http://127.0.0.1/api"] {
        let ran = run(&home, address, "secret-word", "case list");
        assert!(ran.status == 2 && ran.err.contains("is no address of a hub"), "{address}: {}", ran.err);
    }
}

fn answered(answer: &'static str) -> Responder {
    Responder::start(move |mut stream| {
        read_until(&mut stream, b"\r\n\r\n")?;
        stream.write_all(answer.as_bytes())
    })
}

#[test]
fn what_is_no_hub_is_said_to_be_none() {
    let home = Home::new();
    let fails = |server: &Responder, says: &str| {
        let ran = run(&home, &format!("http://{}", server.address()), "secret-word", "case list");
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{}", ran.err);
        assert!(ran.err.contains(says), "expected {says:?} in: {}", ran.err);
    };
    fails(
        &answered("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"),
        "not the answer of a hub",
    );
    fails(
        &answered("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n[{]}"),
        "not the answer of a hub",
    );
    fails(&answered("SSH-2.0-OpenSSH_9.9\r\n"), "no talk with the hub");
    let huge = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n[";
    fails(&answered(huge), "is longer than");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let moved = Responder::start(move |mut stream| {
        read_until(&mut stream, b"\r\n\r\n")?;
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: http://{to}/api/v1/cases\r\nContent-Length: 0\r\n\r\n")
    });
    fails(&moved, "a redirect, which is not followed");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody went where the redirect leads");
}

/// Stands between a client and a hub and breaks the first connection after the hub has answered.
fn breaking(to: std::net::SocketAddr) -> (Responder, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let responder = Responder::start(move |mut stream| {
        let head = read_until(&mut stream, b"\r\n\r\n")?;
        let field = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let length = field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let mut hub = TcpStream::connect(to)?;
        let told = head.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("host:"));
        let told = told.collect::<Vec<_>>().join("\r\n");
        write!(hub, "{told}\r\nHost: {to}\r\nConnection: close\r\n\r\n")?;
        hub.write_all(&body)?;
        let mut answer = Vec::new();
        hub.read_to_end(&mut answer)?;
        let first = {
            let mut heard = keep.lock().map_err(|_| std::io::Error::other("poisoned"))?;
            heard.extend(field("idempotency-key"));
            head.starts_with("POST") && heard.len() == 1
        };
        if first { Ok(()) } else { stream.write_all(&answer) }
    });
    (responder, heard)
}

#[test]
fn an_act_whose_answer_was_lost_is_recorded_once() {
    let (hub, home) = (Served::start(), Home::new());
    hub.ok(&home, "case open mine --campaign conficker-a --from 2009-01-01 --until 2009-01-02");
    let (between, heard) = breaking(hub.address);
    let address = format!("http://{}", between.address());
    let noted = run(&home, &address, &hub.token, "case note mine 'said once'");
    assert_eq!((noted.status, noted.out.as_str()), (0, "mine#2\tnoted\n"), "{}", noted.err);
    let heard = heard.lock().unwrap();
    assert!(heard.len() == 2 && heard[0] == heard[1], "{heard:?}");
    assert_eq!(hub.ok(&home, "case log mine").matches("said once").count(), 1);
}
