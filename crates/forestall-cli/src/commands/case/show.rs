// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case show`.

use std::io::Write;

use clap::Args;
use forestall_coord::event::{CaseCampaign, CaseKind};
use forestall_coord::{Board, Case, Level};
use forestall_model::{DayRange, DomainName, Instant, Marking, UtcDay};
use serde::Serialize;

use super::figures::{self, ByLevel, Counts, Headline, WorstReach};
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, counted, thousands, wrap};
use crate::world::Globals;

/// Show a case: coverage and reach at all three levels of proof, per variant, and what is left
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The case
    id: forestall_model::CaseId,
    /// The day that is looked at [default: today, or the day of a reconstruction]
    #[arg(long, value_name = "DATE")]
    on: Option<UtcDay>,
    /// How the page is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

/// Days ahead that the line on gaps looks at.
const AHEAD: u16 = 7;
/// Characters of a line.
const WIDTH: usize = 100;

#[derive(Serialize)]
struct Page<'a> {
    id: &'a str,
    title: &'a str,
    kind: CaseKind,
    marking: Marking,
    horizon: DayRange,
    board_day: Option<UtcDay>,
    events: u64,
    changed: Instant,
    campaigns: &'a [CaseCampaign],
    name_servers: &'a [DomainName],
    slices: usize,
    slices_asked: usize,
    slices_answered: usize,
    day: Headline,
    over_the_horizon: Headline,
    variants: Vec<VariantPage>,
    exclusions: usize,
}

#[derive(Serialize)]
struct VariantPage {
    campaign: String,
    unverified: bool,
    day: Option<DayPage>,
    over_the_horizon: Counts,
    worst_reach: ByLevel<Option<WorstReach>>,
}

#[derive(Serialize)]
struct DayPage {
    distinct: u32,
    #[serde(flatten)]
    counts: Counts,
    reach: ByLevel<[f64; 2]>,
}

impl Show {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let file = desk.file(&self.id).await?;
        let board = file.board();
        let day = board.day(self.on.unwrap_or_else(|| globals.today()));
        let day = self.on.filter(|on| board.case.horizon.contains(*on)).unwrap_or(day);
        match self.format {
            TextJson::Text => output::to_stdout(|out| text(&board, day, out))?,
            TextJson::Json => output::json(&page(&board, day))?,
        }
        Ok(Outcome::Done)
    }
}

fn page<'a>(board: &Board<'a>, day: UtcDay) -> Page<'a> {
    let case = board.case;
    Page {
        id: case.id.as_str(),
        title: &case.title,
        kind: case.kind,
        marking: case.marking,
        horizon: case.horizon,
        board_day: case.board_day,
        events: case.version,
        changed: case.changed,
        campaigns: &case.campaigns,
        name_servers: &case.name_servers,
        slices: case.slices.len(),
        slices_asked: asked(case),
        slices_answered: answered(case),
        day: Headline::of(board, DayRange::one(day)),
        over_the_horizon: Headline::of(board, case.horizon),
        variants: (0..case.campaigns.len()).map(|index| variant_page(board, index, day)).collect(),
        exclusions: case.exclusions.len(),
    }
}

fn variant_page(board: &Board<'_>, index: usize, day: UtcDay) -> VariantPage {
    let variant = board.variants().iter().find(|variant| variant.campaign == index);
    let of_day = variant.and_then(|variant| variant.periods.iter().find(|period| period.day == day));
    VariantPage {
        campaign: board.case.campaigns[index].id.to_string(),
        unverified: !board.case.campaigns[index].verified,
        day: of_day.map(|period| DayPage {
            distinct: period.distinct,
            counts: Counts::of(&period.tally),
            reach: ByLevel::of(|level| [period.reach[level as usize].low, period.reach[level as usize].high]),
        }),
        over_the_horizon: Counts::of(&variant.map(|variant| variant.total).unwrap_or_default()),
        worst_reach: ByLevel::of(|level| WorstReach::of(board.case, worst_of(board, index, level))),
    }
}

/// The worst day of one variant over the horizon.
fn worst_of(board: &Board<'_>, index: usize, level: Level) -> Option<forestall_coord::board::Worst> {
    let variant = board.variants().iter().find(|variant| variant.campaign == index)?;
    let reaches = variant.periods.iter().map(|period| (period.day, period.reach[level as usize]));
    let (day, reach) = reaches.reduce(|worst, next| if worst.1.worse(next.1) == worst.1 { worst } else { next })?;
    Some(forestall_coord::board::Worst { campaign: index, day, reach })
}

fn asked(case: &Case) -> usize {
    case.slices.values().filter(|slice| !slice.requests.is_empty()).count()
}

