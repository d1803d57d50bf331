// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hub, called: what it hears, what is read of its answers, and what is sent again.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use forestall_api::act::Record;
use forestall_api::notes::AddNote;
use forestall_connect::hub::{Hub, HubError, HubSettings};
use forestall_model::CaseId;
use forestall_testkit::parsed;
use forestall_testkit::responder::Responder;

use crate::certificates::{AUTHORITY, EXPIRED, GOOD, secured};
use crate::webhook::{Heard, header, request};

pub(crate) const TOKEN: &str = "secret-word";
const RECORDED: &str = r#"{"case":"mine","events":[{"version":7,"kind":"noted","leaf":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}"#;

pub(crate) fn settings(address: &str) -> HubSettings {
    HubSettings { tries: 3, ..HubSettings::new(parsed(address), parsed(TOKEN)) }
}

/// Makes the client of a server of a test.
pub(crate) fn hub(server: &Responder) -> Hub {
    Hub::new(settings(&format!("http://{}", server.address()))).unwrap()
}

/// Writes an answer with a body.
pub(crate) fn answer(status: &str, media: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n{body}"
    )
}

pub(crate) fn json(body: &str) -> String {
    answer("200 OK", "application/json", "", body)
}

pub(crate) fn problem(status: u16, word: &str, more: &str) -> String {
    let body = format!(
        r#"{{"type":"/problems/{word}","title":"No","status":{status},"detail":"it is \u001b[31mred","errors":[{{"pointer":"/a","detail":"not so"}}]}}"#
    );
    answer(&format!("{status} No"), "application/problem+json", more, &body)
}

/// Starts a server that keeps what it hears and gives one answer after another, the last one again and again; an empty one breaks the
/// connection.
pub(crate) fn scripted(answers: Vec<String>) -> (Responder, Heard) {
    let heard = Heard::default();
    let (keep, next) = (Arc::clone(&heard), AtomicUsize::new(0));
    let responder = Responder::start(move |mut stream| {
        let request = request(&mut stream)?;
        keep.lock().unwrap().push(request);
        let place = next.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        stream.write_all(answers[place].as_bytes())
    });
    (responder, heard)
}

fn case() -> CaseId {
    parsed("mine")
}

fn note() -> AddNote {
    AddNote { text: "a fact".to_owned(), slice: None, record: Record::default() }
}

