// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census: figures of a day with the trend, and the machines of one's own networks.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use forestall_api::census::{Census, CensusDays, OwnCountries, OwnNetwork, OwnNetworks};
use forestall_api::header::LINES;
use forestall_api::route;
use forestall_api::words::{CaseIdText, CensusFormWord, DayText, FamilyText, MachinesFormWord};
use forestall_census::Definition;
use forestall_census::day::{PartLine, Within};
use forestall_model::{FamilySlug, PartyId, UtcDay};
use serde::Serialize;

use super::params::Params;
use super::reply::{Seen, Written, object};
use crate::census::OwnForm;
use crate::pages::attachment;
use crate::pages::census::{Span, day_of_case, for_case, for_somebody, need_census, need_gate};
use crate::pages::census_countries;
use crate::pages::census_networks::{OwnFile, own};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Reads which days are asked for: no trend where nobody says since when.
fn span(app: &App, params: &Params, usual: UtcDay) -> Result<Span, Problem> {
    Span::of(app, (params.parse("day")?, params.parse("since")?), usual, 1)
}

fn yesterday(app: &App) -> UtcDay {
    app.today().plus(-1)
}

/// Answers with the figures of a day.
#[utoipa::path(
    get, path = route::CENSUS_AT, operation_id = "census", tag = "census",
    params(
        ("day" = Option<DayText>, Query, description = "The day; yesterday where it is left out. Of a day that is not over there are no figures: 404."),
        ("since" = Option<DayText>, Query, description = "The first day of the trend; none is told where it is left out."),
        ("family" = Option<FamilyText>, Query, description = "One family; all where it is left out."),
    ),
    responses((status = 200, body = Census))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["day", "since", "family"])?;
    let family = params.parse::<FamilySlug>("family")?.map(|family| family.to_string());
    let span = span(&app, &params, yesterday(&app))?;
    let shown = for_somebody(&app, &session, span, family.as_deref()).await?;
    object(&headers, Seen::Octets, shown.object())
}

/// Answers with the figures of a day as a file.
#[utoipa::path(
    get, path = route::CENSUS_REPORT_AT, operation_id = "census_report", tag = "census",
    params(
        ("as" = CensusFormWord, Query, description = "In which form."),
        ("day" = Option<DayText>, Query, description = "The day; yesterday where it is left out. Of a day that is not over there are no figures: 404."),
        ("since" = Option<DayText>, Query, description = "The first day of the trend; none is told where it is left out."),
        ("family" = Option<FamilyText>, Query, description = "One family; all where it is left out."),
    ),
    responses((status = 200, description = "The report.", content((String = "text/plain"), (String = "text/csv"))))
)]
pub(super) async fn report(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["as", "day", "since", "family"])?;
    let is_csv = match params.text("as") {
        Some("text") => false,
        Some("csv") => true,
        Some(_) => return Err(Problem::bad_request("as: expected text or csv")),
        None => return Err(Problem::bad_request("as: it must be given")),
    };
    let family = params.parse::<FamilySlug>("family")?.map(|family| family.to_string());
    let span = span(&app, &params, yesterday(&app))?;
    let shown = for_somebody(&app, &session, span, family.as_deref()).await?;
    let written = if is_csv {
        Written::file(shown.object().csv().into_bytes(), "text/csv; charset=utf-8")
    } else {
        Written::file(shown.object().text().into_bytes(), "text/plain; charset=utf-8")
    };
    written.respond(&headers)
}

/// Answers with the days that are there.
#[utoipa::path(
    get, path = route::CENSUS_DAYS_AT, operation_id = "census_days", tag = "census",
    responses((status = 200, body = CensusDays))
)]
pub(super) async fn days(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let census = need_census(&app)?;
    // Whoever may not see figures is not told of which days there are some.
    need_gate(&app, &session)?;
    let yesterday = yesterday(&app);
    let days: Vec<UtcDay> = census.days().await?.into_iter().filter(|day| *day <= yesterday).collect();
    object(&headers, Seen::Octets, &CensusDays { days })
}

