// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, K1 to K18, as a document: what pages, scripts and the command line print of them.

use forestall_api::figures::{self, Figures, SliceCoverage};
use forestall_coord::kpi::{self, Figure, Reading, SliceLatency, Stretch, Value};

/// Writes down the figures of a case. // WIRE FORMAT, version 1.
#[must_use]
pub fn document(case: &forestall_coord::Case, figures: &kpi::Figures) -> Figures {
    let coverage = figures.coverage.iter().map(|(tld, observed, registrable)| SliceCoverage {
        slice: tld.clone(),
        observed: *observed,
        registrable: *registrable,
    });
    Figures {
        case: case.id.clone(),
        from: figures.from,
        until: figures.until,
        figures: figures.all.iter().map(figure).collect(),
        latency: figures.latency.iter().map(latency).collect(),
        coverage: coverage.collect(),
    }
}

fn figure(figure: &Figure) -> figures::Figure {
    let kpi = figure.kpi;
    figures::Figure {
        id: kpi.word().to_owned(),
        title: kpi.title().to_owned(),
        definition: kpi.definition().to_owned(),
        target: kpi.target().to_owned(),
        window: figure.window.to_owned(),
        readings: figure.readings.iter().map(reading).collect(),
    }
}

fn reading(reading: &Reading) -> figures::Reading {
    let value = match reading.value {
        Value::NotKnown(_) => None,
        Value::Share { part, whole } => Some(figures::Value::Share { part, whole, share: part as f64 / whole as f64 }),
        Value::Count(count) => Some(figures::Value::Count { count }),
        Value::Reach(reach, day) => Some(figures::Value::Reach { low: reach.low, high: reach.high, day }),
        Value::Seconds(seconds) => Some(figures::Value::Time { seconds }),
    };
    let (known, text) = (value.is_some(), reading.value.to_string());
    figures::Reading { what: reading.what.to_owned(), known, text, value }
}

fn latency(slice: &SliceLatency) -> figures::Latency {
    figures::Latency {
        slice: slice.tld.clone(),
        requests: slice.requests,
        last_asked: slice.last_asked,
        acknowledged: stretch(&slice.acknowledged),
        claimed: stretch(&slice.claimed),
        verified: stretch(&slice.verified),
    }
}

fn stretch(of: &Stretch) -> figures::Stretch {
    figures::Stretch {
        reached: of.seconds.len() as u64,
        median_seconds: of.median(),
        longest_seconds: of.seconds.last().copied(),
        waiting: of.waiting,
        longest_wait_seconds: of.longest_wait,
    }
}
