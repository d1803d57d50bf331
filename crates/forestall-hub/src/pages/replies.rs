// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers that came by mail or that a person hands in: what was read, and whether it counts.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_formats::list_id::ListId;
use forestall_formats::plain;
use forestall_formats::reply::{self, Said};
use forestall_model::{AnswerResult, CaseId, Digest, Tld};
use forestall_store::{MailState, MailTaken, MailWay};
use serde::Serialize;

use super::acting::{act, numbers};
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::place::{Heading, case_id};
use crate::desk::{MailVerdict, ReadMail};
use crate::number::counted;
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Session, Wants};

/// Names of a mail that are shown.
const SHOWN: usize = 20;

/// A mail as a page shows it.
#[derive(Debug, Serialize)]
pub(super) struct MailRow {
    pub(super) id: String,
    pub(super) came: String,
    pub(super) size: u64,
    pub(super) from: String,
    pub(super) subject: String,
    /// When it says that it was written; empty where it does not.
    pub(super) written: String,
    pub(super) slice: String,
    pub(super) number: u32,
    /// Why nobody could place it.
    pub(super) reason: String,
    /// What it is taken to say.
    pub(super) said: String,
    /// The first of the names that it is about.
    pub(super) names: Vec<String>,
    /// How many more there are.
    pub(super) more_names: usize,
    pub(super) confidence: String,
    pub(super) read_from: Vec<String>,
    pub(super) problems: Vec<String>,
    /// What a person must know of the sender, once it is said which list the mail answers.
    pub(super) warning: &'static str,
    pub(super) text: String,
    /// Whether it can be recorded as it was read.
    pub(super) is_clear: bool,
    /// Who is recording it, or died over it.
    pub(super) recording: String,
}

impl MailRow {
    pub(super) fn of(mail: ReadMail) -> Self {
        let ReadMail { kept, proposal, sender } = mail;
        let place = kept.place.as_ref();
        let mut row = Self {
            id: kept.id.to_string(),
            came: to_minute(kept.came),
            size: kept.size.div_ceil(1_024),
            from: String::new(),
            subject: String::new(),
            written: String::new(),
            slice: place.map(|place| place.tld.to_string()).unwrap_or_default(),
            number: place.map_or(0, |place| place.number),
            reason: kept.reason,
            said: "nothing".to_owned(),
            names: Vec::new(),
            more_names: 0,
            confidence: "unclear".to_owned(),
            read_from: Vec::new(),
            problems: Vec::new(),
            warning: place.map_or("", |_| sender.warning()),
            text: String::new(),
            is_clear: false,
            recording: String::new(),
        };
        if kept.state == MailState::Recording {
            row.recording = kept.decided_by.map(|by| by.to_string()).unwrap_or_default();
        }
        let proposal = match proposal {
            Ok(proposal) => proposal,
            Err(problem) => {
                row.problems.push(problem);
                return row;
            }
        };
        row.is_clear = !matches!(proposal.said, Said::Nothing | Said::Names { result: None, .. });
        row.said = told(&proposal.said);
        if let Said::Names { names, .. } = &proposal.said {
            row.names = names.iter().take(SHOWN).map(ToString::to_string).collect();
            row.more_names = names.len() - row.names.len();
        }
        row.confidence = proposal.confidence.to_string();
        row.problems = proposal.problems;
        if proposal.unanswered > 0 {
            row.problems.push(format!(
                "{} no result",
                counted(proposal.unanswered, "line of the workbook has", "lines of the workbook have")
            ));
        }
        row.read_from = proposal.read_from;
        row.from = proposal.from.unwrap_or_default();
        row.subject = proposal.subject;
        row.written = proposal.date.map(to_minute).unwrap_or_default();
        row.text = proposal.text;
        row
    }
}

/// Returns the first mails that wait, of a case or those that nobody could place, and how many more do.
pub(super) async fn waiting(app: &App, case: Option<&CaseId>) -> Result<(Vec<MailRow>, u64), Problem> {
    let mails: Vec<MailRow> = app.desk().open_mails(case).await?.into_iter().map(MailRow::of).collect();
    let all = app.desk().store().count_open_mails(case).await?;
    let more = all.saturating_sub(mails.len() as u64);
    Ok((mails, more))
}

