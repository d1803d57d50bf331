// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that somebody holds: the verdict over each, what people ruled, who appealed, and what follows for the registry.
//!
//! A verdict is computed from evidence and decides nothing but the safe side: a name that is *clear benign* is left alone in this
//! window. It is void once the registrant, the registrar, the date of registration or the name servers change; then a person has
//! to look. Whatever acts on a name with a holder is a [`Ruled`] of a person.

use forestall_model::dossier::{Change, Tenure};
use forestall_model::{Action, Band, Digest, Instant, NameClass, Ruling, vocabulary};

use crate::event::{Event, Occurrence, VettedName};

/// What a case holds of one name that somebody holds or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Where the name stands in the case.
    pub occurrences: Vec<Occurrence>,
    /// The last verdict; none for a name that was only appealed for.
    pub verdict: Option<Verdict>,
    /// When it was first known in this case that somebody holds the name.
    pub since: Instant,
    /// Whether the name was seen free before, or was registered after the case was opened.
    pub new: bool,
    /// What changed of who holds it, the oldest first; the last [`MOST_CHANGES`] are kept, all are in the log.
    pub changes: Vec<TenureChange>,
    /// Whether a change voided an automatic verdict, and no person has ruled since.
    pub voided: bool,
    /// What a person ruled last.
    pub ruled: Option<Ruled>,
    /// The last appeal.
    pub appeal: Option<Appeal>,
    /// What is to be undone, until a registry says that it is.
    pub undo: Option<Undo>,
}

/// What a verdict calls the sinkhole of the response itself: a name that is there is ours, and nobody else's to leave alone.
pub const OUR_SINKHOLE: &str = "this-response";

/// Changes that are kept of one name.
pub const MOST_CHANGES: usize = 16;

/// A verdict as the case keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is known of the registration.
    pub class: NameClass,
    /// The sinkhole that answers for the name.
    pub sinkhole: Option<String>,
    /// Who has to decide.
    pub band: Band,
    /// The sum of the points.
    pub score: i32,
    /// SHA-256 of the evidence.
    pub evidence: Digest,
    /// The version of the rules.
    pub rules: u32,
    /// When the look began.
    pub at: Instant,
    /// Who held the name.
    pub tenure: Tenure,
    /// When the registration ends unless it is renewed.
    pub expires: Option<Instant>,
    /// The number of the event.
    pub version: u64,
}

impl Verdict {
    /// Says whether somebody else than the response holds the name.
    #[must_use]
    pub fn is_of_others(&self) -> bool {
        self.class.is_held() && self.sinkhole.as_deref() != Some(OUR_SINKHOLE)
    }
}

/// A change of who holds a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenureChange {
    /// When it was seen.
    pub at: Instant,
    /// The number of the event.
    pub version: u64,
    /// What changed.
    pub what: Vec<Change>,
    /// Who held it before.
    pub before: Tenure,
}

/// What a person ruled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// The ruling.
    pub ruling: Ruling,
    /// What the registry is asked to do, where the ruling is to act.
    pub action: Option<Action>,
    /// Why, in words.
    pub reason: String,
    /// On what evidence, in words.
    pub evidence: String,
    /// When.
    pub at: Instant,
    /// The number of the event.
    pub version: u64,
    /// Whether what it was about has changed since, so that a person has to look again.
    pub overtaken: bool,
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// When it came.
    pub at: Instant,
    /// The number of the event.
    pub version: u64,
    /// Until when a person has to answer.
    pub deadline: Instant,
    /// How control of the name was proved.
    pub proof: Option<String>,
    /// When it was answered, and whether it was upheld.
    pub settled: Option<(Instant, bool)>,
}

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// Since when.
    pub at: Instant,
    /// Until when it must have happened.
    pub by: Instant,
    /// The number of the event.
    pub version: u64,
}

vocabulary! {
    /// What follows from a holding.
    pub enum Stance as "a stance" {
        /// Nobody holds the name, as far as is known.
        Open = "open",
        /// Somebody holds it, and a person has to decide.
        Undecided = "undecided",
        /// By its evidence a legitimate holder: left alone in this window.
        Benign = "benign",
        /// A person excluded it for good.
        Excluded = "excluded",
        /// A friend or another sinkhole holds it.
        Friendly = "friendly",
        /// A person wants it watched.
        Watched = "watched",
        /// A person wants it acted on.
        Act = "act",
        /// Somebody appealed: nothing is done until a person has answered.
        Disputed = "disputed",
    }
}

impl Stance {
    /// Says whether the name stands outside the denominator of coverage: it is nobody's to protect.
    #[must_use]
    pub const fn stands_aside(self) -> bool {
        matches!(self, Self::Benign | Self::Excluded | Self::Friendly)
    }

    /// Says whether a person has to decide.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        matches!(self, Self::Undecided | Self::Disputed)
    }
}

impl Holding {
    pub(crate) const fn new(occurrences: Vec<Occurrence>, since: Instant) -> Self {
        Self {
            occurrences,
            verdict: None,
            since,
            new: false,
            changes: Vec::new(),
            voided: false,
            ruled: None,
            appeal: None,
            undo: None,
        }
    }

