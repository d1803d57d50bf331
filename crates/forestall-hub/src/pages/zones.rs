// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The policy zones that resolvers take by transfers, and making one.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_api::zones::AddZone;
use forestall_model::{CampaignId, CaseId, Tld};

use super::frame::{Frame, to_minute};
use super::kept::Kept;
use crate::desk::NewZone;
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Query, Session, Wants};
use crate::shown;

/// A zone of the list.
#[derive(Debug)]
struct ZoneRow {
    name: String,
    case: String,
    /// Which names of the case it holds, in words.
    holds: String,
    policy: String,
    serial: String,
    names: String,
    /// What came and went with the newest serial.
    difference: String,
    since: String,
    subscribers: u64,
}

impl ZoneRow {
    fn of(zone: &forestall_api::zones::Zone) -> Self {
        let newest = zone.newest.as_ref();
        Self {
            name: zone.name.to_string(),
            case: zone.case.to_string(),
            holds: holds(zone),
            policy: zone.policy.clone(),
            serial: newest.map_or_else(|| "none yet".to_owned(), |newest| newest.serial.to_string()),
            names: newest.map(|newest| grouped(newest.names)).unwrap_or_default(),
            difference: newest.map(difference).unwrap_or_default(),
            since: newest.map(|newest| to_minute(newest.at)).unwrap_or_default(),
            subscribers: zone.subscribers,
        }
    }
}

/// Says in words which names of its case a zone holds.
pub(super) fn holds(zone: &forestall_api::zones::Zone) -> String {
    let campaigns: Vec<&str> = zone.campaigns.iter().map(CampaignId::as_str).collect();
    let campaigns = if campaigns.is_empty() { "all campaigns".to_owned() } else { campaigns.join(", ") };
    match &zone.slice {
        Some(tld) => format!("{campaigns}, .{tld} alone"),
        None => campaigns,
    }
}

/// Writes what came and went with a serial: `+250 -250`; nothing where that is not known.
pub(super) fn difference(serial: &forestall_api::zones::ZoneSerial) -> String {
    match (serial.come, serial.gone) {
        (Some(come), Some(gone)) => format!("+{} \u{2212}{}", grouped(come), grouped(gone)),
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "zones.html")]
struct Page {
    frame: Frame,
    zones: Vec<ZoneRow>,
    /// Whether this hub serves zones to resolvers.
    serves: bool,
    /// Cases as the form offers them, each with whether it is chosen.
    cases: Vec<(String, String, bool)>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows the zones.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = query.text("done").filter(|done| *done == "removed").map(
        |_| "The zone is removed. What resolvers have of it, they keep until their own operators tell them otherwise.",
    );
    render(&app, &session, done, None, Kept::default()).await
}

async fn render(
    app: &App,
    session: &Session,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
) -> Result<Html<String>, Problem> {
    let zones = app.desk().standing_zones().await?;
    let cases = app.desk().cases().await?.into_iter().map(|case| {
        let id = case.id.to_string();
        let chosen = kept.has("add", "case", &id);
        (id, case.title, chosen)
    });
    super::page(&Page {
        frame: Frame::new("Zones", "zones", app, session).with_scripts(&["forms.js"]),
        zones: zones.iter().map(|zone| ZoneRow::of(&shown::zone(zone))).collect(),
        serves: app.transfers().is_some(),
        cases: cases.collect(),
        done,
        problem,
        kept,
    })
}

/// Makes a zone.
pub(crate) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        app.need_real()?;
        let campaigns = fields.text("campaigns").unwrap_or("").split([' ', ',', '\n']).filter(|word| !word.is_empty());
        let campaigns: Result<Vec<CampaignId>, _> = campaigns.map(str::parse).collect();
        let ask = AddZone {
            name: fields.need("name", "Name")?,
            case: fields.need::<CaseId>("case", "Case")?,
            campaigns: campaigns.map_err(|error| Problem::refused(format!("Campaigns: {error}")))?,
            slice: fields.parse::<Tld>("slice", "Slice")?,
            policy: fields.text("policy").map(str::to_owned),
            ahead_days: fields.parse::<u16>("ahead", "Days ahead")?,
            with_unverified: fields.text("unverified").is_some(),
        };
        let new = NewZone::read(ask).map_err(|wrong| Problem::refused(wrong.to_string()))?;
        Ok::<_, Problem>(app.desk().add_zone(new, app.now()).await?)
    };
    match done.await {
        Ok(zone) => Ok(Redirect::to(&format!("/zone/{}?done=added#recorded", zone.name)).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(&app, &session, None, Some(problem.detail), Kept::of("add", &fields)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
