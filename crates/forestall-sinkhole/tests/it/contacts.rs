// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Visitors: what they get, what is kept of them, and what is not.

use std::io::{Read, Write};

use forestall_spool::{ContactKind, Visitor};

use crate::support::{CONFIG, Sinkhole, read_to_end};

const BOT: &[u8] = b"GET /search?q=17&aq=7 HTTP/1.0\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 7.0)\r\nHost: 192.0.2.80\r\nCookie: secret-cookie\r\nAuthorization: secret-word\r\n\r\n";

#[test]
fn a_bot_is_recognised_and_everybody_gets_the_same() {
    let sinkhole = Sinkhole::start();
    let answer = sinkhole.exchange("http", BOT);
    let text = String::from_utf8(answer.clone()).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("Run by: The Test CERT\n"), "{text}");
    for harmful in ["Location", "Set-Cookie", "<", "script"] {
        assert!(!text.contains(harmful), "{harmful} in {text}");
    }
    for other in [
        &b"GET /index.php?id=private HTTP/1.0\r\nHost: opentoday.ws\r\n\r\n"[..],
        b"POST /login HTTP/1.0\r\nContent-Length: 9\r\n\r\npassword=",
        b"BREW pot\r\n\r\n",
    ] {
        assert_eq!(sinkhole.exchange("http", other), answer);
    }
    let seen = sinkhole.stop();
    let bot = &seen.contacts[0];
    assert_eq!(
        (bot.visitor, bot.reason.as_str(), bot.kind),
        (Visitor::Bot, "conficker: search with q and aq", ContactKind::Http)
    );
    assert_eq!((bot.method.as_str(), bot.path.as_str(), bot.query.as_deref()), ("GET", "/search", Some("q=17&aq=7")));
    assert_eq!(bot.host.as_deref(), Some("192.0.2.80"));
    assert_eq!(bot.user_agent.as_deref(), Some(&b"Mozilla/4.0 (compatible; MSIE 7.0)"[..]));
    assert!(bot.source.ip().is_loopback() && bot.source.port() > 0 && bot.destination.ip().is_loopback());
    // Of requests that no recogniser knows, path and query are dropped as well; bodies and other fields are dropped of all.
    let others: Vec<_> =
        seen.contacts[1..].iter().map(|hit| (hit.visitor, hit.path.as_str(), hit.query.as_deref())).collect();
    assert_eq!(others, [(Visitor::Unknown, "", None); 3]);
    assert_eq!(seen.contacts[2].method, "POST");
}

#[test]
fn nothing_secret_reaches_the_disk() {
    let sinkhole = Sinkhole::start();
    sinkhole.exchange("http", BOT);
    sinkhole.exchange(
        "http",
        b"POST /secret-path?secret-query HTTP/1.0\r\nContent-Length: 11\r\nX: secret-field\r\n\r\nsecret-body",
    );
    // The first word of a line is no method because it stands there.
    sinkhole.exchange("http", b"/secret-path?secret-query\r\n\r\n");
    sinkhole.exchange("http", b"secret-word secret-more HTTP/1.0\r\n\r\n");
    sinkhole.exchange("tcp", b"secret-octets");
    while sinkhole.metric("forestall_sinkhole_events_acknowledged_total") < 5 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let folder = sinkhole.folder.path().join("spool");
    let keep = tempfile::tempdir().unwrap();
    sinkhole.signal(nix::sys::signal::Signal::SIGHUP);
    while !forestall_spool::list(&folder).unwrap().iter().any(|named| named.state == forestall_spool::State::Sealed) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    for named in forestall_spool::list(&folder).unwrap() {
        if named.state == forestall_spool::State::Open {
            continue;
        }
        std::fs::copy(&named.path, keep.path().join(named.path.file_name().unwrap())).unwrap();
        let octets = std::fs::read(&named.path).unwrap();
        assert!(!octets.windows(7).any(|part| part == b"secret-"), "{named:?}");
    }
    let contacts = crate::support::seen(keep.path()).contacts;
    let methods: Vec<_> = contacts.iter().map(|hit| hit.method.as_str()).collect();
    assert_eq!(methods, ["GET", "POST", "", "", ""]);
}

