// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Publishing: the names of a case in a consumer's form, always for the right days.

use std::collections::BTreeMap;
use std::io::Write;

use forestall_coord::board::Cell;
use forestall_coord::command::is_a_unit_of_action;
use forestall_coord::{Board, NameView, Refusal, Stance, Standing};
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_formats::line_id;
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::{Audience, DayRange, DomainName, Instant, NameClass, Sight, Tld, UtcDay, Window, WindowSet};

use super::lists::counted_days;
use super::{CaseFile, Desk, DeskError, FeedAsk, NameListing};

/// What is to be published.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The form.
    pub form: Form,
    /// One slice; all where there is none.
    pub tld: Option<Tld>,
    /// Which names.
    pub span: PublishSpan,
    /// Who receives it.
    pub audience: Audience,
    /// The time of the act.
    pub now: Instant,
    /// The most names of the lists that are looked at, where that is bounded; of more none is computed.
    pub most: Option<u64>,
    /// What whoever publishes chooses of a form of feeds.
    pub settings: Settings,
}

/// Which names are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishSpan {
    /// Names whose guard window meets the day: what a blocker needs on it.
    Day(UtcDay),
    /// Names of the lists of these days: what a registry is to see to.
    Lists(DayRange),
    /// Names of all lists of the case.
    Horizon,
}

/// What was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Lines written, a header not counted.
    pub lines: u64,
    /// Whether names of an unverified family are among them.
    pub unverified: bool,
}

impl Desk {
    /// Writes the names of a case in a consumer's form, sorted by name and window; names with a legitimate holder are left out.
    ///
    /// Equal input gives equal bytes.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Refused`] for an unknown slice,
    /// [`DeskError::Input`] for settings that the form has no words for, and for a form of requests: those take [`Desk::requested`];
    /// [`DeskError::Output`] where the writer fails.
    pub fn publish(&self, file: &CaseFile, ask: &Publish, out: &mut dyn Write) -> Result<Published, DeskError> {
        if let Some(write) = ask.form.feed_writer() {
            let feed = self.feed(file, &FeedAsk::of(file, ask))?;
            let lines = write(&feed, &ask.settings, out).map_err(unsayable)?;
            return Ok(Published { lines, unverified: feed.object().has_unverified() });
        }
        let mut lines: Vec<NameLine> = self.picked(file, ask)?.into_iter().map(|picked| picked.line).collect();
        if ask.form == Form::Plain {
            lines.dedup_by(|a, b| a.name == b.name);
        }
        let unverified = lines.iter().any(|line| line.confidence == UNVERIFIED);
        let list = NameList { title: file.case.title.clone(), marking: file.marking(), lines };
        let released = release(list, ask.audience, ask.now)?;
        let lines = ask.form.write(released, out).map_err(unsayable)?;
        Ok(Published { lines, unverified })
    }

    /// Returns the lines that are asked for, by name, then by window and line id.
    pub(super) fn picked(&self, file: &CaseFile, ask: &Publish) -> Result<Vec<Picked>, DeskError> {
        if let Some(tld) = ask.tld.as_ref().filter(|tld| !file.case.slices.contains_key(*tld)) {
            return Err(DeskError::Refused(Refusal::UnknownSlice { tld: tld.clone() }));
        }
        let board = file.board();
        let wanted = |cell: &Cell| match ask.span {
            PublishSpan::Day(_) => ask.wants(file, cell, cell.window),
            PublishSpan::Lists(days) => days.contains(cell.day),
            PublishSpan::Horizon => true,
        };
        let found: u64 = match &ask.tld {
            Some(tld) => names_of(board.slice(tld).iter().filter(|cell| wanted(cell))),
            None => board.slices().map(|(_, cells)| names_of(cells.iter().filter(|cell| wanted(cell)))).sum(),
        };
        need_at_most(ask.most, found)?;
        let mut lines = Lines { file, board: &board, ask, picked: Vec::new() };
        match &ask.tld {
            Some(tld) => {
                for campaign in 0..file.case.campaigns.len() {
                    let cells: BTreeMap<i64, &Cell> = board
                        .slice(tld)
                        .iter()
                        .filter(|c| c.campaign == campaign && wanted(c))
                        .map(|c| (c.period, c))
                        .collect();
                    let Some(span) = hull(cells.values().copied()) else { continue };
                    let days = counted_days(&file.case.campaigns[campaign], file.case.horizon).window();
                    let span = Window { from: span.from.max(days.from), until: span.until.min(days.until) };
                    self.each_listing(file, tld, campaign, span, |period, listing| {
                        if let Some(cell) = cells.get(&period) {
                            lines.add(tld, cell, listing);
                        }
                    })?;
                }
            }
            None => {
                let mut lists: BTreeMap<(usize, i64), Vec<(&Tld, &Cell)>> = BTreeMap::new();
                for (tld, cells) in board.slices() {
                    for cell in cells.iter().filter(|c| wanted(c)) {
                        lists.entry((cell.campaign, cell.period)).or_default().push((tld, cell));
                    }
                }
                for ((campaign, period), cells) in lists {
                    let mut listings = self.listings(file, campaign, period)?;
                    for (tld, cell) in cells {
                        if let Some(listing) = listings.remove(tld) {
                            lines.add(tld, cell, listing);
                        }
                    }
                }
            }
        }
        let mut picked = lines.picked;
        picked.sort_by(|a, b| {
            let (a, b) = (&a.line, &b.line);
            (&a.name, a.window, &a.line_id).cmp(&(&b.name, b.window, &b.line_id))
        });
        Ok(picked)
    }
}

/// Returns how many names some lists have.
pub(super) fn names_of<'c>(cells: impl Iterator<Item = &'c Cell>) -> u64 {
    cells.map(|cell| u64::from(cell.tally.names)).sum()
}

