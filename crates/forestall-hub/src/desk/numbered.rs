// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbered lists with their names: computed from the state of the case that each follows from, whenever somebody asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use forestall_coord::board::Cell;
use forestall_coord::command::is_a_unit_of_action;
use forestall_coord::cut::{self, Asked, Asking, COOL_DOWN_DAYS, Changes, CutList, Entries};
use forestall_coord::event::{ListDifference, Purpose};
use forestall_coord::{Board, Case};
use forestall_model::digest::Hasher;
use forestall_model::line::NameLine;
use forestall_model::marking::Marked;
use forestall_model::{Action, CaseId, Digest, DomainName, Instant, Marking, Tld};

use super::lists::{computed, counted_days};
use super::publish::{hull, line_of, windows_in};
use super::{CaseFile, Desk, DeskError, NameListing};

/// A numbered list with its names.
#[derive(Clone, Debug)]
pub struct NumberedList {
    /// The slice.
    pub tld: Tld,
    /// The list as the case holds it; none for one that is not cut yet.
    pub cut: Option<CutList>,
    /// What it is for.
    pub purpose: Purpose,
    /// Its entries, sorted by name and window, each once.
    pub lines: Vec<NameLine>,
    /// The entries that the list before did not hold, or for which it asked something else.
    pub added: Vec<NameLine>,
    /// The entries that are not asked for any more although their window has not closed.
    pub withdrawn: Vec<NameLine>,
    /// The entries of the list before whose window has closed.
    pub expired: Vec<NameLine>,
    /// When the first guard window of what is new opens, or of the whole list where nothing is; the instant of the list where one is open.
    pub opens: Option<Instant>,
    /// The marking of what is derived from it.
    pub marking: Marking,
}

impl NumberedList {
    /// Returns how many names the list holds, and how it differs from the one before.
    #[must_use]
    pub fn counts(&self) -> ListDifference {
        ListDifference {
            names: self.names().count() as u64,
            added: self.added.len() as u64,
            withdrawn: self.withdrawn.len() as u64,
            expired: self.expired.len() as u64,
        }
    }

    /// Returns the distinct names in order.
    pub fn names(&self) -> impl Iterator<Item = &DomainName> {
        let mut last: Option<&DomainName> = None;
        self.lines.iter().map(|line| &line.name).filter(move |name| last.replace(name) != Some(*name))
    }

    /// Returns SHA-256 over the distinct names in order, each followed by a line feed: that of the list in its plain form.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        for name in self.names() {
            hasher.update(name.as_str().as_bytes());
            hasher.update(b"\n");
        }
        hasher.finish()
    }
}

impl Marked for NumberedList {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// From what a list is computed.
#[derive(Debug)]
pub(super) struct Basis<'a> {
    pub(super) file: &'a CaseFile,
    /// The board of the file, which serves every list of it.
    pub(super) board: &'a Board<'a>,
    /// What the list asks anew.
    pub(super) asked: Asked,
    /// To do what.
    pub(super) action: Action,
    /// The instant of the list.
    pub(super) at: Instant,
    /// The list with which it is compared, and the board from which that one follows.
    pub(super) before: Option<(&'a Board<'a>, CutList)>,
}

impl Basis<'_> {
    /// Returns what the list asks of its names.
    fn asking(&self) -> Asking<'_> {
        Asking { board: self.board, asked: &self.asked, action: self.action, at: self.at }
    }
}

