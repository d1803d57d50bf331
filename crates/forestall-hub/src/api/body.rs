// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The body of a request: collected within its limit and its time, then read as JSON with the place of what is wrong.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use forestall_api::epp::MAX_BATCH;
use forestall_api::evidence::MAX_ZONE;
use forestall_api::handover::MAX_ARCHIVE;
use forestall_api::header::{JSON, MAX_JSON};
use forestall_api::party::MAX_PARTIES;
use forestall_api::problem::Fault;
use forestall_api::route;
use hyper::body::Body as _;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::server::Problem;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);

/// Returns the most octets of a body that an address takes.
pub(super) fn most(path: &str) -> usize {
    if path.ends_with(route::IMPORT_PARTIES_AT) {
        MAX_PARTIES
    } else if path.ends_with(route::IMPORT_AT) {
        MAX_ARCHIVE
    } else if path.ends_with("/evidence/zone") {
        MAX_ZONE
    } else if path.ends_with(route::EPP_BATCHES_AT) {
        MAX_BATCH
    } else {
        MAX_JSON
    }
}

/// How many times the limit is read and thrown away before the connection is closed, so that a program that sends a little too much gets to
/// read why it was refused.
const DRAIN: usize = 4;

/// Collects a body of at most `limit` octets.
pub(super) async fn collect(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let large = || {
        let detail = format!("the body holds more than {} KiB; nothing of it was recorded", limit >> 10);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large", detail)
    };
    let said = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let drained = limit.saturating_mul(DRAIN);
    if said.is_some_and(|said| said > drained as u64) {
        return Err(large());
    }
    let mut body = body;
    let read = async {
        let (mut octets, mut seen) = (Vec::new(), 0_usize);
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let frame = frame.map_err(|_| Problem::bad_request("the request broke off in the middle"))?;
            let Ok(data) = frame.into_data() else { continue };
            seen = seen.saturating_add(data.len());
            if seen <= limit {
                octets.extend_from_slice(&data);
            } else if seen > drained {
                break;
            }
        }
        if seen <= limit { Ok(octets) } else { Err(large()) }
    };
    let late =
        |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The request took too long", "the body did not arrive in time");
    tokio::time::timeout(BODY_TIME, read).await.map_err(late)?
}

/// Refuses a body of another media type than `expected`.
pub(super) fn need_type(headers: &HeaderMap, expected: &str) -> Result<(), Problem> {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if found.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(expected)) {
        return Ok(());
    }
    let detail = format!("this address takes {expected}");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Another media type", detail))
}

/// The body of a request in JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        need_type(&parts.headers, JSON)?;
        let octets = collect(&parts.headers, body, MAX_JSON).await?;
        read(&octets).map(Self)
    }
}

fn read<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Problem> {
    // To JSON Schema (draft 2020-12, validation, section 6.1.1) `217.0` is an integer.
    let again = |problem| without_fractions(octets).and_then(|octets| strictly(&octets).ok()).ok_or(problem);
    strictly(octets).or_else(again)
}

fn strictly<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(octets);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let detail = error.inner().to_string();
        let problem = Problem::bad_request(format!("the body is not what this address takes: {detail}"));
        // What is no JSON has no members.
        if error.inner().is_data() {
            let pointer = pointer(error.path(), &detail);
            Problem { faults: vec![Fault { pointer, detail }], ..problem }
        } else {
            problem
        }
    })?;
    reader.end().map_err(|error| Problem::bad_request(format!("something stands after the body: {error}")))?;
    // No database keeps it, so that no text may hold it; only an escape can say it in JSON.
    if holds_nul(octets) {
        return Err(Problem::refused("a text of the body holds the character U+0000, which is not kept"));
    }
    Ok(value)
}

