// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The codes of EPP in plain words: what each means for a command of ours, and what to do.
//!
//! # Source
//!
//! RFC 5730, section 3, which has all of them.

use forestall_model::vocabulary;

vocabulary! {
    /// What follows from a code.
    pub enum Turn as "what follows from a code of EPP" {
        /// The command was done.
        Done = "done",
        /// It was taken, and a message of the queue will say what came of it.
        Pending = "pending",
        /// It was refused, and would be refused again: it is about this name.
        Refused = "refused",
        /// The server could not, and may later.
        Later = "later",
        /// The account may not, or the frame is wrong: the next frame would have the same answer, so nothing more is sent.
        Stop = "stop",
    }
}

/// A code in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InWords {
    /// The code.
    pub code: u16,
    /// What follows.
    pub turn: Turn,
    /// What it means.
    pub means: &'static str,
    /// What to do; empty where there is nothing.
    pub to_do: &'static str,
}

impl InWords {
    /// Says what the code means, with the texts that came with it.
    #[must_use]
    pub fn meant(&self, texts: &[String]) -> String {
        if texts.is_empty() { self.means.to_owned() } else { format!("{} ({})", self.means, texts.join("; ")) }
    }

    /// Says the same, and what to do.
    #[must_use]
    pub fn told(&self, texts: &[String]) -> String {
        let mut text = self.meant(texts);
        if !self.to_do.is_empty() {
            text.push_str(". What to do: ");
            text.push_str(self.to_do);
        }
        text
    }
}

const fn row(code: u16, turn: Turn, means: &'static str, to_do: &'static str) -> InWords {
    InWords { code, turn, means, to_do }
}

/// All codes, in order.
pub const TABLE: &[InWords] = &[
    row(1000, Turn::Done, "done", ""),
    row(
        1001,
        Turn::Pending,
        "taken; a message of the queue will say what came of it",
        "run `forestall epp poll` later",
    ),
    row(1300, Turn::Done, "the queue holds no message", ""),
    row(1301, Turn::Done, "a message of the queue", ""),
    row(1500, Turn::Done, "the session was closed", ""),
    row(2000, Turn::Stop, "the server does not know the command", "ask the registry which commands it takes"),
    row(
        2001,
        Turn::Stop,
        "the server says that the frame is no valid XML",
        "report this: frames are checked against the schemas",
    ),
    row(2002, Turn::Stop, "the command came at the wrong moment, such as before the login", "run it again"),
    row(
        2003,
        Turn::Refused,
        "something is missing that this registry wants",
        "look up what it wants: registrant, contacts or name servers of the account",
    ),
    row(
        2004,
        Turn::Refused,
        "a value is outside what the registry takes",
        "look at the years and the names that its text names",
    ),
    row(
        2005,
        Turn::Refused,
        "the registry does not take the form of a value, often of the name",
        "ask whether it registers such names",
    ),
    row(2100, Turn::Stop, "the server does not speak this version of the protocol", "ask the registry"),
    row(2101, Turn::Stop, "the server does not carry out this command", "ask the registry how it wants to be asked"),
    row(2102, Turn::Stop, "the server does not know an option", "ask the registry"),
    row(
        2103,
        Turn::Stop,
        "the server does not know an extension, such as that of DS",
        "ask the registry how it wants to be asked",
    ),
    row(2104, Turn::Stop, "the account has not enough money", "pay in, or ask the registry to waive the fee"),
    row(2105, Turn::Refused, "the name cannot be renewed", "look at it with `forestall epp info`"),
    row(2106, Turn::Refused, "the name cannot be transferred", ""),
    row(
        2200,
        Turn::Stop,
        "the login was refused: user, password or certificate",
        "look at the account; too many tries may lock it",
    ),
    row(
        2201,
        Turn::Refused,
        "the account may not do this to this name: another registrar sponsors it",
        "ask the registry, or its sponsor",
    ),
    row(2202, Turn::Refused, "the authorisation information is wrong", ""),
    row(2300, Turn::Refused, "a transfer of the name is pending", "wait for its end"),
    row(2301, Turn::Refused, "no transfer of the name is pending", ""),
    row(2302, Turn::Refused, "the name exists already", "look whose it is with `forestall epp info`"),
    row(2303, Turn::Refused, "the name does not exist", ""),
    row(
        2304,
        Turn::Refused,
        "a status of the name forbids it, such as serverUpdateProhibited",
        "only who set the status can take it away",
    ),
    row(2305, Turn::Refused, "something else depends on it, such as name servers below the name", "look at its hosts"),
    row(
        2306,
        Turn::Refused,
        "the registry's policy forbids it: reserved, premium, blocked, or too many names at once",
        "read its text; a reserved name needs no registration",
    ),
    row(2307, Turn::Stop, "the registry does not serve this kind of object", "ask the registry"),
    row(2308, Turn::Refused, "the registry's policy on data forbids it", "read its text"),
    row(
        2400,
        Turn::Later,
        "the server failed, and does not say whether it changed anything",
        "run it again later; the name is looked at first",
    ),
    row(
        2500,
        Turn::Later,
        "the server failed and closes the session",
        "run it again later; the name is looked at first",
    ),
    row(
        2501,
        Turn::Stop,
        "the login was refused, and the server closes the session",
        "look at the account; too many tries may lock it",
    ),
    row(2502, Turn::Later, "the account has too many sessions open", "close others, or wait for their end"),
];

/// Returns what a code means. One that the standard does not have means what its first two digits say.
#[must_use]
pub fn in_words(code: u16) -> InWords {
    if let Some(known) = TABLE.iter().find(|known| known.code == code) {
        return *known;
    }
    match code {
        1000..2000 => row(code, Turn::Done, "done, by a code that the standard does not have", "read its text"),
        2400..2500 => row(code, Turn::Later, "failed, by a code that the standard does not have", "read its text"),
        _ => row(code, Turn::Stop, "refused, by a code that the standard does not have", "read its text"),
    }
}

/// Says whether the standard has a code.
#[must_use]
pub fn is_known(code: u16) -> bool {
    TABLE.iter().any(|known| known.code == code)
}

#[cfg(test)]
mod tests {
    use super::{TABLE, Turn, in_words};

    #[test]
    fn each_code_stands_once_and_in_order() {
        assert!(TABLE.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(TABLE.len(), 34);
        assert_eq!(in_words(2306).turn, Turn::Refused);
        assert_eq!(in_words(2502).turn, Turn::Later);
        assert_eq!(in_words(2999).turn, Turn::Stop, "what is not known is not taken for done");
        assert!(TABLE.iter().all(|row| (row.code < 2000) == matches!(row.turn, Turn::Done | Turn::Pending)));
    }
}
