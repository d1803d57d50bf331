// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A session: connection, greeting, login, commands with their answers, logout.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use forestall_formats::epp::answer::{self, Answer, Greeting, Response};
use forestall_formats::epp::frame::{self, DOMAIN, FEE, GRACE, HOST, Hosts, SEC_DNS};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::pace::Pace;
use super::{EppError, EppSettings, closes, framing};
use crate::tls;

/// Extensions that are used where a server has them.
const EXTENSIONS: [&str; 3] = [SEC_DNS, GRACE, FEE];

/// An open session, logged in. After an error that does not leave it ([`EppError::leaves_session`]) it is of no use.
pub struct Session {
    stream: TlsStream<TcpStream>,
    greeting: Greeting,
    pace: Pace,
    limit: Duration,
    under_way: usize,
    /// What identifiers of frames that only ask begin with.
    prefix: String,
    asked: u64,
    broken: bool,
    /// Most names of one check that this server took.
    pub(super) names_at_once: usize,
    /// How many names one after another were refused to be checked, each on its own.
    pub(super) refused_alone: u32,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("server", &self.greeting.server).finish_non_exhaustive()
    }
}

impl Session {
    /// Connects and logs in.
    ///
    /// # Errors
    ///
    /// [`EppError`] where the server cannot be reached, is not the one that it should be, or does not let the client in.
    pub async fn open(settings: &EppSettings) -> Result<Self, EppError> {
        let stream = within(settings.limit, connect(settings)).await?;
        let mut octets = [0; 8];
        // Without randomness of the system identifiers repeat between sessions, which only makes a log harder to read.
        let _ = getrandom::fill(&mut octets);
        let mut session = Self {
            stream,
            greeting: Greeting::default(),
            pace: Pace::new(settings.per_second),
            limit: settings.limit,
            under_way: settings.under_way.max(1),
            prefix: format!("FSQ-{:016x}", u64::from_le_bytes(octets)),
            asked: 0,
            broken: false,
            names_at_once: frame::MOST_NAMES,
            refused_alone: 0,
        };
        match session.read().await? {
            Answer::Greeting(greeting) => session.greeting = greeting,
            // A server that takes nobody in just now has only this place to say so.
            Answer::Response(response) if response.code >= 2000 => {
                return Err(EppError::refused_for_good("the connection", response.code, response.texts));
            }
            Answer::Response(_) => return Err(EppError::Unexpected("a greeting")),
        }
        if !session.greeting.objects.contains(DOMAIN) {
            return Err(EppError::NoSuchObjects(DOMAIN));
        }
        let objects: Vec<&str> =
            [DOMAIN, HOST].into_iter().filter(|uri| session.greeting.objects.contains(*uri)).collect();
        let extensions: Vec<&str> = EXTENSIONS.into_iter().filter(|uri| session.knows(uri)).collect();
        let id = session.identifier();
        let login = frame::login(&settings.login, &objects, &extensions, &id);
        let answer = session.exchange(&login, &id).await?;
        match answer.code {
            1000..2000 => Ok(session),
            code => Err(EppError::refused("the login", code, answer.texts)),
        }
    }

    /// Says whether the server has an extension.
    #[must_use]
    pub fn knows(&self, extension: &str) -> bool {
        self.greeting.extensions.contains(extension)
    }

    /// Returns how the server wants name servers written.
    #[must_use]
    pub fn hosts(&self) -> Hosts {
        if self.greeting.objects.contains(HOST) { Hosts::Objects } else { Hosts::Attributes }
    }

    /// Returns an identifier for a frame that only asks.
    pub(super) fn identifier(&mut self) -> String {
        self.asked += 1;
        format!("{}-{}", self.prefix, self.asked)
    }

    /// Sends one frame and returns its answer, whatever its code.
    ///
    /// # Errors
    ///
    /// [`EppError`], after which nobody knows whether the registry did what the frame says.
    pub async fn exchange(&mut self, text: &str, id: &str) -> Result<Response, EppError> {
        let mut answers = self.exchange_all(&[(text.to_owned(), id.to_owned())]).await?;
        answers.pop().ok_or(EppError::Ended)
    }

