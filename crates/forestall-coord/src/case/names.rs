// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a case knows of single names: who holds them, which are excluded, what registries say of each, and what follows.

use std::collections::BTreeSet;

use forestall_model::{Action, DomainName, Instant, NameClass, Ruling};

use super::{Case, Claim, Exclusion};
use crate::event::{Event, Occurrence, Recurrence};
use crate::holding::{Holding, Stance, Undo};
use crate::list::Order;

impl Case {
    /// Returns what the case holds of a name, and begins to hold it where nothing was known.
    pub(super) fn holding_mut(&mut self, name: &DomainName, occurrences: &[Occurrence], at: Instant) -> &mut Holding {
        self.holdings.entry(name.clone()).or_insert_with(|| Holding::new(occurrences.to_vec(), at))
    }

    /// Takes in that a name has a legitimate holder.
    pub(super) fn excluded(
        &mut self,
        name: &DomainName,
        class: NameClass,
        reason: &str,
        occurrences: &[Occurrence],
        event: &Event,
    ) {
        let exclusion = Exclusion {
            class,
            reason: reason.to_owned(),
            source: event.source.clone(),
            at: event.occurred,
            version: event.version,
            occurrences: occurrences.to_vec(),
        };
        self.exclusions.insert(name.clone(), exclusion);
    }

    /// Takes in that an exclusion was taken back.
    pub(super) fn readmitted(&mut self, name: &DomainName, version: u64) {
        let Some(exclusion) = self.exclusions.remove(name) else { return };
        if let Some(holding) = self.holdings.get_mut(name)
            && holding.ruled.as_ref().is_some_and(|ruled| ruled.ruling == Ruling::Exclude)
        {
            // Without the ruling, the evidence alone does not clear it again: a person thought better of it.
            holding.ruled = None;
            holding.voided = true;
        }
        self.mark(name, &exclusion.occurrences, version);
    }

    /// Takes in that a name stands on further lists: what holds of it holds there too.
    pub(super) fn came_again(&mut self, again: &Recurrence, version: u64) {
        let Recurrence { name, occurrences } = again;
        let holding = self.holdings.get_mut(name).map(|holding| &mut holding.occurrences);
        let exclusion = self.exclusions.get_mut(name).map(|exclusion| &mut exclusion.occurrences);
        for known in holding.into_iter().chain(exclusion) {
            let new: Vec<Occurrence> = occurrences.iter().filter(|o| !known.contains(o)).cloned().collect();
            known.extend(new);
        }
        if self.stance_of(name) != Stance::Open {
            self.mark(name, occurrences, version);
        }
    }

    /// Returns the names of which more is known than that they are predicted: those that are excluded, and those that somebody holds or held.
    #[must_use]
    pub fn known_names(&self) -> BTreeSet<&DomainName> {
        self.exclusions.keys().chain(self.holdings.keys()).collect()
    }

    /// Says whether more is known of a name than that it is predicted.
    #[must_use]
    pub fn knows(&self, name: &DomainName) -> bool {
        self.exclusions.contains_key(name) || self.holdings.contains_key(name)
    }

    /// Brings the lists in line with what is known of a name's holder.
    pub(super) fn mark(&mut self, name: &DomainName, occurrences: &[Occurrence], version: u64) {
        let stance = self.stance_of(name);
        let action = self.holdings.get(name).and_then(Holding::action);
        let tld = name.tld();
        for occurrence in occurrences {
            if let Some(list) = self.list_mut(&tld, &occurrence.campaign, occurrence.period) {
                list.hold(occurrence.place, stance, action, version);
            }
        }
    }

    /// Says whether the DNS or a zone once showed that the name does not exist at any of these places.
    pub(super) fn was_seen_free(&self, name: &DomainName, occurrences: &[Occurrence]) -> bool {
        let Some(slice) = self.slices.get(&name.tld()) else { return false };
        occurrences.iter().any(|occurrence| {
            let list = self.campaign_index(&occurrence.campaign).map(|index| (index, occurrence.period));
            list.and_then(|key| slice.lists.get(&key)).is_some_and(|list| list.was_absent(occurrence.place))
        })
    }

    /// Notes when the registration of a name ends, as registration data said at `order`; none where they did not say.
    pub(super) fn note_expiry(
        &mut self,
        name: &DomainName,
        occurrences: &[Occurrence],
        expires: Option<Instant>,
        order: Order,
    ) {
        let tld = name.tld();
        for occurrence in occurrences {
            if let Some(list) = self.list_mut(&tld, &occurrence.campaign, occurrence.period) {
                list.expires(occurrence.place, expires, order);
            }
        }
    }

    /// Returns what follows for a name from what people and evidence say of it.
    #[must_use]
    pub fn stance_of(&self, name: &DomainName) -> Stance {
        if self.exclusions.contains_key(name) {
            return Stance::Excluded;
        }
        self.holdings.get(name).map_or(Stance::Open, Holding::stance)
    }

    /// Returns what a registry has to take back of a name, until it says that it did.
    #[must_use]
    pub fn undo_due(&self, name: &DomainName) -> Option<&Undo> {
        let holding = self.holdings.get(name)?;
        holding.undo.as_ref().filter(|_| !self.is_undone(name, holding))
    }

    /// Says whether a registry says that it released a name since it was to be undone, at each of its places.
    fn is_undone(&self, name: &DomainName, holding: &Holding) -> bool {
        let mut claims = self.claims_of(name, &holding.occurrences).peekable();
        claims.peek().is_some() && claims.all(|claim| claim.applied() == Some(Action::Release))
    }

    /// Returns what registries last said of a name, place by place.
    pub(crate) fn claims_of<'a>(
        &'a self,
        name: &DomainName,
        occurrences: &'a [Occurrence],
    ) -> impl Iterator<Item = Claim> + use<'a> {
        let slice = self.slices.get(&name.tld());
        occurrences.iter().filter_map(move |occurrence| {
            let index = self.campaign_index(&occurrence.campaign)?;
            let slice = slice?;
            let ranged = slice.ranged(index, self.list_day(occurrence.period));
            let list = slice.lists.get(&(index, occurrence.period));
            list.map_or(ranged, |list| list.claim(occurrence.place, ranged)).map(|(_, claim)| claim)
        })
    }

    /// Notes that somebody else was seen to hold a name, before the look itself is taken in.
    pub(super) fn met_holder(&mut self, name: &DomainName, occurrence: Occurrence, at: Instant) {
        let new = self.was_seen_free(name, std::slice::from_ref(&occurrence));
        let holding = self.holding_mut(name, std::slice::from_ref(&occurrence), at);
        holding.new |= new;
        if !holding.occurrences.contains(&occurrence) {
            holding.occurrences.push(occurrence);
        }
    }
}