fn answered(case: &Case) -> usize {
    case.slices.values().filter(|slice| slice.answer_count > 0).count()
}

fn text(board: &Board<'_>, day: UtcDay, out: &mut dyn Write) -> anyhow::Result<()> {
    let case = board.case;
    if case.kind == CaseKind::Reconstruction {
        writeln!(out, "RECONSTRUCTION from dated, sourced facts; not a response that is under way")?;
    }
    writeln!(out, "{}  {}", case.id, case.title)?;
    writeln!(out, "{}, {}, {}; {}", case.horizon, case.marking.tlp, case.marking.pap, counted(case.version, "event"))?;
    unverified(case, out)?;
    headline(board, "on the day", DayRange::one(day), out)?;
    headline(board, "over the horizon", case.horizon, out)?;
    writeln!(out)?;
    variants(board, day, out)?;
    writeln!(out)?;
    let held = board.total(case.horizon).held;
    writeln!(
        out,
        "legitimate holders  {} excluded, in {} of the lists; outside coverage, never acted on",
        counted(case.exclusions.len() as u64, "name"),
        counted(held.into(), "place")
    )?;
    let slices = case.slices.len();
    writeln!(out, "slices              {slices}; asked {}, answered {}", asked(case), answered(case))?;
    let gaps = board.gaps(day.start(), AHEAD);
    let unproved: u64 = gaps.iter().map(|gap| u64::from(gap.unproved)).sum();
    writeln!(
        out,
        "gaps in {AHEAD} days      {} unproved, in {} (forestall case gaps {})",
        counted(unproved, "name"),
        counted(gaps.len() as u64, "gap"),
        case.id
    )?;
    Ok(())
}

/// Names the campaigns whose lists nobody could check.
fn unverified(case: &Case, out: &mut dyn Write) -> std::io::Result<()> {
    let unverified: Vec<&str> = case.campaigns.iter().filter(|c| !c.verified).map(|c| c.id.as_str()).collect();
    if unverified.is_empty() {
        return Ok(());
    }
    let warning = format!(
        "UNVERIFIED: {}. This list was not checked against the botnet's own; registries may be asked to monitor or \
         to refer new registrations only.",
        unverified.join(", ")
    );
    wrap(&warning, WIDTH).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn headline(board: &Board<'_>, what: &str, days: DayRange, out: &mut dyn Write) -> anyhow::Result<()> {
    let tally = board.total(days);
    let title = if days.len() == 1 { format!("{what}, {}", days.from) } else { format!("{what}, {days}") };
    let mut table = Table::new(&[
        (title.as_str(), Align::Left),
        ("claimed", Align::Right),
        ("attested", Align::Right),
        ("observed", Align::Right),
        ("", Align::Left),
    ]);
    let row = |name: &str, cells: [String; 3], rest: String| {
        let [claimed, attested, observed] = cells;
        [name.to_owned(), claimed, attested, observed, rest]
    };
    let of = format!("of {} registrable names", thousands(tally.registrable().into()));
    table.row(row("coverage", figures::coverage(&tally).cells(), of));
    let worst = |level| board.worst(level, days);
    let where_worst = format!("worst variant: {}", figures::place(board.case, worst(Level::Observed)));
    table.row(row("reach of misses", figures::reach(worst).cells(), where_worst));
    writeln!(out)?;
    Ok(table.write("", out)?)
}

fn variants(board: &Board<'_>, day: UtcDay, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("variant", Align::Left),
        ("names", Align::Right),
        ("held", Align::Right),
        ("coverage c/a/o", Align::Right),
        ("reach on the day c/a/o", Align::Right),
        ("worst reach c/a/o", Align::Right),
        ("worst day", Align::Left),
    ]);
    for variant in board.variants() {
        let worst = |level| worst_of(board, variant.campaign, level);
        let of_day = variant.periods.iter().find(|period| period.day == day);
        let reach_of_day =
            |level: Level| of_day.map_or_else(|| "-".to_owned(), |p| p.reach[level as usize].to_string());
        table.row([
            figures::campaign(board.case, variant.campaign),
            thousands(variant.total.names.into()),
            thousands(variant.total.held.into()),
            figures::coverage(&variant.total).line(),
            ByLevel::of(reach_of_day).line(),
            figures::reach(worst).line(),
            worst(Level::Observed).map_or_else(String::new, |worst| worst.day.to_string()),
        ]);
    }
    table.write("", out)?;
    writeln!(out)?;
    for campaign in &board.case.campaigns {
        let readings: Vec<String> = campaign.draws.iter().map(ToString::to_string).collect();
        let source = format!("(sources: forestall family show {})", campaign.family);
        writeln!(out, "{}: a bot draws {} {source}", campaign.id, readings.join(", or "))?;
    }
    Ok(())
}
