// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cutting numbered lists: for one registry or for all, in one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use forestall_coord::command::{Command, Cut, Override, decide};
use forestall_coord::cut::{Asked, next_number};
use forestall_coord::event::Purpose;
use forestall_coord::fallback::{DueFallback, fallback_due};
use forestall_coord::party::Party as Side;
use forestall_coord::roll::{DueList, not_asked};
use forestall_coord::{Board, Case, Deadline, Refusal};
use forestall_model::party::{PartyId, Terms};
use forestall_model::{Action, CampaignId, CaseId, DayRange, Instant, Party, Tld};
use forestall_store::ExecuteError;

use super::acts::{context, need_basis};
use super::lists::computed;
use super::numbered::Basis;
use super::{Act, Desk, DeskError, NumberedList};

/// How often lists are computed anew because the case changed meanwhile.
const ATTEMPTS: usize = 4;

/// What is asked of the registries of a case.
#[derive(Clone, Debug)]
pub struct AskLists {
    /// The slices; all where none is named.
    pub tlds: Vec<Tld>,
    /// What the lists are for.
    pub purpose: Purpose,
    /// What is asked; that of the last list where there is none.
    pub action: Option<Action>,
    /// What should be done where that cannot be.
    pub fallback: Option<Action>,
    /// The campaigns; where none is named, those of the slice that its registry can act on.
    pub campaigns: Vec<CampaignId>,
    /// The legal basis, in words.
    pub legal_basis: Option<String>,
    /// Two people who ask more of an unverified campaign than its marking allows.
    pub override_by: Option<Override>,
}

/// What became of one slice.
#[derive(Clone, Debug)]
pub enum CutOutcome {
    /// The list has this number now.
    Cut(u32),
    /// There is nothing to ask for or to hand back.
    Nothing,
    /// It was refused.
    Refused(Refusal),
}

/// Whether a list that says what the last one said, which nobody acknowledged, is cut all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// A person asks for it.
    Yes,
    /// A day brings it: whoever is silent is reminded, and not sent the same under another number.
    No,
}

/// One list to be cut.
#[derive(Clone, Debug)]
struct Plan {
    tld: Tld,
    purpose: Purpose,
    party: Option<PartyId>,
    terms: Terms,
    days: DayRange,
    campaigns: Vec<CampaignId>,
    action: Action,
    fallback: Option<Action>,
    legal_basis: Option<String>,
    override_by: Option<Override>,
}

impl Desk {
    /// Cuts the next numbered lists of a case, all together, and says slice by slice what became of it.
    ///
    /// A slice that the rules refuse is left out with the reason; the others go on.
    ///
    /// # Errors
    ///
    /// [`DeskError`] for an unknown slice and what the store reports; no list is cut then.
    pub async fn cut_lists(
        &self,
        id: &CaseId,
        act: &Act,
        ask: &AskLists,
    ) -> Result<BTreeMap<Tld, CutOutcome>, DeskError> {
        let file = self.file(id).await?;
        if let Some(tld) = ask.tlds.iter().find(|tld| !file.case.slices.contains_key(*tld)) {
            return Err(Refusal::UnknownSlice { tld: tld.clone() }.into());
        }
        let mut plans = Vec::new();
        let mut outcomes = BTreeMap::new();
        let registries = self.registries().await?;
        let board = file.board();
        for tld in file.case.slices.keys().filter(|tld| ask.tlds.is_empty() || ask.tlds.contains(tld)) {
            match plan(&board, tld, registries.get(tld), ask, act.now)? {
                Some(plan) => plans.push(plan),
                None => drop(outcomes.insert(tld.clone(), CutOutcome::Nothing)),
            }
        }
        outcomes.extend(self.cut_all(id, act, plans, Again::Yes).await?);
        Ok(outcomes)
    }

