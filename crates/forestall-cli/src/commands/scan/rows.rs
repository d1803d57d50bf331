// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Findings as they are printed: a table, JSON lines, CSV, or a STIX bundle.

use std::io::Write;

use anyhow::Context as _;
use forestall_detect::scan::{ClockOffset, Finding, Roster, Subject};
use forestall_formats::shadowserver::{self, Machine, Report};
use forestall_formats::stix::sightings::{self, Seen, Sighting, Sightings};
use forestall_model::marking::{Audience, release};
use forestall_model::{FamilySlug, Instant, Marking};

use crate::foreign;
use crate::output;
use crate::table::{Align, Table};

/// What stands in place of a family for names that are excluded.
const COLLISION: &str = "collision";

/// One client and family as it is printed.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Row {
    client: String,
    family: String,
    /// The campaign that lists most of the names; none where no question counts, and for a collision.
    campaign: Option<String>,
    /// All campaigns that list some of them, most names first.
    campaigns: Vec<String>,
    queries: u64,
    names: u64,
    days: u64,
    first_seen: Instant,
    last_seen: Instant,
    nxdomain: u64,
    out_of_window: u64,
    clock_offset_days: Option<i32>,
    /// 1 - probability of chance, 0 to 1.
    confidence: f64,
    /// Whether the family's lists were never checked against the botnet's own.
    unverified: bool,
    #[serde(skip)]
    seen: Seen,
    #[serde(skip)]
    is_infection: bool,
}

impl Row {
    /// Makes the row of a finding.
    pub(crate) fn of(finding: &Finding, roster: &Roster) -> Self {
        let campaigns: Vec<_> = finding.campaigns.iter().filter_map(|c| roster.campaign(c.campaign)).collect();
        let family = match finding.subject {
            Subject::Collision => COLLISION.to_owned(),
            Subject::Family(number) => roster.family(number).map_or_else(String::new, ToString::to_string),
        };
        let client = finding.client.to_string();
        Self {
            is_infection: finding.is_infection(),
            family,
            campaign: campaigns.first().map(|campaign| campaign.id.to_string()),
            unverified: campaigns.iter().any(|campaign| campaign.unverified),
            campaigns: campaigns.iter().map(|campaign| campaign.id.to_string()).collect(),
            queries: finding.queries,
            names: finding.names,
            days: finding.days,
            first_seen: finding.first_seen,
            last_seen: finding.last_seen,
            nxdomain: finding.nxdomain,
            out_of_window: finding.out_of_window,
            clock_offset_days: match finding.clock_offset {
                ClockOffset::Days(days) => Some(days),
                ClockOffset::Undecidable => None,
            },
            confidence: (1.0 - finding.chance).clamp(0.0, 1.0),
            seen: finding.client.address().map_or_else(|| Seen::Text(client.clone()), Seen::Address),
            client,
        }
    }

    /// Returns the family, or what stands in its place.
    pub(crate) fn family(&self) -> &str {
        &self.family
    }

    /// Says whether this speaks of an infection.
    pub(crate) const fn is_infection(&self) -> bool {
        self.is_infection
    }
}

/// Writes one row as a line of JSON.
pub(crate) fn json(row: &Row, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, row).context("standard output could not be written")?;
    out.write_all(b"\n").context("standard output could not be written")
}

/// The columns of the CSV form, in order.
const COLUMNS: [&str; 14] = [
    "client",
    "family",
    "campaign",
    "campaigns",
    "queries",
    "names",
    "days",
    "first_seen",
    "last_seen",
    "nxdomain",
    "out_of_window",
    "clock_offset_days",
    "confidence",
    "unverified",
];

/// Writes rows as CSV with a header; campaigns are parted by blanks.
pub(crate) struct Csv<'a>(csv::Writer<&'a mut dyn Write>);

impl<'a> Csv<'a> {
    /// Writes the header.
    pub(crate) fn begin(out: &'a mut dyn Write) -> anyhow::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS).context("standard output could not be written")?;
        Ok(Self(writer))
    }

