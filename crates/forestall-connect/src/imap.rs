// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters that came into a mailbox of a server, over IMAP4rev1 (RFC 3501): which are unseen, their octets, and the mark of a seen one.
//!
//! Six commands are spoken, one at a time: `STARTTLS`, `LOGIN`, `SELECT`, `UID SEARCH UNSEEN`, `UID FETCH` and `UID STORE`, with `LOGOUT` at the end.
//! A letter is read without being marked, in a piece that the server cuts at the limit; it is marked once it was handled. Nothing is deleted. Lines,
//! literals and the whole of an answer have their limits, and a connection that broke one of them is not used again.

mod wire;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::mail::{MailLogin, MailServer, MailTls};
use crate::tls;
pub use crate::tls::TlsError;
use wire::{Reply, Wire, WireError};

/// Most octets of a letter that is read.
pub const MOST_OCTETS: usize = 32 * 1_024 * 1_024;
/// Most letters of one listing.
pub const MOST_LETTERS: usize = 1_000;
/// Longest user, password and name of a mailbox, in octets.
const LONGEST_WORD: usize = 1_000;
/// How long the connection and each command may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Where letters come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapSettings {
    /// The server.
    pub server: MailServer,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Who logs in.
    pub login: MailLogin,
    /// The mailbox, as the server names it.
    pub mailbox: String,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
    /// How long the connection and each command may take.
    pub limit: Duration,
    /// Most octets of a letter that is read.
    pub most_octets: usize,
}

impl ImapSettings {
    /// Returns settings for the mailbox `INBOX`, with 60 seconds for each command and 32 MiB for a letter.
    #[must_use]
    pub fn new(server: MailServer, tls: MailTls, login: MailLogin) -> Self {
        let mailbox = "INBOX".to_owned();
        Self { server, tls, login, mailbox, authorities: Vec::new(), limit: LIMIT, most_octets: MOST_OCTETS }
    }
}

/// Why a mailbox cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImapError {
    /// The password would be open to others.
    #[error("{0} is not on this machine: the password goes there over TLS only; set starttls or implicit")]
    Open(MailServer),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A word of the settings cannot be said to the server.
    #[error("{0} cannot be said to the server; expected up to {LONGEST_WORD} printable characters of ASCII")]
    Word(&'static str),
    /// The server does not let us in.
    #[error("the server does not let the client in: {0}")]
    Login(String),
    /// The server refuses what it was asked for.
    #[error("the server refuses {command}: {reason}")]
    Refused {
        /// What.
        command: &'static str,
        /// What it said, cut.
        reason: String,
    },
    /// The letter is not there any more.
    #[error("the letter {0} is not in the mailbox any more")]
    Gone(NonZeroU32),
    /// The letter is too large.
    #[error("the letter {letter} has more than {most} octets")]
    TooLarge {
        /// Which.
        letter: NonZeroU32,
        /// The limit of the settings.
        most: usize,
    },
    /// The server cannot be reached, or the connection broke.
    #[error("no talk with the server: {0}")]
    Unreachable(String),
    /// The server says what is no IMAP, or more than it may.
    #[error("the server does not speak IMAP: {0}")]
    Answer(String),
    /// The server took too long.
    #[error("the server did not answer within {0:?}")]
    TooSlow(Duration),
}

impl From<WireError> for ImapError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Broken(error) => Self::Unreachable(error.to_string()),
            WireError::Answer(reason) => Self::Answer(reason),
        }
    }
}

/// An open mailbox. After an error other than [`ImapError::Gone`], [`ImapError::TooLarge`] and [`ImapError::Refused`] it is of no use.
#[derive(Debug)]
pub struct ImapMailbox {
    wire: Wire,
    limit: Duration,
    most_octets: usize,
    validity: u32,
}

/// Unseen letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Their identifiers, oldest first, at most [`MOST_LETTERS`].
    pub letters: Vec<NonZeroU32>,
    /// Whether there are more.
    pub is_cut: bool,
}

impl ImapMailbox {
    /// Connects, logs in and opens the mailbox.
    ///
    /// # Errors
    ///
    /// [`ImapError`], among them [`ImapError::Open`] where the password would cross a network without TLS.
    pub async fn open(settings: &ImapSettings) -> Result<Self, ImapError> {
        if settings.tls == MailTls::None && !settings.server.is_local() {
            return Err(ImapError::Open(settings.server.clone()));
        }
        let user = quoted(&settings.login.user).ok_or(ImapError::Word("the user"))?;
        let password = quoted(&settings.login.password).ok_or(ImapError::Word("the password"))?;
        let mailbox = quoted(&settings.mailbox).ok_or(ImapError::Word("the name of the mailbox"))?;
        let limit = settings.limit;
        let wire = within(limit, Box::pin(connect(settings))).await?;
        let mut opened = Self { wire, limit, most_octets: settings.most_octets, validity: 0 };
        match opened.ask("LOGIN", &format!("LOGIN {user} {password}"), 0).await {
            Err(ImapError::Refused { reason, .. }) => return Err(ImapError::Login(reason)),
            other => other?,
        };
        let replies = opened.ask("SELECT", &format!("SELECT {mailbox}"), 0).await?;
        let validity = replies.iter().find_map(|reply| {
            let (_, rest) = reply.text.split_once("[UIDVALIDITY ")?;
            rest.split(']').next()?.trim().parse().ok()
        });
        opened.validity = validity.ok_or_else(|| ImapError::Answer("it does not say UIDVALIDITY".to_owned()))?;
        Ok(opened)
    }

