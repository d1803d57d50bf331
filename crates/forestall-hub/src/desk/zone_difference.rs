// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What leaves a policy zone and what comes from an old serial to the one that is served, without what the zone held in between.
//!
//! Both states follow from an instant and an event. A list that adds the same names to both is left out before a name of it is generated; of the
//! others, the names are generated and held against the names that are served. Most of a day's roll-over is left out so: two lists of eight
//! change, or only the one with a name on which somebody ruled. What the old serial held comes out of the difference, and is held against
//! the digest that stands beside the serial: a difference that does not lead from there is never sent.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use forestall_coord::Board;
use forestall_coord::case::names_campaign;
use forestall_dns::transfer::{Contents, Names};
use forestall_formats::feed::Entries;
use forestall_model::{Instant, Margin, Marking, Tld, Window};
use forestall_store::{Zone, ZoneSerial};

use super::feed::{Gathering, Guards, left_out, lists};
use super::lists::computed;
use super::zones::{digest_of, generators_of, held, push, through_of};
use super::{CaseFile, Desk, DeskError, ZoneState};

/// Names that several lists have, at most; where there are more, differences are those of whole states.
const MOST_SEVERAL: usize = 100_000;

/// What leads from an old serial to a state.
#[derive(Clone, Debug)]
pub struct ZoneDifference {
    /// What leaves.
    pub removed: Contents,
    /// What comes.
    pub added: Contents,
    /// The marking of what the old serial held.
    pub marking: Marking,
    /// Lists whose names were generated for it.
    pub generated: usize,
    /// Lists that were left out, since they add the same to both.
    pub alike: usize,
}

/// What one list adds to a zone at an instant: of each slice the time for which it is counted, and the places of names that are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    margin: Margin,
    slices: BTreeMap<Tld, (Window, HashSet<usize>)>,
}

/// The lists of which a zone may hold names, by (index of the campaign, origin period).
pub(super) type Shares = BTreeMap<(usize, i64), Share>;

/// Returns what lists add to a zone: those of its campaigns and its slice whose guard windows meet a time, as the case is at an instant.
pub(super) fn shares(
    file: &CaseFile,
    board: &Board<'_>,
    zone: &Zone,
    span: Window,
    at: Instant,
) -> Result<Shares, DeskError> {
    if let Some(tld) = zone.tld.as_ref().filter(|tld| !file.case.slices.contains_key(*tld)) {
        return Err(DeskError::Refused(forestall_coord::Refusal::UnknownSlice { tld: tld.clone() }));
    }
    let campaigns = &file.case.campaigns;
    let is_wanted = |index: usize| names_campaign(&zone.campaigns, &campaigns[index].id);
    let lists = lists(file, board, zone.tld.as_ref(), span);
    let wanted = lists.into_iter().filter(|((campaign, _), _)| is_wanted(*campaign));
    let share = |((campaign, period), cells): ((usize, i64), BTreeMap<&Tld, &forestall_coord::board::Cell>)| {
        let slice = |(tld, cell): (&Tld, &forestall_coord::board::Cell)| {
            (tld.clone(), (cell.window, left_out(board, tld, cell, at)))
        };
        let margin = campaigns[campaign].guard;
        ((campaign, period), Share { margin, slices: cells.into_iter().map(slice).collect() })
    };
    Ok(wanted.map(share).collect())
}

impl Share {
    /// Gathers the names of the list, under a number that stands for it, and says what guard windows they have.
    pub(super) fn gather(
        &self,
        desk: &Desk,
        file: &CaseFile,
        zone: &Zone,
        key: (usize, i64),
        number: usize,
        gathering: &mut Gathering<'_>,
    ) -> Result<Guards, DeskError> {
        let mut guards = Guards::None;
        desk.each_slice(file, zone.tld.as_ref(), key, |tld, names| {
            let Some((window, left_out)) = self.slices.get(tld) else { return Ok(()) };
            let is_left_out = |place: usize| left_out.contains(&place);
            guards = guards.and(gathering.add(names, number, (*window, self.margin), is_left_out)?);
            Ok(())
        })?;
        Ok(guards)
    }
}

/// The names of a zone that several lists have, each with these lists: the zone holds such a name until the last of them ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Several {
    names: BTreeMap<Box<[u8]>, Vec<(usize, i64)>>,
    /// There are more than are kept.
    too_many: bool,
}

impl Several {
    /// Notes the lists of a name.
    pub(super) fn note(&mut self, name: &str, lists: impl Iterator<Item = (usize, i64)>) {
        self.too_many |= self.names.len() >= MOST_SEVERAL;
        if self.too_many {
            self.names.clear();
        } else {
            self.names.insert(name.as_bytes().into(), lists.collect());
        }
    }

    /// Returns the lists of a name that several have; nothing where there are too many such names to know.
    fn lists_of(&self, name: &[u8]) -> Option<&[(usize, i64)]> {
        (!self.too_many).then(|| self.names.get(name).map_or(&[][..], Vec::as_slice))
    }
}

