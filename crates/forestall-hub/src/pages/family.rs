// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A family: what is known of it, its campaigns, and the first names of a day.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Html;
use forestall_dga::info::Verification;
use forestall_dga::{Ask, Family, NameBuf};
use forestall_model::{FamilySlug, Params, Released, UtcDay};

use super::frame::Frame;
use crate::desk::Desk;
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session};

/// Names that the page shows of a day.
const SAMPLE: u64 = 24;

#[derive(Template)]
#[template(path = "family.html")]
struct Page {
    frame: Frame,
    slug: String,
    unverified: bool,
    summary: String,
    facts: Vec<(&'static str, String)>,
    verification: String,
    keys: Vec<KeyRow>,
    campaigns: Vec<CampaignRow>,
    suffixes: Vec<String>,
    references: Vec<String>,
    day: String,
    sample: Option<Sample>,
}

/// A parameter.
#[derive(Debug)]
struct KeyRow {
    key: String,
    default: String,
    meaning: String,
}

/// A campaign.
#[derive(Debug)]
struct CampaignRow {
    id: String,
    first_seen: String,
    params: String,
    source: String,
    draws: Vec<(String, String)>,
}

/// The first names of a day.
#[derive(Debug)]
struct Sample {
    campaign: String,
    names: Vec<String>,
}

/// Shows a family.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(slug): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let slug: FamilySlug =
        slug.parse().map_err(|error| Problem::not_found(format!("there is no such family: {error}")))?;
    let day = query.parse::<UtcDay>("day")?.unwrap_or_else(|| app.today());
    let catalogue = app.desk().catalogue();
    let family = app.family(&session, slug.as_str())?;
    let family = family.ok_or_else(|| Problem::not_found(format!("there is no family {slug} in the catalogue")))?;
    let info = family.object().info();
    let slug = info.slug.to_string();
    let sample = {
        let (app, slug) = (app.clone(), slug.clone());
        tokio::task::spawn_blocking(move || sample(app.desk(), &slug, day)).await?
    };
    let campaign = |campaign: &forestall_dga::Campaign| CampaignRow {
        id: campaign.id.to_string(),
        first_seen: campaign.first_seen.map(|day| day.to_string()).unwrap_or_default(),
        params: campaign.params.to_string(),
        source: campaign.source.clone(),
        draws: campaign.draws.iter().map(|d| (d.to_string(), d.source.clone())).collect(),
    };
    super::page(&Page {
        frame: Frame::new(slug.clone(), "families", &app, &session),
        unverified: info.verification == Verification::Unverified,
        summary: info.summary.to_string(),
        facts: facts(&family),
        verification: info.verification_note.to_string(),
        keys: info.keys.iter().map(key_row).collect(),
        campaigns: catalogue.campaigns_of(&slug).map(campaign).collect(),
        suffixes: info.suffixes.iter().map(ToString::to_string).collect(),
        references: info.references.iter().map(ToString::to_string).collect(),
        day: day.to_string(),
        sample,
        slug,
    })
}

fn key_row(key: &forestall_dga::info::ParamKey) -> KeyRow {
    KeyRow {
        key: key.key.to_string(),
        default: key.default.as_ref().map_or_else(|| "must be given".to_owned(), ToString::to_string),
        meaning: key.meaning.to_string(),
    }
}

fn facts(family: &Released<&dyn Family>) -> Vec<(&'static str, String)> {
    let info = family.object().info();
    let hours = |seconds: i64| seconds / 3_600;
    let mut facts = vec![
        ("Aliases", info.aliases.join(", ")),
        ("Scheme", info.scheme.to_string()),
        ("Seeding", info.seeding.to_string()),
        ("Predictability", info.predictability.to_string()),
        ("Period", info.period.to_string()),
        ("Names in a period", info.names_per_period.map_or_else(|| "as the campaign says".to_owned(), grouped)),
        ("First day", info.first_day.map_or_else(|| "not known".to_owned(), |day| day.to_string())),
        (
            "Margin of its windows",
            format!("{} h before, {} h after", hours(info.margin.before_seconds), hours(info.margin.after_seconds)),
        ),
        ("Clock", info.clock_note.to_string()),
        ("Who can act", info.who_can_act()),
        ("Treatment", info.treatment.to_string()),
        ("Generator", format!("version {}", info.generator_version)),
    ];
    if let Some(code) = family.object().code() {
        facts.push(("Plug-in", format!("WebAssembly, code {}", code.short())));
        facts.push(("Marking", format!("{}, {}", family.marking().tlp, family.marking().pap)));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// Computes the first names of a day by the family's first campaign; `None` where it has no names then.
fn sample(desk: &Desk, slug: &str, day: UtcDay) -> Option<Sample> {
    let catalogue = desk.catalogue();
    let campaign = catalogue.campaigns_of(slug).next()?;
    let prepared = catalogue.prepare(campaign, &Params::new(), desk.dictionaries()).ok()?;
    let period = prepared.generator.period_containing(day.start())?;
    let mut names = NameBuf::new();
    prepared.generator.generate(&period, &Ask { span: None, limit: Some(SAMPLE) }, &mut names).ok()?;
    let take = usize::try_from(SAMPLE).unwrap_or(usize::MAX);
    let names: Vec<String> = names.iter().take(take).map(|n| String::from_utf8_lossy(n.bytes).into_owned()).collect();
    (!names.is_empty()).then(|| Sample { campaign: campaign.id.to_string(), names })
}
