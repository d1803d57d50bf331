// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the outermost layer lets through, and the headers of every response.

use std::time::Duration;

use forestall_dga::Catalogue;
use forestall_hub::server::{Console, ServeError, Settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::console::{Reply, Served};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

#[track_caller]
fn check_headers(what: &str, reply: &Reply) {
    assert_eq!(reply.header("content-security-policy"), POLICY, "{what}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(reply.header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(reply.header("x-frame-options"), "DENY", "{what}");
    assert!(!reply.header("cache-control").is_empty(), "{what}");
}

#[tokio::test]
async fn every_response_has_the_policy() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let pages = [
        "/",
        "/open",
        "/log",
        "/families",
        "/family/conficker-c",
        "/case/a",
        "/case/a/gaps?within=3",
        "/case/a/days",
        "/case/a/holders",
        "/case/a/docket",
        "/case/a/docket/decide",
        "/case/a/docket/names.txt",
        "/case/a/alarms",
        "/case/a/exclusions.txt",
        "/registers",
        "/guard",
        "/case/a/log",
        "/case/a/slice/com",
        "/case/a/slice/com/names.csv",
        "/sign-in",
    ];
    for page in pages {
        let reply = client.get(page).await;
        assert_eq!(reply.status, 200, "{page}");
        assert_eq!(reply.header("cache-control"), "no-store", "{page}");
        check_headers(page, &reply);
        for inline in [" style=", "<style", " onclick=", "javascript:", "http://", "https://"] {
            let found =
                reply.body.find(inline).map(|at| &reply.body[at.saturating_sub(80)..(at + 80).min(reply.body.len())]);
            // Addresses are sources of facts in words, never something that a browser loads.
            let loads = found.is_some_and(|text| text.contains("src=\"http") || text.contains("href=\"http"));
            assert!(found.is_none() || (inline.starts_with("http") && !loads), "{page}: {inline} in {found:?}");
        }
    }
    for (page, status) in [("/nothing", 404), ("/case/none", 404), ("/case/a?within=0", 400), ("/case/a/../b", 400)] {
        let reply = client.get(page).await;
        assert_eq!(reply.status, status, "{page}");
        check_headers(page, &reply);
    }
    check_headers("redirect", &served.get("/", &[]).await);
    check_headers("refused", &served.send("DELETE", "/", &[], b"").await);
    check_headers("stranger", &served.get("/", &[("Host", "example.com")]).await);
}

#[tokio::test]
async fn assets_are_public_and_kept_by_their_digest() {
    let served = Served::start().await;
    let page = served.get("/sign-in", &[]).await;
    let style = page.between("href=\"/assets/console.css", "\"");
    let reply = served.get(&format!("/assets/console.css{style}"), &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(reply.header("cache-control").contains("immutable"));
    check_headers("console.css", &reply);
    assert_eq!(served.get("/assets/console.css?v=0", &[]).await.header("cache-control"), "no-cache");
    for name in ["map.css", "heat.js", "filter.js", "forms.js", "icon.svg"] {
        assert_eq!(served.get(&format!("/assets/{name}"), &[]).await.status, 200, "{name}");
    }
    for wrong in ["/assets/", "/assets/console.rs", "/assets/..%2f..%2fCargo.toml", "/assets/console.css%00"] {
        assert!(matches!(served.get(wrong, &[]).await.status, 303 | 400 | 404), "{wrong}");
    }
}

#[tokio::test]
async fn paths_that_are_no_page_are_the_clients_fault() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let long = format!("/case/{}", "a".repeat(5_000));
    let cases = [
        ("/case/A", 404),
        ("/case/-a", 404),
        ("/case/a%20b", 404),
        ("/case/%2e%2e", 400),
        ("/case/..", 400),
        ("/case/a%2f..%2fb", 400),
        ("/case/%ff", 400),
        ("/case/%zz", 400),
        ("/case/a%00", 400),
        ("/case/a%5cb", 400),
        ("/case/%F0%9F%90%9B", 404),
        (&long, 414),
        ("/case/a/slice/COM", 404),
        ("/case/a/slice/museum", 404),
        ("/case/a/slice/com.", 404),
        ("/case/a/slice/com?day=2009-02-30", 400),
        ("/case/a/slice/com?day=2009-03-16&campaign=conficker-z", 404),
        ("/case/a/slice/com?page=0", 400),
        ("/case/a/slice/com?page=-1", 400),
        ("/case/a/slice/com?page=99999999999999999999", 400),
        ("/case/a/slice/com?page=9999", 200),
        ("/case/a/slice/com?day=1700-01-01", 200),
        ("/case/a/slice/com?done=999-999", 200),
        ("/case/a/slice/com/names.csv?day=x", 400),
        ("/case/a/slice/com/names.pdf", 404),
        ("/case/a?within=x", 400),
        ("/case/a?within=65536", 400),
        ("/case/a?order=price", 400),
        ("/case/a/log?before=x", 400),
        ("/case/a/log?before=0", 200),
        ("/case/a/log?before=18446744073709551615", 200),
        ("/case/a/holders?from=x", 400),
        ("/family/none", 404),
        ("/family/conficker-a?day=9999-12-31", 200),
        ("/family/conficker-a?day=1601-01-01", 200),
        ("/family/conficker-c?day=1601-01-01", 200),
        ("//", 404),
        ("/case/a/", 404),
    ];
    for (path, status) in cases {
        let reply = client.get(path).await;
        assert_eq!(reply.status, status, "{}: {}", &path[..path.len().min(60)], reply.body);
    }
}

#[tokio::test]
async fn problems_are_documents_for_programs() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    let reply = client.get_json("/case/none").await;
    assert_eq!((reply.status, reply.header("content-type")), (404, "application/problem+json"));
    let problem: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["title"], "Not found");
    assert!(problem["detail"].as_str().unwrap().contains("there is no case none"), "{problem}");
    let page = client.get("/case/none").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.contains("there is no case none"));
    let wrong =
        served.send("PUT", "/case/none", &[("Cookie", &client.cookie), ("Accept", "application/json")], b"").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET,HEAD"));
    assert_eq!(wrong.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn another_name_for_this_host_is_refused() {
    let served = Served::start().await;
    let port = served.address.port();
    for host in ["example.com", "example.com:80", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.example.com", ""] {
        let status = served.get("/sign-in", &[("Host", host)]).await.status;
        assert!(matches!(status, 400 | 421), "{host}: {status}");
    }
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("LOCALHOST:{port}")] {
        assert_eq!(served.get("/sign-in", &[("Host", &host)]).await.status, 200, "{host}");
    }
    assert_eq!(served.get("/sign-in", &[("Host", "a"), ("Host", "b")]).await.status, 400);
}

