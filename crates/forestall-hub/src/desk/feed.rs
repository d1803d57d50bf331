// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Feeds: the names of a case for those who block, watch or share, put together once for every form.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use forestall_coord::board::Cell;
use forestall_coord::{Board, Refusal};
use forestall_dga::info::Verification;
use forestall_dga::slice::{self, Slice};
use forestall_dga::{Catalogue, Family, NameBuf, Prepared};
use forestall_formats::feed::{Campaign, Entries, Feed, Gatherer};
use forestall_model::marking::release;
use forestall_model::name::has_registrable;
use forestall_model::{Audience, DomainName, Instant, Margin, Marking, Released, Tld, Window};

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
        Ok(release(self.gathered(file, ask, &|_| true)?, ask.audience, ask.now)?)
    }

    /// Puts together the names of some campaigns of a case, by their index, for nobody yet: what leaves has to pass the gate.
    pub(super) fn gathered(
        &self,
        file: &CaseFile,
        ask: &FeedAsk,
        is_wanted: &dyn Fn(usize) -> bool,
    ) -> Result<Feed, DeskError> {
        if let Some(tld) = ask.tld.as_ref().filter(|tld| !file.case.slices.contains_key(*tld)) {
            return Err(DeskError::Refused(Refusal::UnknownSlice { tld: tld.clone() }));
        }
        let board = file.board();
        let mut lists = lists(file, &board, ask.tld.as_ref(), ask.span);
        lists.retain(|(campaign, _), _| is_wanted(*campaign));
        need_at_most(ask.most, lists.values().map(|cells| names_of(cells.values().copied())).sum())?;
        let mut gathering = Gathering::new(ask.span, file.case.exclusions.keys());
        for ((campaign, period), cells) in lists {
            self.each_slice(file, ask.tld.as_ref(), (campaign, period), |tld, names| {
                let Some(cell) = cells.get(tld) else { return Ok(()) };
                let left_out = left_out(&board, tld, cell, ask.now);
                let margin = file.case.campaigns[campaign].guard;
                gathering.add(names, campaign, (cell.window, margin), |place| left_out.contains(&place)).map(drop)
            })?;
        }
        // A registry has its own slice, and hears of no name in another.
        let is_asked = |name: &&DomainName| ask.tld.as_ref().is_none_or(|tld| name.tld() == *tld);
        let exclusions = file.case.exclusions.keys().filter(is_asked);
        Ok(Feed {
            id: file.case.id.to_string(),
            title: file.case.title.clone(),
            marking: file.marking(),
            span: ask.span,
            opened: file.case.opened,
            changed: file.case.changed,
            campaigns: file.prepared.iter().zip(&file.case.campaigns).map(|(p, held)| told(p, held.verified)).collect(),
            entries: gathering.finish(),
            let_through: exclusions.cloned().collect(),
        })
    }
}

impl Desk {
    /// Hands on the names of a list under one domain, or under each.
    pub(super) fn each_slice(
        &self,
        file: &CaseFile,
        tld: Option<&Tld>,
        (campaign, period): (usize, i64),
        mut take: impl FnMut(&Tld, &NameBuf) -> Result<(), DeskError>,
    ) -> Result<(), DeskError> {
        let Some(tld) = tld else {
            let by_tld = self.period(file, campaign, period)?;
            return by_tld.iter().try_for_each(|(tld, slice)| take(tld, &slice.names));
        };
        let (prepared, origin) = list_of(file, campaign, period)?;
        take(tld, &slice::slice(prepared, &origin, tld)?.names)
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
    let mut gathering = Gathering::new(ask.span, &let_through);
    for (campaign, prepared) in prepared.iter().enumerate() {
        let margin = prepared.family.info().margin.guard();
        // A nominal window may lie outside of the days, and its guard window in them.
        let nominal = Window {
            from: ask.span.from.plus_seconds(-margin.after_seconds),
            until: ask.span.until.plus_seconds(margin.before_seconds),
        };
        let mut add = |slice: &Slice| gathering.add(&slice.names, campaign, (nominal, margin), |_| false).map(drop);
        for period in prepared.generator.periods(nominal) {
            match &ask.tld {
                Some(tld) => add(&slice::slice(prepared, &period, tld)?)?,
                None => slice::by_tld(prepared, &period)?.values().try_for_each(&mut add)?,
            }
        }
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
        entries: gathering.finish(),
        let_through: let_through.into_iter().collect(),
    };
    Ok(release(feed, ask.audience, ask.now)?)
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
        references: texts(&info.references),
    }
}