    /// Cuts the lists that a day brings, as [`forestall_coord::roll::lists_due`] names them, with what their last lists asked. One that would say
    /// what the last one said is not cut.
    ///
    /// # Errors
    ///
    /// As [`Desk::cut_lists`].
    pub async fn cut_due(
        &self,
        id: &CaseId,
        act: &Act,
        due: Vec<DueList>,
    ) -> Result<Vec<(Tld, Purpose, CutOutcome)>, DeskError> {
        let file = self.file(id).await?;
        let registries = self.registries().await?;
        let mut made = Vec::new();
        for purpose in [Purpose::Protect, Purpose::Release] {
            let mut plans = Vec::new();
            for due in due.iter().filter(|due| due.purpose == purpose) {
                let Some(last) = file.case.slices.get(&due.tld).and_then(|slice| slice.last_asking()) else { continue };
                let (party, terms) = of_registry(registries.get(&due.tld));
                let release = purpose == Purpose::Release;
                let action = if release { Action::Release } else { last.action };
                let (action, fallback) = repeated(due.days, (action, last.fallback), due.fallback.as_ref());
                plans.push(Plan {
                    tld: due.tld.clone(),
                    purpose,
                    party,
                    terms,
                    days: due.days,
                    campaigns: if due.days.is_empty() { Vec::new() } else { due.campaigns.clone() },
                    action,
                    fallback: fallback.filter(|_| !release),
                    legal_basis: last.legal_basis.clone().filter(|_| !release),
                    override_by: None,
                });
            }
            let outcomes = self.cut_all(id, act, plans, Again::No).await?;
            made.extend(outcomes.into_iter().map(|(tld, outcome)| (tld, purpose, outcome)));
        }
        Ok(made)
    }

    /// Cuts the list that asks a slice's registry for the fallback of what it refused, now and whatever its rhythm.
    ///
    /// # Errors
    ///
    /// As [`Desk::cut_lists`]; [`DeskError::Refused`] where the case has no such slice.
    pub async fn cut_fallback(&self, id: &CaseId, act: &Act, tld: &Tld) -> Result<CutOutcome, DeskError> {
        let file = self.file(id).await?;
        let unknown = || Refusal::UnknownSlice { tld: tld.clone() };
        let slice = file.case.slices.get(tld).ok_or_else(unknown)?;
        let Some(due) = fallback_due(&file.board(), tld, act.now) else { return Ok(CutOutcome::Nothing) };
        let (party, terms) = of_registry(self.registry_of(tld).await?.as_ref());
        let plan = Plan {
            tld: tld.clone(),
            purpose: Purpose::Protect,
            party,
            terms,
            days: DayRange { from: file.case.horizon.from, until: file.case.horizon.from },
            campaigns: Vec::new(),
            action: due.action,
            fallback: None,
            legal_basis: slice.last_asking().and_then(|cut| cut.legal_basis.clone()),
            override_by: None,
        };
        let mut outcomes = self.cut_all(id, act, vec![plan], Again::Yes).await?;
        Ok(outcomes.remove(tld).unwrap_or(CutOutcome::Nothing))
    }

