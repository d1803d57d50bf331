// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbered lists of a case: what each registry was sent, whether it came, and by when it must act.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_coord::event::Purpose;
use forestall_coord::{CutList, LeadTime};
use forestall_formats::Form;
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::party::Channel;
use forestall_model::{Action, CaseId, Instant, Party, Tld};
use serde::Serialize;

use super::acting::act;
use super::attachment;
use super::disclosed::disclose;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::papers::{PaperLink, links};
use super::place::{Heading, case_id, tld};
use crate::desk::{AskLists, CutOutcome, NumberedList};
use crate::jobs::terms_of;
use crate::lead::LeadDocument;
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Session, Wants};

#[derive(Template)]
#[template(path = "lists.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    lists: Vec<ListRow>,
    /// Whether the settings say who asks.
    has_sender: bool,
    /// Slices without a list.
    without: Vec<String>,
    actions: Vec<&'static str>,
    /// What became of the lists that were just cut, slice by slice, where something was left out.
    told: Vec<String>,
    kept: Kept,
    problem: Option<String>,
}

/// One list.
#[derive(Debug, Serialize)]
struct ListRow {
    slice: String,
    number: u32,
    purpose: Purpose,
    action: Action,
    at: String,
    names: u64,
    added: u64,
    withdrawn: u64,
    expired: u64,
    act_by: Option<String>,
    delivered: Option<String>,
    read: Option<String>,
    acknowledged: Option<String>,
    reminders: u32,
    /// Where it stands, in a few words.
    state: &'static str,
    /// The class of its colour.
    #[serde(skip)]
    class: &'static str,
    sha256: String,
    /// Whether it is the last of its slice and purpose.
    last: bool,
    /// How much time its registry has, or had when the list was handed over; none for a list that hands names back.
    lead: Option<LeadDocument>,
    /// What goes out with it; the registry's preferred form first.
    papers: Vec<PaperLink>,
}

impl ListRow {
    fn of(around: &Around<'_>, tld: &Tld, cut: &CutList, last: bool) -> Self {
        let (now, terms) = (around.now, terms_of(around.registries, tld));
        let late = cut.act_by.is_some_and(|by| by < now);
        let (state, class) = match (cut.acknowledged, cut.was_delivered()) {
            (Some(_), _) => ("came", "good"),
            (None, true) if late => ("nobody said that it came, and its day is past", "bad"),
            (None, true) => ("waits for a word", "warn"),
            (None, false) if late => ("not handed over, and its day is past", "bad"),
            (None, false) => ("not handed over", "warn"),
        };
        let time = |at: Option<Instant>| at.map(to_minute);
        Self {
            slice: tld.to_string(),
            number: cut.number,
            purpose: cut.purpose,
            action: cut.action,
            at: to_minute(cut.at),
            names: cut.counts.names,
            added: cut.counts.added,
            withdrawn: cut.counts.withdrawn,
            expired: cut.counts.expired,
            act_by: time(cut.act_by),
            delivered: time(cut.last_delivery()),
            read: time(cut.read),
            acknowledged: time(cut.acknowledged),
            reminders: cut.reminders(),
            state,
            class,
            sha256: cut.digest.to_string(),
            last,
            lead: LeadTime::of_list(cut, &terms, now).map(|lead| LeadDocument::of(&lead, &terms, now)),
            papers: links(around.app, around.case, tld, cut, &terms),
        }
    }

    fn names(&self) -> String {
        grouped(self.names)
    }

    /// Returns how the list differs from the one before.
    fn difference(&self) -> String {
        let part = |count: u64, word: &str| (count > 0).then(|| format!("{} {word}", grouped(count)));
        let parts = [part(self.added, "added"), part(self.withdrawn, "withdrawn"), part(self.expired, "expired")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// What rows of lists are made with.
struct Around<'a> {
    app: &'a App,
    case: &'a str,
    registries: &'a BTreeMap<Tld, Party>,
    now: Instant,
}

#[derive(Serialize)]
struct Document<'a> {
    case: &'a str,
    lists: &'a [ListRow],
    without: &'a [String],
}

/// Shows the lists.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
) -> Result<Response, Problem> {
    let page = page(&app, &session, &case_id(&id)?, Vec::new(), Kept::default(), None).await?;
    if wants == Wants::Json {
        return super::json(&Document { case: &page.heading.id, lists: &page.lists, without: &page.without });
    }
    Ok(super::page(&page)?.into_response())
}

