// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Notices to programs of others: JSON by POST, signed as Standard Webhooks 1.0 says.
//!
//! The receiver is an address that a party wrote into its settings, hence a way to make the hub ask somebody inside its own network. Names of hosts
//! are resolved here, every address must be public unless the settings allow others, the address that was checked is the one that is
//! connected to, redirects are not followed, no proxy is asked, and little of the answer is read. Each notice is sent once a call;
//! [`WebhookError::may_try_again`] says whether another try can help.

mod key;
mod target;

use std::time::Duration;

use forestall_model::{Digest, Instant};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};
use serde::de::IgnoredAny;

use crate::address::{NotPublic, PublicOnly, is_public};
use crate::causes::{chain, reason};
use crate::clock::Clock;
pub use crate::tls::TlsError;
use crate::{http, retry_after, tls};
pub use key::{WebhookKey, WebhookKeyError};
pub use target::{WebhookTarget, WebhookTargetError};

/// Most octets of a notice. A notice says what happened; lists are fetched.
pub const MOST_OCTETS: usize = 256 * 1_024;
/// Most octets that are kept of an answer.
pub const KEPT_OCTETS: usize = 1_024;
/// Most keys of one notice: the old and the new one while keys change, with room.
const MOST_KEYS: usize = 4;
/// Longest identifier of a notice.
const LONGEST_ID: usize = 200;
/// How long a connection and the whole exchange may take. The specification recommends 15 to 30 seconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_secs(20);

/// How notices are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Whether receivers may be at addresses that are not public: this machine and networks of one's own.
    pub allow_private: bool,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
    /// How long a connection may take.
    pub connect_limit: Duration,
    /// How long all of it may take.
    pub limit: Duration,
}

impl Default for WebhookSettings {
    /// Public addresses only, 10 seconds for the connection and 20 for all.
    fn default() -> Self {
        Self { allow_private: false, authorities: Vec::new(), connect_limit: CONNECT_LIMIT, limit: LIMIT }
    }
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What tells it from others; the same where it is sent again, so that the receiver can leave out what it has. Letters, digits, `-` and `_`.
    pub id: String,
    /// JSON.
    pub body: String,
}

/// That the receiver took a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookReceipt {
    /// The status, from 200 to 299.
    pub status: u16,
    /// The first octets of the answer, at most [`KEPT_OCTETS`], as text; what is no text is replaced.
    pub answer: String,
    /// SHA-256 of the body as it was sent.
    pub digest: Digest,
    /// When the answer came.
    pub at: Instant,
}

/// Why a notice was not taken, or is not known to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The identifier is none.
    #[error("{0:?} cannot be the identifier of a notice; expected up to {LONGEST_ID} letters, digits, - and _")]
    Id(String),
    /// The body is no JSON.
    #[error("the body of the notice is no JSON: {0}")]
    Body(String),
    /// The body is too large.
    #[error("the notice has {0} octets; at most {MOST_OCTETS} are sent")]
    TooLarge(usize),
    /// It is signed with nothing, or with too many keys.
    #[error("the notice has {0} keys; expected 1 to {MOST_KEYS}")]
    Keys(usize),
    /// The receiver is where notices must not go.
    #[error("the receiver is not asked: {0}")]
    Forbidden(String),
    /// The receiver is no more.
    #[error("the receiver wants no more notices: HTTP 410")]
    Gone,
    /// The receiver sends us elsewhere.
    #[error("the receiver answers HTTP {0}, a redirect, which is not followed; set its new address")]
    Redirect(u16),
    /// The receiver does not take it. It may once its operator or ours has mended something.
    #[error("the receiver does not take the notice: HTTP {status} {answer:?}")]
    Refused {
        /// The status.
        status: u16,
        /// The first octets of the answer.
        answer: String,
        /// How long it asks to be left alone.
        after: Option<Duration>,
    },
    /// Its certificate is wrong.
    #[error("the receiver's certificate is not believed: {0}")]
    Certificate(String),
    /// It cannot be reached, or the connection broke. It may have the notice.
    #[error("no talk with the receiver: {0}")]
    Unreachable(String),
    /// It took too long. It may have the notice.
    #[error("the receiver did not answer within {0:?}")]
    TooSlow(Duration),
}

impl WebhookError {
    /// Says whether the same notice may be taken later.
    #[must_use]
    pub const fn may_try_again(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Certificate(_) | Self::Unreachable(_) | Self::TooSlow(_) | Self::Redirect(_)
        )
    }

    /// Returns how long the receiver asks to be left alone, where it does.
    #[must_use]
    pub const fn after(&self) -> Option<Duration> {
        match self {
            Self::Refused { after, .. } => *after,
            _ => None,
        }
    }
}

