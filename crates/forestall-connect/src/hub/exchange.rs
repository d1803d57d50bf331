// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One call: sent, sent again where that can help, and its answer read up to a limit.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use forestall_api::Problem;
use forestall_api::header::{IDEMPOTENCY_KEY, JSON, MAX_JSON, PROBLEM};
use forestall_api::route::Route;
use forestall_model::Instant;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, IF_MATCH, RETRY_AFTER};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{plain, tamed};
use super::{ETag, Hub, HubError, Tagged, key};
use crate::causes::reason;
use crate::http::{BodyError, body};
use crate::{retry_after, tls};

/// Most octets of an answer in JSON: the slices or the events of a large case, with room.
const MOST_JSON: usize = 32 << 20;
/// Most octets of a problem document.
const MOST_PROBLEM: usize = 256 << 10;
/// Asks for whatever form there is.
pub(super) const ANY: &str = "*/*";
/// The first pause before a call is sent again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What is asked.
pub(super) struct Call<'a> {
    route: Route,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<(&'static str, Vec<u8>)>,
    over: Option<&'a ETag>,
    accept: &'static str,
    most: usize,
}

/// What came.
pub(super) struct Answer {
    /// The call, in words.
    call: String,
    pub(super) headers: HeaderMap,
    pub(super) octets: Vec<u8>,
}

/// An answer whose octets are still to come.
#[derive(Debug)]
pub(super) struct Opened {
    call: String,
    limit: Duration,
    most: usize,
    read: usize,
    response: Response,
}

impl Opened {
    /// Returns a header that the answer must have; `expected` says in words what is missing without it.
    pub(super) fn need<T: std::str::FromStr>(&self, name: &str, expected: &'static str) -> Result<T, HubError> {
        let found = self.header(name);
        let value = found.as_deref().and_then(|text| text.parse().ok());
        value.ok_or_else(|| HubError::Protocol {
            call: self.call.clone(),
            expected,
            found: found.unwrap_or_else(|| format!("no header {name}")),
        })
    }

    /// Returns a header, made harmless.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).and_then(|value| value.to_str().ok()).map(|text| plain(text, 300))
    }

    /// Returns the next octets; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, HubError> {
        let chunk = tokio::time::timeout(self.limit, self.response.chunk()).await;
        let chunk = chunk.map_err(|_| HubError::TooSlow(self.limit))?.map_err(|error| failed(&error.without_url()))?;
        let Some(chunk) = chunk else { return Ok(None) };
        self.read = self.read.saturating_add(chunk.len());
        if self.read > self.most {
            return Err(HubError::TooLarge { call: self.call.clone(), most: self.most });
        }
        Ok(Some(chunk.to_vec()))
    }
}

impl Answer {
    /// Says that the answer is not what was expected.
    pub(super) fn mismatch(self, expected: &'static str, found: &str) -> HubError {
        HubError::Protocol { call: self.call, expected, found: plain(found, 300) }
    }
}

impl<'a> Call<'a> {
    /// Begins a call of an endpoint at its address.
    pub(super) const fn new(route: Route, path: String) -> Self {
        Self { route, path, query: Vec::new(), body: None, over: None, accept: JSON, most: MOST_JSON }
    }

    /// Adds a parameter where there is a value.
    pub(super) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Sends a value as JSON.
    pub(super) fn json(self, value: &impl Serialize) -> Result<Self, HubError> {
        let octets = serde_json::to_vec(value).map_err(|error| HubError::Request(error.to_string()))?;
        self.octets(JSON, octets, MAX_JSON)
    }

    /// Sends octets.
    pub(super) fn octets(mut self, media: &'static str, octets: Vec<u8>, most: usize) -> Result<Self, HubError> {
        if octets.len() > most {
            return Err(HubError::TooMuch { found: octets.len(), most });
        }
        self.body = Some((media, octets));
        Ok(self)
    }

    /// Has it refused where the thing is not what somebody saw.
    pub(super) const fn over(mut self, tag: Option<&'a ETag>) -> Self {
        self.over = tag;
        self
    }

    /// Asks for another form, of at most some octets.
    pub(super) const fn accept(mut self, media: &'static str, most: usize) -> Self {
        self.accept = media;
        self.most = most;
        self
    }
}

impl Hub {
    /// Calls and reads the answer as JSON.
    pub(super) async fn value<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, HubError> {
        self.tagged(call).await.map(|tagged| tagged.value)
    }

    /// Calls and reads the answer as JSON, with its entity tag.
    pub(super) async fn tagged<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Tagged<T>, HubError> {
        let answer = self.call(call).await?;
        let value = serde_json::from_slice(&answer.octets).map_err(|error| HubError::Protocol {
            call: answer.call,
            expected: "what the document of its API says",
            found: plain(&error.to_string(), 300),
        })?;
        Ok(Tagged { value, tag: answer.headers.get(ETAG).cloned().map(ETag) })
    }

