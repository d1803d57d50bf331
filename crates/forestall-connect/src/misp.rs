// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A MISP instance: events are added to it, brought up to date, and published where that is asked for.
//!
//! The instance is the operator's choice, and its answers are still those of a stranger: redirects are not followed, since the key would go with them;
//! no proxy is asked; an answer is read up to a limit, and all of it has an end in time. The key is sent to the instance alone and shown nowhere.
//!
//! # Source
//!
//! MISP's OpenAPI document (`events/add`, `events/edit`, `events/publish`, `events/restSearch`, `objects/restSearch`); PyMISP 2.5, `api.py` and `mispevent.py`
//! (an object that is marked as deleted goes with the event that is edited).

mod gone;
mod key;
mod target;

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::causes::{cut, reason};
use crate::http::{self, BodyError};
use crate::tls;
pub use key::{MispKey, MispKeyError};
pub use target::{MispUrl, MispUrlError};

/// Most octets of an event: a day of 50,000 names has about 100 MiB.
pub const MOST_EVENT: usize = 192 << 20;
/// Most octets of an answer. Every call but that for the objects of an event asks for what is said of an event without its attributes.
pub const MOST_ANSWER: usize = 1 << 20;
/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long one call may take: MISP works on a large event for minutes.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// How an instance is reached.
#[derive(Clone, Debug)]
pub struct MispSettings {
    /// Where it is.
    pub url: MispUrl,
    /// By what it knows us.
    pub key: MispKey,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
    /// How long one call may take.
    pub limit: Duration,
}

impl MispSettings {
    /// The usual limits.
    #[must_use]
    pub const fn new(url: MispUrl, key: MispKey) -> Self {
        Self { url, key, authorities: Vec::new(), limit: LIMIT }
    }
}

/// An event as it goes to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispEvent {
    json: Vec<u8>,
    uuid: String,
    timestamp: i64,
}

impl MispEvent {
    /// Takes an event in JSON, as `forestall publish --as misp` writes it.
    ///
    /// # Errors
    ///
    /// [`MispError::Event`] where it is none, or too large.
    pub fn new(json: Vec<u8>) -> Result<Self, MispError> {
        #[derive(serde::Deserialize)]
        struct Outer {
            #[serde(rename = "Event")]
            event: Inner,
        }
        #[derive(serde::Deserialize)]
        struct Inner {
            uuid: String,
            timestamp: String,
        }
        if json.len() > MOST_EVENT {
            let most = MOST_EVENT >> 20;
            return Err(MispError::Event(format!("it has more than the {most} MiB that are sent; use the feed")));
        }
        let outer: Outer = serde_json::from_slice(&json).map_err(|error| MispError::Event(error.to_string()))?;
        let timestamp =
            outer.event.timestamp.parse().map_err(|_| MispError::Event("its timestamp is none".to_owned()))?;
        if !is_uuid(&outer.event.uuid) {
            return Err(MispError::Event("its identifier is none".to_owned()));
        }
        Ok(Self { json, uuid: outer.event.uuid, timestamp })
    }

    /// Returns its identifier.
    #[must_use]
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// Returns how many octets are sent.
    #[must_use]
    pub const fn octets(&self) -> usize {
        self.json.len()
    }
}

/// What an instance has of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The number by which the instance knows it.
    pub id: Option<String>,
    /// When it was changed last, in seconds.
    pub timestamp: i64,
    /// Whether it was published since.
    pub published: bool,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The instance did not have it.
    Added,
    /// The instance had an older one.
    Edited,
    /// The instance has it as it is.
    Unchanged,
    /// Somebody changed it there since: it is left alone.
    Newer,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// What became of the event.
    pub outcome: Outcome,
    /// Whether it was published now.
    pub published: bool,
    /// Objects of ours that the instance had and the event has no more: they were marked as deleted there.
    pub removed: usize,
}

