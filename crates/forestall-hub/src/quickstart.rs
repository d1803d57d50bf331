// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The two cases of the first minute: Conficker from today on, and Conficker 2009 as it was answered.
//!
//! The second is a RECONSTRUCTION. Its events are the dated, sourced facts of `data/conficker-2009.toml` and nothing else.

use forestall_coord::event::CaseKind;
use forestall_coord::{Board, Level, ReachRange};
use forestall_model::{
    Action, AnswerResult, CampaignId, CaseId, DayRange, DomainName, Instant, Marking, NameClass, Params, Tld, UtcDay,
};
use serde::Deserialize;

use crate::desk::{Act, CampaignSpec, CaseFile, DaysAnswer, Desk, DeskError, OpenCase};

/// Days of the live case, today included.
pub const HORIZON_DAYS: i32 = 90;

const FACTS: &str = include_str!("../data/conficker-2009.toml");

/// What the first minute shows.
#[derive(Debug)]
pub struct Quickstart {
    /// Conficker, today + 90 days.
    pub live: CaseFile,
    /// Conficker 2009, reconstruction.
    pub reconstruction: CaseFile,
    /// Whether either was opened by this call, or both stood already.
    pub opened: bool,
}

/// The summary of a case in figures.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Names per variant: the campaign, whether it is verified, and names over the horizon.
    pub variants: Vec<VariantSummary>,
    /// Top-level domains, which are the slices.
    pub slices: usize,
    /// Names over all variants and days.
    pub names: u64,
    /// When the first guard window opens.
    pub first_opening: Option<Instant>,
}

/// One variant of a [`Summary`].
#[derive(Clone, Debug)]
pub struct VariantSummary {
    /// The campaign.
    pub campaign: CampaignId,
    /// Whether its list was checked against the botnet's own.
    pub verified: bool,
    /// Names over all days of the case.
    pub names: u64,
    /// The most names of one day.
    pub names_a_day: u32,
    /// Reach if nothing is done: the worst day with all registrable names unprotected.
    pub reach_if_nothing: ReachRange,
    /// Reach of the misses as observed, on the worst day.
    pub reach_observed: ReachRange,
}

/// Opens the two cases where they are missing. Can be called again without harm.
///
/// # Errors
///
/// [`DeskError`] as the desk reports.
pub async fn open_cases(
    desk: &Desk,
    act: &Act,
    today: UtcDay,
    mut done: impl FnMut(&str),
) -> Result<Quickstart, DeskError> {
    let mut opened = false;
    let live_id: CaseId = case_id("conficker")?;
    if desk.store().load(&live_id).await?.is_none() {
        desk.open_case(act, live_case(&live_id, today)).await?;
        opened = true;
    }
    done("Conficker, today + 90 days");
    let reconstruction_id = case_id("conficker-2009")?;
    if desk.store().load(&reconstruction_id).await?.is_none() {
        reconstruct(desk, act, &reconstruction_id).await?;
        opened = true;
    }
    done("Conficker 2009, reconstruction");
    Ok(Quickstart { live: desk.file(&live_id).await?, reconstruction: desk.file(&reconstruction_id).await?, opened })
}

/// Sums a case up.
#[must_use]
pub fn summary(file: &CaseFile) -> Summary {
    let board = file.board();
    let variants: Vec<VariantSummary> =
        board.variants().iter().map(|variant| variant_summary(&board, variant)).collect();
    let guard =
        |v: &forestall_coord::board::Variant| v.periods.first().map(|p| file.case.guard(v.campaign, p.window).from);
    Summary {
        names: variants.iter().map(|v| v.names).sum(),
        slices: file.case.slices.len(),
        first_opening: board.variants().iter().filter_map(guard).min(),
        variants,
    }
}