    /// Goes on below a header that was written before.
    pub(crate) fn go_on(out: &'a mut dyn Write) -> Self {
        Self(csv::Writer::from_writer(out))
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, row: &Row) -> anyhow::Result<()> {
        let record = [
            foreign::for_spreadsheet(&row.client),
            row.family.clone(),
            row.campaign.clone().unwrap_or_default(),
            row.campaigns.join(" "),
            row.queries.to_string(),
            row.names.to_string(),
            row.days.to_string(),
            row.first_seen.to_string(),
            row.last_seen.to_string(),
            row.nxdomain.to_string(),
            row.out_of_window.to_string(),
            row.clock_offset_days.map(|days| days.to_string()).unwrap_or_default(),
            row.confidence.to_string(),
            row.unverified.to_string(),
        ];
        self.0.write_record(record).context("standard output could not be written")
    }

    /// Writes what is held back.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        self.0.flush().context("standard output could not be written")
    }
}

/// Writes rows as a table for people, surest first.
pub(crate) fn text(mut rows: Vec<Row>, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("client", Align::Left),
        ("family", Align::Left),
        ("campaign", Align::Left),
        ("names", Align::Right),
        ("queries", Align::Right),
        ("NXDOMAIN", Align::Right),
        ("days", Align::Right),
        ("first seen", Align::Left),
        ("last seen", Align::Left),
        ("clock", Align::Right),
        ("confidence", Align::Right),
    ]);
    rows.sort_by(|a, b| {
        (b.is_infection, b.confidence).partial_cmp(&(a.is_infection, a.confidence)).unwrap_or(std::cmp::Ordering::Equal)
    });
    for row in rows {
        let unverified = if row.unverified { " (unverified)" } else { "" };
        table.row([
            foreign::for_terminal(&row.client),
            row.family,
            format!("{}{unverified}", row.campaign.unwrap_or_else(|| "-".to_owned())),
            row.names.to_string(),
            if row.out_of_window == 0 {
                row.queries.to_string()
            } else {
                format!("{} (+{} out of window)", row.queries, row.out_of_window)
            },
            row.nxdomain.to_string(),
            row.days.to_string(),
            row.first_seen.to_string(),
            row.last_seen.to_string(),
            row.clock_offset_days.map_or_else(|| "?".to_owned(), |days| format!("{days:+} d")),
            percent(row.confidence),
        ]);
    }
    table.write("", out).context("standard output could not be written")
}

fn percent(confidence: f64) -> String {
    let shown = format!("{:.2} %", confidence * 100.0);
    // Chance is never nothing.
    if shown == "100.00 %" { "> 99.99 %".to_owned() } else { shown }
}

/// Writes the infections among the rows as a STIX bundle, with addresses where `with_clients`.
pub(crate) fn stix(rows: Vec<Row>, now: Instant, with_clients: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let sighting = |row: Row| {
        let family: FamilySlug = row.family.parse().ok()?;
        // A pseudonym is no address; an address stays here unless it was asked for.
        let client = match row.seen {
            Seen::Address(_) if !with_clients => None,
            seen => Some(seen),
        };
        Some(Sighting {
            family,
            campaign: row.campaign,
            queries: row.queries,
            names: row.names,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
            confidence: row.confidence,
            client,
        })
    };
    let sightings = rows.into_iter().filter(Row::is_infection).filter_map(sighting);
    let object = Sightings { made: now, marking: Marking::DEFAULT, sightings };
    let released = release(object, Audience::Recipient, now)?;
    sightings::write(released, out).context("standard output could not be written")?;
    Ok(())
}

/// Writes the infections among the rows in the columns of Shadowserver; what is left out is said on standard error.
pub(crate) fn shadowserver(rows: Vec<Row>, now: Instant, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut without_address = 0_u64;
    let mut machines = Vec::new();
    for row in rows.into_iter().filter(Row::is_infection) {
        let Seen::Address(address) = row.seen else {
            without_address += 1;
            continue;
        };
        let Row { family, first_seen, queries: count, unverified, .. } = row;
        machines.push(Machine { address, family, first_seen, count, unverified });
    }
    let released = release(Report { marking: Marking::DEFAULT, machines }, Audience::Recipient, now)?;
    shadowserver::write(released, out).context("standard output could not be written")?;
    if without_address > 0 {
        output::note(format_args!("note: {without_address} clients have no address and are left out"));
    }
    Ok(())
}