/// Refuses to compute more names than may be asked for at once.
pub(super) fn need_at_most(most: Option<u64>, found: u64) -> Result<(), DeskError> {
    match most.filter(|most| found > *most) {
        Some(most) => Err(DeskError::Input(format!(
            "{found} names are asked for, and at most {most} are published at once; ask for fewer days, or for one slice after the other"
        ))),
        None => Ok(()),
    }
}

/// Tells a form that has no words for what it was asked to say from a writer that failed.
pub(super) fn unsayable(error: std::io::Error) -> DeskError {
    match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported => DeskError::Input(error.to_string()),
        _ => error.into(),
    }
}

/// Returns the window from the first cell's start to the last one's end.
pub(super) fn hull<'c>(cells: impl Iterator<Item = &'c Cell>) -> Option<Window> {
    cells.map(|c| c.window).reduce(|a, b| Window { from: a.from.min(b.from), until: a.until.max(b.until) })
}

impl Publish {
    /// Says whether a name with this nominal window is wanted on the day that is asked for, where one is.
    fn wants(&self, file: &CaseFile, cell: &Cell, window: Window) -> bool {
        match self.span {
            PublishSpan::Day(day) => file.case.guard(cell.campaign, window).meets(day.window()),
            PublishSpan::Lists(_) | PublishSpan::Horizon => true,
        }
    }
}

/// One line with the index of its campaign.
#[derive(Clone, Debug)]
pub(super) struct Picked {
    pub(super) campaign: usize,
    pub(super) line: NameLine,
}

/// The lines of a list while it is put together: one a name and window.
struct Lines<'a> {
    file: &'a CaseFile,
    board: &'a Board<'a>,
    ask: &'a Publish,
    picked: Vec<Picked>,
}

impl Lines<'_> {
    fn add(&mut self, tld: &Tld, cell: &Cell, mut listing: NameListing) {
        let file = self.file;
        let views = self.board.name_views(tld, cell.campaign, cell.period, self.ask.now);
        let names = std::mem::take(&mut listing.names);
        for (place, (name, view)) in names.into_iter().zip(views).enumerate() {
            // A name that somebody holds is left alone until a person decided otherwise; a table shows it without an action.
            // Nor does anybody act on a public suffix that an algorithm happened to make, such as com.pe, or on a name that was excluded and comes again
            // on a list that the case did not hold yet.
            let unit = is_a_unit_of_action(&name) && !file.case.exclusions.contains_key(&name);
            let withheld = view.is_withheld() || !unit;
            if view.stance.stands_aside() || (!self.ask.form.about().tells_the_action && withheld) {
                continue;
            }
            let holding = file.case.holdings.get(&name);
            let tenure = holding.and_then(|holding| holding.verdict.as_ref()).map(|verdict| &verdict.tenure);
            let line = |window| Picked {
                campaign: cell.campaign,
                line: NameLine {
                    requested_action: view.asked.filter(|_| unit),
                    registrar_iana_id: tenure.and_then(|tenure| tenure.registrar.as_ref()?.parse().ok()),
                    created: tenure.and_then(|tenure| tenure.created),
                    ..line_of(file, cell, (tld, count(place)), (&name, window), &view)
                },
            };
            // A window that lies elsewhere is that of another period's list.
            let own = windows_in(listing.windows_of(place), cell.window);
            self.picked.extend(own.filter(|window| self.ask.wants(file, cell, *window)).map(line));
        }
    }
}

/// Returns the line of the name at a place of a list, in one of its windows.
pub(super) fn line_of(
    file: &CaseFile,
    cell: &Cell,
    (tld, place): (&Tld, u32),
    (name, window): (&DomainName, Window),
    view: &NameView,
) -> NameLine {
    let held = &file.case.campaigns[cell.campaign];
    NameLine {
        name: name.clone(),
        window: Some(window),
        family: held.family.clone(),
        class: class_of(view),
        registrar_iana_id: None,
        created: None,
        requested_action: view.asked,
        evidence_ref: format!("{}#{}", file.case.id, view.event),
        confidence: if held.verified { VERIFIED } else { UNVERIFIED },
        line_id: line_id::write(&held.id, cell.period, tld, place),
    }
}

/// Returns the windows of a name that meet the time for which its list is counted.
pub(super) fn windows_in(windows: &WindowSet, live: Window) -> impl Iterator<Item = Window> {
    let (one, several) = match windows {
        WindowSet::Always => (Some(live), &[][..]),
        WindowSet::From(from) => (Some(Window { from: *from, until: live.until }), &[][..]),
        WindowSet::Spans(windows) => (None, windows.as_slice()),
    };
    one.into_iter().chain(several.iter().copied().filter(move |window| window.meets(live)))
}

fn count(place: usize) -> u32 {
    u32::try_from(place).expect("a list has fewer than 2^32 names")
}

const VERIFIED: &str = "verified";
const UNVERIFIED: &str = "unverified";

/// What is known of a name's registration, from what was seen. NXDOMAIN says nothing: a reserved name answers the same.
fn class_of(view: &NameView) -> NameClass {
    match (view.state.standing, view.sight) {
        (Standing::NotRegistrable, _) => NameClass::NotRegistrable,
        (Standing::Excluded | Standing::Benign, _) => NameClass::RegisteredBenign,
        (_, _) if view.stance != Stance::Open => NameClass::RegisteredSuspect,
        (_, Some(Sight::OurNameServers)) => NameClass::Sinkholed,
        (_, Some(Sight::Reserved)) => NameClass::Reserved,
        (_, Some(Sight::Available)) => NameClass::Free,
        (_, Some(Sight::OtherNameServers | Sight::OtherHold)) => NameClass::RegisteredSuspect,
        _ => NameClass::Unknown,
    }
}
