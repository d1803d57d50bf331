// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! EPP: a session with a registry over TLS, in which the client shows its certificate (RFC 5730 and 5734).
//!
//! A [`Session`] checks names in bulk, asks for one, reads its queue of messages, and sends a frame that somebody else decided about. It sends no
//! more frames a second than the account may. Frames that only ask are sent before the answers to those before them have come, up to a number under
//! way (RFC 5734, section 3); a frame that changes something is alone, and whatever goes wrong after its first octet leaves it in doubt.
//!
//! # Why no library
//!
//! The commands are written by `forestall-formats`, which writes the file of commands as well, and the answers are read there within limits. The crate
//! `instant-epp` (0.5.0, as read) has most of the commands, and was left out for what it does besides: it logs each frame whole, the password of the
//! login among them; it skips elements that it does not know by recursion, so that a frame of 300,000 of them ends the process; it does not hold the
//! identifier of an answer against that of the command; it has one frame under way at most; and the octets of a frame, which must stand in a
//! journal before they go out, are made inside of it.

mod ask;
mod framing;
mod identity;
mod pace;
mod poll;
mod server;
mod session;

use std::time::Duration;

use forestall_formats::epp::answer::AnswerError;
use forestall_formats::epp::code::{self, InWords};
pub use forestall_formats::epp::frame::Login;

pub use crate::tls::TlsError;
pub use ask::Known;
pub use identity::{EppIdentity, IdentityError, authorities};
pub use poll::Message;
pub use server::{EppServer, EppServerError};
pub use session::Session;

/// Where a registry answers, and as whom it is spoken to.
#[derive(Clone, Debug)]
pub struct EppSettings {
    /// The server.
    pub server: EppServer,
    /// The name in the server's certificate, where it is another than the host's.
    pub server_name: Option<String>,
    /// Who logs in.
    pub login: Login,
    /// The certificate that the client shows, with its key.
    pub identity: EppIdentity,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
    /// Most frames a second; 0 counts as 1.
    pub per_second: u32,
    /// Most frames that only ask under way at one time; 0 counts as 1.
    pub under_way: usize,
    /// How long the connection and each answer may take.
    pub limit: Duration,
}

impl EppSettings {
    /// Frames a second where nobody says otherwise.
    pub const PER_SECOND: u32 = 4;
    /// Frames that only ask, under way at one time, where nobody says otherwise.
    pub const UNDER_WAY: usize = 4;
    /// How long the connection and each answer may take where nobody says otherwise.
    pub const LIMIT: Duration = Duration::from_secs(30);

    /// Returns settings with these limits.
    #[must_use]
    pub const fn new(server: EppServer, login: Login, identity: EppIdentity) -> Self {
        Self {
            server,
            server_name: None,
            login,
            identity,
            authorities: Vec::new(),
            per_second: Self::PER_SECOND,
            under_way: Self::UNDER_WAY,
            limit: Self::LIMIT,
        }
    }
}

/// Why a registry cannot be spoken to, or does not do what it is asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EppError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server cannot be reached, or the connection broke.
    #[error("no talk with the registry: {0}")]
    Unreachable(String),
    /// The server took too long.
    #[error("the registry did not answer within {0:?}")]
    TooSlow(Duration),
    /// The server's length of a frame is none that a frame can have.
    #[error("the registry says that a frame has {octets} octets; from 5 to {most} are taken")]
    Length {
        /// What it says.
        octets: u32,
        /// Most that are taken.
        most: usize,
    },
    /// The server's frame cannot be used.
    #[error(transparent)]
    Frame(#[from] AnswerError),
    /// The server answers another command.
    #[error("the registry answers the command {found:?}, and {expected} was sent")]
    OtherCommand {
        /// Our transaction identifier.
        expected: String,
        /// What stands in the answer.
        found: String,
    },
    /// A greeting where an answer must be, or the other way round.
    #[error("the registry says something else than {0}")]
    Unexpected(&'static str),
    /// The registry does not serve names.
    #[error("the registry does not serve the objects {0}")]
    NoSuchObjects(&'static str),
    /// The registry refuses.
    #[error("the registry refuses {what} with {}: {}", .words.code, .words.told(.texts))]
    Refused {
        /// What was asked.
        what: String,
        /// The code in words.
        words: InWords,
        /// What it says besides.
        texts: Vec<String>,
        /// Whether the session has ended with it.
        ends: bool,
    },
    /// A session that broke before.
    #[error("the session with the registry has ended")]
    Ended,
}

impl EppError {
    fn refused(what: impl Into<String>, code: u16, texts: Vec<String>) -> Self {
        Self::Refused { what: what.into(), words: code::in_words(code), texts, ends: closes(code) }
    }

    /// Makes a refusal after which nobody knows which answer is to which frame, or nothing more comes.
    fn refused_for_good(what: impl Into<String>, code: u16, texts: Vec<String>) -> Self {
        Self::Refused { what: what.into(), words: code::in_words(code), texts, ends: true }
    }

    /// Says whether the session can still be used: only a refusal that does not close it leaves it so.
    #[must_use]
    pub const fn leaves_session(&self) -> bool {
        matches!(self, Self::Refused { ends: false, .. })
    }
}

/// Says whether a server closes the session after a code (RFC 5730, section 3).
const fn closes(code: u16) -> bool {
    matches!(code, 1500 | 2500..=2599)
}
