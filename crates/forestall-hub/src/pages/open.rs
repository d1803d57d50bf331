// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Opening a new case.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::event::CaseKind;
use forestall_dga::info::Verification;
use forestall_model::{CaseId, DayRange, DomainName, Marking, Pap, Tlp, UtcDay};

use super::acting;
use super::frame::Frame;
use crate::desk::{CampaignSpec, OpenCase};
use crate::quickstart::HORIZON_DAYS;
use crate::server::{App, Fields, Problem, Session, Wants};

#[derive(Template)]
#[template(path = "open.html")]
struct Page {
    frame: Frame,
    campaigns: Vec<CampaignChoice>,
    kinds: Vec<Choice>,
    tlps: Vec<Choice>,
    paps: Vec<Choice>,
    id: String,
    title: String,
    from: String,
    until: String,
    board_day: String,
    more: String,
    ahead: String,
    name_servers: String,
    first_person: String,
    second_person: String,
    evidence: String,
    four_eyes: bool,
    problem: Option<String>,
}

/// A campaign of the catalogue.
#[derive(Debug)]
struct CampaignChoice {
    id: String,
    unverified: bool,
    chosen: bool,
}

/// A word of a vocabulary.
#[derive(Debug)]
struct Choice {
    word: &'static str,
    chosen: bool,
}

/// Shows the form.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Html<String>, Problem> {
    let today = app.today();
    let page = form(&app, &session, &|name| match name {
        "from" => today.to_string(),
        "until" => today.plus(HORIZON_DAYS - 1).to_string(),
        "tlp" => Marking::DEFAULT.tlp.to_string(),
        "pap" => Marking::DEFAULT.pap.to_string(),
        "kind" => CaseKind::Live.to_string(),
        _ => String::new(),
    });
    super::page(&page)
}

/// Opens the case.
pub(crate) async fn act(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let act = acting::act(&app, &session, &fields)?;
        let case = read(&fields)?;
        let id = case.id.clone();
        app.desk().open_case(&act, case).await?;
        Ok::<CaseId, Problem>(id)
    };
    match done.await {
        Ok(id) => Ok(Redirect::to(&format!("/case/{id}")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let mut page = form(&app, &session, &|name| fields.text(name).unwrap_or("").to_owned());
            for campaign in &mut page.campaigns {
                campaign.chosen = fields.all("campaign").any(|id| id == campaign.id);
            }
            page.problem = Some(problem.detail);
            Ok((problem.status, super::page(&page)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn form(app: &App, session: &Session, value: &dyn Fn(&str) -> String) -> Page {
    let catalogue = app.desk().catalogue();
    let unverified = |campaign: &forestall_dga::Campaign| {
        let family = catalogue.family(campaign.family.as_str());
        family.is_some_and(|family| family.info().verification == Verification::Unverified)
    };
    let campaign = |campaign: &forestall_dga::Campaign| CampaignChoice {
        id: campaign.id.to_string(),
        unverified: unverified(campaign),
        chosen: false,
    };
    let choices = |words: Vec<&'static str>, name: &str| {
        let chosen = value(name);
        words.into_iter().map(|word| Choice { word, chosen: word == chosen }).collect()
    };
    Page {
        frame: Frame::new("Open a case", "cases", app, session).with_scripts(&["forms.js"]),
        campaigns: catalogue.campaigns().iter().map(campaign).collect(),
        kinds: choices(CaseKind::ALL.iter().map(|kind| kind.word()).collect(), "kind"),
        tlps: choices(Tlp::ALL.iter().map(|tlp| tlp.word()).collect(), "tlp"),
        paps: choices(Pap::ALL.iter().map(|pap| pap.word()).collect(), "pap"),
        id: value("id"),
        title: value("title"),
        from: value("from"),
        until: value("until"),
        board_day: value("board_day"),
        more: value("more"),
        ahead: value("ahead"),
        name_servers: value("name_servers"),
        first_person: value("first_person"),
        second_person: value("second_person"),
        evidence: value("evidence"),
        four_eyes: !value("four_eyes").is_empty(),
        problem: None,
    }
}

fn read(fields: &Fields) -> Result<OpenCase, Problem> {
    let from: UtcDay = fields.need("from", "First day")?;
    let last: UtcDay = fields.need("until", "Last day")?;
    let reversed = || Problem::refused(format!("Days: {last} is before {from}, the first day"));
    let horizon = DayRange::new(from, last.plus(1)).filter(|days| !days.is_empty()).ok_or_else(reversed)?;
    let specs = fields.all("campaign").chain(fields.raw("more").lines().map(str::trim).filter(|line| !line.is_empty()));
    let spec = |text: &str| text.parse::<CampaignSpec>().map_err(|e| Problem::refused(format!("Campaigns: {e}")));
    let server = |text: &str| text.parse::<DomainName>().map_err(|e| Problem::refused(format!("Name servers: {e}")));
    Ok(OpenCase {
        id: fields.need("id", "Id")?,
        title: fields.need("title", "Title")?,
        kind: fields.need("kind", "Kind")?,
        campaigns: specs.map(spec).collect::<Result<_, _>>()?,
        horizon,
        board_day: fields.parse("board_day", "Board day")?,
        marking: Marking {
            tlp: fields.need::<Tlp>("tlp", "TLP")?,
            pap: fields.need::<Pap>("pap", "PAP")?,
            embargo_until: None,
        },
        name_servers: fields.raw("name_servers").split_whitespace().map(server).collect::<Result<_, _>>()?,
        guard_override: super::request::override_by(fields)?,
        four_eyes: fields.text("four_eyes").is_some(),
        ahead: fields.parse("ahead", "Days ahead")?,
    })
}
