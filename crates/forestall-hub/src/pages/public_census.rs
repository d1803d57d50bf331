// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many machines were seen, for anybody: of the families that the operator names, by country, and without cells so small that somebody could be told from them.
//!
//! Countries are suppressed as [`PublicTable`] says. There is no network, no figure of an hour and no resolver.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use forestall_census::Figure;
use forestall_census::day::{LEAST_CELL, PartLine, PublicCell, PublicTable};
use forestall_model::marking::{Marked, release};
use forestall_model::{Audience, Marking, UtcDay};
use serde::Serialize;

use super::census_view::{FigureView, drawn, entry};
use super::frame::Frame;
use crate::census::{Asked, OfFamily, USUAL_DAYS, Whose};
use crate::number::{counted, grouped};
use crate::server::{App, Problem, Wants};

/// What everybody may know. // WIRE FORMAT, version 1.
#[derive(Clone, Debug, Serialize)]
struct Public {
    #[serde(serialize_with = "day_text")]
    day: UtcDay,
    families: Vec<PublicFamily>,
}

/// What everybody may know of a family.
#[derive(Clone, Debug, Serialize)]
struct PublicFamily {
    family: String,
    /// What the counts are of.
    counts: String,
    /// Distinct IPv4 addresses by country.
    addresses: PublicTable,
    /// Distinct IPv6 networks of 64 bits by country, never added to the addresses.
    networks6: PublicTable,
    /// Machines that were on, where that can be said and the total is shown.
    machines: Option<Figure>,
    /// How fast the addresses fall, where the total is shown.
    trend: Option<String>,
}

impl Marked for Public {
    fn marking(&self) -> Marking {
        Marking::PUBLIC
    }
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

impl PublicFamily {
    fn of(of: &OfFamily) -> Self {
        let table = |count: fn(&PartLine) -> u64| {
            PublicTable::of(of.report.countries.iter().map(|line| {
                let country = if line.part.is_unknown() { "not known".to_owned() } else { line.part.to_string() };
                (country, count(line))
            }))
        };
        let addresses = table(|line| line.addresses);
        let shown = addresses.total.is_some();
        Self {
            family: of.report.family.clone(),
            counts: of.report.parts_count.to_string(),
            networks6: table(|line| line.networks6),
            machines: of.report.figure("machines that were on").filter(|_| shown).cloned(),
            trend: of.trend.as_ref().filter(|_| shown).map(|trend| trend.said.clone()),
            addresses,
        }
    }
}

#[derive(Template)]
#[template(path = "public-census.html")]
struct Page {
    frame: Frame,
    configured: bool,
    day: String,
    least: u64,
    families: Vec<FamilyTotals>,
}

/// A family on the page.
#[derive(Debug)]
struct FamilyTotals {
    family: String,
    counts: String,
    tables: Vec<TableView>,
    machines: Option<FigureView>,
    trend: String,
    map: String,
}

/// A table of one unit.
#[derive(Debug)]
struct TableView {
    unit: &'static str,
    /// None where it is small.
    total: Option<String>,
    cells: Vec<CellView>,
    /// What became of the countries that are not shown; empty where all are.
    hidden: String,
}

/// A country of a table.
#[derive(Debug)]
struct CellView {
    /// Where links to it lead.
    id: String,
    country: String,
    count: String,
}

impl TableView {
    /// Makes the table of a unit. Links to a country begin with `links`.
    fn of(unit: &'static str, links: &str, table: &PublicTable) -> Self {
        let hidden = match (table.total, table.hidden) {
            (None, _) | (_, Some(0)) => String::new(),
            (_, Some(hidden)) => counted(hidden, "country is in the total alone", "countries are in the total alone"),
            (_, None) => "So few that no country is shown".to_owned(),
        };
        Self {
            unit,
            total: table.total.map(grouped),
            cells: table.cells.iter().map(|cell| CellView::of(links, cell)).collect(),
            hidden,
        }
    }
}

impl CellView {
    fn of(links: &str, cell: &PublicCell) -> Self {
        let id = format!("{links}-{}", cell.part.replace(' ', "-"));
        Self { id, country: cell.part.clone(), count: grouped(cell.count) }
    }
}

impl FamilyTotals {
    fn of(of: &PublicFamily) -> Self {
        let cells = of.addresses.cells.iter();
        let entries = cells.filter_map(|cell| entry(&of.family, cell.part.parse().ok()?, cell.count));
        Self {
            family: of.family.clone(),
            counts: of.counts.clone(),
            tables: vec![
                TableView::of("IPv4 addresses", &of.family, &of.addresses),
                TableView::of("IPv6 networks of 64 bits", &format!("{}-6", of.family), &of.networks6),
            ],
            machines: of.machines.as_ref().map(|figure| FigureView::given("machines that were on", figure)),
            trend: of.trend.clone().unwrap_or_default(),
            map: drawn(&format!("World map: addresses of {} by country", of.family), entries),
        }
    }
}

/// Shows the totals of yesterday.
pub(crate) async fn show(State(app): State<App>, wants: Wants) -> Result<Response, Problem> {
    let day = app.today().plus(-1);
    let mut families = Vec::new();
    if let Some(census) = app.census() {
        // What goes wrong is told to those who run the installation.
        let public = &census.settings().public;
        let asked = |family: &String| Asked { day, since: day.plus(1 - USUAL_DAYS), whose: Whose::One(family.clone()) };
        for family in public {
            let report = census.report(app.desk(), asked(family)).await?;
            families.extend(report.families.iter().map(PublicFamily::of));
        }
    }
    let public = release(Public { day, families }, Audience::Public, app.now())?;
    if wants == Wants::Json {
        return super::json(public.object());
    }
    let families = public.object().families.iter().map(FamilyTotals::of).collect();
    let configured = app.census().is_some_and(|census| !census.settings().public.is_empty());
    let frame = Frame::bare("Infected machines by country");
    let page = Page { frame, configured, day: day.to_string(), least: LEAST_CELL, families };
    Ok(super::page(&page)?.into_response())
}
