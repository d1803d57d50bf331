// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What if: how far the reach of misses falls if some registries protect their slices, and which registries matter most next.

use std::collections::BTreeSet;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_api::case::Reach;
use forestall_api::what_if::{DayReach, Order, Prospect, Reaches};
use forestall_coord::order::{Aim, order};
use forestall_coord::{Level, ReachRange};
use forestall_model::{DayRange, Tld, UtcDay};
use serde::Serialize;

use super::frame::Frame;
use super::place::{Heading, about, case_id};
use crate::desk::CaseFile;
use crate::number::grouped;
use crate::prospect::{document, prospect};
use crate::server::{App, Problem, Query, Session, Wants};

/// Slices of the order that are shown where nobody asks for more.
const STEPS: usize = 20;
/// The most that can be asked for: more than there are top-level domains.
const MOST_STEPS: usize = 2_000;

/// What a page of what-if asks.
#[derive(Clone, Debug)]
struct Asked {
    slices: BTreeSet<Tld>,
    days: DayRange,
    level: Level,
    aim: Aim,
    steps: usize,
}

/// What if and what next. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document {
    /// None where no slice was named.
    what_if: Option<Prospect>,
    next: Order,
}

/// One level of proof.
#[derive(Debug)]
struct LevelRow {
    word: &'static str,
    names: String,
    before: String,
    after: String,
    mean_before: String,
    mean_after: String,
    where_before: String,
    where_after: String,
}

/// One variant at the level that is looked at.
#[derive(Debug)]
struct VariantRow {
    campaign: String,
    unverified: bool,
    before: String,
    after: String,
}

/// One slice of the order.
#[derive(Debug)]
struct StepLine {
    number: u64,
    slice: String,
    about: String,
    names: String,
    felt: bool,
    worst: String,
    place: String,
    mean: String,
    /// What the page of what-if is asked for this slice and those before it.
    upto: String,
}

#[derive(Template)]
#[template(path = "what-if.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    slices: String,
    from: String,
    until: String,
    steps_asked: usize,
    levels: Vec<(&'static str, bool)>,
    aims: Vec<(&'static str, &'static str, bool)>,
    level: &'static str,
    prospect: Vec<LevelRow>,
    variants: Vec<VariantRow>,
    now: (String, String, String),
    steps: Vec<StepLine>,
    in_all: String,
    known: Vec<String>,
}

/// Shows what would change.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let file = app.file(&session, &case_id(&id)?).await?;
    let asked = read(&query, file.object(), file.object().day(app.today()))?;
    let (computed, of) = (file.object().clone(), asked.clone());
    let compute = move || {
        let board = computed.board();
        let next = order(&board, of.level, of.days, of.aim, of.steps);
        let what_if = (!of.slices.is_empty()).then(|| prospect(&board, &of.slices, of.days));
        Document { what_if, next: document(&computed.case, &next) }
    };
    let document = tokio::task::spawn_blocking(compute).await?;
    if wants == Wants::Json {
        return super::json(&document);
    }
    let heading = Heading::of(&app, &file).await?;
    let frame =
        Frame::new(format!("What if · {}", heading.title), "cases", &app, &session).with_scripts(&["filter.js"]);
    let known = file.object().case.slices.keys().map(ToString::to_string).collect();
    Ok(super::page(&page(frame, heading, &asked, &document, known))?.into_response())
}

