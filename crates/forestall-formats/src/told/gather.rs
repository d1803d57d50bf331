// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names of a file while they are gathered: one for each name, telling, family and window, within limits.

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeMap, HashSet};
use std::net::Ipv6Addr;
use std::sync::Arc;

use forestall_model::{DomainName, Instant, Marking, Pap, Telling, Tlp};

use super::{MAX_KINDS, MAX_LABEL, MAX_NAMES, MAX_PROBLEMS, ToldError, ToldFile, ToldForm, ToldName, ToldProblem};

/// What is said in place of a text that holds an address.
pub(super) const ADDRESS: &str = "an address stands where a name belongs";

/// What is said of a name.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) telling: Telling,
    pub(crate) family: Option<Arc<str>>,
    pub(crate) first: Option<Instant>,
    pub(crate) last: Option<Instant>,
    pub(crate) from: Option<Instant>,
    pub(crate) until: Option<Instant>,
    pub(crate) count: u64,
}

impl About {
    /// Says no more than the kind of telling.
    pub(crate) const fn of(telling: Telling) -> Self {
        Self { telling, family: None, first: None, last: None, from: None, until: None, count: 1 }
    }
}

/// What two names that are one have in common.
type Key = (DomainName, Telling, Option<Arc<str>>, Option<Instant>, Option<Instant>);

/// What was gathered of a file so far.
#[derive(Debug)]
pub(crate) struct Gather {
    form: ToldForm,
    names: Vec<ToldName>,
    known: HashMap<Key, usize>,
    families: HashSet<Arc<str>>,
    marking: Option<Marking>,
    pub(crate) by: Option<String>,
    pub(crate) title: Option<String>,
    passed_over: BTreeMap<String, u64>,
    problems: Vec<ToldProblem>,
    malformed: u64,
}

impl Gather {
    pub(crate) fn new(form: ToldForm) -> Self {
        Self {
            form,
            names: Vec::new(),
            known: HashMap::new(),
            families: HashSet::new(),
            marking: None,
            by: None,
            title: None,
            passed_over: BTreeMap::new(),
            problems: Vec::new(),
            malformed: 0,
        }
    }

    /// Returns the label of a family, one text for all names that have it.
    pub(crate) fn family(&mut self, label: &str) -> Option<Arc<str>> {
        let label = short(label);
        if label.is_empty() {
            return None;
        }
        if let Some(known) = self.families.get(label.as_str()) {
            return Some(Arc::clone(known));
        }
        let label: Arc<str> = label.into();
        self.families.insert(Arc::clone(&label));
        Some(label)
    }

    /// Takes in a text that should be a name, from a place in the file.
    pub(crate) fn text(&mut self, place: impl FnOnce() -> String, text: &str, about: About) -> Result<(), ToldError> {
        let text = text.trim();
        match text.parse::<DomainName>() {
            Ok(name) => self.add(name, about),
            Err(error) => {
                let what = if holds_address(text) { ADDRESS.to_owned() } else { error.to_string() };
                self.malformed(place(), what);
                Ok(())
            }
        }
    }

    /// Takes in a name.
    pub(crate) fn add(&mut self, name: DomainName, about: About) -> Result<(), ToldError> {
        let About { telling, family, first, last, from, until, count } = about;
        match self.known.entry((name, telling, family, from, until)) {
            Entry::Occupied(known) => {
                let told = &mut self.names[*known.get()];
                told.first = [told.first, first].into_iter().flatten().min();
                told.last = told.last.max(last);
                told.count = told.count.saturating_add(count);
            }
            Entry::Vacant(_) if self.names.len() >= MAX_NAMES => {
                return Err(ToldError::TooManyNames { limit: MAX_NAMES });
            }
            Entry::Vacant(new) => {
                let (name, family) = (new.key().0.clone(), new.key().2.as_deref().map(str::to_owned));
                self.names.push(ToldName { name, telling, family, first, last, from, until, count });
                new.insert(self.names.len() - 1);
            }
        }
        Ok(())
    }

    /// Counts something that no name is read from.
    pub(crate) fn pass_over(&mut self, kind: &str, count: u64) {
        let kind = short(kind);
        let room = self.passed_over.len() < MAX_KINDS || self.passed_over.contains_key(&kind);
        let kind = if room { kind } else { "other things".to_owned() };
        let counted = self.passed_over.entry(kind).or_default();
        *counted = counted.saturating_add(count);
    }

    /// Notes a name that is none.
    pub(crate) fn malformed(&mut self, place: String, what: String) {
        self.malformed += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(ToldProblem { place, what });
        }
    }

    /// Takes in a marking, of which a part may not be said.
    pub(crate) fn mark(&mut self, tlp: Option<Tlp>, pap: Option<Pap>) {
        if tlp.is_none() && pap.is_none() {
            return;
        }
        let marking = Marking { tlp: tlp.unwrap_or(Tlp::Clear), pap: pap.unwrap_or(Pap::Clear), embargo_until: None };
        self.marking = Some(self.marking.map_or(marking, |known| known.strictest(marking)));
    }

    pub(crate) fn finish(self) -> ToldFile {
        ToldFile {
            form: self.form,
            names: self.names,
            marking: self.marking,
            by: self.by,
            title: self.title,
            passed_over: self.passed_over,
            problems: self.problems,
            malformed: self.malformed,
        }
    }
}

/// Says whether an address stands somewhere in a text, also with a port, in a URL or beside a name: it may be that of somebody's machine, and such a
/// text is not repeated. Four numbers with dots between them count as one of IPv4.
pub(super) fn holds_address(text: &str) -> bool {
    let four_numbers = |part: &str| {
        let numbers: Vec<&str> = part.split('.').collect();
        numbers.windows(4).any(|four| four.iter().all(|number| !number.is_empty()))
    };
    let is_six = |part: &str| part.parse::<Ipv6Addr>().is_ok();
    let six = |part: &str| {
        let part = part.trim_matches('.');
        let without_port = part.rsplit_once(':').map(|(before, _)| before);
        is_six(part) || is_six(part.trim_matches(':')) || without_port.is_some_and(is_six)
    };
    text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.')).any(four_numbers)
        || text.split(|letter: char| !(letter.is_ascii_hexdigit() || matches!(letter, '.' | ':'))).any(six)
}

/// Returns a text of others as one line of bounded length, without characters that control a terminal.
pub(crate) fn short(text: &str) -> String {
    let shown = text.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    shown.take(MAX_LABEL).collect()
}

#[cfg(test)]
mod tests {
    use super::holds_address;

    #[test]
    fn an_address_is_found_wherever_it_stands() {
        for text in [
            "192.0.2.7",
            "192.0.2.7.",
            "192.0.2.7:443",
            "http://192.0.2.7/x",
            "a.example 192.0.2.7",
            "a.example:192.0.2.7",
            "bad192.0.2.7",
            "a.example1192.0.2.7",
            "2001:db8::7",
            "[2001:db8::7]:443",
            "2001:db8:0:0:0:0:0:7:443",
            "http://[2001:db8::7]/x",
            "a.example 2001:db8::7.",
            "ip:2001:db8::7",
            "fe80::1%eth0",
            "::ffff:192.0.2.7",
        ] {
            assert!(holds_address(text), "{text}");
        }
        for text in [
            "",
            "a.example",
            "a b",
            "a..b",
            "1.2.3",
            "10:30:00",
            "a.example:443",
            "http://a.example/x",
            "de:ad",
            "\"x\" is: y",
        ] {
            assert!(!holds_address(text), "{text}");
        }
    }
}
