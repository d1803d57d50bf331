// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is left of events when their rows are gone: counts by hour, network and country, and sketches of the sources that merge.
//!
//! They are made of each file while its addresses are in clear, before these give way to pseudonyms, under a name that is the file's own: doing it again
//! replaces them. Their sums and merged sketches are those of the day.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use forestall_census::{Sketch, SketchKey, Source};

use crate::chunk::Group;
use crate::columns::{Plain, Words};
use crate::lake::{File, Lake};
use crate::output::{About, Output, ROWS, WriteError, properties};
use crate::read::{ReadError, Who};
use crate::schema::{AGGREGATES, CONTACT_HITS, Table, contact};

/// The precision of the sketches: 4,096 registers, 1.6 % standard error. Those of few sources take a few octets each.
pub const PRECISION: u8 = 12;
/// Pairs of cell and source that are in memory at most; then those that are twice are left out.
const MOST_PAIRS: usize = 4 << 20;

/// Why counts were not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// The events cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The counts cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No sketch of that precision.
    #[error(transparent)]
    Precision(#[from] forestall_census::sketch::PrecisionError),
    /// They cannot be made any more.
    #[error("{0} has pseudonyms already: its sources cannot be counted with those of other months")]
    Pseudonyms(String),
}

/// What events have in common that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    hour: u8,
    asn: Option<u32>,
    country: Option<Box<[u8]>>,
    verdict: Option<Box<[u8]>>,
    left_out: Option<Box<[u8]>>,
    version: u8,
}

/// Returns the place of the counts of a file of events.
#[must_use]
pub(crate) fn place(table: &Table, file: &File) -> String {
    format!("{}/{}-{}.parquet", file.part.folder(&AGGREGATES), table.name, file.stem())
}

/// Returns what is counted of an address; none for a pseudonym.
#[must_use]
pub fn source_of(who: Who) -> Option<Source> {
    match who {
        Who::V4(address) => Some(Source::V4(address)),
        Who::V6(octets) => Some(Source::of(IpAddr::V6(Ipv6Addr::from(octets)))),
        Who::Pseudonym(_) => None,
    }
}