    /// Returns the appeal that waits for its answer, where one does.
    #[must_use]
    pub fn open_appeal(&self) -> Option<&Appeal> {
        self.appeal.as_ref().filter(|appeal| appeal.settled.is_none())
    }

    /// Returns what follows for the registry.
    #[must_use]
    pub fn stance(&self) -> Stance {
        if self.open_appeal().is_some() {
            return Stance::Disputed;
        }
        let held = self.verdict.as_ref().is_some_and(Verdict::is_of_others);
        match &self.ruled {
            Some(ruled) if ruled.ruling == Ruling::Exclude => return Stance::Excluded,
            Some(ruled) if held && !ruled.overtaken => {
                return match ruled.ruling {
                    Ruling::Friendly => Stance::Friendly,
                    Ruling::Act => Stance::Act,
                    Ruling::Exclude | Ruling::Watch => Stance::Watched,
                };
            }
            _ => {}
        }
        match &self.verdict {
            Some(verdict) if held && (self.ruled.is_some() || self.voided || verdict.band != Band::ClearBenign) => {
                Stance::Undecided
            }
            Some(verdict) if held && verdict.class == NameClass::Sinkholed => Stance::Friendly,
            Some(_) if held => Stance::Benign,
            _ => Stance::Open,
        }
    }

    /// Returns what the registry may be asked to do with the name; none where a person has not decided so.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        match (self.stance(), &self.ruled) {
            (Stance::Act, Some(ruled)) => ruled.action,
            _ => None,
        }
    }

    /// Returns why a person has to look, in words; none where nobody has to.
    #[must_use]
    pub fn why(&self) -> Option<&'static str> {
        match self.stance() {
            Stance::Disputed => Some("somebody appealed"),
            Stance::Undecided if self.ruled.is_some() => Some("it changed hands since a person ruled"),
            Stance::Undecided if self.voided => Some("it changed hands since it was clear"),
            Stance::Undecided => Some("somebody holds it, and nobody has ruled"),
            _ => None,
        }
    }

    /// Takes in a verdict of the event `version`, from a look that began at `at`. An older one than that which is kept changes nothing.
    pub(crate) fn vetted(&mut self, row: &VettedName, rules: u32, at: Instant, version: u64) {
        if self.verdict.as_ref().is_some_and(|kept| kept.at > at) {
            return;
        }
        let mut tenure = row.tenure.clone();
        let (mut class, mut sinkhole, mut band) = (row.class, row.sinkhole.clone(), row.band);
        if let Some(kept) = self.verdict.take() {
            let what = kept.tenure.changes(&row.tenure);
            if !what.is_empty() {
                self.changed(&what);
                self.changes.push(TenureChange { at, version, what, before: kept.tenure.clone() });
                let extra = self.changes.len().saturating_sub(MOST_CHANGES);
                self.changes.drain(..extra);
            }
            // What this look did not see is still what was seen last, or the next look could not tell a change.
            tenure.holder = tenure.holder.or(kept.tenure.holder);
            tenure.registrar = tenure.registrar.or(kept.tenure.registrar);
            tenure.created = tenure.created.or(kept.tenure.created);
            tenure.name_servers = tenure.name_servers.or(kept.tenure.name_servers);
            // Where no source answers, whoever held the name holds it still, and a person has to look.
            if class == NameClass::Unknown && kept.class.is_held() {
                (class, sinkhole, band) = (kept.class, kept.sinkhole, Band::Human);
            }
            self.new |= !kept.class.is_held() && row.class.is_held() && row.sinkhole.as_deref() != Some(OUR_SINKHOLE);
        }
        self.occurrences.clone_from(&row.occurrences);
        self.verdict = Some(Verdict {
            class,
            sinkhole,
            band,
            score: row.score,
            evidence: row.evidence,
            rules,
            at,
            tenure,
            expires: row.expires,
            version,
        });
    }

    /// Notes that the name changed hands in some way.
    fn changed(&mut self, what: &[Change]) {
        let Some(ruled) = &mut self.ruled else {
            self.voided = true;
            return;
        };
        // The action itself changes name servers; a new registrant or registration is another matter.
        ruled.overtaken |= match ruled.ruling {
            Ruling::Act => what.iter().any(|change| *change != Change::NameServers),
            Ruling::Exclude | Ruling::Watch | Ruling::Friendly => true,
        };
    }

    /// Takes in a ruling.
    pub(crate) fn ruled(&mut self, ruled: Ruled) {
        self.voided = false;
        self.ruled = Some(ruled);
    }

    /// Takes in what is to be undone: no ruling to act stands any more.
    pub(crate) fn undone(&mut self, event: &Event, by: Instant) {
        self.undo = Some(Undo { at: event.occurred, by, version: event.version });
        if self.ruled.as_ref().is_some_and(|ruled| ruled.ruling == Ruling::Act) {
            self.ruled = None;
            self.voided = true;
        }
    }
}