impl Desk {
    /// Computes a numbered list again: the names that a registry was sent under that number.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] where there is no such list, [`DeskError::Damaged`] where the names are not those of the digest in the log.
    pub async fn numbered_list(&self, id: &CaseId, tld: &Tld, number: u32) -> Result<NumberedList, DeskError> {
        let file = self.file(id).await?;
        let slice = file.case.slices.get(tld);
        let missing = || forestall_coord::Refusal::NoSuchList { tld: tld.clone(), number };
        let (slice, cut) = slice.and_then(|slice| Some((slice, slice.cut(number)?))).ok_or_else(missing)?;
        let before = cut.previous.and_then(|number| slice.cut(number)).cloned();
        let states = self.states_of(id, [cut.basis].into_iter().chain(before.iter().map(|cut| cut.basis))).await?;
        let before = before.and_then(|before| Some((Arc::clone(states.get(&before.basis)?), before)));
        let state = states.get(&cut.basis).cloned().unwrap_or_else(|| Arc::clone(&file.case));
        let (desk, tld, cut) = (self.clone(), tld.clone(), cut.clone());
        computed(move || {
            let file = CaseFile { case: state, ..file };
            let (board, asked, action) = (file.board(), Asked::of(&cut), cut.action);
            let of_before = before.as_ref().map(|(state, _)| Board::new(state, &file.counts));
            let before = of_before.as_ref().zip(before.as_ref()).map(|(board, (_, cut))| (board, cut.clone()));
            let basis = Basis { file: &file, board: &board, asked, action, at: cut.at, before };
            let mut list = desk.compute_list(&basis, &tld, cut.purpose)?;
            if list.digest() != cut.digest {
                return Err(DeskError::Damaged(format!(
                    "list {number} for {tld} comes out with digest {}, and the log says {}: the generator or the directory has changed since",
                    list.digest().short(),
                    cut.digest.short()
                )));
            }
            list.cut = Some(cut);
            Ok(list)
        })
        .await
    }

    /// Returns the states of a case after some of its events.
    pub(super) async fn states_of(
        &self,
        id: &CaseId,
        versions: impl Iterator<Item = u64>,
    ) -> Result<HashMap<u64, Arc<Case>>, DeskError> {
        let mut states = HashMap::new();
        for version in versions.collect::<BTreeSet<u64>>() {
            if let Some(state) = self.store().load_at(id, version).await? {
                states.insert(version, state);
            }
        }
        Ok(states)
    }

    /// Computes a list from its basis. Takes about as long as the names of the slice take to generate.
    pub(super) fn compute_list(
        &self,
        basis: &Basis<'_>,
        tld: &Tld,
        purpose: Purpose,
    ) -> Result<NumberedList, DeskError> {
        let (file, board, at) = (basis.file, basis.board, basis.at);
        let entries = match purpose {
            Purpose::Protect => cut::to_protect(board, tld, &basis.asked, at),
            Purpose::Release => cut::to_release(board, tld, at, COOL_DOWN_DAYS),
        };
        let (mut before, mut otherwise) = (Entries::new(), Entries::new());
        if let Some((board, cut)) = &basis.before {
            let asked = Asked::of(cut);
            match cut.purpose {
                Purpose::Protect => {
                    before = cut::to_protect(board, tld, &asked, cut.at);
                    let old = Asking { board, asked: &asked, action: cut.action, at: cut.at };
                    otherwise = cut::asked_otherwise(tld, (&old, &before), (&basis.asking(), &entries));
                }
                Purpose::Release => before = cut::to_release(board, tld, cut.at, COOL_DOWN_DAYS),
            }
        }
        let Changes { mut added, withdrawn, expired } = cut::changes(board, tld, &before, &entries, at);
        // What is to be done with is part of an entry: a registry that is told nothing goes on with what it was told before.
        for (key, places) in otherwise {
            let added = added.entry(key).or_default();
            places.iter().for_each(|place| added.insert(place));
        }
        // What stood on the list before has had its deadline.
        let opens = cut::opening(board, tld, if added.is_empty() { &entries } else { &added }, at);
        let lines_of = |entries: &Entries| self.lines_of(basis, tld, entries, purpose);
        let mut lines = lines_of(&entries)?;
        let (mut added, mut withdrawn, mut expired) = (lines_of(&added)?, lines_of(&withdrawn)?, lines_of(&expired)?);
        if purpose == Purpose::Release {
            // Protection belongs to the name: what is still needed in another window is not handed back.
            let needed = self.still_needed(file, board, tld, at)?;
            for list in [&mut lines, &mut added, &mut withdrawn, &mut expired] {
                list.retain(|line| !needed.contains(&line.name));
            }
        }
        // An entry that another list still holds did not go.
        for gone in [&mut withdrawn, &mut expired] {
            gone.retain(|line| lines.binary_search_by(|kept| key(kept).cmp(&key(line))).is_err());
        }
        let (tld, marking) = (tld.clone(), file.marking());
        Ok(NumberedList { tld, cut: None, purpose, lines, added, withdrawn, expired, opens, marking })
    }