/// Lists by (index of the campaign, origin period), with the cells of each.
pub(super) type ListCells<'b> = BTreeMap<(usize, i64), BTreeMap<&'b Tld, &'b Cell>>;

/// Returns the lists of which some name may be wanted: in one slice or in all, with a guard window that meets the span.
pub(super) fn lists<'b>(file: &CaseFile, board: &'b Board<'_>, tld: Option<&Tld>, span: Window) -> ListCells<'b> {
    let mut lists = ListCells::new();
    for (tld, cells) in board.slices().filter(|(of, _)| tld.is_none_or(|wanted| wanted == *of)) {
        for cell in cells.iter().filter(|cell| file.case.guard(cell.campaign, cell.window).meets(span)) {
            lists.entry((cell.campaign, cell.period)).or_default().insert(tld, cell);
        }
    }
    lists
}

/// Returns the places of names of a slice that are not for publication.
pub(super) fn left_out(board: &Board<'_>, tld: &Tld, cell: &Cell, now: Instant) -> HashSet<usize> {
    if !board.knows_single_names(tld, cell.campaign, cell.period) {
        return HashSet::new();
    }
    let views = board.name_views(tld, cell.campaign, cell.period, now);
    let places = views.iter().enumerate();
    places.filter(|(_, view)| view.is_withheld() || view.stance.stands_aside()).map(|(place, _)| place).collect()
}

/// Names that are gathered for some days.
pub(super) struct Gathering<'n> {
    /// The time that the guard windows of names meet.
    span: Window,
    gatherer: Gatherer,
    /// Names that are let through on whatever list they are: one that comes again on a later list was excluded at the places of its time.
    let_through: HashSet<&'n [u8]>,
}

impl<'n> Gathering<'n> {
    /// Begins to gather names whose guard windows meet a time.
    pub(super) fn new(span: Window, let_through: impl IntoIterator<Item = &'n DomainName>) -> Self {
        let let_through = let_through.into_iter().map(|name| name.as_str().as_bytes()).collect();
        Self { span, gatherer: Gatherer::new(), let_through }
    }

    /// Returns what was gathered.
    pub(super) fn finish(self) -> Entries {
        self.gatherer.finish()
    }

    /// Gathers the names of one slice of a list, in the order of their places, but for those that are let through and those that are left out by
    /// place, and says what guard windows its names have. `live` is the time for which the list is counted; nominal windows are widened by the margin.
    pub(super) fn add(
        &mut self,
        names: &NameBuf,
        campaign: usize,
        (live, margin): (Window, Margin),
        is_left_out: impl Fn(usize) -> bool,
    ) -> Result<Guards, DeskError> {
        let mut numbers: Vec<u32> = Vec::new();
        let mut windows = None;
        let mut guards = Guards::None;
        for (place, name) in names.iter().enumerate() {
            // Nobody can register a public suffix.
            if is_left_out(place) || self.let_through.contains(name.bytes) || !has_registrable(name.bytes) {
                continue;
            }
            // Names of a run share their windows.
            if windows != Some(name.windows) {
                windows = Some(name.windows);
                numbers.clear();
                for guard in windows_in(name.windows, live).map(|window| window.widened(margin)) {
                    guards = guards.and(Guards::One(guard));
                    if guard.meets(self.span) {
                        numbers.push(self.gatherer.window(guard)?);
                    }
                }
            }
            for number in &numbers {
                self.gatherer.push(name.bytes, campaign, *number)?;
            }
        }
        Ok(guards)
    }
}

/// The guard windows of some names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guards {
    /// There is no name.
    None,
    /// Each has this one and no other.
    One(Window),
    /// There are several.
    Several,
}

impl Guards {
    /// Returns the guard windows of these and of other names.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, other) => other,
            (known, Self::None) => known,
            (Self::One(known), Self::One(other)) if known == other => self,
            _ => Self::Several,
        }
    }

    /// Says of all of the names alike whether they are held for a time; none where they differ.
    pub(super) fn meet(self, held: Window) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::One(guard) => Some(guard.meets(held)),
            Self::Several => None,
        }
    }
}
