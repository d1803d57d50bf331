// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Feeds: the names of a case for those who block, watch or share, put together once for every form.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use forestall_coord::board::Cell;
use forestall_coord::{Board, Refusal, Tally};
use forestall_dga::info::Verification;
use forestall_dga::{Catalogue, Family, NameBuf, Prepared, slice};
use forestall_formats::feed::{Campaign, Feed, Gatherer};
use forestall_model::marking::release;
use forestall_model::name::registrable;
use forestall_model::{Audience, DomainName, Instant, Marking, Released, Tld, Window};

use super::lists::list_of;
use super::open::prepare;
use super::publish::{names_of, need_at_most, windows_in};
use super::{CampaignSpec, CaseFile, Desk, DeskError, Dictionaries, Publish, PublishSpan};

/// What a feed is asked for.
#[derive(Clone, Debug)]
pub struct FeedAsk {
    /// One slice; all where there is none.
    pub tld: Option<Tld>,
    /// The days: names whose guard window meets them.
    pub span: Window,
    /// Who receives it.
    pub audience: Audience,
    /// The time of the act.
    pub now: Instant,
    /// The most names of the lists that are looked at, where that is bounded; of more none is computed.
    pub most: Option<u64>,
}

impl FeedAsk {
    /// Returns what a form of feeds is asked for where the days of lists are named: the same days.
    pub(super) fn of(file: &CaseFile, ask: &Publish) -> Self {
        let span = match ask.span {
            PublishSpan::Day(day) => day.window(),
            PublishSpan::Lists(days) => days.window(),
            PublishSpan::Horizon => file.case.horizon.window(),
        };
        Self { tld: ask.tld.clone(), span, audience: ask.audience, now: ask.now, most: ask.most }
    }
}

impl Desk {
    /// Puts together the names of a case whose guard windows meet the days that are asked for. Names with a legitimate holder, names that
    /// somebody else holds and nobody ruled on, and public suffixes are left out.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Refused`] for an unknown slice,
    /// [`DeskError::Input`] for more names than a feed can hold.
    pub fn feed(&self, file: &CaseFile, ask: &FeedAsk) -> Result<Released<Feed>, DeskError> {
        if let Some(tld) = ask.tld.as_ref().filter(|tld| !file.case.slices.contains_key(*tld)) {
            return Err(DeskError::Refused(Refusal::UnknownSlice { tld: tld.clone() }));
        }
        let board = file.board();
        let mut gathering = Gathering { file, board: &board, ask, gatherer: Gatherer::new() };
        let lists = gathering.lists();
        let found = lists.values().map(|cells| names_of(cells.values().copied())).sum();
        need_at_most(ask.most, found)?;
        for ((campaign, period), cells) in lists {
            gathering.list(campaign, period, &cells)?;
        }
        let entries = gathering.gatherer.finish();
        let feed = Feed {
            id: file.case.id.to_string(),
            title: file.case.title.clone(),
            marking: file.marking(),
            span: ask.span,
            opened: file.case.opened,
            changed: file.case.changed,
            campaigns: file.prepared.iter().zip(&file.case.campaigns).map(|(p, held)| told(p, held.verified)).collect(),
            entries,
            let_through: file.case.exclusions.keys().cloned().collect(),
        };
        Ok(release(feed, ask.audience, ask.now)?)
    }
}

/// Puts together the names of campaigns without a case, whose guard windows meet the days that are asked for. No person ruled on them: what
/// belongs to legitimate holders is what `let_through` says.
///
/// # Errors
///
/// As [`Desk::feed`]; [`DeskError::NoSuchCampaign`] and [`DeskError::Param`] for campaigns that cannot be computed.
pub fn feed_of_campaigns(
    catalogue: &Catalogue,
    dictionaries: &Dictionaries,
    specs: &[CampaignSpec],
    let_through: BTreeSet<DomainName>,
    ask: &FeedAsk,
) -> Result<Released<Feed>, DeskError> {
    let prepared: Vec<Prepared> =
        specs.iter().map(|spec| prepare(catalogue, dictionaries, spec)).collect::<Result<_, _>>()?;
    let mut gatherer = Gatherer::new();
    for (campaign, prepared) in prepared.iter().enumerate() {
        gather_campaign(&mut gatherer, campaign, prepared, &let_through, ask)?;
    }
    let ids: Vec<&str> = prepared.iter().map(|p| p.campaign.id.as_str()).collect();
    let marking = prepared.iter().map(|p| Family::marking(p.family.as_ref())).fold(Marking::PUBLIC, Marking::strictest);
    let feed = Feed {
        id: ids.join(","),
        title: format!("Names of {}", ids.join(", ")),
        marking,
        span: ask.span,
        opened: ask.span.from,
        changed: ask.span.from,
        campaigns: prepared.iter().map(|p| told(p, p.family.info().verification == Verification::Verified)).collect(),
        entries: gatherer.finish(),
        let_through: let_through.into_iter().collect(),
    };
    Ok(release(feed, ask.audience, ask.now)?)
}