/// Settings with which no notice can be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookSettingsError {
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client cannot be made.
    #[error("the client cannot be made: {0}")]
    Client(String),
}

/// Sends notices.
#[derive(Clone, Debug)]
pub struct Notifier {
    client: Client,
    allow_private: bool,
    limit: Duration,
}

impl Notifier {
    /// Makes one; connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`WebhookSettingsError`] where TLS or the client cannot be set up.
    pub fn new(settings: &WebhookSettings) -> Result<Self, WebhookSettingsError> {
        let client = http::client(tls::config(&settings.authorities)?)
            .connect_timeout(settings.connect_limit)
            // A kept connection leads where a name led then.
            .pool_max_idle_per_host(0);
        let client = if settings.allow_private { client } else { client.dns_resolver(PublicOnly { trusted: None }) };
        let client = client.build().map_err(|error| WebhookSettingsError::Client(reason(&error)))?;
        Ok(Self { client, allow_private: settings.allow_private, limit: settings.limit })
    }

    /// Sends a notice to `target`, once, signed with each of `keys`; `now` is when that begins.
    ///
    /// # Errors
    ///
    /// [`WebhookError`]; see [`WebhookError::may_try_again`].
    pub async fn send(
        &self,
        notice: &Notice,
        target: &WebhookTarget,
        keys: &[WebhookKey],
        now: Instant,
    ) -> Result<WebhookReceipt, WebhookError> {
        check(notice, keys)?;
        if let Some(address) = target.address().filter(|address| !self.allow_private && !is_public(*address)) {
            let host = target.host().to_owned();
            return Err(WebhookError::Forbidden(NotPublic { host, address }.to_string()));
        }
        let clock = Clock::starting_at(now);
        let exchange = Box::pin(self.exchange(notice, target, keys, clock));
        tokio::time::timeout(self.limit, exchange).await.unwrap_or(Err(WebhookError::TooSlow(self.limit)))
    }

    async fn exchange(
        &self,
        notice: &Notice,
        target: &WebhookTarget,
        keys: &[WebhookKey],
        clock: Clock,
    ) -> Result<WebhookReceipt, WebhookError> {
        let seconds = clock.now().seconds();
        let body = notice.body.as_bytes();
        let signatures: Vec<String> = keys.iter().map(|key| key.sign(&notice.id, seconds, body)).collect();
        let request = self
            .client
            .post(target.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signatures.join(" "))
            .body(body.to_vec());
        let response = request.send().await.map_err(|error| failed(&error.without_url()))?;
        let status = response.status().as_u16();
        let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = after.and_then(|text| retry_after::pause(text, clock.now()));
        match status {
            410 => return Err(WebhookError::Gone),
            300..=399 => return Err(WebhookError::Redirect(status)),
            _ => {}
        }
        let answer = beginning(response).await;
        if !(200..300).contains(&status) {
            return Err(WebhookError::Refused { status, answer, after });
        }
        Ok(WebhookReceipt { status, answer, digest: Digest::of(body), at: clock.now() })
    }
}

fn check(notice: &Notice, keys: &[WebhookKey]) -> Result<(), WebhookError> {
    let id = &notice.id;
    let is_id = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(is_id) {
        return Err(WebhookError::Id(id.chars().take(80).collect()));
    }
    if notice.body.len() > MOST_OCTETS {
        return Err(WebhookError::TooLarge(notice.body.len()));
    }
    serde_json::from_str::<IgnoredAny>(&notice.body).map_err(|error| WebhookError::Body(error.to_string()))?;
    if keys.is_empty() || keys.len() > MOST_KEYS { Err(WebhookError::Keys(keys.len())) } else { Ok(()) }
}

/// Reads the first octets of an answer. That the rest breaks does not matter: the status is known.
async fn beginning(mut response: Response) -> String {
    let mut octets = Vec::new();
    while octets.len() < KEPT_OCTETS {
        match response.chunk().await {
            Ok(Some(chunk)) => octets.extend_from_slice(&chunk[..chunk.len().min(KEPT_OCTETS - octets.len())]),
            Ok(None) | Err(_) => break,
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// Says what an error of the connection means.
fn failed(error: &reqwest::Error) -> WebhookError {
    if let Some(inside) = chain(error).find(|cause| cause.is::<NotPublic>()) {
        return WebhookError::Forbidden(inside.to_string());
    }
    let reason = reason(error);
    if tls::blames_certificate(error) { WebhookError::Certificate(reason) } else { WebhookError::Unreachable(reason) }
}
