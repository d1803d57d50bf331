// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Single calls of a hub over HTTP, each with the time that it took: for exercises, which measure the hub that they call.
//!
//! Nothing is tried twice, so that a time is that of one request. A token goes over TLS or to this machine only, redirects are not
//! followed, and an answer is bounded in size and time.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, Url, redirect};

use crate::causes::told;
use crate::tls;

/// The most octets of an answer: a list of some hundred thousand lines.
const MOST_ANSWER: usize = 256 << 20;
/// How long one call may take: the hub of a drill does all that is due before it answers.
const LIMIT: Duration = Duration::from_secs(1_800);
/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Calls one hub. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Caller {
    client: Client,
    hub: Url,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: &'a str,
    /// The address below the hub, with its query.
    pub address: &'a str,
    /// What the answer may be.
    pub accept: &'a str,
    /// The body, in JSON.
    pub body: Option<&'a str>,
}

/// What the hub answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// From the request to the whole answer.
    pub took: Duration,
}

/// Why a hub cannot be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No address of a hub.
    #[error(
        "{found:?} is no address of a hub; expected one such as https://forestall.example or http://127.0.0.1:8700"
    )]
    Address {
        /// What was given, cut.
        found: String,
    },
    /// The token would cross a network in the open.
    #[error("{host} is not this machine, and a token goes to others over TLS only: expected https")]
    Open {
        /// The host.
        host: String,
    },
    /// TLS or the client cannot be set up, or something that cannot stand in a request.
    #[error("the call cannot be made: {0}")]
    Setup(String),
    /// No answer.
    #[error("the hub does not answer: {0}")]
    Unreachable(String),
    /// An answer that is too long.
    #[error("the hub's answer is longer than {MOST_ANSWER} octets")]
    TooLong,
}

impl Caller {
    /// Makes one; connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`CallError::Address`], [`CallError::Open`], [`CallError::Setup`].
    pub fn new(hub: &str) -> Result<Self, CallError> {
        let wrong = || CallError::Address { found: hub.chars().take(120).collect() };
        let url: Url = hub.parse().map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?.to_owned();
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(&host) => {}
            "http" => return Err(CallError::Open { host }),
            _ => return Err(wrong()),
        }
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(&[]).map_err(|error| CallError::Setup(error.to_string()))?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_LIMIT)
            .timeout(LIMIT)
            .user_agent(concat!("forestall/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| CallError::Setup(told(&error)))?;
        Ok(Self { client, hub: url })
    }

    /// Calls the hub once, as whoever `token` signs in.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreachable`] and [`CallError::TooLong`]; an answer of whatever status is none.
    pub async fn call(&self, call: Call<'_>, token: &str) -> Result<Answer, CallError> {
        let setup = |error: &dyn std::fmt::Display| CallError::Setup(error.to_string());
        let url = self.hub.join(call.address).map_err(|error| setup(&error))?;
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|error| setup(&error))?;
        let mut request = self.client.request(method, url).bearer_auth(token).header(ACCEPT, call.accept);
        if let Some(body) = call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
        }
        let begin = Instant::now();
        let broken = |error: reqwest::Error| CallError::Unreachable(told(&error.without_url()));
        let mut response = request.send().await.map_err(broken)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if body.len() + piece.len() > MOST_ANSWER {
                return Err(CallError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, body, took: begin.elapsed() })
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{CallError, Caller};

    #[test]
    fn a_token_goes_over_tls_or_to_this_machine() {
        for hub in ["https://forestall.example", "http://127.0.0.1:8700", "http://[::1]:8700/", "http://localhost:1"] {
            assert!(Caller::new(hub).is_ok(), "{hub}");
        }
        assert!(matches!(Caller::new("http://forestall.example"), Err(CallError::Open { .. })));
        for hub in
            ["forestall.example", "ftp://127.0.0.1", "https://me:word@forestall.example", "http://127.0.0.1/api?x=1"]
        {
            assert!(matches!(Caller::new(hub), Err(CallError::Address { .. })), "{hub}");
        }
    }
}