/// Why an instance was not asked, or did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MispError {
    /// What is to be sent is no event.
    #[error("the event cannot be sent: {0}")]
    Event(String),
    /// The client cannot be made.
    #[error("the client cannot be made: {0}")]
    Client(String),
    /// The instance does not know the key, or its user may not do this.
    #[error("MISP does not let this key do it: HTTP {status} {message:?}")]
    Key {
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// The instance sends us elsewhere.
    #[error("MISP answers HTTP {0}, a redirect, which is not followed; give its own address")]
    Redirect(u16),
    /// The instance refuses.
    #[error("MISP refuses: HTTP {status} {message:?}")]
    Refused {
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// The answer is none of MISP's.
    #[error("the answer is none of MISP: {0}")]
    Answer(String),
    /// Its certificate is wrong.
    #[error("the certificate of MISP is not believed: {0}")]
    Certificate(String),
    /// It cannot be reached, or the connection broke. It may have the event.
    #[error("no talk with MISP: {0}")]
    Unreachable(String),
    /// It took too long. It may have the event.
    #[error("MISP did not answer within {0:?}")]
    TooSlow(Duration),
}

/// Talks to one instance.
#[derive(Clone, Debug)]
pub struct Misp {
    client: Client,
    settings: MispSettings,
}

impl Misp {
    /// Makes one; connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`MispError::Client`] where TLS or the client cannot be set up.
    pub fn new(settings: MispSettings) -> Result<Self, MispError> {
        let tls = tls::config(&settings.authorities).map_err(|error| MispError::Client(error.to_string()))?;
        let client = http::client(tls).connect_timeout(CONNECT_LIMIT).build();
        let client = client.map_err(|error| MispError::Client(reason(&error)))?;
        Ok(Self { client, settings })
    }

    /// Asks what the instance has of an event; `None` where it has it not.
    ///
    /// # Errors
    ///
    /// [`MispError`].
    pub async fn held(&self, event: &MispEvent) -> Result<Option<Held>, MispError> {
        let ask = json!({ "returnFormat": "json", "uuid": event.uuid, "metadata": true });
        let answer = self.call("events/restSearch", ask.to_string().into_bytes()).await?;
        let found = answer.get("response").and_then(Value::as_array);
        let found = found.ok_or_else(|| MispError::Answer("a search gives no list".to_owned()))?;
        match found.as_slice() {
            [] => Ok(None),
            [one] => held(one, event).map(Some),
            _ => Err(MispError::Answer("there are several events of one identifier".to_owned())),
        }
    }

    /// Adds an event, or brings it up to date where the instance has an older one; publishes it where that is asked for and was not done since.
    ///
    /// # Errors
    ///
    /// [`MispError`]; nothing is known then of what the instance did, and the same push may be made again.
    pub async fn push(&self, event: &MispEvent, publish: bool) -> Result<Pushed, MispError> {
        let held = self.held(event).await?;
        let outcome = match &held {
            None => Outcome::Added,
            Some(held) if held.timestamp < event.timestamp => Outcome::Edited,
            Some(held) if held.timestamp == event.timestamp => Outcome::Unchanged,
            Some(_) => Outcome::Newer,
        };
        let gone = match &held {
            Some(held) if outcome == Outcome::Edited => self.gone(event, held).await?,
            _ => Vec::new(),
        };
        let path = match outcome {
            Outcome::Added => Some("events/add/metadata:1".to_owned()),
            Outcome::Edited => Some(format!("events/edit/{}/metadata:1", event.uuid)),
            Outcome::Unchanged | Outcome::Newer => None,
        };
        if let Some(path) = &path {
            self::held(&self.call(path, event.without(&gone)?).await?, event)?;
        }
        let is_published = path.is_none() && held.is_some_and(|held| held.published);
        let publishes = publish && !is_published && outcome != Outcome::Newer;
        if publishes {
            let answer = self.call(&format!("events/publish/{}", event.uuid), b"{}".to_vec()).await?;
            if answer.get("saved") == Some(&Value::Bool(false)) || answer.get("errors").is_some() {
                return Err(MispError::Refused { status: 200, message: message(&answer) });
            }
        }
        Ok(Pushed { outcome, published: publishes, removed: gone.len() })
    }

    /// Calls the instance, and returns what it answers in JSON.
    async fn call(&self, path: &str, body: Vec<u8>) -> Result<Value, MispError> {
        self.call_for(path, body, MOST_ANSWER).await
    }

    /// Calls the instance for an answer of at most `most` octets.
    async fn call_for(&self, path: &str, body: Vec<u8>, most: usize) -> Result<Value, MispError> {
        let limit = self.settings.limit;
        let exchange = Box::pin(self.exchange(path, body, most));
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(MispError::TooSlow(limit)))
    }

    async fn exchange(&self, path: &str, body: Vec<u8>, most: usize) -> Result<Value, MispError> {
        let request = self
            .client
            .request(Method::POST, self.settings.url.at(path))
            .header(AUTHORIZATION, self.settings.key.header())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let response = request.send().await.map_err(|error| failed(&error.without_url()))?;
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(MispError::Redirect(status));
        }
        let octets = http::body(response, most).await.map_err(|error| match error {
            BodyError::TooLong => MispError::Answer(format!("it is longer than {most} octets")),
            BodyError::Broken(error) => failed(&error),
        })?;
        let answer: Result<Value, _> = serde_json::from_slice(&octets);
        if !(200..300).contains(&status) {
            let message =
                answer.map_or_else(|_| String::from_utf8_lossy(&octets).into_owned(), |answer| message(&answer));
            let message = cut(&message);
            let is_auth = status == 401 || (status == 403 && message.contains("uthenticat"));
            return Err(if is_auth {
                MispError::Key { status, message }
            } else {
                MispError::Refused { status, message }
            });
        }
        answer.map_err(|error| MispError::Answer(error.to_string()))
    }
}

/// Reads what is said of an event.
fn held(answer: &Value, event: &MispEvent) -> Result<Held, MispError> {
    let wrong = |what: &str| MispError::Answer(format!("it says of the event {what}"));
    let inner = answer.get("Event").and_then(Value::as_object).ok_or_else(|| wrong("nothing"))?;
    if !inner.get("uuid").and_then(Value::as_str).is_some_and(|uuid| uuid.eq_ignore_ascii_case(&event.uuid)) {
        return Err(wrong("another identifier"));
    }
    let timestamp = inner.get("timestamp").and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()));
    let published = match inner.get("published") {
        Some(Value::Bool(published)) => Some(*published),
        Some(Value::String(text)) if matches!(text.as_str(), "0" | "1") => Some(text == "1"),
        Some(Value::Number(number)) => number.as_u64().map(|number| number != 0),
        _ => None,
    };
    let id =
        inner.get("id").and_then(|id| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string())));
    let is_number = |id: &String| !id.is_empty() && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit());
    Ok(Held {
        id: id.filter(is_number),
        timestamp: timestamp.ok_or_else(|| wrong("no time of its last change"))?,
        published: published.ok_or_else(|| wrong("not whether it is published"))?,
    })
}

/// Returns what an answer says in words.
fn message(answer: &Value) -> String {
    let said = |key: &str| match answer.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(other @ (Value::Object(_) | Value::Array(_))) => Some(other.to_string()),
        _ => None,
    };
    cut(&said("errors").or_else(|| said("message")).or_else(|| said("name")).unwrap_or_default())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Says what an error of the connection means.
fn failed(error: &reqwest::Error) -> MispError {
    let reason = reason(error);
    if tls::blames_certificate(error) { MispError::Certificate(reason) } else { MispError::Unreachable(reason) }
}
