// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case show`.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use forestall_api::act::Days;
use forestall_api::case::{Campaign, Case, Coverage, Draws, Guard, ProviderZone, Variant, Worst};
use forestall_api::case_list::Marking;
use forestall_api::gaps::Gap;
use forestall_api::words::{CaseKind, Level};
use forestall_hub::shown;
use forestall_model::{CampaignId, CaseId, DayRange, Digest, DomainName, FamilySlug, Instant, Tld, UtcDay};
use serde::Serialize;

use super::figures::{self, ByLevel, Counts, Headline};
use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, counted, thousands, wrap};
use crate::world::Globals;

/// Show a case: coverage and reach at all three levels of proof, per variant, and what is left
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The case
    id: CaseId,
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
    id: &'a CaseId,
    title: &'a str,
    kind: CaseKind,
    marking: Marking,
    horizon: Days,
    board_day: Option<UtcDay>,
    events: u64,
    changed: Instant,
    campaigns: Vec<CampaignPage<'a>>,
    name_servers: &'a [DomainName],
    slices: u64,
    slices_asked: u64,
    slices_answered: u64,
    day: Headline,
    over_the_horizon: Headline,
    variants: Vec<VariantPage<'a>>,
    exclusions: u64,
}

#[derive(Serialize)]
struct CampaignPage<'a> {
    id: &'a CampaignId,
    family: &'a FamilySlug,
    params: &'a BTreeMap<String, String>,
    digest: Digest,
    generator_version: u32,
    verified: bool,
    guard: Guard,
    first_day: Option<UtcDay>,
    draws: &'a [Draws],
    #[serde(skip_serializing_if = "<[ProviderZone]>::is_empty")]
    zones: &'a [ProviderZone],
    #[serde(skip_serializing_if = "<[Tld]>::is_empty")]
    registries: &'a [Tld],
}

#[derive(Serialize)]
struct VariantPage<'a> {
    campaign: &'a CampaignId,
    unverified: bool,
    day: Option<DayPage>,
    over_the_horizon: Counts,
    worst_reach: ByLevel<Option<&'a Worst>>,
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
        let (case, gaps) = match globals.cases().await? {
            Cases::Here(desk) => {
                let file = desk.file(&self.id).await?;
                let board = file.board();
                let day = shown::day(&file, self.on, globals.today());
                let gaps = shown::gaps(&board, &desk.registries().await?, None, day.start(), AHEAD);
                (shown::case(&board, file.marking(), day), gaps)
            }
            Cases::At(hub) => {
                let case = hub.case(&self.id, self.on).await?.value;
                let gaps = hub.gaps(&self.id, Some(case.looked_from), AHEAD, false).await?;
                (case, gaps)
            }
        };
        match self.format {
            TextJson::Text => output::to_stdout(|out| text(&case, &gaps.items, out))?,
            TextJson::Json => output::json(&page(&case))?,
        }
        Ok(Outcome::Done)
    }
}

fn page(case: &Case) -> Page<'_> {
    Page {
        id: &case.id,
        title: &case.title,
        kind: case.kind,
        marking: case.marking,
        horizon: case.horizon,
        board_day: case.board_day,
        events: case.version,
        changed: case.changed,
        campaigns: case.campaigns.iter().map(campaign_page).collect(),
        name_servers: &case.name_servers,
        slices: case.slices,
        slices_asked: case.slices_asked,
        slices_answered: case.slices_answered,
        day: Headline::of(&case.on_day),
        over_the_horizon: Headline::of(&case.over_all),
        variants: case.variants.iter().map(variant_page).collect(),
        exclusions: case.exclusions,
    }
}

fn campaign_page(campaign: &Campaign) -> CampaignPage<'_> {
    CampaignPage {
        id: &campaign.id,
        family: &campaign.family,
        params: &campaign.parameters,
        digest: campaign.digest,
        generator_version: campaign.generator_version,
        verified: campaign.verified,
        guard: campaign.guard,
        first_day: campaign.first_day,
        draws: &campaign.draws,
        zones: &campaign.zones,
        registries: &campaign.registries,
    }
}

