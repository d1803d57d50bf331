// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The server that takes letters, and as whom they go there.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::mailbox::Mailbox;
use crate::address::is_this_machine;
use crate::host_port::HostPort;

/// How long a server may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long the sending of one letter may take in all.
const LETTER_LIMIT: Duration = Duration::from_secs(120);
/// Most octets of a letter: what large operators of mail take at most, after base64.
const MOST_OCTETS: usize = 25 * 1_024 * 1_024;

/// How letters are handed to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// The server.
    pub server: MailServer,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Who logs in; `None` where the server takes letters without.
    pub login: Option<MailLogin>,
    /// Whom letters come from.
    pub from: Mailbox,
    /// Whom answers go to; to the sender where it is `None`.
    pub reply_to: Option<Mailbox>,
    /// The name that the client says of itself, such as the host's.
    pub hello: String,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
    /// How long the server may take for one answer.
    pub answer_limit: Duration,
    /// How long the sending of one letter may take in all.
    pub letter_limit: Duration,
    /// Most octets of a letter as it is sent.
    pub most_octets: usize,
}

impl MailSettings {
    /// Returns settings without a login: answers go to the sender, the client says the sender's host of itself, and the limits are 30 seconds
    /// for an answer, 120 for a letter, and 25 MiB.
    #[must_use]
    pub fn new(server: MailServer, tls: MailTls, from: Mailbox) -> Self {
        let hello = from.address().rsplit('@').next().unwrap_or("localhost").to_owned();
        Self {
            server,
            tls,
            login: None,
            from,
            reply_to: None,
            hello,
            authorities: Vec::new(),
            answer_limit: ANSWER_LIMIT,
            letter_limit: LETTER_LIMIT,
            most_octets: MOST_OCTETS,
        }
    }
}

/// How a connection to a server of mail is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Not at all: for a server on the same machine.
    None,
    /// The connection begins open and must change to TLS before anything else (usually port 587 for letters, 143 for mailboxes).
    StartTls,
    /// It is TLS from the first octet (usually port 465 for letters, 993 for mailboxes).
    Implicit,
}

/// A text that is no way to protect a connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no way to protect a connection; expected none, starttls or implicit")]
pub struct MailTlsError(String);

impl FromStr for MailTls {
    type Err = MailTlsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "starttls" => Ok(Self::StartTls),
            "implicit" => Ok(Self::Implicit),
            _ => Err(MailTlsError(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for MailTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Implicit => "implicit",
        })
    }
}

/// Host and port of a server of mail, written `mail.example.org:587`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MailServer(HostPort);

/// A text that is no server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no server of mail; expected a host and its port with a colon between")]
pub struct MailServerError(String);

impl MailServer {
    /// Returns the host: a name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Returns the port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.0.port
    }

    /// Says whether it is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        is_this_machine(&self.0.host)
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MailServer {
    type Err = MailServerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = HostPort::read(text, None).map(Self);
        read.ok_or_else(|| MailServerError(text.chars().take(80).collect()))
    }
}

/// Who logs in at a server of mail.
#[derive(Clone, PartialEq, Eq)]
pub struct MailLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for MailLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The password is nobody's to see.
        f.debug_struct("MailLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{MailLogin, MailServer, MailTls};

    #[test]
    fn servers_are_written_with_their_port() {
        let check = |text: &str, expected: &str, is_local: bool| {
            let server: MailServer = text.parse().unwrap();
            assert_eq!((server.to_string().as_str(), server.is_local()), (expected, is_local), "{text}");
        };
        check("Mail.example.org:587", "mail.example.org:587", false);
        check("127.0.0.1:2525", "127.0.0.1:2525", true);
        check("localhost:25", "localhost:25", true);
        check("[::1]:25", "[::1]:25", true);
        check("[2001:db8::1]:465", "[2001:db8::1]:465", false);
        for wrong in
            ["", "mail.example.org", ":25", "a b:25", "mail:0", "mail:x", "mail:70000", "[x]:25", "a..b:25", "::1:25"]
        {
            assert!(wrong.parse::<MailServer>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ways_of_protection_are_words() {
        for tls in [MailTls::None, MailTls::StartTls, MailTls::Implicit] {
            assert_eq!(tls.to_string().parse(), Ok(tls));
        }
        assert!("TLS".parse::<MailTls>().is_err());
    }

    #[test]
    fn a_password_is_not_shown() {
        let login = MailLogin { user: "hub".to_owned(), password: "open sesame".to_owned() };
        let shown = format!("{login:?}");
        assert!(shown.contains("hub") && !shown.contains("sesame"), "{shown}");
    }
}