    /// Computes the lists of some plans from one state and has them cut in one step; again where the case changed meanwhile.
    async fn cut_all(
        &self,
        id: &CaseId,
        act: &Act,
        plans: Vec<Plan>,
        again: Again,
    ) -> Result<BTreeMap<Tld, CutOutcome>, DeskError> {
        let plans = Arc::new(plans);
        let mut moved = Refusal::CaseMoved { basis: 0, version: 0 };
        for _ in 0..ATTEMPTS {
            let file = self.file(id).await?;
            need_basis(Some(&file.case), act)?;
            let previous = plans.iter().filter_map(|plan| {
                file.case.slices.get(&plan.tld)?.last_acknowledged(plan.purpose).map(|cut| cut.basis)
            });
            let states = self.states_of(id, previous).await?;
            let (desk, work, at) = (self.clone(), Arc::clone(&plans), act.occurred.unwrap_or(act.now));
            let whole = file.clone();
            let drafts: Vec<Cut> = computed(move || {
                let board = whole.board();
                // Most lists are compared with those of one day before, which follow from one state.
                let boards: BTreeMap<u64, Board<'_>> =
                    states.iter().map(|(version, state)| (*version, Board::new(state, &whole.counts))).collect();
                let draft = |plan: &Plan| -> Result<Cut, DeskError> {
                    let slice = whole.case.slices.get(&plan.tld);
                    let last = slice.and_then(|slice| slice.last_acknowledged(plan.purpose)).cloned();
                    let before = last.clone().and_then(|last| Some((boards.get(&last.basis)?, last)));
                    let asked = Asked {
                        days: (!plan.days.is_empty()).then_some(plan.days),
                        campaigns: plan.campaigns.iter().filter_map(|id| whole.case.campaign_index(id)).collect(),
                    };
                    let basis = Basis { file: &whole, board: &board, asked, action: plan.action, at, before };
                    let list = desk.compute_list(&basis, &plan.tld, plan.purpose)?;
                    Ok(plan.cut(&whole.case, &list, last.map(|last| last.number)))
                };
                work.iter().map(draft).collect::<Result<Vec<_>, _>>()
            })
            .await?;
            let context = context(id, act);
            let mut outcomes = BTreeMap::new();
            let mut wanted: Vec<Cut> = Vec::new();
            for mut cut in drafts {
                let counts = cut.counts;
                let same = counts.added + counts.withdrawn + counts.expired == 0 && cut.previous.is_some();
                // What was handed back has left the list by itself: only what is new is worth a word.
                let handed_back = cut.purpose == Purpose::Release && counts.added == 0;
                let was_said = again == Again::No && was_said(&file.case, &cut);
                if (counts.names == 0 && cut.previous.is_none()) || same || handed_back || was_said {
                    outcomes.insert(cut.tld, CutOutcome::Nothing);
                    continue;
                }
                match decide(Some(&file.case), &Command::Cut(cut.clone()), &context) {
                    Ok(_) => {
                        cut.beside = wanted.len() as u64;
                        wanted.push(cut);
                    }
                    Err(refusal) => drop(outcomes.insert(cut.tld, CutOutcome::Refused(refusal))),
                }
            }
            if wanted.is_empty() {
                return Ok(outcomes);
            }
            let numbers: Vec<u32> = wanted.iter().map(|cut| next_number(&file.case, &cut.tld)).collect();
            let commands: Vec<Command> = wanted.iter().cloned().map(Command::Cut).collect();
            let done = self
                .store()
                .execute_all(id, commands.len(), |index, state| {
                    let context = super::acts::context(id, act);
                    decide(state, &commands[index], &context)
                })
                .await;
            match done {
                Ok(_) => {
                    let cut = wanted.into_iter().zip(numbers);
                    outcomes.extend(cut.map(|(cut, number)| (cut.tld, CutOutcome::Cut(number))));
                    return Ok(outcomes);
                }
                Err(ExecuteError::Refused { refusal: refusal @ Refusal::CaseMoved { .. }, .. }) => moved = refusal,
                Err(error) => return Err(error.into()),
            }
        }
        Err(moved.into())
    }
}

impl Plan {
    fn cut(&self, case: &Case, list: &NumberedList, previous: Option<u32>) -> Cut {
        let deadline = list.opens.filter(|_| self.purpose == Purpose::Protect);
        Cut {
            tld: self.tld.clone(),
            purpose: self.purpose,
            party: self.party.clone(),
            basis: case.version,
            beside: 0,
            previous,
            days: self.days,
            campaigns: self.campaigns.clone(),
            action: self.action,
            fallback: self.fallback,
            legal_basis: self.legal_basis.clone(),
            override_by: self.override_by.clone(),
            digest: list.digest(),
            counts: list.counts(),
            act_by: deadline.map(|opens| Deadline::of(opens, &self.terms).act_by),
        }
    }
}

/// Says whether the last list of a slice for the same purpose holds the same names, asks the same, and tells the same changes.
fn was_said(case: &Case, cut: &Cut) -> bool {
    let last = case.slices.get(&cut.tld).and_then(|slice| slice.last_cut(cut.purpose));
    last.is_some_and(|last| {
        (last.digest, last.counts, last.previous) == (cut.digest, cut.counts, cut.previous)
            && (last.action, last.fallback, &last.legal_basis) == (cut.action, cut.fallback, &cut.legal_basis)
    })
}

