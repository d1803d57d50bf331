// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is wrong with a party, so that it is not kept like this. Whether another party has its domains is for who keeps them all.

use super::{Contact, Party, PartyKind, Road, Terms};
use crate::directory::{Directory, Kind};
use crate::mail::MailAddress;
use crate::{Tld, UtcDay};

/// Most characters of a name or another single line.
pub const MAX_LINE: usize = 200;
/// Most contacts of a party.
pub const MAX_CONTACTS: usize = 50;
/// Most top-level domains of a party; the largest registry back end of 2026 runs some hundreds.
pub const MAX_TLDS: usize = 2_000;
/// Most holidays of a party: twenty a year for twenty years.
pub const MAX_HOLIDAYS: usize = 400;
/// Most octets of an OpenPGP key in armour; one with many signatures of others takes some 100 KB.
pub const MAX_KEY: usize = 256 << 10;
/// Most octets of an address for notices.
const MAX_URL: usize = 2_000;
/// Most days of a lead time that somebody states.
const MAX_DAYS: u16 = 366;

/// One thing that is wrong with a party.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartyFault {
    /// A text that must be given.
    #[error("{field}: it must be given")]
    Empty {
        /// Which.
        field: String,
    },
    /// A text that is too long.
    #[error("{field}: it has {found} characters; at most {most} are kept")]
    TooLong {
        /// Which.
        field: String,
        /// Its length.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// A text on more than one line, or with characters that do not show.
    #[error("{field}: it holds a line break or a character that does not show; expected one line of text")]
    NoLine {
        /// Which.
        field: String,
    },
    /// A text that is not what it should be.
    #[error("{field}: {found:?} is not {expected}")]
    NotA {
        /// Which.
        field: String,
        /// What was found, cut after 60 characters.
        found: String,
        /// What was expected, with its article.
        expected: &'static str,
    },
    /// A number out of its range.
    #[error("{field}: {found} is out of range; expected {expected}")]
    OutOfRange {
        /// Which.
        field: String,
        /// What was found.
        found: u64,
        /// The range, in words.
        expected: &'static str,
    },
    /// More entries than are kept.
    #[error("{field}: there are {found}; at most {most} are kept")]
    TooMany {
        /// Which.
        field: &'static str,
        /// How many.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// An entry that comes twice.
    #[error("{field}: {found} stands there twice")]
    Repeated {
        /// Which.
        field: &'static str,
        /// What comes twice.
        found: String,
    },
    /// Top-level domains of a party that runs none.
    #[error("tlds: only a registry runs top-level domains, and this party is of the kind {0}")]
    NoRegistry(PartyKind),
    /// A registry without a top-level domain.
    #[error("tlds: a registry runs at least one top-level domain")]
    NoTld,
    /// Terms of a party that acts on no name.
    #[error("terms: they are for registries and registrars, and this party is of the kind {0}")]
    NoTerms(PartyKind),
    /// A registry of a country on a road over ICANN.
    #[error(
        "road: {road} leads over ICANN, whose contracts do not bind the registry of {tld}, a domain of a country; expected \
         own-policy or court-order"
    )]
    IcannRoad {
        /// The road.
        road: Road,
        /// A domain of a country.
        tld: Tld,
    },
    /// Nobody works on any day.
    #[error("working_days: at least one day must be a working day")]
    NoWorkingDay,
    /// Holidays out of order.
    #[error("holidays: {later} stands before {earlier}; expected them in order, each once")]
    Unordered {
        /// The later day, which comes first.
        later: UtcDay,
        /// The earlier day, which comes after it.
        earlier: UtcDay,
    },
    /// A contact that cannot be reached.
    #[error("{field}: it has neither mail nor phone nor a second way")]
    Unreachable {
        /// Which.
        field: String,
    },
}