impl Desk {
    /// Computes what leads from what a zone held under an old serial to a state; `None` where the serial is no base: its generators were others, or
    /// what comes out for it is not what was sent.
    ///
    /// # Errors
    ///
    /// As [`Desk::zone_state`].
    pub async fn zone_difference(
        &self,
        zone: &Zone,
        base: &ZoneSerial,
        next: &Arc<ZoneState>,
    ) -> Result<Option<ZoneDifference>, DeskError> {
        if base.generators != next.generators {
            return Ok(None);
        }
        let missing = || DeskError::NoSuchCase(zone.case.clone());
        let before = self.store().load_at(&zone.case, base.case_version).await?.ok_or_else(missing)?;
        let after = self.store().load_at(&zone.case, next.case_version).await?.ok_or_else(missing)?;
        let (before, after) = (self.file_of(before).await?, self.file_of(after).await?);
        let (desk, zone, base, next) = (self.clone(), zone.clone(), *base, Arc::clone(next));
        computed(move || Between { desk: &desk, zone: &zone, before: &before, after: &after }.difference(&base, &next))
            .await
    }
}

/// Two states of a case, between which a zone changed.
struct Between<'a> {
    desk: &'a Desk,
    zone: &'a Zone,
    before: &'a CaseFile,
    after: &'a CaseFile,
}

impl Between<'_> {
    fn difference(&self, base: &ZoneSerial, next: &ZoneState) -> Result<Option<ZoneDifference>, DeskError> {
        let Self { zone, before, after, .. } = self;
        if generators_of(before) != base.generators {
            return Ok(None);
        }
        let (held_before, held_after) = (held(zone, base.at), held(zone, next.at));
        let old = shares(before, &before.board(), zone, held_before, base.at)?;
        let new = shares(after, &after.board(), zone, held_after, next.at)?;
        let is_alike = |key: &(usize, i64)| {
            let guards = next.lists.get(key).copied();
            let (then, now) = (guards.and_then(|g| g.meet(held_before)), guards.and_then(|g| g.meet(held_after)));
            old.get(key) == new.get(key) && then.is_some() && then == now
        };
        let mut generated: Vec<(usize, i64)> =
            old.keys().chain(new.keys()).filter(|key| !is_alike(key)).copied().collect();
        generated.sort_unstable();
        generated.dedup();
        let alike = old.keys().filter(|key| is_alike(key)).count();
        let of_old = self.gathered(before, &old, &generated, held_before)?;
        let of_new = self.gathered(after, &new, &generated, held_after)?;
        let Some((gone, come)) = changes(&of_old, &of_new, next, &generated, zone)? else { return Ok(None) };
        let through = through_of(before, zone)?;
        let held_then = merged(&next.names, &come, &gone);
        if digest_of(&zone.policy, next.unverified, &through, held_then) != base.digest {
            return Ok(None);
        }
        let (through_gone, through_come) = through.difference(&next.through);
        let pair = |through: Names, names: Names| next.with(Arc::new(through), Arc::new(names));
        Ok(Some(ZoneDifference {
            removed: pair(through_gone, gone),
            added: pair(through_come, come),
            marking: before.marking(),
            generated: generated.len(),
            alike,
        }))
    }

    /// Gathers the names of some lists that a zone holds for a time.
    fn gathered(
        &self,
        file: &CaseFile,
        shares: &Shares,
        lists: &[(usize, i64)],
        held: Window,
    ) -> Result<Entries, DeskError> {
        let mut gathering = Gathering::new(held, file.case.exclusions.keys());
        for key in lists {
            if let Some(share) = shares.get(key) {
                share.gather(self.desk, file, self.zone, *key, 0, &mut gathering)?;
            }
        }
        Ok(gathering.finish())
    }
}

/// Returns the names that leave and those that come, from the names of the lists that do not add the same before and after; `None` where nobody
/// knows which names other lists have as well.
fn changes(
    old: &Entries,
    new: &Entries,
    next: &ZoneState,
    generated: &[(usize, i64)],
    zone: &Zone,
) -> Result<Option<(Names, Names)>, DeskError> {
    let (mut gone, mut come) = (Names::default(), Names::default());
    let mut held = next.names.iter().peekable();
    for name in old.names() {
        while held.next_if(|held| *held < name.as_bytes()).is_some() {}
        if held.peek().is_none_or(|held| *held != name.as_bytes()) {
            push(&mut gone, name, zone)?;
        }
    }
    let mut before = old.names().peekable();
    for name in new.names() {
        while before.next_if(|before| *before < name).is_some() {}
        if before.peek() == Some(&name) {
            continue;
        }
        // Where a list that adds the same before and after has the name too, it was there.
        let Some(lists) = next.several.lists_of(name.as_bytes()) else { return Ok(None) };
        if lists.iter().all(|list| generated.binary_search(list).is_ok()) {
            push(&mut come, name, zone)?;
        }
    }
    Ok(Some((gone, come)))
}

/// Returns names in order without some of them and with others, which they have not.
fn merged<'n>(names: &'n Names, without: &'n Names, with: &'n Names) -> impl Iterator<Item = &'n [u8]> {
    let (mut without, mut with) = (without.iter().peekable(), with.iter().peekable());
    let mut names = names.iter().filter(move |name| without.next_if_eq(name).is_none()).peekable();
    std::iter::from_fn(move || match (names.peek(), with.peek()) {
        (Some(name), Some(other)) if other < name => with.next(),
        (None, _) => with.next(),
        _ => names.next(),
    })
}
