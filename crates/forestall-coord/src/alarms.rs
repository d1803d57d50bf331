// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Alarms: what somebody has to know at once.

use std::collections::BTreeMap;

use forestall_model::{DomainName, Instant, Tld, vocabulary};

use crate::board::Board;
use crate::docket::{Windows, is_seen_held};
use crate::holding::{Holding, Stance};

vocabulary! {
    /// What an alarm is about, the highest first.
    pub enum AlarmKind as "a kind of alarm" {
        /// Names were protected, and somebody else holds them now.
        Lost = "lost",
        /// A name that was free was registered by somebody who is in no register, and its window has not closed.
        UnknownRegistrant = "unknown-registrant",
        /// What was done to a name is not undone, and the time is over or nearly so.
        UndoDue = "undo-due",
        /// An appeal has no answer, and the time is over or nearly so.
        AppealDue = "appeal-due",
        /// A registry claims what the look from outside refutes.
        Mismatch = "mismatch",
        /// Names are protected by registrations that end before their windows do.
        Lapsing = "lapsing",
        /// A registered name changed hands.
        Changed = "changed",
        /// A request for a waiver has no answer, and the time is over or nearly so.
        WaiverDue = "waiver-due",
    }
}

/// Hours before a deadline at which it is an alarm.
pub const DEADLINE_HOURS: i64 = 12;

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What it is about.
    pub kind: AlarmKind,
    /// The slice.
    pub tld: Tld,
    /// The name, where it is about one.
    pub name: Option<DomainName>,
    /// The index of the campaign in the case.
    pub campaign: Option<usize>,
    /// Names that it is about.
    pub names: u32,
    /// When the window opens, or until when somebody must have acted; past where it is late.
    pub due: Instant,
}

impl Alarm {
    /// Returns whole hours until it is due, negative where it is past.
    #[must_use]
    pub const fn hours(&self, now: Instant) -> i64 {
        self.due.seconds_since(now).div_euclid(3_600)
    }
}

/// Returns what somebody has to know at `now`: the highest kind first, of those the first that is due.
#[must_use]
pub fn alarms(board: &Board<'_>, now: Instant) -> Vec<Alarm> {
    let mut alarms = of_lists(board, now);
    let mut windows = Windows::new(board);
    for (name, holding) in &board.case.holdings {
        of_name(board, &mut windows, name, holding, now, &mut alarms);
    }
    of_filings(board, now, &mut alarms);
    alarms.sort_by(|a, b| {
        (a.kind, a.due, &a.tld, &a.name, a.campaign).cmp(&(b.kind, b.due, &b.tld, &b.name, b.campaign))
    });
    alarms
}

fn of_lists(board: &Board<'_>, now: Instant) -> Vec<Alarm> {
    let mut found: BTreeMap<(AlarmKind, &Tld, usize), (u32, Instant)> = BTreeMap::new();
    for (tld, cells) in board.slices() {
        for cell in cells {
            let guard = board.case.guard(cell.campaign, cell.window);
            if guard.until <= now {
                continue;
            }
            let counts = [
                (AlarmKind::Lost, cell.tally.lost),
                (AlarmKind::Mismatch, cell.tally.mismatch),
                (AlarmKind::Lapsing, cell.tally.lapsing),
            ];
            for (kind, names) in counts.into_iter().filter(|(_, names)| *names > 0) {
                let kept = found.entry((kind, tld, cell.campaign)).or_insert((0, guard.from));
                kept.0 += names;
                kept.1 = kept.1.min(guard.from);
            }
        }
    }
    let alarm = |((kind, tld, campaign), (names, due)): ((AlarmKind, &Tld, usize), (u32, Instant))| Alarm {
        kind,
        tld: tld.clone(),
        name: None,
        campaign: Some(campaign),
        names,
        due,
    };
    found.into_iter().map(alarm).collect()
}

/// Adds requests to ICANN whose answer is late or nearly so, one alarm for each slice that they are about.
fn of_filings(board: &Board<'_>, now: Instant, alarms: &mut Vec<Alarm>) {
    let soon = now.plus_seconds(DEADLINE_HOURS * 3_600);
    for filing in board.case.filings.iter().filter(|filing| filing.answer.is_none() && filing.due <= soon) {
        for tld in &filing.tlds {
            let (kind, tld, due) = (AlarmKind::WaiverDue, tld.clone(), filing.due);
            alarms.push(Alarm { kind, tld, name: None, campaign: None, names: 0, due });
        }
    }
}

fn of_name(
    board: &Board<'_>,
    windows: &mut Windows<'_, '_>,
    name: &DomainName,
    holding: &Holding,
    now: Instant,
    alarms: &mut Vec<Alarm>,
) {
    let mut raise = |kind, campaign, due| {
        alarms.push(Alarm { kind, tld: name.tld(), name: Some(name.clone()), campaign, names: 1, due });
    };
    let soon = now.plus_seconds(DEADLINE_HOURS * 3_600);
    if let Some(appeal) = holding.open_appeal().filter(|appeal| appeal.deadline <= soon) {
        raise(AlarmKind::AppealDue, None, appeal.deadline);
    }
    if let Some(undo) = board.case.undo_due(name).filter(|undo| undo.by <= soon) {
        raise(AlarmKind::UndoDue, None, undo.by);
    }
    let open = matches!(holding.stance(), Stance::Undecided)
        || holding.verdict.is_none() && is_seen_held(board, name, holding);
    let changed = holding.ruled.as_ref().is_some_and(|ruled| ruled.overtaken) || holding.voided;
    if !(open && holding.new || changed) {
        return;
    }
    let Some((window, campaign, _)) = windows.next(holding, now) else { return };
    if open && holding.new && holding.ruled.is_none() {
        raise(AlarmKind::UnknownRegistrant, Some(campaign), window.from);
    } else if changed {
        raise(AlarmKind::Changed, Some(campaign), window.from);
    }
}