/// Answers with the figures of the families of a case.
#[utoipa::path(
    get, path = route::CASE_CENSUS_AT, operation_id = "case_census", tag = "census",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("day" = Option<DayText>, Query, description = "The day; the one before that from which the case is looked at, where it is left out. Of a day that is not over there are no figures: 404."),
        ("since" = Option<DayText>, Query, description = "The first day of the trend; none is told where it is left out."),
    ),
    responses((status = 200, body = Census))
)]
pub(super) async fn of_case(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["day", "since"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let span = span(&app, &params, day_of_case(&app, file.object()))?;
    let shown = for_case(&app, &session, &file, span).await?;
    object(&headers, Seen::Octets, shown.object())
}

/// Answers with how many machines there were in the networks of one's own party.
#[utoipa::path(
    get, path = route::CENSUS_NETWORKS_AT, operation_id = "census_networks", tag = "census",
    params(("day" = Option<DayText>, Query, description = "The day; yesterday where it is left out. Of a day that is not over there are no figures: 404.")),
    responses((status = 200, body = OwnNetworks))
)]
pub(super) async fn networks(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["day"])?;
    let span = span(&app, &params, yesterday(&app))?;
    let (party, own) = own(&app, &session, span.day).await?;
    let network = |(of, families): (forestall_lake::enrich::Of, BTreeMap<String, u64>)| OwnNetwork {
        of: of.to_string(),
        families,
    };
    let document = OwnNetworks {
        party,
        day: span.day,
        machines: own.machines.len() as u64,
        gone: own.gone,
        networks: own.counts.into_iter().map(network).collect(),
    };
    object(&headers, Seen::Octets, &document)
}

/// The written form of a party's countries. // WIRE FORMAT, version 1: as `forestall_api::census::OwnCountries` reads it.
#[derive(Serialize)]
struct CountriesDocument<'a> {
    party: PartyId,
    #[serde(serialize_with = "day_text")]
    day: UtcDay,
    gone: bool,
    countries: Vec<CountryDocument<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct CountryDocument<'a> {
    country: String,
    families: Vec<FamilyDocument<'a>>,
}

#[derive(Serialize)]
struct FamilyDocument<'a> {
    family: &'a str,
    counts: &'a Definition,
    numbers: &'a PartLine,
    said: Option<&'a str>,
    networks: Option<&'a [Within]>,
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

/// Answers with how many machines there were in the countries of one's own party.
#[utoipa::path(
    get, path = route::CENSUS_COUNTRIES_AT, operation_id = "census_countries", tag = "census",
    params(
        ("day" = Option<DayText>, Query, description = "The day; yesterday where it is left out. Of a day that is not over there are no figures: 404."),
        ("since" = Option<DayText>, Query, description = "The first day of the trend; none is told where it is left out."),
    ),
    responses((status = 200, body = OwnCountries))
)]
pub(super) async fn countries(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["day", "since"])?;
    let span = span(&app, &params, yesterday(&app))?;
    let (party, own) = census_countries::own(&app, &session, span).await?;
    let own = own.object();
    let mut countries = Vec::new();
    for (country, families) in &own.countries {
        let mut written = Vec::new();
        for of in families {
            written.extend(of.countries.iter().map(|country| FamilyDocument {
                family: &of.family,
                counts: &of.counts,
                numbers: &country.line,
                said: country.said.as_deref(),
                networks: country.networks.as_deref(),
            }));
        }
        countries.push(CountryDocument { country: country.to_string(), families: written });
    }
    let document = CountriesDocument { party, day: own.day, gone: own.gone, countries, notes: &own.notes };
    object(&headers, Seen::Octets, &document)
}

/// Answers with the addresses of the machines in the networks of one's own party, on record.
#[utoipa::path(
    get, path = route::CENSUS_MACHINES_AT, operation_id = "census_machines", tag = "census",
    params(
        ("as" = MachinesFormWord, Query, description = "In which form."),
        ("day" = Option<DayText>, Query, description = "The day; yesterday where it is left out. Of a day that is not over there are no figures: 404."),
    ),
    responses((status = 200, description = "The machines, a row an address and family.", content(
        (String = "text/csv"), (String = "application/jsonl"),
    )))
)]
pub(super) async fn machines(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["as", "day"])?;
    let form = params.text("as").ok_or_else(|| Problem::bad_request("as: it must be given"))?;
    let form = OwnForm::of(form).ok_or_else(|| Problem::bad_request("as: expected shadowserver or xarf"))?;
    let span = span(&app, &params, yesterday(&app))?;
    let file = OwnFile::read(&app, &session, span.day, form).await?;
    let written = Written::file(file.write(&app)?, form.media_type());
    if !written.is_known(&headers) {
        file.disclose(&app, &session).await?;
    }
    let mut response = written.respond(&headers)?;
    if response.status() == StatusCode::OK {
        response.headers_mut().insert(HeaderName::from_static(LINES), HeaderValue::from(file.count));
        response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment::disposition(&file.name())?);
    }
    Ok(response)
}