/// Returns what a mail is taken to say.
fn told(said: &Said) -> String {
    match said {
        Said::Lines(lines) => {
            let mut counts = std::collections::BTreeMap::<AnswerResult, usize>::new();
            lines.iter().for_each(|line| *counts.entry(line.result).or_default() += 1);
            let counts: Vec<String> = counts.iter().map(|(result, count)| format!("{count} {result}")).collect();
            format!("{}, each with its result: {}", counted(lines.len() as u64, "line", "lines"), counts.join(", "))
        }
        Said::Names { result, names } => {
            let what = result.map_or_else(|| "not said what became of".to_owned(), |result| format!("{result} for"));
            format!("{what} {}", counted(names.len() as u64, "name", "names"))
        }
        Said::Whole(result) => format!("{result} for the whole list"),
        Said::Nothing => "nothing that was understood".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "replies.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    mails: Vec<MailRow>,
    /// How many more wait than stand here.
    more: u64,
    slices: Vec<String>,
    results: Vec<&'static str>,
    kept: Kept,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    case: &'a str,
    mails: &'a [MailRow],
}

/// Shows the mails of a case about which nobody has decided.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
) -> Result<Response, Problem> {
    let page = page(&app, &session, &case_id(&id)?, Kept::default(), None).await?;
    if wants == Wants::Json {
        return super::json(&Document { case: &page.heading.id, mails: &page.mails });
    }
    Ok(super::page(&page)?.into_response())
}

/// Takes in a mail, a text or a table that somebody pasted or chose, as a proposed answer.
pub(crate) async fn hand_in(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = take(&app, &session, &case, &fields).await;
    match done {
        Ok(mail) if wants == Wants::Json => super::json(&serde_json::json!({ "case": case, "mail": mail })),
        Ok(mail) => Ok(Redirect::to(&format!("/case/{case}/replies#mail-{mail}")).into_response()),
        Err(problem) => again(&app, &session, &case, wants, Kept::of("hand-in", &fields), problem).await,
    }
}

async fn take(app: &App, session: &Session, case: &CaseId, fields: &Fields<MAX_UPLOAD>) -> Result<Digest, Problem> {
    let file = app.file(session, case).await?;
    let pasted = fields.raw("text").as_bytes();
    let octets = match (fields.file(), pasted.trim_ascii().is_empty()) {
        (Some(file), true) => file.to_vec(),
        (None, false) => pasted.to_vec(),
        (Some(_), false) => return Err(Problem::refused("File: paste a text or choose a file, not both")),
        (None, true) => return Err(Problem::refused("File: paste a text or choose a file")),
    };
    let named = fields.parse::<Tld>("slice", "Slice")?.zip(fields.parse::<u32>("number", "List")?);
    let named = named.map(|(tld, number)| ListId { case: case.clone(), tld, number });
    let need = || Problem::refused("List: name the slice and the number of the list, for nothing in the text does");
    let kind = fields.text("form").unwrap_or("mail");
    let (list, octets) = match kind {
        "mail" => {
            let read =
                app.desk().read_reply(&octets).await?.map_err(|error| Problem::refused(format!("Mail: {error}")))?;
            (named.or(read.list).ok_or_else(need)?, octets)
        }
        "text" | "table" => {
            let list = named.ok_or_else(need)?;
            let name = match kind {
                "text" => None,
                _ if octets.starts_with(b"PK\x03\x04") => Some("answer.xlsx"),
                _ => Some("answer.csv"),
            };
            let wrapped = reply::wrapped(&list, name, &octets);
            (list, wrapped)
        }
        _ => return Err(Problem::refused("What it is: expected mail, text or table")),
    };
    // Of another case nobody is told here whether there is such a list.
    let slice = file.object().case.slices.get(&list.tld).filter(|_| list.case == *case);
    if slice.is_none_or(|slice| slice.cut(list.number).is_none()) {
        return Err(Problem::refused(format!("List: this case has no list {} for {}", list.number, list.tld)));
    }
    match app.desk().take_mail(octets, MailWay::Person, Some(list), app.now()).await? {
        (MailTaken::New, mail) => Ok(mail.id),
        (MailTaken::Known, _) => {
            Err(Problem::refused("File: it came before, and waits for somebody to decide or was decided"))
        }
        (MailTaken::NoRoom, _) => {
            Err(Problem::refused("File: there is no room before somebody decides about others that wait"))
        }
    }
}

