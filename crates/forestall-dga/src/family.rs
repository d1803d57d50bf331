// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a family is: one algorithm that turns parameters and a period into names.

use std::fmt;
use std::sync::Arc;

use forestall_model::marking::Marked;
use forestall_model::{Digest, Instant, Marking, Params, Window};

use crate::identify::SeedSearch;
use crate::{FamilyInfo, NameBuf};

/// One algorithm. Stateless; parameters make a [`Generator`] of it.
pub trait Family: Send + Sync {
    /// Returns what is known of the family.
    fn info(&self) -> &FamilyInfo;

    /// Checks the parameters and makes the generator.
    ///
    /// `params` hold only keys of [`FamilyInfo::keys`]; keys that are left out take their defaults there. Word lists come by
    /// their digest from `words`.
    ///
    /// # Errors
    ///
    /// [`ParamError`] for a value out of range or of a wrong shape, and for a missing word list.
    fn generator(&self, params: &Params, words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError>;

    /// Returns how unknown parameters are searched for; `None` where that cannot be done.
    fn seed_search(&self) -> Option<&dyn SeedSearch> {
        None
    }

    /// Returns the digest of the code that computes the names, where that came from outside; `None` for a built-in family,
    /// whose [`FamilyInfo::generator_version`] says as much.
    ///
    /// It is part of [`Prepared::digest`](crate::Prepared::digest): two plug-ins of one slug and version are two generators.
    fn code(&self) -> Option<Digest> {
        None
    }

    /// Returns the marking that the family itself carries. Whatever is derived from it is at least as strict.
    fn marking(&self) -> Marking {
        Marking::PUBLIC
    }
}

impl Marked for &dyn Family {
    fn marking(&self) -> Marking {
        Family::marking(*self)
    }
}

impl fmt::Debug for dyn Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Family({})", self.info().slug)
    }
}

/// A family with its parameters: computes origin periods and their names. Pure: equal inputs give equal names.
pub trait Generator: Send + Sync {
    /// Returns every origin period with a name whose nominal window meets `span`, in order of time.
    ///
    /// A family without dates has one period. A family whose names come back gives each origin period once; the
    /// windows of its names say when they are live.
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_>;

    /// Returns the origin period that holds `at`; `None` before the family's first.
    fn period_containing(&self, at: Instant) -> Option<Period>;

    /// Appends the names of `period` to `out`, in generation order, duplicates and letter case kept.
    ///
    /// # Errors
    ///
    /// [`GenerateError`] from a family that runs foreign code; no built-in family has one. What stands in `out` then is no list.
    ///
    /// # Examples
    ///
    /// The first three names of each day of a span, in one buffer:
    ///
    /// ```
    /// use forestall_dga::family::NoWordLists;
    /// use forestall_dga::{Ask, Catalogue, NameBuf};
    /// use forestall_model::{DayRange, Params};
    ///
    /// let catalogue = Catalogue::built_in();
    /// let campaign = catalogue.campaigns_of("newgoz").next().ok_or("no such family")?;
    /// let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
    /// let span = DayRange { from: "2020-01-01".parse()?, until: "2020-01-03".parse()? }.window();
    /// let mut names = NameBuf::new();
    /// for period in prepared.generator.periods(span) {
    ///     prepared.generator.generate(&period, &Ask { span: Some(span), limit: Some(3) }, &mut names)?;
    /// }
    /// assert_eq!(names.len(), 6);
    /// assert_eq!(names.bytes_of(0), b"15tz83j1ygv2zi3gqpb1svpd1x.com");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError>;

    /// Returns what a bot tries at `at`: parts of origin periods, in the order of the bot.
    ///
    /// One whole period for most families; several where the bot's list reaches back or ahead.
    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        self.period_containing(at).into_iter().map(|period| Attempt { period, skip: 0, take: None }).collect()
    }

    /// Appends the lists of several periods to one buffer each. A family that computes several lists faster together
    /// than one after another overrides this; the names are the same.
    ///
    /// # Errors
    ///
    /// As [`Generator::generate`], for the first period that has one.
    fn generate_each(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) -> Result<(), GenerateError> {
        periods.iter().zip(out).try_for_each(|(period, buf)| self.generate(period, ask, buf))
    }

    /// Returns how many periods [`Generator::generate_each`] takes best at a time.
    fn lanes(&self) -> usize {
        1
    }
}

impl fmt::Debug for dyn Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generator")
    }
}

/// One origin period: what the algorithm takes as its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The start of the period in seconds since 1970-01-01T00:00:00Z; 0 for a family without dates. Distinct for each period.
    pub key: i64,
    /// The nominal window of the period; `None` for a family without dates. Names may live longer, or come back.
    pub window: Option<Window>,
}

/// What is asked of a generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// Windows of names that come back are listed where they meet this span; all that can be listed where there is none.
    pub span: Option<Window>,
    /// The first so many generated names; the campaign's or the family's own count where there is none.
    pub limit: Option<u64>,
}

/// A part of an origin period that a bot tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The origin period.
    pub period: Period,
    /// Positions left out at the start.
    pub skip: u32,
    /// Positions tried after those; all where there is none.
    pub take: Option<u32>,
}

/// Where families find their word lists: by SHA-256 of the list's text.
pub trait WordLists {
    /// Returns the list with this digest, one word a line.
    fn word_list(&self, digest: Digest) -> Option<Arc<str>>;
}

/// No word lists.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWordLists;

impl WordLists for NoWordLists {
    fn word_list(&self, _digest: Digest) -> Option<Arc<str>> {
        None
    }
}

/// A list that could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{family} could not compute its list of {period}: {reason}")]
pub struct GenerateError {
    /// The family.
    pub family: String,
    /// The origin period asked for: the instant at which it begins, or "all time".
    pub period: String,
    /// What went wrong, in words.
    pub reason: String,
}

// So that lists can be written straight to a `Write`.
impl From<GenerateError> for std::io::Error {
    fn from(error: GenerateError) -> Self {
        Self::other(error)
    }
}

/// Parameters that a family does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamError {
    /// A key that the family does not have.
    #[error("{family} has no parameter {key:?}; it has {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    UnknownKey {
        /// The family.
        family: String,
        /// The key found.
        key: String,
        /// The keys of the family.
        known: Vec<String>,
    },
    /// A value of a wrong shape or out of range.
    #[error("{key}={found:?} is not possible; expected {expected}")]
    BadValue {
        /// The key.
        key: String,
        /// The value found.
        found: String,
        /// What would be right, in words.
        expected: String,
    },
    /// Values that the family's own code does not take.
    #[error("{family} refuses its parameters: {reason}")]
    Refused {
        /// The family.
        family: String,
        /// What it says, or why it could not be asked.
        reason: String,
    },
    /// A word list that is not there.
    #[error("the word list {name} is missing; it is the file with SHA-256 {digest}")]
    MissingWordList {
        /// What the family's sheet calls the list.
        name: String,
        /// The digest of its text.
        digest: Digest,
    },
}
