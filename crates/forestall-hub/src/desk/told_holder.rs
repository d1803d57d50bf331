// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a holder is told of a name: on which lists it stands, when, what is known and what is done. General words, no evidence.

use forestall_coord::event::CaseKind;
use forestall_coord::{Case, Holding, Stance};
use forestall_model::marking::release;
use forestall_model::{Action, Audience, Band, DomainName, Instant, Tlp, Window};

use super::{CaseFile, Desk, DeskError};

/// Windows that are told; the rest is counted.
const MOST_WINDOWS: usize = 20;

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Anybody: only what is public.
    Anybody,
    /// Who proved control of the name: everything about this name but what is for named recipients alone.
    Holder,
}

/// A name on the list of one campaign of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldListing {
    /// The family.
    pub family: String,
    /// The campaign.
    pub campaign: String,
    /// Whether the list was not checked against the botnet's own.
    pub unverified: bool,
    /// Whether the case reconstructs the past and asks nobody for anything.
    pub reconstruction: bool,
    /// Windows, nominal and with their guard margin, in order of time; at most 20.
    pub windows: Vec<(Window, Window)>,
    /// Windows that are left out.
    pub more: usize,
    /// What is known of the holder.
    pub known: &'static str,
    /// What is done to the name.
    pub done: String,
    /// Until when an open appeal has to be answered.
    pub appeal: Option<Instant>,
}

/// What is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldName {
    /// The lists.
    pub listings: Vec<ToldListing>,
    /// Whether a list could not be looked at.
    pub incomplete: bool,
}

impl Desk {
    /// Returns on which lists a name stands, as far as this reader may know. Cases that this reader may not know of are not looked at, so that
    /// they take no time either.
    ///
    /// # Errors
    ///
    /// [`DeskError`] of the store.
    pub async fn tell(&self, name: &DomainName, told: Told, now: Instant) -> Result<ToldName, DeskError> {
        let audience = match told {
            Told::Anybody => Audience::Public,
            Told::Holder => Audience::Recipient,
        };
        let mut answer = ToldName::default();
        for case in self.cases().await? {
            let id = case.id.clone();
            // Before anything of the case is read: what may not be told is not looked at.
            if release(case, audience, now).is_err() {
                continue;
            }
            let file = match self.file(&id).await {
                Ok(file) => file,
                Err(error) => {
                    tracing::error!(%error, case = %id, "a case could not be looked at for the public");
                    answer.incomplete = true;
                    continue;
                }
            };
            if file.marking().tlp_at(now) == Tlp::Red {
                continue;
            }
            let Ok(released) = release(file, audience, now) else { continue };
            self.tell_of_case(released.object(), name, now, &mut answer).await?;
        }
        Ok(answer)
    }

    async fn tell_of_case(
        &self,
        file: &CaseFile,
        name: &DomainName,
        now: Instant,
        answer: &mut ToldName,
    ) -> Result<(), DeskError> {
        let mut places = self.places_of(file, std::slice::from_ref(name)).await?;
        let occurrences = places.remove(name).unwrap_or_default();
        if occurrences.is_empty() {
            return Ok(());
        }
        let board = file.board();
        let case = &file.case;
        for (index, held) in case.campaigns.iter().enumerate() {
            let mut windows = Vec::new();
            let mut asked = None;
            for occurrence in occurrences.iter().filter(|occurrence| occurrence.campaign == held.id) {
                let counted = file.counts.get(index).and_then(|counts| counts.of_period(occurrence.period));
                let Some(counted) = counted else { continue };
                let guard = case.guard(index, counted.window);
                windows.push((counted.window, guard));
                if guard.until > now || case.board_day.is_some() {
                    let views = board.name_views(&name.tld(), index, occurrence.period, now);
                    let view = usize::try_from(occurrence.place).ok().and_then(|place| views.get(place));
                    asked = asked.or(view.and_then(|view| view.asked));
                }
            }
            if windows.is_empty() {
                continue;
            }
            windows.sort_unstable();
            // What is past interests less than what comes.
            let past = windows.iter().filter(|(_, guard)| guard.until <= now).count();
            let skipped = past.min(windows.len().saturating_sub(MOST_WINDOWS));
            let shown: Vec<_> = windows.iter().skip(skipped).take(MOST_WINDOWS).copied().collect();
            let listing = ToldListing {
                family: held.family.to_string(),
                campaign: held.id.to_string(),
                unverified: !held.verified,
                reconstruction: case.kind != CaseKind::Live,
                more: windows.len() - shown.len(),
                windows: shown,
                known: known(case, name),
                done: done(case, name, asked),
                appeal: case.holdings.get(name).and_then(Holding::open_appeal).map(|appeal| appeal.deadline),
            };
            // Two cases of one campaign tell the same.
            if !answer.listings.contains(&listing) {
                answer.listings.push(listing);
            }
        }
        Ok(())
    }
}

/// Says in general words what is known of the holder.
fn known(case: &Case, name: &DomainName) -> &'static str {
    let band = case.holdings.get(name).and_then(|holding| holding.verdict.as_ref()).map(|verdict| verdict.band);
    match (case.stance_of(name), band) {
        (Stance::Excluded, _) => "A person decided that the name has a legitimate holder. That holds for good.",
        (Stance::Benign, _) => {
            "What is publicly known of the name (its age, its use, how it is hosted) speaks for a legitimate holder. That is looked at \
             again each day, since a name can change hands."
        }
        (Stance::Friendly, _) => "The name is held by somebody who works against the botnet, as far as we know.",
        (Stance::Watched, _) => "A person decided to watch the name.",
        (Stance::Act, _) => "A person looked at the name and decided that it serves the botnet.",
        (Stance::Disputed, _) => "Somebody appealed for the name. A person looks at it.",
        (Stance::Undecided, Some(Band::ClearMalicious)) => {
            "Somebody holds the name, and what is publicly known of it does not speak for a legitimate holder. No machine decides that: a \
             person has to look."
        }
        (Stance::Undecided, _) => {
            "Somebody holds the name. What is publicly known of it does not settle whose it is: a person has to look."
        }
        (Stance::Open, _) => "Nobody is known to hold the name, or nobody has looked at who does.",
    }
}

/// Says what is done to the name.
fn done(case: &Case, name: &DomainName, asked: Option<Action>) -> String {
    if case.kind != CaseKind::Live {
        return "Nothing: this is a reconstruction of the past.".to_owned();
    }
    if let Some(undo) = case.undo_due(name) {
        return format!("What was done is to be undone: the registry is told to release the name by {}.", undo.by);
    }
    match (case.stance_of(name), asked) {
        (Stance::Disputed, _) => "Nothing further before a person has answered the appeal.".to_owned(),
        (Stance::Excluded | Stance::Benign, _) => {
            "Nothing. Infected computers will ask for it in its windows, whatever anybody does.".to_owned()
        }
        (Stance::Undecided | Stance::Watched | Stance::Friendly, _) | (_, None) => {
            "Nothing so far, and nothing for a name with a holder without the decision of a person.".to_owned()
        }
        (_, Some(action)) => format!("The registry is asked to: {action}."),
    }
}
