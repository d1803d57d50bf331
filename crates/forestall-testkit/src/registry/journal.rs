// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was asked of the registry, command by command: by it a test knows that nothing was done twice.

use std::fmt;

use forestall_model::Instant;

/// A command of EPP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Asks for the greeting.
    Hello,
    /// Begins a session.
    Login,
    /// Ends a session.
    Logout,
    /// Asks whether objects can be created.
    Check,
    /// Asks for an object.
    Info,
    /// Creates an object.
    Create,
    /// Changes an object.
    Update,
    /// Deletes an object.
    Delete,
    /// Prolongs a registration.
    Renew,
    /// Asks for, or decides on, a change of the sponsor.
    Transfer,
    /// Asks for the oldest message, or takes it off the queue.
    Poll,
    /// Nothing that can be read as a command.
    Unreadable,
}

impl Verb {
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Login,
            Self::Logout,
            Self::Check,
            Self::Info,
            Self::Create,
            Self::Update,
            Self::Delete,
            Self::Renew,
            Self::Transfer,
            Self::Poll,
        ];
        all.into_iter().find(|verb| verb.to_string() == name)
    }

    /// Says whether it may change objects.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete | Self::Renew | Self::Transfer)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_ascii_lowercase())
    }
}

/// A command and what came of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it came by the registry's clock.
    pub at: Instant,
    /// When it came by the machine's clock, for tests of rates.
    pub arrived: std::time::Instant,
    /// Which session it came in, from 1.
    pub session: u64,
    /// The account that was signed in.
    pub account: Option<String>,
    /// The command.
    pub verb: Verb,
    /// The names, or the identifiers of contacts, that it was about.
    pub objects: Vec<String>,
    /// The client's identifier.
    pub client_id: Option<String>,
    /// The registry's identifier.
    pub server_id: String,
    /// The result code; zero for a greeting.
    pub code: u16,
    /// Whether the registry was not as before afterwards. What only asks never changes anything.
    pub changed: bool,
    /// Whether the client was to get the right answer: not where a test had the connection cut or the answer spoilt.
    pub answered: bool,
}
