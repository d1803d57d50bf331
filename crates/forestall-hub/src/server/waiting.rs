// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What waits for a person in a case: its docket and its alarms, kept until the case changes or a window opens or closes.
//!
//! The order of a docket of 100,000 names takes some tenths of a second to compute, and it is the same until one of the
//! instants that it follows from has come: so it is computed once between two of those.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use forestall_coord::alarms::{Alarm, DEADLINE_HOURS, alarms};
use forestall_coord::board::Board;
use forestall_coord::docket::docket;
use forestall_coord::{Holding, ReachRange};
use forestall_model::{Band, DomainName, Instant, Window, vocabulary};

use super::Problem;
use crate::desk::CaseFile;

/// Cases of which it is kept; the one that was looked at least recently goes.
const KEPT: usize = 128;
/// The longest that it is kept, in seconds: what follows from an instant that is not listed here is at most so late.
const LONGEST: i64 = 600;

/// What waits for a person in a case.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// The case.
    pub(crate) file: CaseFile,
    /// The names about which a person has to decide, in the order of the docket.
    pub(crate) names: Vec<WaitingName>,
    /// The alarms, in their order.
    pub(crate) alarms: Vec<Alarm>,
    /// How many names wait under each top-level domain.
    pub(crate) slices: BTreeMap<String, usize>,
    /// How many names wait in each band.
    pub(crate) bands: BTreeMap<Band, usize>,
    /// How many names wait for each reason.
    pub(crate) grounds: BTreeMap<Ground, usize>,
    /// How many names wait for the window of each campaign, by its index.
    pub(crate) campaigns: BTreeMap<usize, usize>,
    /// From when to when it holds.
    holds: Window,
}

/// A name about which a person has to decide.
#[derive(Clone, Debug)]
pub(crate) struct WaitingName {
    /// The name.
    pub(crate) name: DomainName,
    /// Why it waits, as a word.
    pub(crate) ground: Ground,
    /// Why it waits, in words.
    pub(crate) why: &'static str,
    /// The guard window that is open, or the next to open.
    pub(crate) window: Window,
    /// The index of the campaign of that window.
    pub(crate) campaign: usize,
    /// The reach if this name were the only miss of its list.
    pub(crate) reach: ReachRange,
    /// The band of the last verdict.
    pub(crate) band: Option<Band>,
    /// What a text is looked for in: the name, its U-label, the registrar and the name servers, in lower case, a line each.
    pub(crate) text: String,
}

vocabulary! {
    /// Why a name waits for a person.
    pub(crate) enum Ground as "a reason to wait" {
        /// Somebody appealed.
        Appealed = "appealed",
        /// A look showed a holder, and nobody made a verdict.
        NotVetted = "not-vetted",
        /// It changed hands since a person ruled.
        ChangedSinceRuled = "changed-since-ruled",
        /// It changed hands since its verdict was clear.
        ChangedSinceClear = "changed-since-clear",
        /// Somebody holds it, and nobody ruled.
        NotRuled = "not-ruled",
    }
}

impl Ground {
    fn of(holding: &Holding) -> Self {
        match () {
            () if holding.open_appeal().is_some() => Self::Appealed,
            () if holding.verdict.is_none() => Self::NotVetted,
            () if holding.ruled.is_some() => Self::ChangedSinceRuled,
            () if holding.voided => Self::ChangedSinceClear,
            () => Self::NotRuled,
        }
    }
}