fn keys(heard: &Heard) -> Vec<String> {
    let heard = heard.lock().unwrap();
    heard.iter().map(|(head, _)| header(head, "idempotency-key").unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_question_says_who_asks_and_what_for() {
    let (server, heard) = scripted(vec![json(r#"{"items":[]}"#)]);
    assert!(hub(&server).slices(&case(), None).await.unwrap().is_empty());
    let (head, body) = heard.lock().unwrap()[0].clone();
    assert!(head.starts_with("GET /api/v1/cases/mine/slices HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(&head, "authorization"), Some("Bearer secret-word"));
    assert_eq!(header(&head, "accept"), Some("application/json"));
    assert_eq!((header(&head, "idempotency-key"), body.len()), (None, 0));
    assert!(!format!("{:?}", hub(&server)).contains(TOKEN));
}

#[tokio::test]
async fn an_act_is_recorded_over_what_was_seen() {
    let entry = r#"{"party":{"id":"dns-be","kind":"registry","name":"DNS"},"changed":"2026-11-26T00:00:00Z"}"#;
    let tagged = answer("200 OK", "application/json; charset=utf-8", "ETag: \"c1-ab\"\r\n", entry);
    let (server, heard) = scripted(vec![tagged, json(entry), answer("204 No Content", "text/plain", "", "")]);
    let hub = hub(&server);
    let seen = hub.party(&parsed("dns-be")).await.unwrap();
    hub.change_party(&seen.value.party, seen.tag.as_ref()).await.unwrap();
    hub.remove_party(&parsed("dns-be"), None).await.unwrap();
    let heard = heard.lock().unwrap();
    let (head, body) = &heard[1];
    assert!(head.starts_with("PUT /api/v1/parties/dns-be "), "{head}");
    assert_eq!(header(head, "if-match"), Some("\"c1-ab\""));
    assert_eq!(String::from_utf8_lossy(body), r#"{"id":"dns-be","kind":"registry","name":"DNS"}"#);
    assert!(heard[2].0.starts_with("DELETE /api/v1/parties/dns-be ") && header(&heard[2].0, "if-match").is_none());
}

#[tokio::test]
async fn lists_go_on_where_the_cursor_says_and_end_at_their_bound() {
    let entry = r#"{"version":1,"at":"2026-11-26T00:00:00Z","slice":null,"text":"x","source":null}"#;
    let page = |next: &str| json(&format!(r#"{{"items":[{entry},{entry}],"next":{next}}}"#));
    let (server, heard) = scripted(vec![page("\"2.ab\""), json(r#"{"items":[],"next":"4.cd"}"#), page("null")]);
    assert_eq!(hub(&server).notes(&case()).all().await.unwrap().len(), 4);
    let asked: Vec<String> =
        heard.lock().unwrap().iter().map(|(head, _)| head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        asked,
        [
            "GET /api/v1/cases/mine/notes HTTP/1.1",
            "GET /api/v1/cases/mine/notes?cursor=2.ab HTTP/1.1",
            "GET /api/v1/cases/mine/notes?cursor=4.cd HTTP/1.1"
        ]
    );
    let (endless, _) = scripted(vec![page("\"2.ab\"")]);
    assert_eq!(hub(&endless).notes(&case()).at_most(5).all().await, Err(HubError::TooMany(5)));
    let (empty, _) = scripted(vec![json(r#"{"items":[],"next":"4.cd"}"#)]);
    assert!(matches!(hub(&empty).notes(&case()).all().await, Err(HubError::TooMany(_))));
}

#[tokio::test]
async fn a_broken_connection_is_followed_by_the_same_call_with_the_same_key() {
    let (server, heard) = scripted(vec![String::new(), json(RECORDED)]);
    let recorded = hub(&server).add_note(&case(), &note(), None).await.unwrap();
    assert_eq!(recorded.events[0].version, Some(7));
    let first = keys(&heard);
    assert_eq!((first.len(), &first[0], first[0].len()), (2, &first[1], 32));
    let bodies: Vec<Vec<u8>> = heard.lock().unwrap().iter().map(|(_, body)| body.clone()).collect();
    assert_eq!(bodies[0], bodies[1]);
    hub(&server).add_note(&case(), &note(), None).await.unwrap();
    assert_ne!(keys(&heard)[2], first[0], "another call has another key");
}

#[tokio::test]
async fn a_hub_that_is_busy_is_asked_again() {
    let busy = || problem(503, "unavailable", "Retry-After: 0\r\n");
    let limited = problem(429, "rate-limited", "Retry-After: 0\r\n");
    let (server, heard) = scripted(vec![limited, busy(), json(RECORDED)]);
    hub(&server).add_note(&case(), &note(), None).await.unwrap();
    let keys_of = keys(&heard);
    assert!(keys_of.len() == 3 && keys_of.iter().all(|key| *key == keys_of[0]), "{keys_of:?}");
    let (server, heard) = scripted(vec![problem(409, "in-progress", "Retry-After: 0\r\n"), json(RECORDED)]);
    hub(&server).add_note(&case(), &note(), None).await.unwrap();
    assert_eq!(keys(&heard).len(), 2);

    let (server, heard) = scripted(vec![busy()]);
    let error = hub(&server).add_note(&case(), &note(), None).await.unwrap_err();
    assert_eq!(
        (error.status(), heard.lock().unwrap().len()),
        (Some(503), 3),
        "it ends after as many tries as were set"
    );
    for patience in ["Retry-After: 100000\r\n", "Retry-After: Thu, 26 Nov 2099 09:30:00 GMT\r\n", ""] {
        let (server, heard) = scripted(vec![problem(429, "rate-limited", patience)]);
        let error = hub(&server).add_note(&case(), &note(), None).await.unwrap_err();
        assert_eq!((error.status(), heard.lock().unwrap().len()), (Some(429), 1), "{patience}");
        assert_eq!(error.after().is_some(), !patience.is_empty());
    }
}

#[tokio::test]
async fn a_refusal_is_told_once_and_without_what_moves_a_cursor() {
    for (status, word) in
        [(400, "malformed"), (401, "unauthenticated"), (404, "not-found"), (412, "stale"), (422, "refused")]
    {
        let (server, heard) = scripted(vec![problem(status, word, "")]);
        let error = hub(&server).add_note(&case(), &note(), None).await.unwrap_err();
        assert_eq!((error.status(), error.is_not_found()), (Some(status), status == 404));
        assert_eq!(error.to_string(), "it is [31mred; /a: not so");
        assert_eq!(heard.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_certificate_is_believed_or_nothing_is_sent() {
    let heard: Heard = Arc::new(Mutex::new(Vec::new()));
    let start = |certificate| {
        let keep = Arc::clone(&heard);
        secured(certificate, move |stream| {
            keep.lock().map_err(|_| io::Error::other("poisoned"))?.push(request(stream)?);
            stream.write_all(json(r#"{"items":[]}"#).as_bytes())
        })
    };
    let asked = async |server: &Responder, authorities: Vec<Vec<u8>>| {
        let address = format!("https://localhost:{}", server.address().port());
        let hub = Hub::new(HubSettings { authorities, ..settings(&address) }).unwrap();
        hub.lists(&case()).await
    };
    let (good, expired) = (start(GOOD), start(EXPIRED));
    assert_eq!(asked(&good, vec![AUTHORITY.to_vec()]).await, Ok(Vec::new()));
    assert_eq!(heard.lock().unwrap().len(), 1);
    assert!(matches!(asked(&good, Vec::new()).await, Err(HubError::Certificate(_))));
    assert!(matches!(asked(&expired, vec![AUTHORITY.to_vec()]).await, Err(HubError::Certificate(_))));
    assert_eq!(heard.lock().unwrap().len(), 1, "the token goes to nobody whose certificate is wrong");
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let server = Responder::start(|mut stream| {
        request(&mut stream)?;
        // Until whoever asks hangs up.
        request(&mut stream).map(drop)
    });
    let limit = Duration::from_millis(300);
    let hub = Hub::new(HubSettings { limit, ..settings(&format!("http://{}", server.address())) }).unwrap();
    assert_eq!(hub.lists(&case()).await, Err(HubError::TooSlow(limit)));
}