fn variant_summary(board: &Board<'_>, variant: &forestall_coord::board::Variant) -> VariantSummary {
    let campaign = &board.case.campaigns[variant.campaign];
    let worst = |misses: &dyn Fn(&forestall_coord::Tally) -> u32| {
        let over =
            |p: &forestall_coord::board::VariantPeriod| ReachRange::over(p.distinct, misses(&p.tally), &campaign.draws);
        variant.periods.iter().map(over).fold(ReachRange::default(), ReachRange::worse)
    };
    VariantSummary {
        campaign: campaign.id.clone(),
        verified: campaign.verified,
        names: variant.periods.iter().map(|p| u64::from(p.distinct)).sum(),
        names_a_day: variant.periods.iter().map(|p| p.distinct).max().unwrap_or(0),
        reach_if_nothing: worst(&|tally| tally.registrable()),
        reach_observed: worst(&|tally| tally.misses(Level::Observed)),
    }
}

fn case_id(text: &str) -> Result<CaseId, DeskError> {
    text.parse().map_err(|error| DeskError::Input(format!("{error}")))
}

fn live_case(id: &CaseId, today: UtcDay) -> OpenCase {
    let campaigns = ["conficker-a", "conficker-b", "conficker-c"];
    OpenCase {
        id: id.clone(),
        title: format!("Conficker, {today} + {HORIZON_DAYS} days"),
        kind: CaseKind::Live,
        campaigns: campaigns
            .iter()
            .map(|name| CampaignSpec { name: (*name).to_owned(), replace: Params::new() })
            .collect(),
        horizon: DayRange { from: today, until: today.plus(HORIZON_DAYS) },
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    version: u32,
    title: String,
    from: UtcDay,
    until: UtcDay,
    board_day: UtcDay,
    campaigns: Vec<String>,
    fact: Vec<Fact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    on: UtcDay,
    source: String,
    tld: Option<Tld>,
    note: Option<String>,
    exclude: Option<DomainName>,
    reason: Option<String>,
    action: Option<Action>,
    result: Option<AnswerResult>,
    from: Option<UtcDay>,
    until: Option<UtcDay>,
    comment: Option<String>,
}

async fn reconstruct(desk: &Desk, act: &Act, id: &CaseId) -> Result<(), DeskError> {
    let facts: Facts =
        toml::from_str(FACTS).map_err(|e| DeskError::Input(format!("the reconstruction's facts: {e}")))?;
    if facts.version != 1 {
        return Err(DeskError::Input(format!("the reconstruction's facts have version {}; expected 1", facts.version)));
    }
    let horizon = DayRange { from: facts.from, until: facts.until };
    let open = OpenCase {
        id: id.clone(),
        title: facts.title,
        kind: CaseKind::Reconstruction,
        campaigns: facts.campaigns.into_iter().map(|name| CampaignSpec { name, replace: Params::new() }).collect(),
        horizon,
        board_day: Some(facts.board_day),
        marking: Marking::PUBLIC,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    desk.open_case(act, open).await?;
    for fact in facts.fact {
        let act = Act {
            occurred: Some(fact.on.start()),
            source: Some(fact.source.clone()),
            comment: fact.comment.clone(),
            ..act.clone()
        };
        record(desk, &act, id, horizon, fact).await?;
    }
    Ok(())
}

async fn record(desk: &Desk, act: &Act, id: &CaseId, horizon: DayRange, fact: Fact) -> Result<(), DeskError> {
    match fact {
        Fact { note: Some(text), tld, .. } => desk.note(id, act, tld, text).await.map(drop),
        Fact { exclude: Some(name), reason: Some(reason), .. } => {
            desk.exclude(id, act, name, NameClass::RegisteredBenign, reason).await.map(drop)
        }
        Fact { tld: Some(tld), action: Some(action), result: Some(result), from, until, .. } => {
            let days = DayRange { from: from.unwrap_or(horizon.from), until: until.unwrap_or(horizon.until) };
            let answer = DaysAnswer { tld, days: Some(days), campaigns: Vec::new(), action, result };
            desk.answer_days(id, act, answer).await.map(drop)
        }
        fact => Err(DeskError::Input(format!("the fact of {} is neither a note, an exclusion nor an answer", fact.on))),
    }
}
