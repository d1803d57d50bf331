// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What leaves for those who block, watch or share: names with their guard windows, for the days that are asked for.
//!
//! A [`Feed`] is put together once and written in any form: it is sorted by name, holds each (name, campaign, window) once, and nothing that
//! belongs to a legitimate holder. An entry is in the feed of a day when its guard window meets the day, so that it enters before its
//! window and leaves after it whatever the form can say of time. Equal feeds give equal octets: nothing here knows the present.

mod bound_texts;
mod entries;
mod settings;
mod text;

use forestall_model::marking::Marked;
use forestall_model::{CampaignId, DayRange, DomainName, FamilySlug, Instant, Marking, UtcDay, Window};

pub(crate) use bound_texts::BoundTexts;
pub use entries::{Entries, EntriesError, Entry, Gatherer};
pub use settings::{Policy, Publisher, Settings, SettingsError};
pub(crate) use text::{Text, UNVERIFIED, title, unsayable};

/// The names of a case or of some campaigns, for the days that were asked for.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The case, or the campaigns with commas between them: what identifiers are derived from.
    pub id: String,
    /// What the feed is, for headers.
    pub title: String,
    /// The marking of everything in it.
    pub marking: Marking,
    /// The days for which it is.
    pub span: Window,
    /// When what it follows from was begun: the case opened; for campaigns without a case the beginning of the span.
    pub opened: Instant,
    /// When what it follows from was changed last: the newest event of the case; for campaigns without a case the beginning of the span.
    pub changed: Instant,
    /// The campaigns, in the order of the case; entries give their index.
    pub campaigns: Vec<Campaign>,
    /// The names, sorted.
    pub entries: Entries,
    /// Names of the case that belong to legitimate holders, sorted: never among the entries, and let through by name where a form can do so.
    pub let_through: Vec<DomainName>,
}

/// What a form says of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// The campaign.
    pub id: CampaignId,
    /// The family.
    pub family: FamilySlug,
    /// Other names of the family.
    pub aliases: Vec<String>,
    /// What the family is, in one or two sentences.
    pub summary: String,
    /// Whether the family's names were checked against the botnet's own.
    pub verified: bool,
    /// How its names are made, in the words of the MISP taxonomy `dga`: `arithmetic`, `hash`, `wordlist` or `permutation`.
    pub scheme: &'static str,
    /// What selects the names, in the words of the MISP taxonomy `dga`, as `time-dependent-deterministic`.
    pub seeding: &'static str,
    /// The parameters that differ from the family's own, as `key=value` with blanks between them; empty where none does.
    pub seed: String,
    /// Where the algorithm was published.
    pub references: Vec<String>,
}

impl Feed {
    /// Says whether names of an unverified family are in it.
    #[must_use]
    pub fn has_unverified(&self) -> bool {
        let mut seen = vec![false; self.campaigns.len()];
        self.entries.campaigns().for_each(|campaign| seen[campaign] = true);
        self.campaigns.iter().zip(seen).any(|(campaign, seen)| seen && !campaign.verified)
    }

    /// Returns each name once, in order, and whether nobody but unverified families makes it.
    pub fn names(&self) -> impl Iterator<Item = (&str, bool)> {
        let mut entries = self.entries.iter().peekable();
        let verified = |entry: &Entry<'_>| self.campaigns[entry.campaign].verified;
        std::iter::from_fn(move || {
            let first = entries.next()?;
            let mut unverified = !verified(&first);
            // Entries of one name have it from one place of the arena.
            while let Some(same) = entries.next_if(|next| std::ptr::eq(next.name, first.name)) {
                unverified &= !verified(&same);
            }
            Some((first.name, unverified))
        })
    }

    /// Returns the days that the feed is for, in order.
    pub(crate) fn days(&self) -> impl Iterator<Item = UtcDay> + use<> {
        let Window { from, until } = self.span;
        DayRange { from: from.day(), until: Instant::from_micros(until.micros().saturating_sub(1)).day().plus(1) }
            .days()
    }

    /// Returns the marking in words, as headers and comments say it.
    #[must_use]
    pub fn marked(&self) -> String {
        format!("{} {}", self.marking.tlp, self.marking.pap)
    }
}

impl Marked for Feed {
    fn marking(&self) -> Marking {
        self.marking
    }
}