/// Counts a file of events in clear and puts the counts into the lake.
pub(crate) fn aggregate(
    lake: &Lake,
    table: &'static Table,
    file: &File,
    key: &SketchKey,
) -> Result<(), AggregateError> {
    let contacts = *table == CONTACT_HITS;
    let who = if contacts { Table::WHO_CONTACT } else { Table::WHO_DNS };
    let mut columns =
        vec![contact::TIME, contact::ASN, contact::COUNTRY, contact::LEFT_OUT, contact::SENSOR, contact::SEQUENCE];
    columns.extend(who);
    if contacts {
        columns.push(contact::VERDICT);
    }
    let mut scan = lake.scan(table, vec![file.clone()], &columns)?;
    // Cells by number, and their numbers; the order of the file is that of the cells.
    let mut cells: BTreeMap<Cell, (u32, u64)> = BTreeMap::new();
    let mut pairs: Vec<(u32, Source)> = Vec::new();
    let mut of = None;
    while let Some(batch) = scan.next()? {
        let (times, asns) = (batch.longs(contact::TIME)?, batch.numbers(contact::ASN)?);
        let (countries, left_out) = (batch.texts(contact::COUNTRY)?, batch.texts(contact::LEFT_OUT)?);
        let verdicts = if contacts { Some(batch.texts(contact::VERDICT)?) } else { None };
        let (sensors, sequences) = (batch.texts(contact::SENSOR)?, batch.longs(contact::SEQUENCE)?);
        of.get_or_insert_with(|| {
            (sensors.get(0).unwrap_or_default().to_vec(), sequences.values.first().copied().unwrap_or(0))
        });
        for (row, who) in batch.who()?.into_iter().enumerate() {
            let Some(source) = source_of(who) else { return Err(AggregateError::Pseudonyms(file.path.clone())) };
            let hour = times.values[row].rem_euclid(86_400_000_000) / 3_600_000_000;
            let cell = Cell {
                hour: u8::try_from(hour).unwrap_or(0),
                asn: asns.get(row),
                country: countries.get(row).map(Into::into),
                verdict: verdicts.and_then(|verdicts| verdicts.get(row)).map(Into::into),
                left_out: left_out.get(row).map(Into::into),
                version: match source {
                    Source::V4(_) => 4,
                    Source::V6(_) => 6,
                },
            };
            let next = u32::try_from(cells.len()).unwrap_or(u32::MAX);
            let (number, events) = cells.entry(cell).or_insert((next, 0));
            *events += 1;
            pairs.push((*number, source));
        }
        if pairs.len() >= MOST_PAIRS {
            pairs.sort_unstable();
            pairs.dedup();
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let (sensor, sequence) = of.unwrap_or_default();
    let path = place(table, file);
    let properties = properties(&AGGREGATES, About { pseudonyms: false, left_out: "" });
    let mut output = Output::new(&AGGREGATES, path, &properties)?;
    let mut rows = Rows::new(table, sensor, sequence);
    for (cell, (number, events)) in &cells {
        let start = pairs.partition_point(|(other, _)| other < number);
        let sources = pairs[start..].iter().take_while(|(other, _)| other == number);
        let mut sketch = Sketch::new(PRECISION, key)?;
        let mut count = 0;
        for (_, source) in sources {
            sketch.insert(key, *source);
            count += 1;
        }
        rows.push(cell, *events, count, &sketch);
        if rows.rows >= ROWS / 8 {
            write(lake, &mut output, &mut rows)?;
        }
    }
    write(lake, &mut output, &mut rows)?;
    output.close(lake)?;
    Ok(())
}

fn write(lake: &Lake, output: &mut Output, rows: &mut Rows) -> Result<(), WriteError> {
    if rows.rows == 0 {
        return Ok(());
    }
    output.group(lake, rows.rows, |group| rows.write(group))
}

struct Rows {
    of: &'static str,
    sensor: Vec<u8>,
    sequence: i64,
    rows: usize,
    ofs: Words,
    hours: Words,
    asns: Words,
    countries: Words,
    verdicts: Words,
    left_out: Words,
    versions: Words,
    events: Words,
    sources: Words,
    sketches: Plain,
    sensors: Words,
    sequences: Words,
}

impl Rows {
    fn new(table: &'static Table, sensor: Vec<u8>, sequence: i64) -> Self {
        Self {
            of: table.name,
            sensor,
            sequence,
            rows: 0,
            ofs: Words::required(),
            hours: Words::required(),
            asns: Words::optional(),
            countries: Words::optional(),
            verdicts: Words::optional(),
            left_out: Words::optional(),
            versions: Words::required(),
            events: Words::required(),
            sources: Words::required(),
            sketches: Plain::required(),
            sensors: Words::required(),
            sequences: Words::required(),
        }
    }

    fn push(&mut self, cell: &Cell, events: u64, sources: u64, sketch: &Sketch) {
        let long = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.ofs.octets(self.of.as_bytes());
        self.hours.number(cell.hour.into());
        self.asns.maybe_number(cell.asn);
        let texts = [
            (&mut self.countries, &cell.country),
            (&mut self.verdicts, &cell.verdict),
            (&mut self.left_out, &cell.left_out),
        ];
        for (column, text) in texts {
            match text {
                Some(text) => column.text(text),
                None => column.nothing(),
            }
        }
        self.versions.number(cell.version.into());
        self.events.long(long(events));
        self.sources.long(long(sources));
        self.sketches.octets(&sketch.to_octets());
        self.sensors.octets(&self.sensor);
        self.sequences.long(self.sequence);
        self.rows += 1;
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> parquet::errors::Result<()> {
        self.ofs.write(group)?;
        self.hours.write_numbers(group)?;
        self.asns.write_with_range(group)?;
        self.countries.write(group)?;
        self.verdicts.write(group)?;
        self.left_out.write(group)?;
        self.versions.write_numbers(group)?;
        self.events.write_numbers(group)?;
        self.sources.write_numbers(group)?;
        self.sketches.write(group)?;
        self.sensors.write(group)?;
        self.sequences.write_numbers(group)?;
        self.rows = 0;
        Ok(())
    }
}
