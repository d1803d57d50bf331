// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a slice, list by list and page by page. Each page that leaves stands in the record of disclosures.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::names::{MAX_NAMES, Name, USUAL_NAMES};
use forestall_api::words::{CampaignIdText, CaseIdText, CursorText, DayText, TldText};
use forestall_api::{Page, route};
use forestall_model::{CampaignId, DayRange, Instant, Tld, UtcDay};

use super::cursor;
use super::params::{self, Params};
use super::reply::{Seen, Written};
use crate::desk::{CaseFile, Desk};
use crate::pages::disclosed::disclose;
use crate::pages::names::views;
use crate::pages::place::{case_id, need_slice, now_of, tld};
use crate::server::{App, Problem, Session};
use crate::shown::NamedList;

/// Lists that are computed for a page at most.
const LISTS: usize = 60;

/// One list of a slice: where it stands in the order, and what it is.
type ListKey = (UtcDay, usize, i64, forestall_model::Window);

/// Answers with the names, in the order of days, campaigns and places.
#[utoipa::path(
    get, path = route::NAMES_AT, operation_id = "names", tag = "slices",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("on" = Option<DayText>, Query, description = "One day; the horizon where no day is given."),
        ("from" = Option<DayText>, Query, description = "The first day."),
        ("until" = Option<DayText>, Query, description = "The day after the last."),
        ("campaign" = Option<CampaignIdText>, Query, description = "One campaign; all where none is named."),
        ("limit" = Option<u16>, Query, description = "Names of a page.", minimum = 1, maximum = 1000),
        ("cursor" = Option<CursorText>, Query, description = "Where the page begins."),
    ),
    responses((status = 200, body = Page<Name>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["on", "from", "until", "campaign", "limit", "cursor"])?;
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    let file = app.slice(&session, &id, &slice).await?;
    need_slice(&file.object().case, &slice)?;
    let whole = session.viewer.whole(&id).is_some();
    let days = days(&params, file.object().case.horizon)?;
    let campaign = campaign(&params, file.object(), &slice, whole)?;
    let limit = params.number("limit", (1, MAX_NAMES), USUAL_NAMES)?;
    // A cursor is one of the list that these parameters choose.
    let list = format!("names {id} {slice} {days} {}", campaign.map_or(-1, |index| i64::try_from(index).unwrap_or(-1)));
    let begin = cursor::read::<3>(&list, params.parse("cursor")?)?;
    let asked =
        Asked { tld: slice.clone(), days, campaign, limit, begin, now: now_of(&file.object().case, app.now()), whole };
    let desk = app.desk().clone();
    let compute = move || {
        let (items, next) = read(&desk, file.object(), &asked)?;
        let next = next.and_then(|place| cursor::write(&list, &place));
        let count = items.len() as u64;
        let seen = if whole { Seen::Version(file.object().case.version) } else { Seen::Octets };
        Ok::<_, Problem>((Written::of(&Page { items, next }, seen)?, count))
    };
    let (written, count) = tokio::task::spawn_blocking(compute).await??;
    if !written.is_known(&headers) {
        disclose(
            &app,
            &session,
            &id,
            &format!("names of .{slice} as a page of the API"),
            count,
            "protection of the names",
        )
        .await?;
    }
    written.respond(&headers)
}

fn days(params: &Params, horizon: DayRange) -> Result<DayRange, Problem> {
    match (params.parse::<UtcDay>("on")?, params.text("from"), params.text("until")) {
        (Some(on), None, None) => Ok(DayRange::one(on)),
        (Some(_), ..) => {
            Err(Problem::refused("on: it is one day, and from and until are days in a row: give one of the two"))
        }
        (None, ..) => params::days(params, horizon),
    }
}

/// Reads which campaign is asked for, by its index; one without names in the slice is not there for its registry.
fn campaign(params: &Params, file: &CaseFile, tld: &Tld, whole: bool) -> Result<Option<usize>, Problem> {
    let Some(id) = params.parse::<CampaignId>("campaign")? else { return Ok(None) };
    let index = file.case.campaign_index(&id).filter(|index| whole || file.campaigns_of(tld).contains(index));
    index.map(Some).ok_or_else(|| Problem::not_found(format!("there is no campaign {id} with names here")))
}

/// What is asked.
struct Asked {
    tld: Tld,
    days: DayRange,
    campaign: Option<usize>,
    limit: usize,
    begin: Option<[i64; 3]>,
    now: Instant,
    whole: bool,
}

/// Returns a page of names and the place of the next.
fn read(desk: &Desk, file: &CaseFile, asked: &Asked) -> Result<(Vec<Name>, Option<[i64; 3]>), Problem> {
    let mut names = Vec::new();
    let begin = asked.begin.unwrap_or([i64::MIN, 0, 0]);
    let place_of = |list: &ListKey, place: usize| {
        [
            i64::from(list.0.epoch_days()),
            i64::try_from(list.1).unwrap_or(i64::MAX),
            i64::try_from(place).unwrap_or(i64::MAX),
        ]
    };
    let lists = lists(file, asked);
    let from = lists.partition_point(|list| place_of(list, 0)[..2] < begin[..2]);
    for (computed, list) in lists[from..].iter().enumerate() {
        if computed >= LISTS {
            return Ok((names, Some(place_of(list, 0))));
        }
        let (day, index, period, window) = *list;
        let named = NamedList { case: &file.case, tld: &asked.tld, campaign: index, period, day, window };
        let listing = desk.listing(file, &asked.tld, index, period)?;
        let known = views(file, &asked.tld, index, period, asked.now);
        let first = if place_of(list, 0)[..2] == begin[..2] { usize::try_from(begin[2]).unwrap_or(0) } else { 0 };
        for (place, (name, view)) in listing.names.iter().zip(&known).enumerate().skip(first) {
            if names.len() >= asked.limit {
                return Ok((names, Some(place_of(list, place))));
            }
            names.push(named.name(u32::try_from(place).unwrap_or(u32::MAX), name, view, asked.whole));
        }
    }
    Ok((names, None))
}

/// Returns the lists that are asked for, in order.
fn lists(file: &CaseFile, asked: &Asked) -> Vec<ListKey> {
    let mut lists = Vec::new();
    for (index, counts) in file.counts.iter().enumerate().take(file.case.campaigns.len()) {
        if asked.campaign.is_some_and(|campaign| campaign != index) {
            continue;
        }
        let here = counts.periods.iter().filter(|period| period.of_tld(asked.tld.as_str()).is_some());
        let of_days = here.map(|period| (file.case.list_day(period.key), index, period.key, period.window));
        lists.extend(of_days.filter(|(day, ..)| asked.days.contains(*day)));
    }
    lists.sort_by_key(|(day, index, period, _)| (*day, *index, *period));
    lists
}