#[tokio::test]
async fn another_sites_page_cannot_act() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let path = "/case/a/slice/com/answer";
    let own = format!("http://{}", served.address);
    let fields = [("action", "reserve"), ("result", "done"), ("form_token", client.form_token.as_str())];
    let check = async |headers: &[(&str, &str)], status: u16| {
        let mut all = vec![("Cookie", client.cookie.as_str())];
        all.extend_from_slice(headers);
        assert_eq!(served.post(path, &all, &fields).await.status, status, "{headers:?}");
    };
    check(&[("Origin", "http://example.com")], 403).await;
    check(&[("Origin", "http://127.0.0.1:1")], 403).await;
    check(&[("Origin", &own.replace("http", "https"))], 403).await;
    check(&[("Sec-Fetch-Site", "cross-site")], 403).await;
    check(&[("Sec-Fetch-Site", "same-site"), ("Origin", "null")], 403).await;
    check(&[("Sec-Fetch-Site", "none")], 403).await;
    check(&[("Sec-Fetch-Site", "cross-site"), ("Origin", &own)], 403).await;
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 1, "nothing was recorded");
    check(&[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], 303).await;
    check(&[("Sec-Fetch-Site", "same-origin"), ("Origin", &own)], 303).await;
    check(&[("Origin", &own)], 303).await;
    check(&[], 303).await;
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_session() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let cookie = [("Cookie", client.cookie.as_str())];
    for token in ["", "0", &"0".repeat(64)] {
        let fields = [("action", "reserve"), ("result", "done"), ("form_token", token)];
        let reply = served.post("/case/a/slice/com/answer", &cookie, &fields).await;
        assert_eq!(reply.status, 403, "{token:?}");
    }
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 1, "nothing was recorded");
}