/// Records a mail as an answer, as it was read or as somebody corrects it, or refuses it.
pub(crate) async fn decide(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, mail)): Path<(String, String)>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        app.file(&session, &case).await?;
        let mail: Digest = mail.parse().map_err(|_| Problem::not_found("there is no such mail"))?;
        // A mail of another case is none to whoever leads this one.
        let found = app.desk().store().mail(mail).await?;
        let place = found.and_then(|(kept, _)| kept.place).filter(|place| place.case == case);
        let place = place.ok_or_else(|| Problem::not_found("there is no such mail"))?;
        let verdict = verdict(&fields)?;
        let recorded = app.desk().decide_mail(&act(&app, &session, &fields)?, mail, verdict).await?;
        Ok::<_, Problem>((place.tld, recorded))
    };
    match done.await {
        Ok((_, recorded)) if wants == Wants::Json => super::json(&serde_json::json!({
            "case": case, "versions": recorded.iter().map(|stored| stored.event.version).collect::<Vec<_>>(),
        })),
        Ok((_, recorded)) if recorded.is_empty() => {
            Ok(Redirect::to(&format!("/case/{case}/replies#waiting")).into_response())
        }
        Ok((tld, recorded)) => {
            let address = format!("/case/{case}/slice/{tld}?done={}#recorded", numbers(&recorded));
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) => again(&app, &session, &case, wants, Kept::of("decide", &fields), problem).await,
    }
}

fn verdict(fields: &Fields<MAX_UPLOAD>) -> Result<MailVerdict, Problem> {
    let said = match fields.text("verdict") {
        Some("refuse") => return Ok(MailVerdict::Refused),
        Some("as-read") => None,
        Some("whole") => Some(Said::Whole(fields.need("result", "Result")?)),
        Some("names") => {
            let result = Some(fields.need("result", "Result")?);
            let names = plain::read(fields.raw("names").as_bytes());
            let names = names.map_err(|error| Problem::refused(format!("Names: {error}")))?;
            if names.is_empty() {
                return Err(Problem::refused("Names: at least one must be given"));
            }
            Some(Said::Names { result, names })
        }
        _ => return Err(Problem::refused("Verdict: expected as-read, whole, names or refuse")),
    };
    Ok(MailVerdict::Confirmed { number: fields.need("number", "List")?, said })
}

async fn again(
    app: &App,
    session: &Session,
    case: &CaseId,
    wants: Wants,
    kept: Kept,
    problem: Problem,
) -> Result<Response, Problem> {
    if wants != Wants::Page || !problem.is_mendable() {
        return Err(problem);
    }
    let page = page(app, session, case, kept, Some(problem.detail)).await?;
    Ok((problem.status, super::page(&page)?).into_response())
}

async fn page(app: &App, session: &Session, id: &CaseId, kept: Kept, problem: Option<String>) -> Result<Page, Problem> {
    let file = app.file(session, id).await?;
    let heading = Heading::of(app, &file).await?;
    let (mails, more) = waiting(app, Some(id)).await?;
    let cut = |(tld, slice): (&Tld, &forestall_coord::case::Slice)| (!slice.cuts.is_empty()).then(|| tld.to_string());
    Ok(Page {
        frame: Frame::new(format!("Answers · {}", heading.title), "cases", app, session),
        mails,
        more,
        slices: file.object().case.slices.iter().filter_map(cut).collect(),
        results: AnswerResult::ALL.iter().map(|result| result.word()).collect(),
        heading,
        kept,
        problem,
    })
}
