// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters over SMTP (RFC 5321), plain or with OpenPGP in MIME (RFC 3156).
//!
//! A [`Mailer`] hands one [`Letter`] to the operator's own server and gives back what that server said, with the digest of the octets that it took. It
//! keeps nothing and tries nothing twice: who calls keeps the letters that are still to be sent, and [`MailError::may_try_again`]
//! says whether another try can help. A letter that went out and whose answer was lost is sent again with the same
//! [`MessageId`], so that it is one letter where it arrives.

mod compose;
mod letter;
mod mailbox;
mod message_id;
mod settings;

use std::error::Error;
use std::time::Duration;

use forestall_model::{Digest, Instant};
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::causes::told;
use crate::clock::Clock;
use crate::openpgp::OpenPgpError;
use crate::tls;
use compose::{ComposeError, compose};
pub use letter::{
    Attachment, LONGEST_FILE_NAME, LONGEST_SUBJECT, Letter, LetterError, MOST_ADDRESSES, MOST_ATTACHMENTS, Origin,
    Precedence, Protection,
};
pub use mailbox::{Mailbox, MailboxError};
pub use message_id::{MessageId, MessageIdError};
pub use settings::{MailLogin, MailServer, MailServerError, MailSettings, MailTls, MailTlsError};

/// Longest text that is kept of what a server said, in characters.
const LONGEST_REASON: usize = 500;

/// Hands letters to a server. Copies share nothing but the settings; each letter has its own connection.
#[derive(Clone, Debug)]
pub struct Mailer {
    settings: MailSettings,
    /// None where letters are handed to nobody.
    transport: Option<AsyncSmtpTransport<Tokio1Executor>>,
}

/// Settings with which no letter can be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailSettingsError {
    /// The connection would be open to others.
    #[error("{0} is not on this machine: letters go there over TLS only; set starttls or implicit")]
    Open(MailServer),
    /// The password would be open to others.
    #[error("the name that the client says of itself is {0:?}; expected a host or an address")]
    Hello(String),
    /// The certificate of an authority cannot be used.
    #[error("the added certificate of an authority {place} cannot be used: {reason}")]
    Authority {
        /// Which, from 1.
        place: usize,
        /// Why.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// That the server took a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailReceipt {
    /// What it said.
    pub response: MailResponse,
    /// SHA-256 of the letter as it was sent, headers and all, with the line ends of mail.
    pub digest: Digest,
    /// How many octets that were.
    pub octets: usize,
    /// When it said so.
    pub at: Instant,
}

/// What a server said to a letter or to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {text}")]
pub struct MailResponse {
    /// The code, from 200 to 599.
    pub code: u16,
    /// The text, its lines joined by blanks, cut.
    pub text: String,
}

/// Why a letter was not taken, or is not known to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// It cannot be sent as it is.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// It cannot be signed or encrypted.
    #[error("the letter cannot be protected: {0}")]
    Protection(#[from] OpenPgpError),
    /// It is too large.
    #[error("the letter has {octets} octets; at most {most} are sent")]
    TooLarge {
        /// Its size.
        octets: usize,
        /// The limit of the settings.
        most: usize,
    },
    /// The server refuses the letter for good.
    #[error("the server refuses the letter: {0}")]
    Refused(MailResponse),
    /// The server cannot take it now.
    #[error("the server does not take the letter for now: {0}")]
    Deferred(MailResponse),
    /// The server does not let us in, or cannot do what the settings ask: nothing is said about the letter.
    #[error("the server does not let the client in: {0}")]
    Login(String),
    /// The connection cannot be trusted.
    #[error("TLS with the server fails: {0}")]
    Tls(String),
    /// The server cannot be reached, or the connection broke. It may have the letter.
    #[error("no talk with the server: {0}")]
    Unreachable(String),
    /// The server took too long. It may have the letter.
    #[error("the server did not take the letter within {0:?}")]
    TooSlow(Duration),
}

impl MailError {
    /// Says whether the same letter can go out later: the fault lies with the server, the way there, or the settings, and not with the letter
    /// or an address of it.
    #[must_use]
    pub const fn may_try_again(&self) -> bool {
        match self {
            Self::Letter(_) | Self::Protection(_) | Self::TooLarge { .. } | Self::Refused(_) => false,
            Self::Deferred(_) | Self::Login(_) | Self::Tls(_) | Self::Unreachable(_) | Self::TooSlow(_) => true,
        }
    }
}

