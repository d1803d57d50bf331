// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whom to write to about a network or a country, from a table that the operator keeps.
//!
//! A CSV file with the columns `of` (`AS64500`, `192.0.2.0/24` or `BE`), `name` and `contact` (a mail address), in any order; other columns are passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;

use super::about::About;
use super::country::Country;
use super::delimited::{as_number, printable};
use super::error::EnrichError;
use super::file;
use super::prefix::Prefix;

/// The most rows of a table.
const MOST_ROWS: usize = 200_000;
/// The most octets of a mail address (RFC 5321, section 4.5.3.1.3).
const MOST_IN_CONTACT: usize = 254;

/// Of what somebody is the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// A network by its AS number.
    Network(u32),
    /// A range of addresses.
    Prefix(Prefix),
    /// A country: a CERT with national responsibility.
    Country(Country),
}

/// A text that is none of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no network and no country; expected AS64500, 192.0.2.0/24 or BE")]
pub struct OfError {
    found: String,
}

impl Of {
    /// Says whether an address of which this is known belongs to it.
    #[must_use]
    pub fn holds(&self, address: IpAddr, about: About) -> bool {
        match self {
            Self::Network(asn) => about.asn == *asn,
            Self::Prefix(prefix) => prefix.contains(address),
            Self::Country(country) => about.country == Some(*country),
        }
    }
}

impl FromStr for Of {
    type Err = OfError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.get(..2).filter(|start| start.eq_ignore_ascii_case("as")).and_then(|_| as_number(&text[2..]));
        if let Some(asn) = number {
            return Ok(Self::Network(asn));
        }
        if let Ok(country) = text.parse() {
            return Ok(Self::Country(country));
        }
        text.parse().map(Self::Prefix).map_err(|_| OfError { found: text.chars().take(60).collect() })
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(asn) => write!(f, "AS{asn}"),
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::Country(country) => country.fmt(f),
        }
    }
}

/// Somebody who can do something about infected machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who.
    pub name: String,
    /// Their mail address.
    pub mail: String,
}

/// The contacts that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts(BTreeMap<Of, Contact>);

impl Contacts {
    /// Returns the contact of a network, range or country.
    #[must_use]
    pub fn of(&self, of: &Of) -> Option<&Contact> {
        self.0.get(of)
    }

    /// Returns all, in the order of what they are the contact of.
    pub fn iter(&self) -> impl Iterator<Item = (&Of, &Contact)> {
        self.0.iter()
    }

    /// Adds the rows of a file.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), EnrichError> {
        let octets = file::whole(path)?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(octets.as_slice());
        let at = |line: u64, what: String| EnrichError::Table { path: path.to_owned(), line, what };
        let broken = |error: &csv::Error| {
            at(
                error.position().map_or(1, csv::Position::line),
                "the row is broken; expected as many fields as the header has, in UTF-8".to_owned(),
            )
        };
        let header = reader.headers().map_err(|error| broken(&error))?.clone();
        let place = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
        let (Some(of), Some(name), Some(contact)) = (place("of"), place("name"), place("contact")) else {
            return Err(at(1, "the header has not the columns of, name and contact".to_owned()));
        };
        for (rows, record) in reader.records().enumerate() {
            let record = record.map_err(|error| broken(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let field = |place: usize| record.get(place).unwrap_or("");
            if rows >= MOST_ROWS {
                return Err(at(line, format!("there are more than {MOST_ROWS} rows")));
            }
            let key: Of = field(of).parse().map_err(|error: OfError| at(line, error.to_string()))?;
            let mail = field(contact);
            if !is_mail(mail) {
                return Err(at(line, "the contact is no mail address such as abuse@example.net".to_owned()));
            }
            let contact = Contact { name: printable(field(name)), mail: mail.to_owned() };
            if self.0.insert(key, contact).is_some() {
                return Err(at(line, format!("{key} has a contact already; expected one")));
            }
        }
        Ok(())
    }
}

fn is_mail(text: &str) -> bool {
    let plain = |octet: u8| octet.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&octet);
    let parts = text.split_once('@').filter(|(local, host)| !local.is_empty() && host.contains('.'));
    parts.is_some_and(|(_, host)| !host.contains('@') && !host.starts_with('.') && !host.ends_with('.'))
        && text.len() <= MOST_IN_CONTACT
        && text.bytes().all(plain)
}