fn variant_page(variant: &Variant) -> VariantPage<'_> {
    VariantPage {
        campaign: &variant.campaign,
        unverified: variant.unverified,
        day: variant.on_day.as_ref().map(|day| DayPage {
            distinct: day.distinct,
            counts: Counts::of(&day.counts),
            reach: ByLevel::of(|level| {
                let reach = figures::at_level(&day.levels, level).unwrap_or_default();
                [reach.low, reach.high]
            }),
        }),
        over_the_horizon: Counts::of(&variant.over_all),
        worst_reach: ByLevel::of(|level| worst_of(variant, level)),
    }
}

/// The worst day of one variant over the horizon.
fn worst_of(variant: &Variant, level: Level) -> Option<&Worst> {
    variant.worst.iter().find(|of| of.level == level)?.worst.as_ref()
}

fn text(case: &Case, gaps: &[Gap], out: &mut dyn Write) -> anyhow::Result<()> {
    if case.kind == CaseKind::Reconstruction {
        writeln!(out, "RECONSTRUCTION from dated, sourced facts; not a response that is under way")?;
    }
    writeln!(out, "{}  {}", case.id, case.title)?;
    let events = counted(case.version, "event");
    writeln!(out, "{}, {}, {}; {events}", DayRange::from(case.horizon), case.marking.tlp, case.marking.pap)?;
    unverified(case, out)?;
    headline(&case.on_day, "on the day", out)?;
    headline(&case.over_all, "over the horizon", out)?;
    writeln!(out)?;
    variants(case, out)?;
    writeln!(out)?;
    writeln!(
        out,
        "legitimate holders  {} excluded, in {} of the lists; outside coverage, never acted on",
        counted(case.exclusions, "name"),
        counted(case.over_all.counts.held.into(), "place")
    )?;
    let (asked, answered) = (case.slices_asked, case.slices_answered);
    writeln!(out, "slices              {}; asked {asked}, answered {answered}", case.slices)?;
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

fn headline(coverage: &Coverage, what: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let (days, counts) = (DayRange::from(coverage.days), &coverage.counts);
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
    let of = format!("of {} registrable names", thousands(counts.registrable.into()));
    table.row(row("coverage", figures::coverage(counts).cells(), of));
    let worst = |level| figures::worst(coverage, level);
    let where_worst = format!("worst variant: {}", figures::place(worst(Level::Observed)));
    table.row(row("reach of misses", figures::reach(worst).cells(), where_worst));
    writeln!(out)?;
    Ok(table.write("", out)?)
}

fn variants(case: &Case, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("variant", Align::Left),
        ("names", Align::Right),
        ("held", Align::Right),
        ("coverage c/a/o", Align::Right),
        ("reach on the day c/a/o", Align::Right),
        ("worst reach c/a/o", Align::Right),
        ("worst day", Align::Left),
    ]);
    for variant in &case.variants {
        let worst = |level| worst_of(variant, level);
        let reach_of_day = |level: Level| {
            let reach = variant.on_day.as_ref().and_then(|day| figures::at_level(&day.levels, level));
            reach.map_or_else(|| "-".to_owned(), |reach| reach.to_string())
        };
        table.row([
            figures::campaign(&variant.campaign, variant.unverified),
            thousands(variant.over_all.names.into()),
            thousands(variant.over_all.held.into()),
            figures::coverage(&variant.over_all).line(),
            ByLevel::of(reach_of_day).line(),
            figures::reach(worst).line(),
            worst(Level::Observed).map_or_else(String::new, |worst| worst.day.to_string()),
        ]);
    }
    table.write("", out)?;
    writeln!(out)?;
    for campaign in &case.campaigns {
        let reading = |draws: &Draws| {
            let Draws { names, rounds, source } = draws.clone();
            forestall_model::Draws { names, rounds, source }.to_string()
        };
        let readings: Vec<String> = campaign.draws.iter().map(reading).collect();
        let source = format!("(sources: forestall family show {})", campaign.family);
        writeln!(out, "{}: a bot draws {} {source}", campaign.id, readings.join(", or "))?;
    }
    Ok(())
}