#[tokio::test]
async fn forms_that_are_too_large_or_no_forms_are_refused() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let large = "x".repeat(257 << 10);
    let reply = client.post("/case/a/slice/com/answer", &[("comment", &large)]).await;
    assert_eq!(reply.status, 413);
    assert!(reply.body.contains("256 KiB"), "{}", reply.body);
    let file = vec![b'a'; (16 << 20) + 1];
    let reply = client.upload("/case/a/slice/com/answer-file", &[("action", "reserve")], &file).await;
    assert_eq!(reply.status, 413);
    let cookie = ("Cookie", client.cookie.as_str());
    for (kind, status) in [("application/json", 415), ("text/plain", 415), ("multipart/form-data", 400)] {
        let reply = served.send("POST", "/case/a/slice/com/answer", &[cookie, ("Content-Type", kind)], b"{}").await;
        assert_eq!(reply.status, status, "{kind}");
    }
    let cut = b"--bound\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\nabc";
    let kind = ("Content-Type", "multipart/form-data; boundary=bound");
    let reply = served.send("POST", "/case/a/slice/com/answer", &[cookie, kind], cut).await;
    assert_eq!(reply.status, 400);
    let fields: Vec<(&str, &str)> = (0..500).map(|_| ("campaign", "x")).collect();
    assert_eq!(client.post("/case/a/slice/com/answer", &fields).await.status, 400);
}

#[tokio::test]
async fn bytes_that_are_no_request_do_not_disturb_others() {
    let served = Served::start().await;
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-Header: 1\r\n".repeat(500));
    let endless = format!("GET /{} HTTP/1.1\r\n", "a".repeat(200_000));
    for bytes in ["\0\0\0", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", &many, &endless, "\u{16}\u{3}\u{1}"] {
        let mut stream = tokio::net::TcpStream::connect(served.address).await.unwrap();
        let _ = stream.write_all(bytes.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 2") && !answer.starts_with(b"HTTP/1.1 5"), "{bytes:.40}");
    }
    // A request without a host never reaches a page.
    let mut stream = tokio::net::TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /sign-in HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.0 400") || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(served.get("/sign-in", &[]).await.status, 200);
}

#[tokio::test]
async fn who_never_ends_a_request_is_let_go_and_holds_up_nobody() {
    let served = Served::start().await;
    let begun = ["", "GET / HT", "GET /sign-in HTTP/1.1\r\nHost: a\r\n"];
    let mut slow = Vec::new();
    for octets in begun {
        let mut stream = tokio::net::TcpStream::connect(served.address).await.unwrap();
        stream.write_all(octets.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    assert_eq!(served.get("/sign-in", &[]).await.status, 200);
    for (mut stream, octets) in slow.into_iter().zip(begun) {
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok() && !answer.starts_with(b"HTTP/1.1 2"), "{octets:?}: {ended:?}");
    }
}

#[tokio::test]
async fn a_busy_port_is_an_error_of_its_own() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let error = Console::bind(desk, Settings::new(address)).await.unwrap_err();
    assert!(matches!(error, ServeError::Busy { address: named } if named == address), "{error}");
    assert!(error.to_string().contains(&address.to_string()) && error.to_string().contains("--listen"), "{error}");
}

#[tokio::test]
async fn listening_for_other_machines_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let bind = async |listen: &str| Console::bind(desk.clone(), Settings::new(listen.parse().unwrap())).await.unwrap();
    assert!(!bind("127.0.0.1:0").await.is_exposed());
    assert!(bind("0.0.0.0:0").await.is_exposed());
}
