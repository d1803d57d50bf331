// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Hostile input at every route of the router: no answer is a failure of the console, none repeats markup, and nothing that is too large is
//! taken.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::collections::BTreeSet;
use std::path::Path;

use crate::console::{Client, Reply, Served};

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

/// What is put into each part of an address, each value of a query and each field of a form.
const HOSTILE: [&str; 12] = [
    MARKUP,
    "' OR '1'='1'; DROP TABLE event; --",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "=cmd|' /C calc'!A0",
    "\u{0}\u{1b}[2J\r\nSet-Cookie: a=b",
    "\u{202e}xn--\u{fffd}\u{1f480}",
    "-1",
    "18446744073709551616",
    "9999-99-99",
    "",
    "{\"a\":[[[[[[[[[[]]]]]]]]]]}",
];

/// The routes as the program has them: each with whether it is read and whether it is sent to.
fn routes() -> Vec<(String, bool, bool)> {
    let router = include_str!("../../src/server/router.rs");
    let found = router.lines().filter_map(|line| {
        let (path, handler) = line.trim().strip_prefix(".route(\"")?.split_once('"')?;
        Some((path.to_owned(), handler.contains("get("), handler.contains("post(")))
    });
    // Leaving ends the session with which the others are asked for.
    found.filter(|(path, _, _)| path != "/sign-out").collect()
}

/// The words by which pages read queries and forms, taken from their code, so that a new one is attacked from its first day.
fn words() -> BTreeSet<String> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let mut words = BTreeSet::new();
    for file in std::fs::read_dir(pages).unwrap() {
        let code = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for call in ["text(\"", "raw(\"", "all(\""] {
            words.extend(code.split(call).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
        for rest in code.split("parse::<").skip(1) {
            words.extend(rest.split_once("(\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    words.remove("form_token");
    words
}

fn encoded(text: &str) -> String {
    text.bytes().map(|octet| format!("%{octet:02X}")).collect()
}

/// Fills the parts of an address: with `hostile` that of a number, with what is there the others; all with what is there without a number.
fn filled(route: &str, hostile: &str, place: Option<usize>) -> String {
    let mut number = 0;
    let parts = route.split('/').map(|part| {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else { return part.to_owned() };
        number += 1;
        if place == Some(number - 1) {
            return encoded(hostile);
        }
        let known = match name {
            "id" | "case" => "a",
            "tld" => "com",
            "slug" => "conficker-a",
            "version" | "old" | "new" => "1",
            "file" => "1.csv",
            _ => "x",
        };
        known.to_owned()
    });
    parts.collect::<Vec<_>>().join("/")
}

#[track_caller]
fn check(what: &str, reply: &Reply) {
    let Reply { status, body, .. } = reply;
    assert!(*status < 500, "{what}: {status} {body}");
    // A browser reads markup in a page alone: what is of another type says so, and is not guessed at.
    let is_page = reply.header("content-type").starts_with("text/html");
    assert!(is_page || reply.header("x-content-type-options") == "nosniff", "{what}");
    assert!(!is_page || (!body.contains("<script>alert") && !body.contains("<img src=x")), "{what} repeats markup");
}

/// Opens every page with what was recorded, as a person would afterwards.
async fn open_all(client: &Client<'_>) {
    for (route, _, _) in routes().iter().filter(|(_, reads, _)| *reads) {
        let address = filled(route, "", None);
        let reply = client.get(&address).await;
        check(&address, &reply);
        let json = client.get_json(&address).await;
        assert!(json.status < 500, "{address}: {} {}", json.status, json.body);
    }
}

#[tokio::test]
async fn no_address_breaks_a_page_or_comes_back_as_markup() {
    let served = Served::start().await;
    served.open_case("a", MARKUP).await;
    let client = served.sign_in().await;
    for (route, _, _) in routes().iter().filter(|(_, reads, _)| *reads) {
        for place in 0..route.matches('{').count() {
            for hostile in HOSTILE {
                let address = filled(route, hostile, Some(place));
                let reply = client.get(&address).await;
                check(&address, &reply);
            }
        }
    }
    let words = words();
    assert!(words.len() > 50, "{words:?}");
    for (route, _, _) in routes().iter().filter(|(_, reads, _)| *reads) {
        for hostile in HOSTILE {
            // All words at once find what is never read; each alone would find the same, since pages stop at the first that is wrong.
            for word in words.iter().filter(|word| QUERY_WORDS.contains(&word.as_str())) {
                let address = format!("{}?{word}={}", filled(route, "", None), encoded(hostile));
                let reply = client.get(&address).await;
                check(&address, &reply);
            }
        }
    }
    open_all(&client).await;
}

/// Words of queries that more than one page reads.
const QUERY_WORDS: [&str; 9] = ["order", "within", "day", "from", "until", "page", "before", "kind", "name"];

#[tokio::test]
async fn no_form_breaks_the_console_or_comes_back_as_markup() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let client = served.sign_in().await;
    let words = words();
    for (route, _, _) in routes().iter().filter(|(_, _, sends)| *sends) {
        let address = filled(route, "", None);
        for hostile in HOSTILE {
            let fields: Vec<(&str, &str)> = words.iter().map(|word| (word.as_str(), hostile)).collect();
            let reply = client.post(&address, &fields).await;
            check(&address, &reply);
            let reply = client.upload(&address, &fields, hostile.as_bytes()).await;
            check(&address, &reply);
        }
        // Values that are right but for one, so that the pages get further than to the first word.
        for hostile in HOSTILE {
            for field in ["reason", "text", "title", "comment", "name", "source", "owner"] {
                let right = [("day", "2009-03-20"), ("action", "monitor"), ("result", "refused"), ("what", "x")];
                let fields: Vec<(&str, &str)> = right.into_iter().chain([(field, hostile)]).collect();
                let reply = client.post(&address, &fields).await;
                check(&address, &reply);
            }
        }
    }
    open_all(&client).await;
    // What was recorded on the way is still a log that can be read from its beginning.
    assert!(served.desk.store().rebuild().await.unwrap() > 0);
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_taken() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let client = served.sign_in().await;
    let before = served.desk.log(None, 0, 100).await.unwrap().len();
    let large = vec![b'a'; 100 << 20];
    let cookie = ("Cookie", client.cookie.as_str());
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=bound", "application/json"] {
        for (route, _, _) in routes().iter().filter(|(_, _, sends)| *sends) {
            let address = filled(route, "", None);
            let reply = served.send("POST", &address, &[cookie, ("Content-Type", kind)], &large).await;
            assert!((400..500).contains(&reply.status), "{address} as {kind}: {}", reply.status);
        }
    }
    assert_eq!(served.desk.log(None, 0, 100).await.unwrap().len(), before, "something was recorded");
}