    /// Sends frames that only ask, some before the answers to those before them have come, and returns the answers in the same order.
    ///
    /// # Errors
    ///
    /// [`EppError`].
    pub(super) async fn exchange_all(&mut self, frames: &[(String, String)]) -> Result<Vec<Response>, EppError> {
        if self.broken {
            return Err(EppError::Ended);
        }
        // Whatever ends this future early leaves answers unread: then the session is of no use.
        self.broken = true;
        let mut answers = Vec::with_capacity(frames.len());
        let mut waiting: VecDeque<&str> = VecDeque::new();
        for (text, id) in frames {
            if waiting.len() == self.under_way {
                answers.push(self.answer_to(&mut waiting).await?);
                goes_on(answers.last())?;
            }
            self.pace.turn().await;
            if let Err(error) = within(self.limit, framing::write(&mut self.stream, text)).await {
                return Err(self.why_closed(error, &mut waiting).await);
            }
            waiting.push_back(id);
        }
        while !waiting.is_empty() {
            answers.push(self.answer_to(&mut waiting).await?);
            if !waiting.is_empty() {
                goes_on(answers.last())?;
            }
        }
        self.broken = answers.last().is_some_and(|last| closes(last.code));
        Ok(answers)
    }

    /// Returns why a frame could not be written: where the server closed the session, what it said then may wait to be read.
    async fn why_closed(&mut self, error: EppError, waiting: &mut VecDeque<&str>) -> EppError {
        if !matches!(error, EppError::Unreachable(_)) {
            return error;
        }
        while !waiting.is_empty() {
            match self.answer_to(waiting).await {
                Ok(answer) => {
                    if let Err(closed) = goes_on(Some(&answer)) {
                        return closed;
                    }
                }
                Err(refused @ EppError::Refused { .. }) => return refused,
                Err(_) => break,
            }
        }
        error
    }

    /// Reads the answer to the frame that waits longest.
    async fn answer_to(&mut self, waiting: &mut VecDeque<&str>) -> Result<Response, EppError> {
        let Some(expected) = waiting.pop_front() else { return Err(EppError::Ended) };
        let Answer::Response(response) = self.read().await? else {
            return Err(EppError::Unexpected("an answer"));
        };
        let is_nameless = response.ours.as_ref().is_none_or(String::is_empty);
        if is_nameless && response.code >= 2000 {
            // A server that could not read a frame cannot repeat its identifier. Nothing is taken for answered by it; only its words are kept.
            let what = "a frame that it does not name";
            return Err(EppError::refused_for_good(what, response.code, response.texts));
        }
        if response.ours.as_deref() != Some(expected) {
            let found = response.ours.unwrap_or_default();
            return Err(EppError::OtherCommand { expected: expected.to_owned(), found });
        }
        Ok(*response)
    }

    async fn read(&mut self) -> Result<Answer, EppError> {
        let octets = within(self.limit, framing::read(&mut self.stream)).await?;
        Ok(answer::read(&octets)?)
    }

    /// Logs out.
    ///
    /// # Errors
    ///
    /// [`EppError`]; what was done before is done all the same.
    pub async fn close(mut self) -> Result<(), EppError> {
        let id = self.identifier();
        self.exchange(&frame::logout(&id), &id).await.map(drop)
    }
}

/// Refuses to wait for more where the server closes the session after an answer.
fn goes_on(answer: Option<&Response>) -> Result<(), EppError> {
    match answer {
        Some(last) if closes(last.code) => Err(EppError::refused_for_good("to go on", last.code, last.texts.clone())),
        _ => Ok(()),
    }
}

async fn connect(settings: &EppSettings) -> Result<TlsStream<TcpStream>, EppError> {
    let server = &settings.server;
    let broken = |error: std::io::Error| EppError::Unreachable(error.to_string());
    let (chain, key) = settings.identity.parts();
    let connector = TlsConnector::from(Arc::new(tls::config_of(chain, key, &settings.authorities)?));
    let name = settings.server_name.clone().unwrap_or_else(|| server.host().to_owned());
    let name = ServerName::try_from(name).map_err(|error| EppError::Unreachable(error.to_string()))?;
    let stream = TcpStream::connect((server.host(), server.port())).await.map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    connector.connect(name, stream).await.map_err(broken)
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, EppError>>) -> Result<T, EppError> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(EppError::TooSlow(limit)))
}