/// Says what is asked of one registry; `None` where its names are all for others to act on.
fn plan(
    board: &Board<'_>,
    tld: &Tld,
    registry: Option<&Party>,
    ask: &AskLists,
    now: Instant,
) -> Result<Option<Plan>, DeskError> {
    let case = board.case;
    let Some(slice) = case.slices.get(tld) else { return Ok(None) };
    let last = slice.last_asking();
    let (party, terms) = of_registry(registry);
    let release = ask.purpose == Purpose::Release;
    let action = if release { Some(Action::Release) } else { ask.action.or_else(|| last.map(|cut| cut.action)) };
    let Some(action) = action else {
        // Where all slices are meant, one that came with the horizon and was never asked is left out.
        let others = case.slices.values().any(|slice| slice.last_cut(Purpose::Protect).is_some());
        if ask.tlds.is_empty() && others {
            return Ok(None);
        }
        return Err(DeskError::Input("the first list of a slice takes an action: say what is asked".to_owned()));
    };
    let asks_anew = ask.action.is_some_and(|action| last.is_none_or(|cut| cut.action != action));
    let open = open_days(board, tld, now);
    let days = if release {
        DayRange { from: now.day(), until: now.day() }
    } else if asks_anew {
        open
    } else {
        let days = not_asked(case, slice);
        DayRange { from: days.from.max(open.from).min(days.until), until: days.until }
    };
    let campaigns = if ask.campaigns.is_empty() { registrys_campaigns(case, tld) } else { Some(ask.campaigns.clone()) };
    let Some(campaigns) = campaigns else { return Ok(None) };
    let fallback = ask.fallback.or_else(|| last.and_then(|cut| cut.fallback)).filter(|_| !release);
    let due = if release { None } else { fallback_due(board, tld, now) };
    let (action, fallback) = repeated(days, (action, fallback), due.as_ref());
    Ok(Some(Plan {
        tld: tld.clone(),
        purpose: ask.purpose,
        party,
        terms,
        campaigns: if days.is_empty() { Vec::new() } else { campaigns },
        days,
        action,
        fallback,
        legal_basis: ask.legal_basis.clone().or_else(|| last.and_then(|cut| cut.legal_basis.clone())),
        override_by: ask.override_by.clone(),
    }))
}

/// Returns what a list says that it asks, with the fallback: of one that asks for no day anew, what takes the place of the refused.
fn repeated(
    days: DayRange,
    (action, fallback): (Action, Option<Action>),
    due: Option<&DueFallback>,
) -> (Action, Option<Action>) {
    match due {
        Some(due) if days.is_empty() => (due.action, None),
        _ => (action, fallback),
    }
}

/// Returns a registry's id and terms; the usual terms where nobody entered it.
fn of_registry(party: Option<&Party>) -> (Option<PartyId>, Terms) {
    let terms = party.and_then(|party| party.terms.clone()).unwrap_or_default();
    (party.map(|party| party.id.clone()), terms)
}

/// Returns the days of the lists of a slice whose guard windows have not closed.
fn open_days(board: &Board<'_>, tld: &Tld, now: Instant) -> DayRange {
    let open = board.slice(tld).iter().filter(|cell| board.case.guard(cell.campaign, cell.window).until > now);
    let horizon = board.case.horizon;
    DayRange { from: open.map(|cell| cell.day).min().unwrap_or(horizon.until), until: horizon.until }
}

/// Returns the campaigns whose names under a domain its registry can act on; empty for all of the case, and none where a provider has
/// them all.
fn registrys_campaigns(case: &Case, tld: &Tld) -> Option<Vec<CampaignId>> {
    let is_registrys = |campaign: &&forestall_coord::event::CaseCampaign| {
        let mut sides = campaign.parties(tld).peekable();
        sides.peek().is_some() && sides.all(|side| matches!(side, Side::Registry))
    };
    let theirs: Vec<CampaignId> = case.campaigns.iter().filter(is_registrys).map(|held| held.id.clone()).collect();
    if theirs.len() == case.campaigns.len() { Some(Vec::new()) } else { Some(theirs).filter(|ids| !ids.is_empty()) }
}
