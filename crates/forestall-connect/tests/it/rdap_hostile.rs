// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Services of RDAP that lie or are broken: nothing they send makes a name free, and nothing takes for ever.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant as Moment};

use forestall_connect::{Manners, RdapOptions};
use forestall_testkit::responder::{Responder, read_until};

use crate::certificates::{self, AUTHORITY, EXPIRED, GOOD};
use crate::rdap::{at, collected, name, quick, why};

/// An answer about any name.
fn answer(name: &str) -> String {
    let body = format!("{{\"objectClassName\": \"domain\", \"ldhName\": \"{name}\", \"status\": [\"active\"]}}");
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn respond(stream: &mut impl Write, head: &str, body: &[u8]) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

/// Starts a service that answers the question for a name by `script`.
fn service(script: impl Fn(&mut TcpStream, &str) -> io::Result<()> + Send + Sync + 'static) -> Responder {
    Responder::start(move |mut stream| {
        let request = read_until(&mut stream, b"\r\n\r\n")?;
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let path = path.split('?').next().unwrap_or_default();
        script(&mut stream, path.rsplit('/').next().unwrap_or_default())
    })
}

fn options(service: &Responder) -> RdapOptions<'static> {
    RdapOptions { manners: Manners { tries: 1, ..quick() }, ..at(&format!("http://{}/", service.address())) }
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure_with_its_reason() {
    let service = service(|stream, name| match name {
        "good.be" => stream.write_all(answer(name).as_bytes()),
        "other.be" => stream.write_all(answer("praat.org").as_bytes()),
        "page.be" => respond(stream, "200 OK", b"<html>Welcome</html>"),
        "empty.be" => respond(stream, "200 OK", b""),
        "encoding.be" => respond(stream, "200 OK", b"{\"ldhName\": \"\xFF\xFE\"}"),
        "deep.be" => respond(stream, "200 OK", format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()),
        "absentpage.be" => respond(stream, "404 Not Found", b"<html>nothing here</html>"),
        "absent.be" => respond(stream, "404 Not Found", b""),
        "error.be" => respond(stream, "200 OK", b"{\"errorCode\": 404, \"title\": \"Not Found\"}"),
        "bad.be" => respond(stream, "400 Bad Request", b"{\"errorCode\": 400}"),
        "broken.be" => respond(stream, "500 Oops", b""),
        "nothttp.be" => stream.write_all(b"220 mail.example ESMTP\r\n"),
        "short.be" => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{{"),
        "closed.be" => Ok(()),
        _ => respond(stream, "418 Teapot", b""),
    });
    let names = [
        "good.be",
        "other.be",
        "page.be",
        "empty.be",
        "encoding.be",
        "deep.be",
        "absentpage.be",
        "absent.be",
        "error.be",
        "bad.be",
        "broken.be",
        "nothttp.be",
        "short.be",
        "closed.be",
        "teapot.be",
    ];
    let (outcomes, report) = collected(&names, &options(&service)).await;
    assert_eq!((report.told, report.failed), (2, names.len() - 2));
    assert!(outcomes[&name("good.be")].is_ok() && outcomes[&name("absent.be")].is_ok());
    assert_eq!(why(&outcomes, "other.be"), "the answer is about \"praat.org\"; asked was other.be");
    assert!(why(&outcomes, "page.be").starts_with("the answer is no JSON: "));
    assert!(why(&outcomes, "empty.be").starts_with("the answer is no JSON: "));
    assert!(why(&outcomes, "encoding.be").starts_with("the answer is not UTF-8: "));
    assert!(why(&outcomes, "deep.be").starts_with("the answer is nested more than 32 deep"));
    assert_eq!(why(&outcomes, "absentpage.be"), "HTTP 404 with a page that no service of RDAP sends");
    assert_eq!(why(&outcomes, "error.be"), "the answer is an error, code 404: \"Not Found\"");
    assert_eq!(why(&outcomes, "bad.be"), "HTTP 400");
    assert_eq!(why(&outcomes, "broken.be"), "HTTP 500");
    for of in ["nothttp.be", "short.be", "closed.be"] {
        assert!(!why(&outcomes, of).is_empty() && !why(&outcomes, of).contains("http://"), "{}", why(&outcomes, of));
    }
}

#[tokio::test]
async fn endless_and_huge_answers_are_cut() {
    let service = service(|stream, name| match name {
        "declared.be" => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{{"),
        // More than 256 KiB of JSON that would be right.
        "huge.be" => respond(
            stream,
            "200 OK",
            format!("{{\"ldhName\": \"{name}\", \"x\": \"{}\"}}", "x".repeat(300_000)).as_bytes(),
        ),
        "chunked.be" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            loop {
                stream.write_all(b"4000\r\n")?;
                stream.write_all(&[b' '; 0x4000])?;
                stream.write_all(b"\r\n")?;
            }
        }
        "drip.be" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        "headers.be" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                stream.write_all(b"X-More: and more and more and more\r\n")?;
            }
        }
        _ => {
            std::thread::sleep(Duration::from_secs(10));
            Ok(())
        }
    });
    let huge = ["declared.be", "huge.be", "chunked.be"];
    let (outcomes, _) = collected(&huge, &options(&service)).await;
    for of in huge {
        assert_eq!(why(&outcomes, of), "the answer is longer than 262144 octets");
    }
    let manners = Manners { tries: 1, timeout: Duration::from_millis(700), ..quick() };
    let begin = Moment::now();
    let slow = ["drip.be", "headers.be", "silent.be"];
    let (outcomes, _) = collected(&slow, &RdapOptions { manners, ..options(&service) }).await;
    for of in ["drip.be", "silent.be"] {
        assert_eq!(why(&outcomes, of), "no whole answer within 700ms");
    }
    assert!(!why(&outcomes, "headers.be").is_empty());
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn redirects_lead_only_where_they_may() {
    let elsewhere = service(|stream, name| stream.write_all(answer(name).as_bytes()));
    let port = elsewhere.address().port();
    let service = service(move |stream, name| {
        let to = match name {
            "near.be" => "/moved/good.be?x#y".to_owned(),
            "good.be" => return stream.write_all(answer("near.be").as_bytes()),
            "loop.be" => "/loop.be".to_owned(),
            "port.be" => format!("http://127.0.0.1:{port}/{name}"),
            "inside.be" => format!("http://10.0.0.1/{name}"),
            "metadata.be" => "http://169.254.169.254/latest/meta-data/".to_owned(),
            "evil.be" => format!("https://rdap.evil.example/{name}"),
            "file.be" => "file:///etc/passwd".to_owned(),
            "user.be" => "http://user:word@127.0.0.1/".to_owned(),
            "noaddress.be" => return respond(stream, "302 Found", b""),
            _ => "http://[".to_owned(),
        };
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    });
    let names = [
        "near.be",
        "loop.be",
        "port.be",
        "inside.be",
        "metadata.be",
        "evil.be",
        "file.be",
        "user.be",
        "noaddress.be",
        "garbage.be",
    ];
    let (outcomes, report) = collected(&names, &options(&service)).await;
    assert_eq!((report.told, report.failed), (1, 9), "{outcomes:?}");
    assert!(outcomes[&name("near.be")].is_ok());
    assert_eq!(why(&outcomes, "loop.be"), "it redirects more than 3 times");
    for of in ["port.be", "inside.be", "metadata.be", "evil.be", "file.be"] {
        assert!(why(&outcomes, of).ends_with(", which no bootstrap file names"), "{}", why(&outcomes, of));
    }
    assert_eq!(why(&outcomes, "user.be"), "it redirects to an address with a user name");
    assert_eq!(why(&outcomes, "noaddress.be"), "HTTP 302 without an address");
    assert_eq!(why(&outcomes, "garbage.be"), "it redirects to something that is no address");
}

#[tokio::test]
async fn a_known_service_inside_the_network_is_not_connected_to() {
    // The bootstrap names a host that is at a loopback address; the operator's service redirects to it.
    let mut directory = forestall_model::directory::Directory::built_in().clone();
    let bootstrap = r#"{"version": "1.0", "services": [
        [["be"], ["https://localhost:9/"]], [["ag"], ["https://192.168.0.1/"]], [["ws"], ["https://[::1]/"]]]}"#;
    directory.import_rdap_bootstrap(bootstrap).unwrap();
    let service = service(|stream, name| {
        let to = match name {
            "a.be" => "https://localhost:9/",
            "a.ag" => "https://192.168.0.1/",
            _ => "https://[::1]/",
        };
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    });
    let options = RdapOptions { directory: &directory, ..options(&service) };
    let (outcomes, _) = collected(&["a.be", "a.ag", "a.ws"], &options).await;
    for of in ["a.be", "a.ag", "a.ws"] {
        assert!(why(&outcomes, of).ends_with("which is not a public address"), "{}", why(&outcomes, of));
    }
}

/// Starts a service over TLS that shows a certificate.
fn secured(certificate: &'static [u8]) -> Responder {
    certificates::secured(certificate, |stream| {
        let request = read_until(stream, b"\r\n\r\n")?;
        let path = request.split(' ').nth(1).unwrap_or_default();
        stream.write_all(answer(path.rsplit('/').next().unwrap_or_default()).as_bytes())
    })
}

#[tokio::test]
async fn only_a_certificate_that_holds_is_believed() {
    let (good, expired) = (secured(GOOD), secured(EXPIRED));
    let check = async |host: &str, service: &Responder, authorities: Vec<Vec<u8>>| {
        let base = format!("https://{host}:{}/", service.address().port());
        let options = RdapOptions { authorities, manners: quick(), ..at(&base) };
        let (outcomes, _) = collected(&["a.be"], &options).await;
        outcomes[&name("a.be")].as_ref().map(|_| ()).map_err(|failed| failed.reason.clone())
    };
    let ours = || vec![AUTHORITY.to_vec()];
    assert_eq!(check("localhost", &good, ours()).await, Ok(()));
    assert_eq!(check("127.0.0.1", &good, ours()).await, Ok(()));
    let refused = |outcome: Result<(), String>, word: &str| {
        let reason = outcome.unwrap_err();
        assert!(reason.contains("invalid peer certificate") && reason.contains(word), "{reason}");
    };
    refused(check("localhost", &expired, ours()).await, "expired");
    refused(check("localhost", &good, Vec::new()).await, "UnknownIssuer");
}

#[tokio::test]
async fn a_certificate_that_is_none_is_told() {
    let service = secured(GOOD);
    let options = RdapOptions { authorities: vec![b"no certificate".to_vec()], ..at("https://localhost/") };
    let error = forestall_connect::collect_rdap([], &options, crate::rdap::now(), |_, _| {}).await.unwrap_err();
    assert!(error.to_string().starts_with("the added certificate of an authority 1 cannot be used"), "{error}");
    drop(service);
}
