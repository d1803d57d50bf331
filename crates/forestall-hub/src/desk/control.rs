// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Proof that somebody controls a name: a token that only its holder can publish in the DNS, or was sent by mail to the contact of
//! its registration.
//!
//! Only SHA-256 of a token is kept here; one that is to be mailed stands beside its appeal too. A token is good for one name, by one way, for a limited time.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use forestall_dns::{Client, Data, Kind, Options, Question};
use forestall_model::{Digest, DomainName, Instant, OwnerName};
use forestall_store::Challenge;

use super::{Desk, DeskError};

/// The label below a name at which its holder publishes a token as a TXT record.
pub const CHALLENGE_LABEL: &str = "_forestall-challenge";

/// How long a token for the DNS is good, in seconds: a day, within which a change of a zone is seen everywhere.
const DNS_SECONDS: i64 = 24 * 3_600;
/// How long a token for the mail is good, in seconds: a week, since a person sends it by hand.
const MAIL_SECONDS: i64 = 7 * 24 * 3_600;

/// How control of a name is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a TXT record.
    Dns,
    /// By a token that was sent to the contact of the registration.
    Mail,
}

impl Way {
    const fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Mail => "mail",
        }
    }

    /// Returns how long a token is good, in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Dns => DNS_SECONDS,
            Self::Mail => MAIL_SECONDS,
        }
    }
}

/// A token: 20 random octets, written as 40 hexadecimal digits.
pub struct ProofToken(String);

impl ProofToken {
    fn fresh() -> Result<Self, DeskError> {
        let mut octets = [0; 20];
        getrandom::fill(&mut octets)
            .map_err(|error| DeskError::Outside(format!("the system gives no random numbers: {error}")))?;
        Ok(Self(octets.iter().map(|octet| format!("{octet:02x}")).collect()))
    }

    /// Returns what is kept of a token that somebody sends; `None` for a text that is no token.
    #[must_use]
    pub fn digest_of(text: &str) -> Option<Digest> {
        let is_token = text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_token.then(|| Digest::of(text.as_bytes()))
    }
}

impl fmt::Display for ProofToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ProofToken {
    /// Shows nothing: a log line must not prove control of a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofToken")
    }
}

/// What came of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Control is proved, in these words.
    Proved(String),
    /// The token was not given out for this name, or is too old.
    UnknownToken,
    /// This installation was told of no resolver, so that it cannot look.
    NoResolver,
    /// The record is not there, or holds another text.
    NoRecord,
    /// The resolver gave no answer that can be used.
    Silent,
}

impl Desk {
    /// Makes a token for a name and keeps its digest; those that are too old are forgotten.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where it cannot be written, [`DeskError::Outside`] where the system gives no random numbers.
    pub async fn challenge(&self, name: &DomainName, way: Way, now: Instant) -> Result<ProofToken, DeskError> {
        let token = ProofToken::fresh()?;
        let expires = now.plus_seconds(way.seconds());
        let kept = Digest::of(token.0.as_bytes());
        self.store().purge_challenges(now).await?;
        self.store().create_challenge(Challenge { name: name.clone(), token: kept, way: way.word(), expires }).await?;
        Ok(token)
    }

    /// Says whether control of a name is proved by a token of which this digest was kept.
    ///
    /// A token of the mail proves by itself. One for the DNS proves where the resolver finds it below the name.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn control(
        &self,
        name: &DomainName,
        token: Digest,
        resolver: Option<SocketAddr>,
        now: Instant,
    ) -> Result<Control, DeskError> {
        if self.store().challenge(name, token, Way::Mail.word(), now).await? {
            return Ok(Control::Proved("a token that was sent to the contact of the registration".to_owned()));
        }
        if !self.store().challenge(name, token, Way::Dns.word(), now).await? {
            return Ok(Control::UnknownToken);
        }
        let Some(resolver) = resolver else { return Ok(Control::NoResolver) };
        let Some(at) = record_of(name) else { return Ok(Control::NoRecord) };
        let options = Options { tries: 2, timeout: Duration::from_secs(3), ..Options::default() };
        let answer = match Client::new(resolver, options).ask(&Question { name: at.clone(), kind: Kind::Txt }).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::info!(%error, "a proof of control could not be looked up");
                return Ok(Control::Silent);
            }
        };
        let holds = |data: &Data| matches!(data, Data::Txt(text) if Digest::of(text.trim_ascii()) == token);
        if answer.answers.iter().any(|record| holds(&record.data)) {
            Ok(Control::Proved(format!("a TXT record at {at}, asked of {resolver} at {now}")))
        } else {
            Ok(Control::NoRecord)
        }
    }
}

/// Returns the name at which the holder of a name publishes a token; `None` where that is too long for the DNS.
fn record_of(name: &DomainName) -> Option<OwnerName> {
    format!("{CHALLENGE_LABEL}.{name}").parse().ok()
}