impl Party {
    /// Returns what is wrong with the party, in the order of its fields; none where it can be kept.
    ///
    /// `directory` says which domains are of a country. What is in no directory counts as of none.
    #[must_use]
    pub fn faults(&self, directory: &Directory) -> Vec<PartyFault> {
        let mut faults = Vec::new();
        line("name", Some(&self.name), true, &mut faults);
        self.tld_faults(&mut faults);
        match (&self.terms, self.kind) {
            (Some(terms), PartyKind::Registry | PartyKind::Registrar) => {
                let country = self.tlds.iter().find(|tld| is_of_a_country(directory, tld));
                terms_faults(terms, country, &mut faults);
            }
            (Some(_), kind) => faults.push(PartyFault::NoTerms(kind)),
            (None, _) => {}
        }
        if self.contacts.len() > MAX_CONTACTS {
            faults.push(PartyFault::TooMany { field: "contacts", found: self.contacts.len(), most: MAX_CONTACTS });
        }
        for (place, contact) in self.contacts.iter().enumerate().take(MAX_CONTACTS) {
            contact_faults(place + 1, contact, &mut faults);
        }
        if let Some(webhook) = &self.webhook {
            webhook_faults(webhook, &mut faults);
        }
        if let Some(key) = &self.openpgp {
            if key.len() > MAX_KEY {
                faults.push(PartyFault::TooLong { field: "openpgp".to_owned(), found: key.len(), most: MAX_KEY });
            } else if !is_armour(key) {
                faults.push(not_a("openpgp", key, "an OpenPGP public key in ASCII armour"));
            }
        }
        faults
    }

    fn tld_faults(&self, faults: &mut Vec<PartyFault>) {
        match (self.kind, self.tlds.is_empty()) {
            (PartyKind::Registry, true) => faults.push(PartyFault::NoTld),
            (PartyKind::Registry, false) | (_, true) => {}
            (kind, false) => faults.push(PartyFault::NoRegistry(kind)),
        }
        if self.tlds.len() > MAX_TLDS {
            faults.push(PartyFault::TooMany { field: "tlds", found: self.tlds.len(), most: MAX_TLDS });
        }
        let mut sorted: Vec<&Tld> = self.tlds.iter().collect();
        sorted.sort_unstable();
        if let Some([_, twice]) =
            sorted.windows(2).find_map(|pair| <&[&Tld; 2]>::try_from(pair).ok().filter(|p| p[0] == p[1]))
        {
            faults.push(PartyFault::Repeated { field: "tlds", found: twice.to_string() });
        }
    }
}

fn is_of_a_country(directory: &Directory, tld: &Tld) -> bool {
    directory.entry(tld).is_some_and(|entry| entry.kind.value == Kind::CountryCode)
}

fn terms_faults(terms: &Terms, country: Option<&Tld>, faults: &mut Vec<PartyFault>) {
    if let Some(tld) = country.filter(|_| terms.road.is_icanns()) {
        faults.push(PartyFault::IcannRoad { road: terms.road, tld: tld.clone() });
    }
    if let Some(own) = terms.own_days.filter(|own| own.days > MAX_DAYS) {
        let expected = "at most 366 days";
        faults.push(PartyFault::OutOfRange { field: "own_days".to_owned(), found: own.days.into(), expected });
    }
    if super::Weekday::ALL.iter().all(|day| !terms.working_days.contains(*day)) {
        faults.push(PartyFault::NoWorkingDay);
    }
    if terms.holidays.len() > MAX_HOLIDAYS {
        faults.push(PartyFault::TooMany { field: "holidays", found: terms.holidays.len(), most: MAX_HOLIDAYS });
    }
    if let Some(pair) = terms.holidays.windows(2).find(|pair| pair[0] >= pair[1]) {
        faults.push(PartyFault::Unordered { later: pair[0], earlier: pair[1] });
    }
    if terms.batch_limit == Some(0) {
        let expected = "at least one name a list";
        faults.push(PartyFault::OutOfRange { field: "batch_limit".to_owned(), found: 0, expected });
    }
    if !is_language(&terms.language) {
        faults.push(not_a("language", &terms.language, "a language tag of BCP 47 such as en, pt-BR or zh-Hant"));
    }
}