#[test]
fn a_connection_goes_on_only_if_nobody_could_misread_it() {
    let sinkhole = Sinkhole::start();
    let good = b"GET / HTTP/1.1\r\nHost: a.ws\r\n\r\n";
    let mut stream = sinkhole.connect("http");
    // Three requests at once, one of them with a body, which is no request.
    let body = b"POST / HTTP/1.1\r\nHost: a.ws\r\nContent-Length: 31\r\n\r\nGET /smuggled HTTP/1.1\r\nX: y\r\n\r";
    stream.write_all(&[&good[..], body, good].concat()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a.ws\r\nConnection: close\r\n\r\n").unwrap();
    let text = String::from_utf8(read_to_end(&mut stream)).unwrap();
    assert_eq!(
        (text.matches("HTTP/1.1 200 OK").count(), text.matches("Connection: keep-alive").count()),
        (4, 3),
        "{text}"
    );
    let smuggled = b"POST / HTTP/1.1\r\nHost: a.ws\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n";
    let text = String::from_utf8(sinkhole.exchange("http", smuggled)).unwrap();
    assert_eq!((text.matches("HTTP/1.1 200 OK").count(), text.contains("Connection: close")), (1, true));
    // The head alone for HEAD.
    let head = sinkhole.exchange("http", b"HEAD / HTTP/1.0\r\n\r\n");
    assert!(head.ends_with(b"\r\n\r\n"));
    let seen = sinkhole.stop();
    assert_eq!(seen.contacts.len(), 6);
    assert!(seen.contacts.iter().all(|hit| hit.kind == ContactKind::Http));
}

#[test]
fn what_is_no_request_is_counted_and_not_answered() {
    let sinkhole = Sinkhole::start();
    assert_eq!(sinkhole.exchange("http", b"\x16\x03\x01\x00\xA5\x01\x00\x00\xA1"), b"");
    drop(sinkhole.connect("http"));
    let mut half = sinkhole.connect("http");
    half.write_all(b"GET / HT").unwrap();
    half.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(half.read(&mut [0; 9]).unwrap(), 0);
    while sinkhole.metric("forestall_sinkhole_http_requests_total{outcome=\"not_http\"}") < 3 {}
    let mut reasons: Vec<_> = sinkhole.stop().contacts.into_iter().map(|hit| (hit.kind, hit.reason)).collect();
    reasons.sort_by(|a, b| a.1.cmp(&b.1));
    let expected =
        ["no text", "no whole request", "nothing came"].map(|reason| (ContactKind::NotHttp, reason.to_owned()));
    assert_eq!(reasons, expected);
}

#[test]
fn first_octets_are_kept_only_where_that_is_said() {
    for (config, expected) in
        [(CONFIG.to_owned(), &b""[..]), (CONFIG.replace("[tcp]", "[tcp]\nfirst_octets = true"), b"\x00hello")]
    {
        let sinkhole = Sinkhole::with(&config, |_| {});
        assert_eq!(sinkhole.exchange("tcp", b"\x00hello"), b"");
        let seen = sinkhole.stop();
        let facts = (seen.contacts[0].kind, seen.contacts[0].first_octets.as_slice());
        assert_eq!(facts, (ContactKind::Tcp, expected));
    }
}

#[test]
fn a_proxy_tells_who_connected_to_it() {
    let config = format!("{CONFIG}\n[connections]\nproxies = [\"127.0.0.1\"]\n");
    let sinkhole = Sinkhole::with(&config, |_| {});
    let header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xCB\0\x71\x07\xC0\0\x02\x50\xC0\0\0\x50";
    assert!(sinkhole.exchange("http", &[&header[..], BOT].concat()).starts_with(b"HTTP/1.1 200"));
    // Whoever comes without one is not believed to be anybody.
    assert_eq!(sinkhole.exchange("http", BOT), b"");
    assert_eq!(sinkhole.metric("forestall_sinkhole_proxy_faults_total"), 1);
    // A proxy that looks whether somebody is there is no visitor: it ends before a header, in it, or speaks for itself, with a request or without.
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    for (octets, answer) in [
        (b"".to_vec(), &b""[..]),
        (header[..9].to_vec(), b""),
        (local.to_vec(), b""),
        ([&local[..], BOT].concat(), b"HTTP/1.1 200"),
    ] {
        let mut stream = sinkhole.connect("http");
        stream.write_all(&octets).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answered = read_to_end(&mut stream);
        assert!(answered.starts_with(answer) && answered.is_empty() == answer.is_empty(), "{octets:?}");
    }
    let seen = sinkhole.stop();
    assert_eq!(seen.contacts.len(), 1);
    assert_eq!(seen.contacts[0].source, "203.0.113.7:49152".parse().unwrap());
    assert_eq!(seen.contacts[0].destination, "192.0.2.80:80".parse().unwrap());
}

#[test]
fn a_header_of_a_proxy_counts_from_a_proxy_alone() {
    let header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xCB\0\x71\x07\xC0\0\x02\x50\xC0\0\0\x50";
    // Nobody is a proxy; and somebody else is.
    for config in [CONFIG.to_owned(), format!("{CONFIG}\n[connections]\nproxies = [\"192.0.2.9\"]\n")] {
        let sinkhole = Sinkhole::with(&config, |_| {});
        assert_eq!(sinkhole.exchange("http", &[&header[..], BOT].concat()), b"");
        let seen = sinkhole.stop();
        assert_eq!((seen.contacts.len(), seen.contacts[0].kind), (1, ContactKind::NotHttp));
        assert!(seen.contacts[0].source.ip().is_loopback(), "{}", seen.contacts[0].source);
    }
}
