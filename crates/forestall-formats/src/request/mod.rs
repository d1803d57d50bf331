// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What registries and registrars are asked to do, name by name, with what is known of each.
//!
//! A [`Request`] is put together once and written in any form of requests. A line of it has the guard window, since that is the time for which
//! a name is needed; registrar, date of registration and name servers come from evidence that was kept, and are absent where there is none.
//! Equal requests give equal octets: nothing here knows the present.

pub(crate) mod annexed;
pub(crate) mod draft;

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::dossier::Registrar;
use forestall_model::line::NameLine;
use forestall_model::marking::Marked;
use forestall_model::{Action, CaseId, DomainName, Instant, Marking, OwnerName, Tld, Window};

use crate::feed::Campaign;

/// The names of a case for those who are asked to act on them.
#[derive(Clone, Debug)]
pub struct Request {
    /// The case.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// The marking of everything in it.
    pub marking: Marking,
    /// The days for which it is.
    pub span: Window,
    /// When the case was changed last.
    pub changed: Instant,
    /// The campaigns, in the order of the case.
    pub campaigns: Vec<Campaign>,
    /// Registrars of which more than the number is known, by their key: the number in IANA's registry, else the name in lower case.
    pub registrars: BTreeMap<String, Registrar>,
    /// The name servers of the sinkhole, by the case.
    pub servers: Vec<DomainName>,
    /// The top-level domains whose registries have an agreement with ICANN.
    pub contracted: BTreeSet<Tld>,
    /// The lines, by name, then by window and line id.
    pub lines: Vec<Asked>,
}

/// One name in one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What every list says of it; its window is nominal.
    pub line: NameLine,
    /// The window for which the name is needed: the nominal one with the margins of the case. `None` where it is live at all times.
    pub guard: Option<Window>,
    /// The key of its registrar, where it is known.
    pub registrar: Option<String>,
    /// The name servers that were seen last, sorted; `None` where nobody has looked.
    pub name_servers: Option<Vec<OwnerName>>,
}

impl Asked {
    /// Says whether the name comes from an unverified family.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.line.confidence == "unverified"
    }
}

impl Request {
    /// Returns the lines of each name together, in the order of the names.
    pub fn names(&self) -> impl Iterator<Item = &[Asked]> {
        self.lines.chunk_by(|a, b| a.line.name == b.line.name)
    }

    /// Says whether names of an unverified family are in it.
    #[must_use]
    pub fn has_unverified(&self) -> bool {
        self.lines.iter().any(Asked::is_unverified)
    }

    /// Returns what a registrar is called: its name with its number, else its key.
    #[must_use]
    pub fn registrar(&self, key: &str) -> String {
        let name = self.registrars.get(key).map(|known| short(&known.name)).filter(|name| !name.is_empty());
        match name {
            Some(name) if name.to_lowercase() != key => format!("{name} ({})", short(key)),
            Some(name) => name,
            None if key.bytes().all(|octet| octet.is_ascii_digit()) => format!("IANA {key}"),
            None => short(key),
        }
    }
}

impl Marked for Request {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// Characters of a text of others that stand in a line.
const MAX_SHOWN: usize = 200;

/// Returns a text of others on one line, of a length that every line has room for.
pub(crate) fn short(text: &str) -> String {
    crate::flood::one_line(text.trim()).chars().take(MAX_SHOWN).collect()
}

/// Returns the lines of each name by its top-level domain.
pub(crate) fn by_tld(request: &Request) -> BTreeMap<Tld, Vec<&[Asked]>> {
    let mut groups: BTreeMap<Tld, Vec<&[Asked]>> = BTreeMap::new();
    for lines in request.names() {
        groups.entry(lines[0].line.name.tld()).or_default().push(lines);
    }
    groups
}

/// Returns what is asked for some lines: windows of one name may have different wishes.
#[must_use]
pub fn actions(lines: &[Asked]) -> BTreeSet<Action> {
    lines.iter().filter_map(|asked| asked.line.requested_action).collect()
}

/// Returns the time for which a name is needed, over its windows; a side is `None` where it has no bound there.
pub(crate) fn needed<'a>(lines: impl IntoIterator<Item = &'a Asked>) -> (Option<Instant>, Option<Instant>) {
    let bounds = lines.into_iter().map(|asked| crate::csv::bounds(asked.guard));
    // No bound lies before every other on the left and behind every other on the right.
    let hull = bounds.reduce(|a, b| (a.0.zip(b.0).map(|(a, b)| a.min(b)), a.1.zip(b.1).map(|(a, b)| a.max(b))));
    hull.unwrap_or((None, None))
}

/// Returns such a time in words.
pub(crate) fn in_words((from, until): (Option<Instant>, Option<Instant>)) -> String {
    match (from, until) {
        (None, None) => "at all times".to_owned(),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("from {from} until {until}"),
    }
}

/// What a list of predicted names says of a holder.
pub(crate) const NO_JUDGEMENT: &str = "The names are predicted: they come out of an algorithm that infected machines run. That a name is listed says nothing of who holds it, \
     and none was seen to command a machine.";

#[cfg(test)]
mod tests {
    use super::{in_words, needed, short};

    #[test]
    fn texts_of_others_fit_into_a_line() {
        assert_eq!(short(" a\r\nb "), "a  b");
        assert_eq!(short(&"é".repeat(900)).len(), 400);
    }

    #[test]
    fn a_name_without_lines_has_no_bounds() {
        assert_eq!(in_words(needed([])), "at all times");
    }
}