    /// Calls, and calls again a few times with the same key where the connection broke or the hub asks for a pause.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<Answer, HubError> {
        let key = if call.route.method.reads() { None } else { Some(key::fresh()?) };
        let mut pause = FIRST_PAUSE;
        let mut tried = 1;
        loop {
            let once = tokio::time::timeout(self.limit, self.once(&call, key.as_deref()));
            let error = match once.await.unwrap_or(Err(HubError::TooSlow(self.limit))) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            pause = self.before_another(error, &mut tried, pause).await?;
        }
    }

    /// Calls a read, and returns its answer when its head is there; the octets are still to come. Where the connection breaks before, it is
    /// called again; later it fails.
    pub(super) async fn open(&self, call: Call<'_>) -> Result<Opened, HubError> {
        let mut pause = FIRST_PAUSE;
        let mut tried = 1;
        loop {
            let once = tokio::time::timeout(self.limit, self.head(&call, None));
            let error = match once.await.unwrap_or(Err(HubError::TooSlow(self.limit))) {
                Ok((response, told)) => {
                    return Ok(Opened { call: told, limit: self.limit, most: call.most, read: 0, response });
                }
                Err(error) => error,
            };
            pause = self.before_another(error, &mut tried, pause).await?;
        }
    }

    /// Waits before a call is sent again, and returns the pause after that; the error where it is not sent again.
    async fn before_another(&self, error: HubError, tried: &mut u32, pause: Duration) -> Result<Duration, HubError> {
        let wait = error.after().unwrap_or(pause);
        if *tried >= self.tries || !error.may_pass() || wait > self.longest_pause {
            return Err(error);
        }
        tracing::debug!(tried, ?wait, "a call of the hub is sent again");
        tokio::time::sleep(wait).await;
        *tried += 1;
        Ok(pause * 2)
    }

    async fn once(&self, call: &Call<'_>, key: Option<&str>) -> Result<Answer, HubError> {
        let (response, told) = self.head(call, key).await?;
        let headers = response.headers().clone();
        let octets = whole(response, call.most, &told).await?;
        Ok(Answer { call: told, headers, octets })
    }

    /// Sends a call, and returns its answer when its head is there, with the call in words.
    async fn head(&self, call: &Call<'_>, key: Option<&str>) -> Result<(Response, String), HubError> {
        let method = match call.route.method {
            forestall_api::route::Method::Get => Method::GET,
            forestall_api::route::Method::Post => Method::POST,
            forestall_api::route::Method::Put => Method::PUT,
            forestall_api::route::Method::Patch => Method::PATCH,
            forestall_api::route::Method::Delete => Method::DELETE,
        };
        let mut request = self.client.request(method, self.address.at(&call.path, &call.query));
        request = request.header(ACCEPT, call.accept);
        if let Some(value) = self.token.header() {
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(ETag(tag)) = call.over {
            request = request.header(IF_MATCH, tag);
        }
        if let Some((media, octets)) = &call.body {
            request = request.header(CONTENT_TYPE, *media).body(octets.clone());
        }
        let response = request.send().await.map_err(|error| failed(&error.without_url()))?;
        let told = format!("{} {}", call.route.method.name(), call.path);
        match response.status().as_u16() {
            200..=299 => {}
            status @ 300..=399 => return Err(HubError::Redirect(status)),
            _ => return Err(problem(response, told).await),
        }
        let empty = response.status().as_u16() == 204;
        if !empty && call.accept != ANY && !is_media(response.headers(), call.accept) {
            return Err(HubError::Protocol {
                call: told,
                expected: call.accept,
                found: media(response.headers()).unwrap_or_else(|| "no media type".to_owned()),
            });
        }
        Ok((response, told))
    }
}

/// Reads why the hub refuses.
async fn problem(response: Response, call: String) -> HubError {
    let status = response.status().as_u16();
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.and_then(|text| retry_after::pause(text, now()));
    let strange =
        |call| HubError::Protocol { call, expected: "a problem document", found: format!("HTTP {status} without one") };
    if !is_media(response.headers(), PROBLEM) {
        return strange(call);
    }
    let octets = match whole(response, MOST_PROBLEM, &call).await {
        Ok(octets) => octets,
        Err(error) => return error,
    };
    match serde_json::from_slice::<Problem>(&octets) {
        // The status of the answer decides, not the copy of it.
        Ok(problem) => HubError::Problem { problem: Box::new(tamed(Problem { status, ..problem })), after },
        Err(_) => strange(call),
    }
}

/// Reads a body of `most` octets at most.
async fn whole(response: Response, most: usize, call: &str) -> Result<Vec<u8>, HubError> {
    body(response, most).await.map_err(|error| match error {
        BodyError::TooLong => HubError::TooLarge { call: call.to_owned(), most },
        BodyError::Broken(error) => failed(&error),
    })
}

fn media(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(plain(value.split(';').next().unwrap_or_default().trim(), 80).to_ascii_lowercase())
}

fn is_media(headers: &HeaderMap, expected: &str) -> bool {
    media(headers).is_some_and(|found| found == expected)
}

/// Says what an error of the connection means.
fn failed(error: &reqwest::Error) -> HubError {
    let reason = reason(error);
    if tls::blames_certificate(error) { HubError::Certificate(reason) } else { HubError::Unreachable(reason) }
}

/// Returns the time, for a pause that a hub asks for by a date.
fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