impl Waiting {
    /// Computes what waits at `now`.
    fn of(file: CaseFile, now: Instant) -> Self {
        let board = file.board();
        let entries = docket(&board, now);
        let alarms = alarms(&board, now);
        let mut until = now.plus_seconds(LONGEST);
        for instant in entries.iter().flat_map(|entry| [entry.window.from, entry.window.until]) {
            earlier(&mut until, instant, now);
        }
        turns(&board, |instant| earlier(&mut until, instant, now));
        let name = |entry: &forestall_coord::docket::Entry<'_>| WaitingName {
            name: entry.name.clone(),
            ground: Ground::of(entry.holding),
            why: entry.why,
            window: entry.window,
            campaign: entry.campaign,
            reach: entry.reach,
            band: entry.holding.verdict.as_ref().map(|verdict| verdict.band),
            text: text(entry.name, entry.holding),
        };
        let names: Vec<WaitingName> = entries.iter().map(name).collect();
        drop(entries);
        drop(board);
        Self {
            slices: counted(names.iter().map(|waiting| waiting.name.tld().to_string())),
            bands: counted(names.iter().filter_map(|waiting| waiting.band)),
            grounds: counted(names.iter().map(|waiting| waiting.ground)),
            campaigns: counted(names.iter().map(|waiting| waiting.campaign)),
            file,
            names,
            alarms,
            holds: Window { from: now, until },
        }
    }

    /// Returns the names that wait under a top-level domain.
    pub(crate) fn under(&self, tld: &forestall_model::Tld) -> usize {
        self.slices.get(tld.as_str()).copied().unwrap_or(0)
    }

    fn is_of(&self, file: &CaseFile, now: Instant) -> bool {
        let case = &file.case;
        (&self.file.case.id, self.file.case.version) == (&case.id, case.version)
            && (self.holds.from..self.holds.until).contains(&now)
    }
}

fn text(name: &DomainName, holding: &Holding) -> String {
    let mut text = name.as_str().to_owned();
    let mut add = |line: &str| {
        text.push('\n');
        text.push_str(line);
    };
    if name.as_str().contains("xn--") {
        add(&name.to_unicode().to_lowercase());
    }
    if let Some(verdict) = &holding.verdict {
        verdict.tenure.registrar.iter().for_each(|registrar| add(&registrar.to_lowercase()));
        verdict.tenure.name_servers.iter().flatten().for_each(|server| add(server.as_str()));
    }
    text
}

fn counted<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_insert(0) += 1);
    counts
}

/// Takes an instant that is still ahead where it comes before the one that was known.
fn earlier(until: &mut Instant, instant: Instant, now: Instant) {
    if instant > now && instant < *until {
        *until = instant;
    }
}

/// Delivers the instants at which an alarm begins or ends by itself, other than those of the docket's windows.
fn turns(board: &Board<'_>, mut tell: impl FnMut(Instant)) {
    let before = |deadline: Instant| deadline.plus_seconds(-DEADLINE_HOURS * 3_600);
    for holding in board.case.holdings.values() {
        let appeal = holding.open_appeal().map(|appeal| appeal.deadline);
        appeal.into_iter().chain(holding.undo.iter().map(|undo| undo.by)).for_each(|deadline| tell(before(deadline)));
    }
    for cell in board.slices().flat_map(|(_, cells)| cells) {
        if cell.tally.lost + cell.tally.mismatch + cell.tally.lapsing > 0 {
            tell(board.case.guard(cell.campaign, cell.window).until);
        }
    }
}

/// What waits in the cases that were looked at, the one that was looked at last at the end.
#[derive(Debug, Default)]
pub(super) struct AllWaiting(Mutex<Vec<Arc<Waiting>>>);

impl AllWaiting {
    /// Returns what waits in a case at `now`, the instant from which it is looked at.
    pub(super) async fn of(&self, file: &CaseFile, now: Instant) -> Result<Arc<Waiting>, Problem> {
        if let Some(kept) = self.kept(file, now) {
            return Ok(kept);
        }
        let file = file.clone();
        let waiting = tokio::task::spawn_blocking(move || Arc::new(Waiting::of(file, now))).await?;
        self.keep(&waiting);
        Ok(waiting)
    }

    fn kept(&self, file: &CaseFile, now: Instant) -> Option<Arc<Waiting>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|waiting| waiting.is_of(file, now))?;
        let waiting = all.remove(place);
        all.push(Arc::clone(&waiting));
        Some(waiting)
    }

    fn keep(&self, waiting: &Arc<Waiting>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|old| old.file.case.id != waiting.file.case.id);
        if all.len() >= KEPT {
            all.remove(0);
        }
        all.push(Arc::clone(waiting));
    }
}
