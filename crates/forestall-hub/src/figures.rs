// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, K1 to K18, as a document: what pages, scripts and the command line print of them.

use forestall_coord::kpi::{self, Figure, Reading, SliceLatency, Stretch, Value};
use forestall_model::Instant;
use serde::Serialize;

/// The figures of a case. // WIRE FORMAT, version 1.
#[derive(Debug, Serialize)]
pub struct FiguresDocument {
    /// The case.
    pub case: String,
    /// When it was opened, or the first thing happened.
    pub from: Instant,
    /// Until when it was followed.
    pub until: Instant,
    /// The figures in the order of their numbers.
    pub figures: Vec<FigureRow>,
    /// How long each registry takes, in the order of the slices; those that were never asked are left out.
    pub latency: Vec<LatencyRow>,
    /// Coverage at opening by slice.
    pub coverage: Vec<CoverageRow>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub struct FigureRow {
    /// Its number: `K1`.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it counts.
    pub definition: &'static str,
    /// What is aimed at.
    pub target: &'static str,
    /// What is counted over; empty where nothing is counted.
    pub window: &'static str,
    /// What it says.
    pub readings: Vec<ReadingRow>,
}

/// One number of a figure.
#[derive(Debug, Serialize)]
pub struct ReadingRow {
    /// What the number is; empty where the figure has no number.
    pub what: &'static str,
    /// Whether the case says it.
    pub known: bool,
    /// The number in words, or why there is none.
    pub text: String,
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueDocument>,
}

/// A number of a figure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ValueDocument {
    /// A part of a whole.
    Share {
        /// The numerator.
        part: u64,
        /// The denominator.
        whole: u64,
        /// The quotient, 0 to 1.
        share: f64,
    },
    /// A count.
    Count {
        /// The count.
        count: u64,
    },
    /// A reach, 0 to 1.
    Reach {
        /// The least.
        low: f64,
        /// The largest.
        high: f64,
        /// Its day, where it is of one.
        #[serde(skip_serializing_if = "Option::is_none")]
        day: Option<forestall_model::UtcDay>,
    },
    /// A time.
    Time {
        /// Seconds.
        seconds: i64,
    },
}

/// How long one registry takes.
#[derive(Debug, Serialize)]
pub struct LatencyRow {
    /// The slice.
    pub slice: String,
    /// Requests to it.
    pub requests: u32,
    /// When it was last asked.
    pub last_asked: Instant,
    /// To the acknowledgement.
    pub acknowledged: StretchRow,
    /// To the claim that it is done.
    pub claimed: StretchRow,
    /// To the first look that showed a whole list protected.
    pub verified: StretchRow,
}

/// How long requests took to one stage.
#[derive(Debug, Serialize)]
pub struct StretchRow {
    /// Requests that got there.
    pub reached: usize,
    /// The median of their seconds.
    pub median_seconds: Option<i64>,
    /// The longest.
    pub longest_seconds: Option<i64>,
    /// Requests that have not got there.
    pub waiting: u32,
    /// How long the oldest of those has waited, in seconds.
    pub longest_wait_seconds: Option<i64>,
}

/// Coverage of one slice when its lists opened.
#[derive(Debug, Serialize)]
pub struct CoverageRow {
    /// The slice.
    pub slice: String,
    /// Names whose protection had been observed.
    pub observed: u64,
    /// Names that could be registered.
    pub registrable: u64,
}

impl FiguresDocument {
    /// Writes down the figures of a case.
    #[must_use]
    pub fn of(case: &forestall_coord::Case, figures: &kpi::Figures) -> Self {
        let coverage = figures.coverage.iter().map(|(tld, observed, registrable)| CoverageRow {
            slice: tld.to_string(),
            observed: *observed,
            registrable: *registrable,
        });
        Self {
            case: case.id.to_string(),
            from: figures.from,
            until: figures.until,
            figures: figures.all.iter().map(figure).collect(),
            latency: figures.latency.iter().map(latency).collect(),
            coverage: coverage.collect(),
        }
    }
}

fn figure(figure: &Figure) -> FigureRow {
    let kpi = figure.kpi;
    FigureRow {
        id: kpi.word(),
        title: kpi.title(),
        definition: kpi.definition(),
        target: kpi.target(),
        window: figure.window,
        readings: figure.readings.iter().map(reading).collect(),
    }
}

fn reading(reading: &Reading) -> ReadingRow {
    let value = match reading.value {
        Value::NotKnown(_) => None,
        Value::Share { part, whole } => Some(ValueDocument::Share { part, whole, share: part as f64 / whole as f64 }),
        Value::Count(count) => Some(ValueDocument::Count { count }),
        Value::Reach(reach, day) => Some(ValueDocument::Reach { low: reach.low, high: reach.high, day }),
        Value::Seconds(seconds) => Some(ValueDocument::Time { seconds }),
    };
    ReadingRow { what: reading.what, known: value.is_some(), text: reading.value.to_string(), value }
}

fn latency(slice: &SliceLatency) -> LatencyRow {
    LatencyRow {
        slice: slice.tld.to_string(),
        requests: slice.requests,
        last_asked: slice.last_asked,
        acknowledged: stretch(&slice.acknowledged),
        claimed: stretch(&slice.claimed),
        verified: stretch(&slice.verified),
    }
}

fn stretch(of: &Stretch) -> StretchRow {
    StretchRow {
        reached: of.seconds.len(),
        median_seconds: of.median(),
        longest_seconds: of.seconds.last().copied(),
        waiting: of.waiting,
        longest_wait_seconds: of.longest_wait,
    }
}
