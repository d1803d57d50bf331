// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One policy zone: what it holds now, its last serials, and what its subscribers took and heard last.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_api::zones::{ZoneSerial, ZoneTaken, ZoneTaker, ZoneTold};
use forestall_model::OwnerName;

use super::frame::{Banner, Frame, to_minute};
use super::zones::{difference, holds};
use crate::number::{counted, grouped};
use crate::server::{App, Fields, Problem, Query, Session};
use crate::shown;

/// Serials that are shown.
const SERIALS: u32 = 20;

/// A serial.
#[derive(Debug)]
struct SerialRow {
    serial: u32,
    at: String,
    event: u64,
    names: String,
    difference: String,
}

/// Somebody who may take the zone.
#[derive(Debug)]
struct TakerRow {
    id: String,
    /// How they sign and the name of their key; empty for who cannot sign.
    key: String,
    audience: &'static str,
    taken: String,
    taken_at: String,
    /// Whether the last transfer broke off.
    broke: bool,
    /// Whether it went over TLS, in a word.
    tls: &'static str,
    told: Vec<ToldRow>,
}

/// What a place answered.
#[derive(Debug)]
struct ToldRow {
    text: String,
    heard: bool,
}

#[derive(Template)]
#[template(path = "zone.html")]
struct Page {
    frame: Frame,
    name: String,
    case: String,
    holds: String,
    policy: String,
    ahead: u16,
    banner: Banner,
    names: String,
    let_through: String,
    unverified: bool,
    created: String,
    serials: Vec<SerialRow>,
    takers: Vec<TakerRow>,
    done: Option<&'static str>,
}

/// Returns the name of a zone that is kept, as an address names it.
pub(crate) async fn known(app: &App, text: &str) -> Result<OwnerName, Problem> {
    let missing = || Problem::not_found("there is no such zone");
    let name: OwnerName = text.parse().map_err(|_| missing())?;
    let zones = app.desk().store().zones().await?;
    zones.into_iter().map(|zone| zone.name).find(|known| *known == name).ok_or_else(missing)
}

/// Shows a zone.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(zone): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let name = known(&app, &zone).await?;
    let now = app.desk().zone_now(&name, app.now()).await?;
    let serials = app.desk().store().serials(&name, SERIALS).await?;
    let shown = shown::zone_standing(&now);
    super::page(&Page {
        frame: Frame::new(name.to_string(), "zones", &app, &session).with_scripts(&["forms.js"]),
        case: shown.zone.case.to_string(),
        holds: holds(&shown.zone),
        policy: shown.zone.policy.clone(),
        ahead: shown.zone.ahead_days,
        banner: Banner::of(now.state.marking),
        names: grouped(shown.names),
        let_through: grouped(shown.let_through),
        unverified: shown.unverified,
        created: to_minute(shown.zone.created),
        serials: serials.iter().map(|serial| serial_row(&shown::zone_serial(serial))).collect(),
        takers: shown.takers.iter().map(taker_row).collect(),
        done: query
            .text("done")
            .filter(|done| *done == "added")
            .map(|_| "The zone is kept; it gets its first serial as soon as a hub serves it."),
        name: name.to_string(),
    })
}

fn serial_row(serial: &ZoneSerial) -> SerialRow {
    SerialRow {
        serial: serial.serial,
        at: to_minute(serial.at),
        event: serial.event,
        names: grouped(serial.names),
        difference: difference(serial),
    }
}

fn taker_row(taker: &ZoneTaker) -> TakerRow {
    let taken = taker.taken.as_ref();
    TakerRow {
        id: taker.subscriber.clone(),
        key: taker.key.clone().unwrap_or_default(),
        audience: taker.audience.word(),
        taken: taken.map(in_words).unwrap_or_default(),
        taken_at: taken.map(|taken| to_minute(taken.at)).unwrap_or_default(),
        broke: taken.is_some_and(|taken| !taken.whole),
        tls: match taken.and_then(|taken| taken.over_tls) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        },
        told: taker.told.iter().map(told_row).collect(),
    }
}

fn in_words(taken: &ZoneTaken) -> String {
    let records = counted(taken.records, "record", "records");
    match taken.from {
        Some(from) => format!("{} from {from}, {records}", taken.serial),
        None => format!("{} as a whole, {records}", taken.serial),
    }
}

fn told_row(told: &ZoneTold) -> ToldRow {
    let at = to_minute(told.at);
    ToldRow {
        text: match &told.failed {
            None => format!("{} heard of {} at {at}", told.target, told.serial),
            Some(why) => format!("{} at {at}, {why}", told.serial),
        },
        heard: told.failed.is_none(),
    }
}

/// Removes a zone.
pub(crate) async fn remove(State(app): State<App>, Path(zone): Path<String>, _: Fields) -> Result<Response, Problem> {
    let name = known(&app, &zone).await?;
    app.desk().remove_zone(&name).await?;
    Ok(Redirect::to("/zones?done=removed#recorded").into_response())
}
