// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What follows where a registry refuses: the action that was named as the fallback takes the place of the refused one, name by name.
//!
//! The fallback was held to the rules together with the action when it was asked: legal basis, unverified campaigns, two people. So a
//! refusal needs no new decision. It needs a list that says so to the registry, which is due as soon as the refusal is recorded.

use forestall_model::{Action, AnswerResult, Instant, Tld};

use crate::board::{Board, Cell};
use crate::case::{Claim, Request};
use crate::event::Purpose;
use crate::list::Order;
use crate::standing::Standing;

/// What a registry refused and is to be asked in place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFallback {
    /// The slice.
    pub tld: Tld,
    /// The fallback; that of most names where there are several.
    pub action: Action,
    /// Names that were refused, each list counted by itself, and for which no list says the fallback yet.
    pub names: u32,
    /// The number of the last event that refuses one of them.
    pub refused_by: u64,
}

/// Returns what is asked of a name by a request, in view of what the registry said of it since: the fallback where it refused the action or
/// says something of the fallback itself, else the action. With it, the number of the event that refused the action.
pub(crate) fn asked_of(request: &Request, claim: Option<(Order, Claim)>) -> (Action, Option<u64>) {
    let since = claim.filter(|(order, _)| *order > (request.at, request.version));
    match (request.fallback.filter(|fallback| *fallback != request.action), since) {
        (Some(fallback), Some((_, claim))) if claim.action == fallback => (fallback, None),
        (Some(fallback), Some((order, claim))) if refuses(claim, request.action) => (fallback, Some(order.1)),
        _ => (request.action, None),
    }
}

fn refuses(claim: Claim, action: Action) -> bool {
    claim.action == action && claim.result == AnswerResult::Refused
}

/// Returns what a slice's registry is due to be asked in place of what it refused: `None` where it refused nothing that had a fallback, where
/// the windows of all that have closed, or where a list was cut since.
#[must_use]
pub fn fallback_due(board: &Board<'_>, tld: &Tld, now: Instant) -> Option<DueFallback> {
    let slice = board.case.slices.get(tld)?;
    if slice.requests.iter().all(|request| request.fallback.is_none()) {
        return None;
    }
    let last = slice.last_cut(Purpose::Protect).map_or(0, |cut| cut.version);
    let open = |cell: &&Cell| cell.tally.refused > 0 && board.case.guard(cell.campaign, cell.window).until > now;
    let mut found: Vec<(Action, u32)> = Vec::new();
    let mut refused_by = 0;
    for cell in board.slice(tld).iter().filter(open) {
        for view in board.name_views(tld, cell.campaign, cell.period, now) {
            let refusal = view.refusal.filter(|version| *version > last && view.state.standing == Standing::Refused);
            let (Some(version), Some(action)) = (refusal, view.asked) else { continue };
            refused_by = refused_by.max(version);
            match found.iter_mut().find(|(known, _)| *known == action) {
                Some((_, names)) => *names += 1,
                None => found.push((action, 1)),
            }
        }
    }
    let names = found.iter().map(|(_, names)| names).sum();
    let (action, _) = found.into_iter().max_by_key(|(action, names)| (*names, std::cmp::Reverse(*action)))?;
    Some(DueFallback { tld: tld.clone(), action, names, refused_by })
}
