// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the directory says of one name: its public suffix, and whether it can be registered.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::{Fact, Level, LevelForm, Pattern, SecondLevel, TldEntry};
use crate::UtcDay;

/// Where a name falls: its public suffix and the registrable name one label below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suffix<'n> {
    /// The public suffix: `co.uk` for `www.example.co.uk`.
    pub name: &'n str,
    /// The registrable name: `example.co.uk`; `None` where the name is itself a public suffix.
    pub registrable: Option<&'n str>,
    /// The place in the entry's levels of the one that decided; `None` where the directory lists none for this name.
    level: Option<usize>,
}

impl Suffix<'_> {
    /// Says whether the directory lists the suffix, rather than taking the top-level domain for want of a level.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.level.is_some()
    }
}

/// Whether a name can be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registrability {
    /// The registry's own rules, as far as they are known to a source, let anybody ask for it.
    Registrable,
    /// A source says that it cannot.
    NotRegistrable {
        /// Which rule.
        reason: Reason,
        /// Who says so.
        source: Arc<str>,
        /// When they said so, where known.
        date: Option<UtcDay>,
    },
    /// No source says.
    Unknown,
}

impl Registrability {
    /// Says whether a source says that the name cannot be registered.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::NotRegistrable { .. })
    }
}

/// The rule that makes a name not registrable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The top-level domain is not delegated and is not meant to be.
    NotDelegated,
    /// The name is itself a public suffix, below which names are registered.
    PublicSuffix,
    /// The registry registers nothing directly below the top-level domain.
    ClosedSecondLevel,
    /// The label is shorter than the registry allows.
    TooShort {
        /// The fewest characters.
        minimum: u8,
    },
    /// The registry reserves names like this one.
    Reserved(Pattern),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDelegated => f.write_str("the top-level domain is not delegated and is not meant to be"),
            Self::PublicSuffix => f.write_str("the name is a public suffix, below which names are registered"),
            Self::ClosedSecondLevel => f.write_str("nothing is registered directly below the top-level domain"),
            Self::TooShort { minimum } => write!(f, "the registry asks for at least {minimum} characters"),
            Self::Reserved(pattern) => write!(f, "the registry reserves {pattern}"),
        }
    }
}

impl TldEntry {
    /// Returns whether a name of this top-level domain can be registered, as far as a source says.
    ///
    /// The name is in stored form (A-labels, lower case, no final dot) and unparsed, for loops over millions of generated
    /// names; a name of another domain is [`Registrability::Unknown`].
    #[must_use]
    pub fn registrability(&self, name: &str) -> Registrability {
        let tld = self.tld.as_str();
        if crate::name::last_label(name) != tld {
            return Registrability::Unknown;
        }
        if self.kind.value.is_never_registered() {
            return self.kind.refuses(Reason::NotDelegated);
        }
        let suffix = suffix_of(&self.levels, name, tld);
        let Some(registrable) = suffix.registrable else {
            return match suffix.level.and_then(|place| self.levels.get(place)) {
                Some(level) => level.refuses(Reason::PublicSuffix),
                None => Registrability::Unknown,
            };
        };
        let below_tld = suffix.name.len() == tld.len();
        if below_tld
            && let Some(fact) = &self.second_level
            && fact.value == SecondLevel::Closed
        {
            return fact.refuses(Reason::ClosedSecondLevel);
        }
        let label = registrable.split('.').next().unwrap_or(registrable);
        // Registries count the characters of a U-label; an A-label is longer, so nothing follows from its length.
        if let Some(fact) = &self.minimum_length
            && label.len() < usize::from(fact.value)
            && !label.starts_with("xn--")
        {
            return fact.refuses(Reason::TooShort { minimum: fact.value });
        }
        if let Some(fact) = self.reserved.iter().find(|fact| fact.value.matches(registrable)) {
            return fact.refuses(Reason::Reserved(fact.value.clone()));
        }
        let open = self.second_level.as_ref().is_some_and(|fact| fact.value == SecondLevel::Open);
        if below_tld && open && self.minimum_length.is_some() {
            Registrability::Registrable
        } else {
            Registrability::Unknown
        }
    }