impl Mailer {
    /// Makes one; connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`MailSettingsError`] where letters would cross a network without TLS, or TLS cannot be set up.
    pub fn new(settings: MailSettings) -> Result<Self, MailSettingsError> {
        if settings.tls == MailTls::None && !settings.server.is_local() {
            return Err(MailSettingsError::Open(settings.server));
        }
        let is_host = |text: &str| {
            !text.is_empty()
                && text.len() <= 255
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        };
        if !is_host(&settings.hello) {
            return Err(MailSettingsError::Hello(settings.hello.chars().take(80).collect()));
        }
        let tls = match settings.tls {
            MailTls::None => Tls::None,
            MailTls::StartTls => Tls::Required(parameters(&settings)?),
            MailTls::Implicit => Tls::Wrapper(parameters(&settings)?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.server.host())
            .port(settings.server.port())
            .hello_name(ClientId::Domain(settings.hello.clone()))
            .timeout(Some(settings.answer_limit))
            .tls(tls);
        if let Some(login) = &settings.login {
            transport = transport.credentials(Credentials::new(login.user.clone(), login.password.clone()));
        }
        Ok(Self { transport: Some(transport.build()), settings })
    }

    /// Makes one that writes letters as ever, says that they were taken, and hands them to nobody: for exercises.
    ///
    /// # Panics
    ///
    /// Never: the server is one, and is not asked.
    #[must_use]
    pub fn nowhere(from: Mailbox) -> Self {
        let server = "localhost:25".parse().expect("a host and a port");
        Self { transport: None, settings: MailSettings::new(server, MailTls::None, from) }
    }

    /// Returns the settings.
    #[must_use]
    pub const fn settings(&self) -> &MailSettings {
        &self.settings
    }

    /// Greets the server and takes leave without a letter: connects, with TLS as the settings have it, says `EHLO`, logs in where they say so, and
    /// says `NOOP`. One that hands letters to nobody greets nobody.
    ///
    /// # Errors
    ///
    /// [`MailError`] as a letter would meet it before its first octet.
    pub async fn greet(&self) -> Result<(), MailError> {
        let Some(transport) = &self.transport else { return Ok(()) };
        let limit = self.settings.letter_limit;
        match tokio::time::timeout(limit, Box::pin(transport.test_connection())).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::Unreachable("it greets, and answers nothing after that".to_owned())),
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(MailError::TooSlow(limit)),
        }
    }

    /// Returns the octets of a letter as [`Self::send`] would send them at `now`. They are the same each time, but where the letter is signed or
    /// encrypted.
    ///
    /// # Errors
    ///
    /// [`MailError::Letter`], [`MailError::Protection`] and [`MailError::TooLarge`].
    pub fn compose(&self, letter: &Letter, now: Instant) -> Result<Vec<u8>, MailError> {
        let octets = compose(letter, &self.settings.from, self.settings.reply_to.as_ref(), now);
        let octets = octets.map_err(|error| match error {
            ComposeError::Letter(error) => MailError::Letter(error),
            ComposeError::Protection(error) => MailError::Protection(error),
        })?;
        let most = self.settings.most_octets;
        if octets.len() > most { Err(MailError::TooLarge { octets: octets.len(), most }) } else { Ok(octets) }
    }

    /// Sends a letter, once; `now` is when that begins. All addresses get it, or none.
    ///
    /// # Errors
    ///
    /// [`MailError`]; see [`MailError::may_try_again`].
    pub async fn send(&self, letter: &Letter, now: Instant) -> Result<MailReceipt, MailError> {
        let clock = Clock::starting_at(now);
        let octets = self.compose(letter, now)?;
        let Some(transport) = &self.transport else {
            let response = MailResponse { code: 250, text: "taken by nobody: this is an exercise".to_owned() };
            return Ok(MailReceipt { response, digest: Digest::of(&octets), octets: octets.len(), at: now });
        };
        let to = letter.to.iter().map(Mailbox::envelope).collect();
        let envelope = Envelope::new(Some(self.settings.from.envelope()), to);
        let envelope = envelope.map_err(|_| MailError::Letter(LetterError::NoAddress))?;
        let limit = self.settings.letter_limit;
        let sending = Box::pin(transport.send_raw(&envelope, &octets));
        match tokio::time::timeout(limit, sending).await {
            Ok(Ok(response)) => {
                let text = cut(&response.message().collect::<Vec<_>>().join(" "));
                let response = MailResponse { code: number(&response.code().to_string()), text };
                Ok(MailReceipt { response, digest: Digest::of(&octets), octets: octets.len(), at: clock.now() })
            }
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(MailError::TooSlow(limit)),
        }
    }
}

fn parameters(settings: &MailSettings) -> Result<TlsParameters, MailSettingsError> {
    let mut parameters = TlsParameters::builder(settings.server.host().to_owned());
    for (i, authority) in settings.authorities.iter().enumerate() {
        let wrong = |reason: String| MailSettingsError::Authority { place: i + 1, reason };
        // The transport says of a wrong certificate only that TLS fails; here it can be named.
        rustls::RootCertStore::empty().add(authority.clone().into()).map_err(|error| wrong(error.to_string()))?;
        let certificate = Certificate::from_der(authority.clone()).map_err(|error| wrong(reason(&error)))?;
        parameters = parameters.add_root_certificate(certificate);
    }
    parameters.build_rustls().map_err(|error| MailSettingsError::Tls(reason(&error)))
}

/// Says what an error of the transport means for the letter.
fn failed(error: &lettre::transport::smtp::Error) -> MailError {
    let text = reason(error);
    if let Some(code) = error.status() {
        let code = number(&code.to_string());
        let response = MailResponse { code, text: error.source().map_or(text, |said| cut(&said.to_string())) };
        return match code {
            // Answers to a login (RFC 4954, section 6): nothing is said about the letter.
            432 | 454 | 530 | 534 | 535 | 538 => MailError::Login(response.to_string()),
            500.. => MailError::Refused(response),
            _ => MailError::Deferred(response),
        };
    }
    if error.is_tls() || tls::blames_certificate(error) {
        MailError::Tls(text)
    } else if error.is_client() {
        MailError::Login(text)
    } else {
        MailError::Unreachable(text)
    }
}

/// Returns an error and its causes, each text once, cut.
fn reason(error: &(dyn Error + 'static)) -> String {
    cut(&told(error))
}

fn cut(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect()
}

fn number(code: &str) -> u16 {
    code.parse().expect("a code of SMTP has three digits")
}