    /// Returns the number under which identifiers of letters stay what they are; where it changed, they name other letters.
    #[must_use]
    pub const fn validity(&self) -> u32 {
        self.validity
    }

    /// Lists the letters without the mark of a seen one.
    ///
    /// # Errors
    ///
    /// [`ImapError`].
    pub async fn unseen(&mut self) -> Result<Unseen, ImapError> {
        let replies = self.ask("UID SEARCH", "UID SEARCH UNSEEN", 0).await?;
        let mut letters = Vec::new();
        for reply in &replies {
            let Some(rest) = reply.text.strip_prefix("* SEARCH") else { continue };
            for word in rest.split_ascii_whitespace() {
                let letter = word.parse().map_err(|_| {
                    ImapError::Answer(format!(
                        "{:?} is no identifier of a letter",
                        word.chars().take(40).collect::<String>()
                    ))
                })?;
                letters.push(letter);
            }
        }
        letters.sort_unstable();
        letters.dedup();
        let is_cut = letters.len() > MOST_LETTERS;
        letters.truncate(MOST_LETTERS);
        Ok(Unseen { letters, is_cut })
    }

    /// Reads a letter, and leaves it unseen.
    ///
    /// # Errors
    ///
    /// [`ImapError::Gone`] and [`ImapError::TooLarge`], after which others can be read, or another [`ImapError`].
    pub async fn fetch(&mut self, letter: NonZeroU32) -> Result<Vec<u8>, ImapError> {
        // One octet more than may be: a letter of that length is too large, and the server sends no more of it.
        let most = self.most_octets + 1;
        let mut replies =
            self.ask("UID FETCH", &format!("UID FETCH {letter} (UID BODY.PEEK[]<0.{most}>)"), most).await?;
        let of_letter = |reply: &&mut Reply| {
            reply.text.contains(" FETCH (") && identifier(&reply.text) == Some(letter) && reply.text.contains("BODY[]")
        };
        let octets = replies.iter_mut().find(of_letter).and_then(|reply| reply.literals.pop());
        match octets {
            None => Err(ImapError::Gone(letter)),
            Some(octets) if octets.len() >= most => Err(ImapError::TooLarge { letter, most: self.most_octets }),
            Some(octets) => Ok(octets),
        }
    }

    /// Marks a letter as seen. One that is gone is no error.
    ///
    /// # Errors
    ///
    /// [`ImapError`].
    pub async fn mark_seen(&mut self, letter: NonZeroU32) -> Result<(), ImapError> {
        self.ask("UID STORE", &format!("UID STORE {letter} +FLAGS (\\Seen)"), 0).await.map(drop)
    }

    /// Says goodbye.
    ///
    /// # Errors
    ///
    /// [`ImapError`]; the marks are kept all the same.
    pub async fn close(mut self) -> Result<(), ImapError> {
        self.ask("LOGOUT", "LOGOUT", 0).await.map(drop)
    }

    /// Says a command and returns what the server said before its end. Literals of up to `literal` octets are taken.
    async fn ask(&mut self, command: &'static str, line: &str, literal: usize) -> Result<Vec<Reply>, ImapError> {
        let answer = within(self.limit, async { Ok(self.wire.command(line, literal).await?) }).await?;
        match answer {
            (replies, Ok(())) => Ok(replies),
            (_, Err(reason)) => Err(ImapError::Refused { command, reason }),
        }
    }
}

async fn connect(settings: &ImapSettings) -> Result<Wire, ImapError> {
    let server = &settings.server;
    let broken = |error: std::io::Error| ImapError::Unreachable(error.to_string());
    let stream = TcpStream::connect((server.host(), server.port())).await.map_err(broken)?;
    if settings.tls == MailTls::None {
        return Ok(Wire::greeted(Box::new(stream)).await?);
    }
    let connector = TlsConnector::from(Arc::new(tls::config(&settings.authorities)?));
    let name =
        ServerName::try_from(server.host().to_owned()).map_err(|error| ImapError::Unreachable(error.to_string()))?;
    if settings.tls == MailTls::Implicit {
        let stream = connector.connect(name, stream).await.map_err(broken)?;
        return Ok(Wire::greeted(Box::new(stream)).await?);
    }
    let mut wire = Wire::greeted(Box::new(stream)).await?;
    if let (_, Err(reason)) = wire.command("STARTTLS", 0).await? {
        return Err(ImapError::Refused { command: "STARTTLS", reason });
    }
    // What came in the open after the answer would be taken for what comes under TLS.
    let stream = wire.into_stream()?;
    let stream = connector.connect(name, stream).await.map_err(broken)?;
    Ok(Wire::new(Box::new(stream)))
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, ImapError>>) -> Result<T, ImapError> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(ImapError::TooSlow(limit)))
}

/// Writes a word as a quoted string; `None` where it cannot stand in one.
fn quoted(word: &str) -> Option<String> {
    let fits = word.len() <= LONGEST_WORD && word.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    fits.then(|| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Returns the identifier that a reply to `UID FETCH` names.
fn identifier(text: &str) -> Option<NonZeroU32> {
    let (_, rest) = text.split_once("UID ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
