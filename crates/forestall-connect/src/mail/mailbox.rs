// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whom a letter goes to or comes from: an address, and the name of whoever reads there.

use std::fmt;
use std::str::FromStr;

use lettre::Address;

/// Longest name of a person or a desk, in octets.
const LONGEST_NAME: usize = 200;
/// Longest address (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const LONGEST_ADDRESS: usize = 254;

/// An address of mail with the name of whoever reads there; written `Name <somebody@example.org>` or `somebody@example.org`.
///
/// Addresses are in ASCII: letters of other scripts in the part after the at sign are written as A-labels, and before it they
/// are refused, since not every server on the way takes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

/// A text that is no address of mail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailboxError {
    /// The address is none.
    #[error("{text:?} is no address of mail: {reason}")]
    Address {
        /// The text, cut.
        text: String,
        /// Why.
        reason: String,
    },
    /// The name cannot stand in a header.
    #[error("{text:?} cannot be the name beside an address; expected up to {LONGEST_NAME} octets without line ends")]
    Name {
        /// The text, cut.
        text: String,
    },
}

impl Mailbox {
    /// Makes one of an address, and of a name where there is one.
    ///
    /// # Errors
    ///
    /// [`MailboxError::Address`] where the address is none, or not in ASCII; [`MailboxError::Name`] where the name is too long or
    /// holds control characters, line ends among them.
    pub fn new(name: Option<&str>, address: &str) -> Result<Self, MailboxError> {
        let cut = |text: &str| text.chars().take(80).collect::<String>();
        let wrong = |reason: &str| MailboxError::Address { text: cut(address), reason: reason.to_owned() };
        if address.len() > LONGEST_ADDRESS {
            return Err(wrong(&format!("it is longer than {LONGEST_ADDRESS} octets")));
        }
        if !address.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(wrong("expected letters of ASCII without blanks, the host as A-labels"));
        }
        let parsed = address.parse::<Address>().map_err(|error| wrong(&error.to_string()))?;
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        if let Some(name) = name
            && (name.len() > LONGEST_NAME || name.chars().any(char::is_control))
        {
            return Err(MailboxError::Name { text: cut(name) });
        }
        Ok(Self { name: name.map(str::to_owned), address: parsed })
    }

    /// Returns the name, where there is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the address alone.
    #[must_use]
    pub fn address(&self) -> &str {
        self.address.as_ref()
    }

    /// Returns the address as the envelope wants it.
    pub(super) fn envelope(&self) -> Address {
        self.address.clone()
    }

    /// Returns it as a header wants it.
    pub(super) fn header(&self) -> lettre::message::Mailbox {
        lettre::message::Mailbox::new(self.name.clone(), self.address.clone())
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl FromStr for Mailbox {
    type Err = MailboxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => {
                let name = name.trim();
                let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
                Self::new(Some(inner.unwrap_or(name)), address.trim())
            }
            None => Self::new(None, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mailbox;

    #[test]
    fn reads_addresses_with_and_without_a_name() {
        let check = |text: &str, name: Option<&str>, address: &str| {
            let mailbox: Mailbox = text.parse().unwrap();
            assert_eq!((mailbox.name(), mailbox.address()), (name, address), "{text}");
            assert_eq!(mailbox.to_string().parse::<Mailbox>().unwrap(), mailbox, "{text}");
        };
        check("abuse@nic.example", None, "abuse@nic.example");
        check(" <abuse@nic.example> ", None, "abuse@nic.example");
        check("Zoë Ångström <abuse@nic.example>", Some("Zoë Ångström"), "abuse@nic.example");
        check("\"Desk, night\" <a.b+c@xn--bcher-kva.example>", Some("Desk, night"), "a.b+c@xn--bcher-kva.example");
    }

    #[test]
    fn refuses_what_could_become_a_header_or_another_address() {
        for wrong in [
            "",
            "nic.example",
            "@nic.example",
            "a@",
            "a b@nic.example",
            "a@nic.example\r\nBcc: x@y.example",
            "A\r\nBcc: x@y.example <a@nic.example>",
            "A\0 <a@nic.example>",
            "a@nic.example, b@nic.example",
            "a@nic.example> <b@nic.example",
            "zoë@nic.example",
            "a@bücher.example",
        ] {
            assert!(wrong.parse::<Mailbox>().is_err(), "{wrong:?}");
        }
        assert!(Mailbox::new(Some(&"x".repeat(201)), "a@nic.example").is_err());
        assert!(Mailbox::new(None, &format!("{}@nic.example", "a".repeat(300))).is_err());
    }
}