    fn lines_of(
        &self,
        basis: &Basis<'_>,
        tld: &Tld,
        entries: &Entries,
        purpose: Purpose,
    ) -> Result<Vec<NameLine>, DeskError> {
        let (file, board, at, asking) = (basis.file, basis.board, basis.at, basis.asking());
        let mut lines: Vec<NameLine> = Vec::new();
        self.each_held_listing(
            file,
            board,
            tld,
            |key| entries.contains_key(&key),
            |cell, listing| {
                let Some(places) = entries.get(&(cell.campaign, cell.period)) else { return };
                let views = board.name_views(tld, cell.campaign, cell.period, at);
                for place in places.iter() {
                    let index = place as usize;
                    let (Some(name), Some(view)) = (listing.names.get(index), views.get(index)) else { continue };
                    if !is_a_unit_of_action(name) {
                        continue;
                    }
                    for window in windows_in(listing.windows_of(index), cell.window) {
                        let mut line = line_of(file, cell, (tld, place), (name, window), view);
                        if purpose == Purpose::Release {
                            line.requested_action = Some(Action::Release);
                        } else {
                            line.requested_action = asking.of(cell, view);
                        }
                        lines.push(line);
                    }
                }
            },
        )?;
        lines.sort_by(|a, b| (key(a), &a.line_id).cmp(&(key(b), &b.line_id)));
        lines.dedup_by(|a, b| key(a) == key(b));
        Ok(lines)
    }

    /// Returns the names of a slice that stand in lists whose windows, or whose cool-down, are not over.
    fn still_needed(
        &self,
        file: &CaseFile,
        board: &Board<'_>,
        tld: &Tld,
        at: Instant,
    ) -> Result<BTreeSet<DomainName>, DeskError> {
        let since = at.plus_seconds(-i64::from(COOL_DOWN_DAYS) * 86_400);
        let open: BTreeSet<(usize, i64)> = board
            .slice(tld)
            .iter()
            .filter(|cell| file.case.guard(cell.campaign, cell.window).until > since)
            .map(|cell| (cell.campaign, cell.period))
            .collect();
        let mut names = BTreeSet::new();
        self.each_held_listing(
            file,
            board,
            tld,
            |key| open.contains(&key),
            |_, listing| {
                names.extend(listing.names.iter().cloned());
            },
        )?;
        Ok(names)
    }

    /// Delivers the names of those lists of a slice that are wanted.
    fn each_held_listing(
        &self,
        file: &CaseFile,
        board: &Board<'_>,
        tld: &Tld,
        wants: impl Fn((usize, i64)) -> bool,
        mut sink: impl FnMut(&Cell, &NameListing) + Send,
    ) -> Result<(), DeskError> {
        for (campaign, held) in file.case.campaigns.iter().enumerate() {
            let cells: BTreeMap<i64, &Cell> = board
                .slice(tld)
                .iter()
                .filter(|cell| cell.campaign == campaign && wants((campaign, cell.period)))
                .map(|cell| (cell.period, cell))
                .collect();
            let Some(span) = hull(cells.values().copied()) else { continue };
            let days = counted_days(held, file.case.horizon).window();
            let span = forestall_model::Window { from: span.from.max(days.from), until: span.until.min(days.until) };
            let periods: BTreeSet<i64> = cells.keys().copied().collect();
            self.each_of_periods(file, tld, campaign, (&periods, span), |period, listing| {
                if let Some(cell) = cells.get(&period) {
                    sink(cell, &listing);
                }
            })?;
        }
        Ok(())
    }
}

fn key(line: &NameLine) -> (&DomainName, Option<forestall_model::Window>) {
    (&line.name, line.window)
}