/// Cuts lists.
pub(crate) async fn cut(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let slices = fields.text("slices").unwrap_or("");
        let slices = slices.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
        let ask = AskLists {
            tlds: slices
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|e| Problem::refused(format!("Slices: {e}")))?,
            purpose: fields.parse("purpose", "Purpose")?.unwrap_or(Purpose::Protect),
            action: fields.parse("action", "Action")?,
            fallback: fields.parse("fallback", "Fallback")?,
            campaigns: Vec::new(),
            legal_basis: fields.text("legal_basis").map(str::to_owned),
            override_by: super::request::override_by(&fields)?,
        };
        Ok::<_, Problem>(app.desk().cut_lists(&case, &act(&app, &session, &fields)?, &ask).await?)
    };
    match done.await {
        Ok(outcomes) if wants == Wants::Json => super::json(&told_as_json(&outcomes)),
        Ok(outcomes) => {
            let told = told(&outcomes);
            if told.is_empty() {
                return Ok(Redirect::to(&format!("/case/{case}/lists")).into_response());
            }
            let page = page(&app, &session, &case, told, Kept::default(), None).await?;
            Ok(super::page(&page)?.into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let kept = Kept::of("cut", &fields);
            let page = page(&app, &session, &case, Vec::new(), kept, Some(problem.detail)).await?;
            Ok((problem.status, super::page(&page)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Returns what was not cut, slice by slice.
fn told(outcomes: &BTreeMap<Tld, CutOutcome>) -> Vec<String> {
    let one = |(tld, outcome): (&Tld, &CutOutcome)| match outcome {
        CutOutcome::Cut(_) => None,
        CutOutcome::Nothing => Some(format!("{tld}: nothing to ask for")),
        CutOutcome::Refused(refusal) => Some(format!("{tld}: {refusal}")),
    };
    outcomes.iter().filter_map(one).collect()
}

fn told_as_json(outcomes: &BTreeMap<Tld, CutOutcome>) -> serde_json::Value {
    let one = |(tld, outcome): (&Tld, &CutOutcome)| match outcome {
        CutOutcome::Cut(number) => serde_json::json!({ "slice": tld, "list": number }),
        CutOutcome::Nothing => serde_json::json!({ "slice": tld, "nothing": true }),
        CutOutcome::Refused(refusal) => serde_json::json!({ "slice": tld, "refused": refusal.to_string() }),
    };
    serde_json::Value::Array(outcomes.iter().map(one).collect())
}

async fn page(
    app: &App,
    session: &Session,
    id: &CaseId,
    told: Vec<String>,
    kept: Kept,
    problem: Option<String>,
) -> Result<Page, Problem> {
    let file = app.file(session, id).await?;
    let heading = Heading::of(app, &file).await?;
    let case = &file.object().case;
    let now = super::place::now_of(case, app.now());
    let mut lists = Vec::new();
    let registries = app.desk().registries().await?;
    let around = Around { app, case: case.id.as_str(), registries: &registries, now };
    for (tld, slice) in &case.slices {
        let is_last = |cut: &CutList| slice.last_cut(cut.purpose).is_some_and(|last| last.number == cut.number);
        lists.extend(slice.cuts.iter().rev().map(|cut| ListRow::of(&around, tld, cut, is_last(cut))));
    }
    let without =
        case.slices.iter().filter(|(_, slice)| slice.cuts.is_empty()).map(|(tld, _)| tld.to_string()).collect();
    Ok(Page {
        frame: Frame::new(format!("Lists · {}", heading.title), "cases", app, session),
        heading,
        lists,
        has_sender: app.sender().is_some(),
        without,
        actions: asked_of_lists(),
        told,
        kept,
        problem,
    })
}

/// Returns the actions that can be asked of whole lists.
fn asked_of_lists() -> Vec<&'static str> {
    let of_lists = |action: &&Action| !matches!(action, Action::Exclude | Action::Release | Action::Lock);
    Action::ALL.iter().filter(of_lists).map(|action| action.word()).collect()
}

/// Answers with a list as it was cut: `3.csv`, `3.txt`, or what differs from the one before, `3-added.csv`, `3-withdrawn.csv`,
/// `3-expired.csv`.
pub(crate) async fn download(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    let missing =
        || Problem::not_found("there is no such file of a list; expected a name such as 3.csv, 3.txt or 3-added.csv");
    let (stem, extension) = name.rsplit_once('.').ok_or_else(missing)?;
    let form = match extension {
        "csv" => Form::Csv,
        "txt" => Form::Plain,
        "jsonl" => Form::Jsonl,
        _ => return Err(missing()),
    };
    let (number, part) = stem.split_once('-').map_or((stem, None), |(number, part)| (number, Some(part)));
    let number: u32 = number.parse().map_err(|_| missing())?;
    // The case itself must pass the gate before anything is computed of it.
    let file = app.slice(&session, &id, &slice).await?;
    super::place::need_slice(&file.object().case, &slice)?;
    let audience = file.audience();
    let list = app.desk().numbered_list(&id, &slice, number).await?;
    let released = release(list, audience, app.now())?;
    let (marking, title) = (released.marking(), file.object().case.title.clone());
    let NumberedList { lines, added, withdrawn, expired, .. } = released.into_object();
    let lines: Vec<NameLine> = match part {
        None => lines,
        Some("added") => added,
        Some("withdrawn") => withdrawn,
        Some("expired") => expired,
        Some(_) => return Err(missing()),
    };
    let unverified = lines.iter().any(|line| line.confidence == "unverified");
    let mut list = NameList { title, marking, lines };
    if form == Form::Plain {
        list.lines.dedup_by(|a, b| a.name == b.name);
    }
    let count = list.lines.len() as u64;
    let mut bytes = Vec::new();
    form.write(release(list, audience, app.now())?, &mut bytes).map_err(|error| Problem::internal(&error))?;
    let what = format!("list {stem} of .{slice} as {}", form.word());
    disclose(&app, &session, &id, &what, count, "protection of the names").await?;
    if session.viewer.is_registry() && session.viewer.tlds().contains(&slice) {
        app.desk().record_reading(&id, &session.act(app.now()), &slice, number, Channel::Console).await?;
    }
    let name = format!("{id}-{slice}-list-{stem}{}.{extension}", attachment::mark(unverified));
    let mut headers = attachment::headers(&name, form.about().media_type)?;
    if unverified {
        attachment::mark_unverified(&mut headers);
    }
    Ok((headers, bytes).into_response())
}
