// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Acting on a case: who acts over what they have seen, and what is told of it.

use axum::http::StatusCode;
use axum::response::Response;
use forestall_api::act::{MAX_TEXT, Record};
use forestall_api::problem::Fault;
use forestall_coord::Refusal;
use forestall_coord::command::Override;
use forestall_model::{CaseId, Released};
use forestall_store::Stored;

use super::precondition::IfMatch;
use super::reply;
use crate::desk::{Act, CaseFile, DeskError, WrongMember};
use crate::server::{App, Problem, Session};
pub(super) use crate::shown::recorded;

/// Makes the act of a request on a case that somebody sees all of.
pub(super) fn act(
    app: &App,
    session: &Session,
    file: &Released<CaseFile>,
    if_match: &IfMatch,
    record: Record,
) -> Result<Act, Problem> {
    let basis = if_match.version(file.object().case.version)?;
    act_over(app, session, basis, record)
}

/// Makes the act of a request over an event of the case, where one is named.
pub(super) fn act_over(app: &App, session: &Session, basis: Option<u64>, record: Record) -> Result<Act, Problem> {
    let Record { occurred, source, comment } = record;
    for (pointer, text) in [("/record/source", &source), ("/record/comment", &comment)] {
        need_short(pointer, text.as_deref().unwrap_or(""), MAX_TEXT)?;
    }
    let source = source.or_else(|| session.source_of_registry("by the API"));
    Ok(Act { occurred, source, comment, basis, ..session.act(app.now()) })
}

/// Refuses a text of more than `limit` characters.
pub(super) fn need_short(pointer: &str, text: &str, limit: usize) -> Result<(), Problem> {
    need_few(pointer, text.chars().count(), limit, "characters")
}

/// Refuses more than `limit` of something.
pub(super) fn need_few(pointer: &str, found: usize, limit: usize, what: &str) -> Result<(), Problem> {
    if found <= limit {
        return Ok(());
    }
    Err(fault(pointer, format!("{found} {what} are more than {limit}")))
}

/// Refuses a member of a request.
pub(super) fn fault(pointer: &str, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    let fault = Fault { pointer: pointer.to_owned(), detail: detail.clone() };
    Problem { faults: vec![fault], ..Problem::refused(format!("{}: {detail}", pointer.trim_start_matches('/'))) }
}

/// Says that a member of a request is not what it stands for.
pub(super) fn wrong_member(wrong: WrongMember) -> Problem {
    fault(&wrong.pointer, wrong.detail)
}

/// Says why an act failed: with the member of the request that is at fault, and that somebody acts on what they have not seen.
pub(super) fn failed(error: DeskError, has_basis: bool) -> Problem {
    let pointer = match &error {
        DeskError::Refused(Refusal::CaseMoved { .. }) | DeskError::Stale(_) if has_basis => {
            return Problem::new(StatusCode::PRECONDITION_FAILED, "Nothing was recorded", error.to_string());
        }
        DeskError::Refused(Refusal::CaseMoved { .. } | Refusal::AlreadyOpen { .. }) => {
            return Problem::new(StatusCode::CONFLICT, "Nothing was recorded", error.to_string());
        }
        DeskError::Refused(refusal) => pointer(refusal),
        _ => None,
    };
    let problem = Problem::from(error);
    let faults = pointer.map(|pointer| Fault { pointer: pointer.to_owned(), detail: problem.detail.clone() });
    Problem { faults: faults.into_iter().collect(), ..problem }
}

/// Returns which member of a request a rule refuses, where it is one.
const fn pointer(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::InTheFuture { .. } => Some("/record/occurred"),
        Refusal::UnknownCampaign { .. } | Refusal::CampaignTwice { .. } | Refusal::TwoParties { .. } => {
            Some("/campaigns")
        }
        Refusal::OutsideHorizon { .. } => Some("/days"),
        Refusal::Unverified { .. } | Refusal::NotForLists { .. } | Refusal::NotForHolders { .. } => Some("/action"),
        Refusal::OnePerson => Some("/override_by"),
        Refusal::NeedsLegalBasis { .. } => Some("/legal_basis"),
        Refusal::DigestDiffers { .. } => Some("/signed/list"),
        Refusal::ListChanged { .. } => Some("/digest"),
        Refusal::Hours { .. } => Some("/hours"),
        Refusal::NotInCase { .. } | Refusal::AlreadyExcluded { .. } | Refusal::NotExcluded { .. } => Some("/name"),
        Refusal::NoGround { .. } => Some("/class"),
        Refusal::SecondNeeded => Some("/second"),
        Refusal::UnsafeServer { .. } => Some("/name_servers"),
        Refusal::NotFurther { .. } => Some("/until"),
        Refusal::ResultDiffers { .. } => Some("/result"),
        _ => None,
    }
}

/// Answers to an act of somebody who sees all of the case: with the event that it made, or with why it made none.
pub(super) fn answer(case: &CaseId, act: &Act, made: Result<Stored, DeskError>) -> Result<Response, Problem> {
    let stored = made.map_err(|error| failed(error, act.basis.is_some()))?;
    reply::done(StatusCode::OK, &recorded(case, &[stored], true))
}

/// Returns two people as the desk takes them.
pub(super) fn two_people(given: Option<forestall_api::act::Override>) -> Option<Override> {
    given.map(|given| Override { first: given.first, second: given.second, evidence: given.evidence })
}

/// Returns days as the desk takes them; refuses those that end before they begin.
pub(super) fn days(given: forestall_api::act::Days, pointer: &str) -> Result<forestall_model::DayRange, Problem> {
    let days = forestall_model::DayRange::new(given.from, given.until).filter(|days| !days.is_empty());
    days.ok_or_else(|| {
        fault(&format!("{pointer}/until"), format!("{} is not after {}, the first day", given.until, given.from))
    })
}