fn contact_faults(place: usize, contact: &Contact, faults: &mut Vec<PartyFault>) {
    let field = |name: &str| format!("contact {place}, {name}");
    line(&field("name"), Some(&contact.name), true, faults);
    line(&field("role"), Some(&contact.role), false, faults);
    if let Some(mail) = contact.mail.as_ref().filter(|mail| mail.parse::<MailAddress>().is_err()) {
        faults.push(not_a(&field("mail"), mail, "a mail address such as abuse@registry.example"));
    }
    if let Some(phone) = contact.phone.as_ref().filter(|phone| !is_phone(phone)) {
        faults.push(not_a(&field("phone"), phone, "a telephone number with its country, such as +32 2 555 01 00"));
    }
    line(&field("second"), contact.second.as_deref(), false, faults);
    line(&field("owner"), contact.owner.as_deref(), false, faults);
    if contact.mail.is_none() && contact.phone.is_none() && contact.second.is_none() {
        faults.push(PartyFault::Unreachable { field: format!("contact {place}") });
    }
}

fn webhook_faults(webhook: &str, faults: &mut Vec<PartyFault>) {
    let host = |scheme| webhook.strip_prefix(scheme).map(|rest| rest.split(['/', '?', '#']).next().unwrap_or(""));
    let plain = webhook.len() <= MAX_URL && webhook.bytes().all(|b| b.is_ascii_graphic());
    // A program on the same machine needs no TLS.
    let is_local = |host: &str| {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
        matches!(name, "localhost" | "127.0.0.1" | "[::1]")
    };
    let fits = host("https://").is_some_and(|host| !host.is_empty() && !host.contains('@'))
        || host("http://").is_some_and(|host| !host.contains('@') && is_local(host));
    if !plain || !fits {
        faults.push(not_a("webhook", webhook, "an address over TLS such as https://registry.example/notices"));
    }
}

/// Checks a text of one line.
fn line(field: &str, text: Option<&str>, must: bool, faults: &mut Vec<PartyFault>) {
    let field = || field.to_owned();
    let text = text.unwrap_or("");
    let found = text.chars().count();
    match () {
        () if must && text.trim().is_empty() => faults.push(PartyFault::Empty { field: field() }),
        () if found > MAX_LINE => faults.push(PartyFault::TooLong { field: field(), found, most: MAX_LINE }),
        () if text.chars().any(acts) => faults.push(PartyFault::NoLine { field: field() }),
        () => {}
    }
}

/// Says whether a character does something where it is shown instead of showing: it could forge other lines of a sheet or a log.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn not_a(field: &str, found: &str, expected: &'static str) -> PartyFault {
    PartyFault::NotA { field: field.to_owned(), found: found.chars().take(60).collect(), expected }
}

/// Says whether a text is a telephone number with its country: a plus sign and 7 to 15 digits (ITU-T E.164), with blanks, hyphens,
/// dots and brackets between them, and perhaps an extension of up to 6 digits after an `x`.
fn is_phone(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('+') else { return false };
    let (number, extension) = rest.split_once('x').unwrap_or((rest, "0"));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let extension = extension.trim();
    rest.len() <= 40
        && (7..=15).contains(&digits)
        && number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'(' | b')'))
        && (1..=6).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_digit())
}

/// Says whether a text has the shape of a language tag (RFC 5646, 2.1): subtags of 1 to 8 letters and digits, the first of 2 to 8 letters.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    text.len() <= 35
        && (2..=8).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_armour(text: &str) -> bool {
    let text = text.trim();
    text.is_ascii()
        && text.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----")
        && text.ends_with("-----END PGP PUBLIC KEY BLOCK-----")
}

#[cfg(test)]
mod tests {
    use super::{is_language, is_phone};

    #[test]
    fn knows_telephone_numbers() {
        for text in ["+32 2 555 01 00", "+1-555-0100-200", "+44 (20) 7946 0958", "+15550100200 x12"] {
            assert!(is_phone(text), "{text}");
        }
        for text in [
            "",
            "112",
            "0032 2 555",
            "+32",
            "+32 2 555 01 0a",
            "+1234567890123456",
            "+1 555 0100 x",
            "+1 555 0100 200\n",
        ] {
            assert!(!is_phone(text), "{text:?}");
        }
    }

    #[test]
    fn knows_language_tags() {
        for text in ["en", "pt-BR", "zh-Hant-TW", "de-CH-1996"] {
            assert!(is_language(text), "{text}");
        }
        for text in ["", "e", "english language", "en_US", "en-", "12", "en-toolongsubtag"] {
            assert!(!is_language(text), "{text:?}");
        }
    }
}
