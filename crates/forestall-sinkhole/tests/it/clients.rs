// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Clients of other makers: `dig`, `kdig`, `curl` and `openssl`.

use std::path::Path;
use std::process::{Command, Stdio};

use forestall_spool::{ContactKind, CookieSeen, Transport, Visitor};
use forestall_testkit::skip;

use crate::support::{CONFIG, Sinkhole};

fn said(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn dig_agrees() {
    let Some(dig) = skip::needs("dig_agrees", "dig") else { return };
    let sinkhole = Sinkhole::start();
    let port = sinkhole.address("dns").port().to_string();
    let ask = |more: &[&str]| said(&dig, &[&["@127.0.0.1", "-p", &port, "opentoday.ws"][..], more].concat());
    let text = ask(&["A", "+nsid"]);
    for part in ["status: NOERROR", "flags: qr aa rd;", "ANSWER: 1", "192.0.2.80", "(good)", "\"test-1\"", "udp: 1232"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    for bad in ["Malformed", "WARNING: Message", "BAD", "mismatch"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
    assert!(ask(&["ANY", "+notcp"]).contains("HINFO\t\"RFC8482\" \"\""));
    let soa = ask(&["SOA", "+tcp"]);
    assert!(soa.contains("ns1.sink.example. hostmaster.sink.example. "), "{soa}");
    let ds = ask(&["DS"]);
    assert!(ds.contains("status: NOERROR") && ds.contains("ANSWER: 0, AUTHORITY: 1"), "{ds}");
    assert!(ask(&["A", "+edns=1", "+noednsnegotiation"]).contains("status: BADVERS"));
    assert!(ask(&["A", "+opcode=4"]).contains("status: NOTIMP"));
    assert!(ask(&["A", "-c", "CH"]).contains("status: REFUSED"));
    let seen = sinkhole.stop();
    assert!(seen.dns.iter().any(|hit| hit.transport == Transport::Tcp && hit.qtype == 6));
    assert!(seen.dns.iter().all(|hit| hit.campaigns == ["test-a"]));
}

#[test]
fn kdig_agrees_and_brings_its_cookie_back() {
    let Some(kdig) = skip::needs("kdig_agrees_and_brings_its_cookie_back", "kdig") else { return };
    let sinkhole = Sinkhole::start();
    let port = sinkhole.address("dns").port().to_string();
    let ask = |more: &[&str]| said(&kdig, &[&["@127.0.0.1", "-p", &port, "opentoday.ws"][..], more].concat());
    let text = ask(&["A", "+cookie", "+nsid", "+dnssec"]);
    for part in ["status: NOERROR", "Flags: qr aa rd;", "192.0.2.80", "COOKIE:", "test-1"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.to_lowercase().contains("malformed") && !text.contains("WARNING"), "{text}");
    // "COOKIE: client server" in hexadecimal; both are given back.
    let cookie: String =
        text.split("COOKIE:").nth(1).unwrap().lines().next().unwrap().chars().filter(char::is_ascii_hexdigit).collect();
    assert_eq!(cookie.len(), 48, "{text}");
    ask(&["TXT", &format!("+cookie={cookie}")]);
    ask(&["AAAA", "+tcp", "+bufsize=512"]);
    let seen = sinkhole.stop();
    let facts: Vec<_> = seen.dns.iter().map(|hit| (hit.qtype, hit.cookie)).collect();
    assert!(facts.contains(&(16, Some(CookieSeen::Valid))), "{facts:?}");
    assert!(facts.contains(&(1, Some(CookieSeen::Client))), "{facts:?}");
}

#[test]
fn curl_gets_the_page() {
    let Some(curl) = skip::needs("curl_gets_the_page", "curl") else { return };
    let sinkhole = Sinkhole::start();
    let address = sinkhole.address("http");
    let url = |path: &str| format!("http://{address}{path}");
    let text = said(&curl, &["-sS", "-i", &url("/search?q=5"), &url("/private?x=y")]);
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
    assert!(text.contains("Questions and objections: appeal@sink.example"));
    let posted = said(&curl, &["-sS", "-d", "user=me&password=secret", &url("/login")]);
    assert!(posted.starts_with("This is a sinkhole."), "{posted}");
    assert_eq!(said(&curl, &["-sS", "-I", &url("/")]).lines().next(), Some("HTTP/1.1 200 OK"));
    let text = said(&curl, &["-sS", &format!("http://{}/metrics", sinkhole.address("metrics"))]);
    for part in [
        "# TYPE forestall_sinkhole_dns_queries_total counter",
        "forestall_sinkhole_names 5",
        "visitors_total{visitor=\"bot\"} 1",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let seen = sinkhole.stop();
    let visitors: Vec<_> = seen.contacts.iter().map(|hit| (hit.visitor, hit.path.as_str())).collect();
    assert_eq!(
        visitors,
        [(Visitor::Bot, "/search"), (Visitor::Unknown, ""), (Visitor::Unknown, ""), (Visitor::Unknown, "")]
    );
}

/// Makes a certificate and its key.
fn certificate(openssl: &Path, folder: &Path) {
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let made = Command::new(openssl)
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=opentoday.ws",
        ])
        .args([
            "-addext",
            "subjectAltName=DNS:opentoday.ws",
            "-keyout",
            key.to_str().unwrap(),
            "-out",
            certificate.to_str().unwrap(),
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn openssl_greets_and_is_heard() {
    let Some(openssl) = skip::needs("openssl_greets_and_is_heard", "openssl") else { return };
    let sinkhole = Sinkhole::start();
    let address = sinkhole.address("tls").to_string();
    let text = said(&openssl, &["s_client", "-connect", &address, "-servername", "opentoday.ws"]);
    assert!(text.contains("no peer certificate available"), "{text}");
    assert_ne!(sinkhole.exchange("tls", b"GET / HTTP/1.0\r\n\r\n").first(), Some(&b'H'));
    let seen = sinkhole.stop();
    assert_eq!(
        (seen.contacts[0].kind, seen.contacts[0].server_name.as_deref()),
        (ContactKind::Tls, Some("opentoday.ws"))
    );
    assert_eq!(seen.contacts[1].kind, ContactKind::NotTls);
}

#[test]
fn curl_gets_the_page_over_tls_too() {
    let test = "curl_gets_the_page_over_tls_too";
    let (Some(openssl), Some(curl)) = (skip::needs(test, "openssl"), skip::needs(test, "curl")) else { return };
    let with = "[tls]\ncertificate = \"FOLDER/certificate.pem\"\nkey = \"FOLDER/key.pem\"";
    let sinkhole = Sinkhole::with(&CONFIG.replace("[tls]", with), |folder| certificate(&openssl, folder));
    let authority = sinkhole.folder.path().join("certificate.pem");
    let address = sinkhole.address("tls");
    let resolve = format!("opentoday.ws:{}:127.0.0.1", address.port());
    for version in ["--tlsv1.2", "--tlsv1.3"] {
        let url = format!("https://opentoday.ws:{}/search?q=1", address.port());
        let arguments = ["-sS", version, "--cacert", authority.to_str().unwrap(), "--resolve", &resolve, &url, &url];
        let text = said(&curl, &arguments);
        assert_eq!(text.matches("This is a sinkhole.").count(), 2, "{text}");
    }
    let seen = sinkhole.stop();
    assert_eq!(seen.contacts.len(), 4);
    for hit in &seen.contacts {
        assert_eq!((hit.kind, hit.server_name.as_deref()), (ContactKind::Https, Some("opentoday.ws")));
        // By name: no machine of Conficker's, so that the path is dropped.
        assert_eq!((hit.visitor, hit.path.as_str()), (Visitor::Unknown, ""));
    }
}

#[test]
fn who_refuses_the_certificate_is_heard() {
    let test = "who_refuses_the_certificate_is_heard";
    let (Some(openssl), Some(curl)) = (skip::needs(test, "openssl"), skip::needs(test, "curl")) else { return };
    let with = "[tls]\ncertificate = \"FOLDER/certificate.pem\"\nkey = \"FOLDER/key.pem\"";
    let sinkhole = Sinkhole::with(&CONFIG.replace("[tls]", with), |folder| certificate(&openssl, folder));
    let address = sinkhole.address("tls");
    let place = address.to_string();
    for version in ["-tls1_2", "-tls1_3"] {
        let connect = ["s_client", "-connect", &place, "-servername", "opentoday.ws", version];
        let text = said(&openssl, &[&connect[..], &["-verify", "1", "-verify_return_error"]].concat());
        assert!(text.contains("certificate verify failed"), "{text}");
    }
    let resolve = format!("opentoday.ws:{}:127.0.0.1", address.port());
    let text = said(&curl, &["-sS", "--resolve", &resolve, &format!("https://opentoday.ws:{}/", address.port())]);
    assert!(!text.contains("This is a sinkhole."), "{text}");
    while sinkhole.metric("forestall_sinkhole_visitors_total{visitor=\"unknown\"}") < 3 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let seen = sinkhole.stop();
    assert_eq!(seen.contacts.len(), 3);
    for hit in &seen.contacts {
        assert_eq!((hit.kind, hit.server_name.as_deref()), (ContactKind::Tls, Some("opentoday.ws")));
    }
    assert_eq!([&*seen.contacts[0].reason, &*seen.contacts[1].reason], ["TLS broke off"; 2]);
}