/// Returns a text of JSON with its whole numbers that have a fraction, as `217.0`, written without; `None` where there is none.
fn without_fractions(octets: &[u8]) -> Option<Vec<u8>> {
    let mut written = Vec::with_capacity(octets.len());
    let (mut in_text, mut at) = (false, 0);
    while let Some(octet) = octets.get(at) {
        match octet {
            b'"' => in_text = !in_text,
            b'\\' if in_text => {
                written.push(*octet);
                at += 1;
            }
            b'.' if !in_text => {
                let zeros = octets[at + 1..].iter().take_while(|octet| **octet == b'0').count();
                let next = octets.get(at + 1 + zeros);
                if zeros > 0 && !next.is_some_and(|next| matches!(next, b'0'..=b'9' | b'e' | b'E')) {
                    at += 1 + zeros;
                    continue;
                }
            }
            _ => {}
        }
        written.extend(octets.get(at));
        at += 1;
    }
    (written.len() < octets.len()).then_some(written)
}

/// Says whether a text of JSON that was read holds U+0000.
fn holds_nul(octets: &[u8]) -> bool {
    let mut rest = octets;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        let escape = rest.get(at + 1..).unwrap_or(&[]);
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or(&[]);
    }
    false
}

/// Returns where in a body something is wrong, as a JSON pointer.
fn pointer(path: &Path, detail: &str) -> String {
    let mut pointer = String::new();
    let mut last = None;
    for segment in path.iter() {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => break,
        };
        push(&mut pointer, &part);
        last = Some(part);
    }
    // A member that is missing, or that nobody knows, is said by its parent.
    let named =
        ["unknown field `", "missing field `"].iter().find_map(|start| detail.strip_prefix(start)?.split_once('`'));
    if let Some((name, _)) = named.filter(|(name, _)| last.as_deref() != Some(*name)) {
        push(&mut pointer, name);
    }
    pointer
}

fn push(pointer: &mut String, part: &str) {
    pointer.push('/');
    pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
}

#[cfg(test)]
mod tests {
    use super::read;
    use forestall_api::answer::Answer;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let problem = read::<Answer>(body.as_bytes()).unwrap_err();
        let pointers: Vec<&str> = problem.faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers.join(" "), expected, "{problem:?}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        check(r#"{"action":"reserve","rows":[{"name":"a.com","result":"perhaps"}]}"#, "/rows/0/result");
        check(r#"{"action":"reserve","resulted":"done"}"#, "/resulted");
        check(r#"{"action":"reserve","record":{"a/b~c":1}}"#, "/record/a~1b~0c");
        check(r#"{"result":"done"}"#, "/action");
        check(r#"{"action":"reserve","names":["A.com"]}"#, "/names/0");
        check(r#"{"action":"reserve"} x"#, "");
        check(r#"{"action":"#, "");
        check(r#"{"action":"reserve","days":{"from":1.0}}"#, "/days/from");
        check(r#"{"action":"reserve","record":{"comment":"a\u0000"}}"#, "");
        assert!(read::<Answer>(br#"{"action":"reserve","record":{"comment":"a\\u0000"}}"#).is_ok(), "no escape");
    }

    #[test]
    fn whole_numbers_may_have_a_fraction() {
        #[derive(Debug, serde::Deserialize)]
        struct Hours {
            hours: u8,
        }
        assert_eq!(read::<Hours>(br#"{"hours":2.0}"#).unwrap().hours, 2);
        assert!(read::<Hours>(br#"{"hours":2.5}"#).is_err());
        assert!(read::<Hours>(br#"{"hours":2.0,"hours":3.0}"#).is_err(), "a member that comes twice");
        let written =
            |text: &str| super::without_fractions(text.as_bytes()).map(|octets| String::from_utf8(octets).unwrap());
        let text = r#"{"a":217.0,"b":[-3.00,1.5,1.0e3,2.05],"c":"1.0 \" 2.0"}"#;
        assert_eq!(written(text).unwrap(), r#"{"a":217,"b":[-3,1.5,1.0e3,2.05],"c":"1.0 \" 2.0"}"#);
        assert_eq!((written(r#"{"a":1.5,"b":"1.0"}"#), written("1.")), (None, None));
    }
}