    /// Says whether some rule could make a name of this domain not registrable.
    ///
    /// Where not, a loop over generated names need not ask [`Self::registrability`].
    #[must_use]
    pub fn has_rules(&self) -> bool {
        self.kind.value.is_never_registered()
            || self.second_level.as_ref().is_some_and(|fact| fact.value == SecondLevel::Closed)
            || self.minimum_length.as_ref().is_some_and(|fact| fact.value > 1)
            || !self.reserved.is_empty()
            || self.levels.iter().any(|fact| fact.value.form() != LevelForm::Plain || fact.value.suffix().contains('.'))
    }
}

/// A quick test before [`TldEntry::registrability`]: lets names pass that no rule of their domain can refuse.
///
/// For loops over millions of generated names, of which next to none is refused.
#[derive(Clone, Debug)]
pub struct Screen<'d> {
    /// Whether every name must be looked at in full.
    all: bool,
    minimum_length: usize,
    suffixes: HashSet<&'d str>,
}

impl Screen<'_> {
    /// Says whether the name, in stored form and of this domain, may be refused; `false` is certain.
    #[must_use]
    pub fn may_refuse(&self, name: &str) -> bool {
        self.all || name.find('.').is_some_and(|length| length < self.minimum_length) || self.suffixes.contains(name)
    }
}

impl TldEntry {
    /// Returns the quick test of this domain's names.
    #[must_use]
    pub fn screen(&self) -> Screen<'_> {
        let closed = self.second_level.as_ref().is_some_and(|fact| fact.value == SecondLevel::Closed);
        let plain = self.levels.iter().all(|fact| fact.value.form() == LevelForm::Plain);
        Screen {
            all: self.kind.value.is_never_registered() || closed || !plain || !self.reserved.is_empty(),
            minimum_length: self.minimum_length.as_ref().map_or(0, |fact| usize::from(fact.value)),
            suffixes: self
                .levels
                .iter()
                .map(|fact| fact.value.suffix())
                .filter(|suffix| suffix.contains('.'))
                .collect(),
        }
    }
}

/// Cuts a name at its public suffix, by the algorithm of the public suffix list: the longest level wins, an exception
/// before all others, and without a level the top-level domain is the suffix.
///
/// The levels are in order. The search goes from the top-level domain down, one look into the levels per label.
pub(super) fn suffix_of<'n>(levels: &[Fact<Level>], name: &'n str, tld: &'n str) -> Suffix<'n> {
    let mut found = Suffix { name: tld, registrable: None, level: None };
    let mut parent = (tld, None);
    let mut end = name.len();
    while !levels.is_empty() {
        let start = name[..end].rfind('.').map_or(0, |dot| dot + 1);
        let candidate = &name[start..];
        let here = forms_of(levels, candidate);
        if here.exception.is_some() {
            (found.name, found.level) = (parent.0, here.exception);
            break;
        }
        if let Some(place) = here.plain.or(parent.1) {
            (found.name, found.level) = (candidate, Some(place));
        }
        if start == 0 {
            break;
        }
        parent = (candidate, here.wildcard);
        end = start - 1;
    }
    if let Some(before) = name.len().checked_sub(found.name.len() + 1) {
        let start = name[..before].rfind('.').map_or(0, |dot| dot + 1);
        found.registrable = Some(&name[start..]);
    }
    found
}

/// The places of the levels with one suffix.
#[derive(Default)]
struct Forms {
    plain: Option<usize>,
    wildcard: Option<usize>,
    exception: Option<usize>,
}

fn forms_of(levels: &[Fact<Level>], suffix: &str) -> Forms {
    let first = levels.partition_point(|fact| fact.value.suffix() < suffix);
    let mut forms = Forms::default();
    for (place, fact) in levels.iter().enumerate().skip(first).take_while(|(_, fact)| fact.value.suffix() == suffix) {
        match fact.value.form() {
            LevelForm::Plain => forms.plain = Some(place),
            LevelForm::Wildcard => forms.wildcard = Some(place),
            LevelForm::Exception => forms.exception = Some(place),
        }
    }
    forms
}

impl<T> Fact<T> {
    fn refuses(&self, reason: Reason) -> Registrability {
        Registrability::NotRegistrable { reason, source: Arc::clone(&self.source), date: self.date }
    }
}