/// Reads what is asked, with the day from which the case is looked at and the end of its horizon where days are not given.
fn read(query: &Query, file: &CaseFile, day: UtcDay) -> Result<Asked, Problem> {
    let mut slices = BTreeSet::new();
    let words = query.text("slices").unwrap_or("").split([' ', ',', ';', '\n', '\r', '\t']);
    for word in words.map(|word| word.trim_start_matches('.')).filter(|word| !word.is_empty()) {
        let tld: Tld = word.to_lowercase().parse().map_err(|error| Problem::bad_request(format!("slices: {error}")))?;
        super::place::need_slice(&file.case, &tld)?;
        slices.insert(tld);
    }
    let from = query.parse::<UtcDay>("from")?.unwrap_or(day);
    let until = query.parse::<UtcDay>("until")?.unwrap_or(file.case.horizon.until.max(from));
    let days = DayRange::new(from, until);
    let days = days.ok_or_else(|| Problem::bad_request(format!("until: {until} is before {from}, the first day")))?;
    let steps = query.parse::<usize>("next")?.unwrap_or(STEPS);
    if steps > MOST_STEPS {
        return Err(Problem::bad_request(format!("next: {steps} is more than {MOST_STEPS}")));
    }
    let level = query.parse("level")?.unwrap_or(Level::Observed);
    let aim = query.parse("aim")?.unwrap_or(Aim::Worst);
    Ok(Asked { slices, days, level, aim, steps })
}

fn page(frame: Frame, heading: Heading, asked: &Asked, document: &Document, known: Vec<String>) -> Page {
    let levels = document.what_if.iter().flat_map(|prospect| &prospect.levels);
    let prospect = levels.clone().map(|level| LevelRow {
        word: level.level.word(),
        names: grouped(level.names),
        before: worst(&level.before),
        after: worst(&level.after),
        mean_before: spread(&level.before.mean),
        mean_after: spread(&level.after.mean),
        where_before: place(&level.before),
        where_after: place(&level.after),
    });
    let prospect = prospect.collect();
    let of_level = levels.filter(|level| level.level.word() == asked.level.word());
    let variants = of_level.flat_map(|level| &level.variants).map(|variant| VariantRow {
        campaign: variant.campaign.to_string(),
        unverified: variant.unverified,
        before: on(&variant.before),
        after: on(&variant.after),
    });
    let variants = variants.collect();
    let next = &document.next;
    let mut upto = String::new();
    let steps = next.steps.iter().map(|step| {
        upto = if upto.is_empty() { step.slice.to_string() } else { format!("{upto}+{}", step.slice) };
        StepLine {
            number: step.number,
            slice: step.slice.to_string(),
            about: about(&step.slice),
            names: grouped(step.names),
            felt: step.felt,
            worst: worst(&step.after),
            place: place(&step.after),
            mean: spread(&step.after.mean),
            upto: upto.clone(),
        }
    });
    let steps = steps.collect();
    let aim = |aim: &Aim| {
        let text = match aim {
            Aim::Worst => "worst variant and day",
            Aim::Mean => "mean over variants and days",
        };
        (aim.word(), text, *aim == asked.aim)
    };
    Page {
        frame,
        heading,
        slices: asked.slices.iter().map(Tld::as_str).collect::<Vec<_>>().join(" "),
        from: asked.days.from.to_string(),
        until: asked.days.until.to_string(),
        steps_asked: asked.steps,
        levels: Level::ALL.iter().map(|level| (level.word(), *level == asked.level)).collect(),
        aims: Aim::ALL.iter().map(aim).collect(),
        level: asked.level.word(),
        prospect,
        variants,
        now: (worst(&next.before), place(&next.before), spread(&next.before.mean)),
        steps,
        in_all: grouped(next.slices),
        known,
    }
}

fn worst(reaches: &Reaches) -> String {
    reaches.worst.as_ref().map_or_else(|| "no names".to_owned(), |worst| range(worst.low, worst.high))
}

fn place(reaches: &Reaches) -> String {
    reaches.worst.as_ref().map_or_else(String::new, |worst| {
        format!("{}{}, {}", worst.campaign, if worst.unverified { " (unverified)" } else { "" }, worst.day)
    })
}

fn on(reach: &DayReach) -> String {
    format!("{} on {}", range(reach.low, reach.high), reach.day)
}

fn spread(reach: &Reach) -> String {
    range(reach.low, reach.high)
}

fn range(low: f64, high: f64) -> String {
    ReachRange { low, high }.to_string()
}