/// Gathers the names of a campaign whose guard windows meet the days.
fn gather_campaign(
    gatherer: &mut Gatherer,
    campaign: usize,
    prepared: &Prepared,
    let_through: &BTreeSet<DomainName>,
    ask: &FeedAsk,
) -> Result<(), DeskError> {
    let margin = prepared.family.info().margin.guard();
    // A nominal window may lie outside of the days, and its guard window in them.
    let nominal = Window {
        from: ask.span.from.plus_seconds(-margin.after_seconds),
        until: ask.span.until.plus_seconds(margin.before_seconds),
    };
    let through: HashSet<&str> = let_through.iter().map(DomainName::as_str).collect();
    for period in prepared.generator.periods(nominal) {
        for (tld, slice) in slice::by_tld(prepared, &period)? {
            if ask.tld.as_ref().is_some_and(|wanted| *wanted != tld) {
                continue;
            }
            for name in slice.names.iter() {
                let is_through = std::str::from_utf8(name.bytes).is_ok_and(|name| through.contains(name));
                if is_through || !can_be_registered(name.bytes) {
                    continue;
                }
                for window in windows_in(name.windows, nominal) {
                    let guard = window.widened(margin);
                    if guard.meets(ask.span) {
                        let number = gatherer.window(guard)?;
                        gatherer.push(name.bytes, campaign, number)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// What a form says of a campaign.
pub(super) fn told(prepared: &Prepared, verified: bool) -> Campaign {
    let info = prepared.family.info();
    let texts = |texts: &[_]| texts.iter().map(ToString::to_string).collect();
    let seed: Vec<String> = prepared.campaign.params.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Campaign {
        id: prepared.campaign.id.clone(),
        family: prepared.campaign.family.clone(),
        aliases: texts(&info.aliases),
        summary: info.summary.to_string(),
        verified,
        scheme: info.scheme.word(),
        seeding: info.seeding.word(),
        seed: seed.join(" "),
        generator_version: info.generator_version,
        references: texts(&info.references),
    }
}

/// A feed that is put together.
struct Gathering<'a> {
    file: &'a CaseFile,
    board: &'a Board<'a>,
    ask: &'a FeedAsk,
    gatherer: Gatherer,
}

impl<'a> Gathering<'a> {
    /// Returns the lists of which some name may be wanted, with the cells of each.
    fn lists(&self) -> BTreeMap<(usize, i64), BTreeMap<&'a Tld, &'a Cell>> {
        let mut lists: BTreeMap<(usize, i64), BTreeMap<&Tld, &Cell>> = BTreeMap::new();
        let slices = self.board.slices().filter(|(tld, _)| self.ask.tld.as_ref().is_none_or(|wanted| wanted == *tld));
        for (tld, cells) in slices {
            for cell in cells.iter().filter(|cell| self.guard(cell.campaign, cell.window).meets(self.ask.span)) {
                lists.entry((cell.campaign, cell.period)).or_default().insert(tld, cell);
            }
        }
        lists
    }

    fn guard(&self, campaign: usize, window: Window) -> Window {
        self.file.case.guard(campaign, window)
    }

    /// Gathers the names of one list.
    fn list(&mut self, campaign: usize, period: i64, cells: &BTreeMap<&Tld, &Cell>) -> Result<(), DeskError> {
        let (prepared, origin) = list_of(self.file, campaign, period)?;
        if let Some(tld) = &self.ask.tld {
            if let Some(cell) = cells.get(tld) {
                self.slice(tld, cell, &slice::slice(prepared, &origin, tld)?.names)?;
            }
            return Ok(());
        }
        for (tld, slice) in slice::by_tld(prepared, &origin)? {
            if let Some(cell) = cells.get(&tld) {
                self.slice(&tld, cell, &slice.names)?;
            }
        }
        Ok(())
    }

    /// Gathers the names of one slice of a list, in the order of their places.
    fn slice(&mut self, tld: &Tld, cell: &Cell, names: &NameBuf) -> Result<(), DeskError> {
        let left_out = self.left_out(tld, cell);
        let mut numbers: Vec<u32> = Vec::new();
        let mut windows = None;
        for (place, name) in names.iter().enumerate() {
            if left_out.contains(&place) || !can_be_registered(name.bytes) {
                continue;
            }
            // Names of a run share their windows.
            if windows != Some(name.windows) {
                windows = Some(name.windows);
                numbers.clear();
                for window in windows_in(name.windows, cell.window) {
                    let guard = self.guard(cell.campaign, window);
                    if guard.meets(self.ask.span) {
                        numbers.push(self.gatherer.window(guard)?);
                    }
                }
            }
            for number in &numbers {
                self.gatherer.push(name.bytes, cell.campaign, *number)?;
            }
        }
        Ok(())
    }

    /// Returns the places of names of a slice that are not for publication.
    fn left_out(&self, tld: &Tld, cell: &Cell) -> HashSet<usize> {
        if is_all_open(&cell.tally) {
            return HashSet::new();
        }
        let views = self.board.name_views(tld, cell.campaign, cell.period, self.ask.now);
        let places = views.iter().enumerate();
        places.filter(|(_, view)| view.is_withheld() || view.stance.stands_aside()).map(|(place, _)| place).collect()
    }
}

/// Says whether nobody holds a name of a slice, as far as is known: then no name of it need be looked at by itself.
const fn is_all_open(tally: &Tally) -> bool {
    tally.held == 0 && tally.undecided == 0 && tally.suspect == 0 && tally.lost == 0 && tally.mismatch == 0
}

/// Says whether a name is one that somebody can register: below a public suffix, and none itself.
fn can_be_registered(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| registrable(name).is_some())
}
