// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The countries for which somebody's party answers, and no others: families, their decline, and the networks of each country, in numbers.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use forestall_model::marking::release;
use forestall_model::{Audience, PartyId, Released};

use super::attachment;
use super::census::{Span, need_census};
use super::census_networks::party;
use super::frame::{Banner, Frame};
use crate::census::{Asked, Census, OWN_MARKING, OwnCountries, USUAL_DAYS, Whose};
use crate::number::grouped;
use crate::server::needs::nowhere;
use crate::server::{App, Problem, Query, Session};

/// Returns what is said of somebody's own countries, through the gate, with their party.
pub(crate) async fn own(
    app: &App,
    session: &Session,
    span: Span,
) -> Result<(PartyId, Released<OwnCountries>), Problem> {
    let census = need_census(app)?;
    let missing = || Problem::not_found("your party answers for no country here");
    let party = party(app, session).ok_or_else(missing)?;
    let asked = Asked { day: span.day, since: span.since, whose: Whose::AllBut(app.hidden_families(session)) };
    let countries = census.countries(app.desk(), party, asked).await?.ok_or_else(missing)?;
    Ok((party.clone(), release(countries, Audience::Organisation, app.now())?))
}

/// Says whether the party of somebody answers for a country here.
pub(crate) fn answers_for_any(app: &App, session: &Session) -> bool {
    let settings = app.census().map(Census::settings);
    party(app, session).zip(settings).is_some_and(|(party, settings)| settings.has_country(party))
}

/// A family in a country.
struct FamilyRow {
    family: String,
    counts: String,
    addresses: String,
    /// Between which numbers they lie, where that is all that is certain.
    between: Option<String>,
    busiest_hour: String,
    networks6: String,
    said: String,
    /// Network, addresses, IPv6 networks and requests; none where networks cannot be told.
    networks: Vec<(String, String, String, String)>,
}

/// A country.
struct CountryPart {
    country: String,
    families: Vec<FamilyRow>,
}

#[derive(Template)]
#[template(path = "census-countries.html")]
struct Page {
    frame: Frame,
    banner: Banner,
    party: String,
    day: String,
    since: String,
    /// Why there is nothing to show yet; none where the day is over.
    to_come: Option<String>,
    countries: Vec<CountryPart>,
    gone: bool,
    notes: Vec<String>,
}

fn parts(own: &OwnCountries) -> Vec<CountryPart> {
    let row = |of: &forestall_census::day::Countries| {
        of.countries
            .iter()
            .map(|country| FamilyRow {
                family: of.family.clone(),
                counts: of.counts.clone().of_part(&country.line.part.to_string()).to_string(),
                addresses: grouped(country.line.addresses),
                between: country.line.between.map(|between| {
                    format!("between {} and {}", grouped(between.addresses.0), grouped(between.addresses.1))
                }),
                busiest_hour: grouped(country.line.busiest_hour),
                networks6: grouped(country.line.networks6),
                said: country.said.clone().unwrap_or_default(),
                networks: country
                    .networks
                    .iter()
                    .flatten()
                    .map(|within| {
                        let name = if within.network.is_unknown() {
                            "not known".to_owned()
                        } else {
                            within.network.to_string()
                        };
                        (name, grouped(within.addresses), grouped(within.networks6), grouped(within.requests))
                    })
                    .collect(),
            })
            .collect::<Vec<_>>()
    };
    own.countries
        .iter()
        .map(|(country, families)| CountryPart {
            country: country.to_string(),
            families: families.iter().flat_map(row).collect(),
        })
        .collect()
}

/// Shows the machines of somebody's own countries in numbers.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    if !answers_for_any(&app, &session) {
        return Err(nowhere());
    }
    let asked = (query.parse("day")?, query.parse("since")?);
    let span = Span::or_to_come(asked, app.today().plus(-1), USUAL_DAYS)?;
    let mut page = Page {
        frame: Frame::new("Own countries", "census", &app, &session),
        banner: Banner::of(OWN_MARKING),
        party: party(&app, &session).map(ToString::to_string).unwrap_or_default(),
        day: span.day.to_string(),
        since: span.since.to_string(),
        to_come: span.said_of(&app),
        countries: Vec::new(),
        gone: false,
        notes: Vec::new(),
    };
    if page.to_come.is_none() {
        let (_, own) = own(&app, &session, span).await?;
        let own = own.object();
        page.countries = parts(own);
        page.gone = own.gone;
        page.notes.clone_from(&own.notes);
    }
    super::page(&page)
}

/// Answers with the same as a file.
pub(crate) async fn download(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(file): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    if !answers_for_any(&app, &session) || file != "countries.csv" {
        return Err(nowhere());
    }
    let span = Span::of(&app, (query.parse("day")?, None), app.today().plus(-1), 1)?;
    let (party, own) = own(&app, &session, span).await?;
    let name = format!("{}-{party}-countries.csv", span.day);
    attachment::file(&name, "text/csv; charset=utf-8", own.object().csv())
}
