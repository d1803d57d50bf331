// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a monitoring system reads: counts and figures in the text format 0.0.4 of Prometheus.
//!
//! It holds ids of cases, policy zones and those who take them, and patterns of addresses, and no name of a domain of a list or of a person. It is given to programs on this machine and to
//! people who are signed in.
//!
//! # Source
//!
//! Prometheus, Exposition formats, text-based format, version 0.0.4.

use std::fmt::Write as _;
use std::time::Instant as Clock;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use forestall_coord::Level;
use forestall_coord::kpi::{Kpi, Value};
use forestall_store::JobState;

use super::place::now_of;
use crate::server::{App, BUCKETS, Problem, Session, find_session, is_near};
use crate::transfers::ZoneFigures;

/// Jobs that are counted: the newest.
const JOBS: u32 = 10_000;

/// Writes the metrics.
pub(crate) async fn show(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let is_near = is_near(&app, &request);
    // Its body cannot be shared between threads, and nobody needs it.
    let headers = request.into_parts().0.headers;
    // Counts of every case are for those who run the installation.
    if !is_near && !find_session(&app, &headers).await?.is_some_and(|(session, _)| may_count(&session)) {
        return Err(Problem::forbidden(
            "metrics are for programs on this machine and for those who run the installation and are signed in",
        ));
    }
    let mut text = Text::default();
    let store = app.desk().store();
    let begin = Clock::now();
    let head = store.head().await?;
    text.family("forestall_store_read_seconds", "gauge", "How long the store took to say its last event, just now");
    text.sample("forestall_store_read_seconds", &[], begin.elapsed().as_secs_f64());
    text.family("forestall_events_total", "counter", "Events in the log");
    text.sample("forestall_events_total", &[], head as f64);
    let jobs = store.jobs(JOBS).await?;
    text.family("forestall_jobs", "gauge", "Jobs by state");
    for state in JobState::ALL {
        let count = jobs.iter().filter(|job| job.state == *state).count();
        text.sample("forestall_jobs", &[("state", state.word())], count as f64);
    }
    cases(&app, &mut text).await?;
    zones(&app, &mut text).await?;
    if let Some(bytes) = resident() {
        text.family("process_resident_memory_bytes", "gauge", "Memory of the program that is not swapped out");
        text.sample("process_resident_memory_bytes", &[], bytes);
    }
    requests(&app, &mut text);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.0).into_response())
}

/// Says whether somebody runs the installation, proved more than a password, and may read.
fn may_count(session: &Session) -> bool {
    session.strong && session.viewer.is_operator() && session.viewer.reads()
}

/// What is written of one case.
struct Sample {
    case: String,
    coverage: Option<[f64; 3]>,
    reach: [Option<f64>; 3],
    lost: Option<f64>,
    unproved: Option<f64>,
}

async fn cases(app: &App, text: &mut Text) -> Result<(), Problem> {
    let rows = app.desk().cases().await?;
    text.family("forestall_cases", "gauge", "Open cases");
    text.sample("forestall_cases", &[], rows.len() as f64);
    let mut samples = Vec::new();
    for row in rows {
        // A case that cannot be shown is left out; its page says why.
        let Ok(view) = app.counted_view(&row.id).await else { continue };
        let (file, figures) = (&view.object().file, &view.object().figures);
        let Ok(followed) = app.desk().figures(file, now_of(&file.case, app.now())).await else { continue };
        let value = |kpi: Kpi| followed.of(kpi).and_then(|figure| figure.readings.first()).map(|reading| reading.value);
        let number = |value: Option<Value>| match value? {
            Value::Share { part, whole } => Some(part as f64 / whole as f64),
            Value::Count(count) => Some(count as f64),
            _ => None,
        };
        let all = [Level::Claimed, Level::Attested, Level::Observed];
        samples.push(Sample {
            case: row.id.to_string(),
            coverage: (figures.on_day.registrable() > 0).then(|| all.map(|level| figures.on_day.coverage(level))),
            reach: figures.worst_on_day.map(|worst| worst.map(|worst| worst.reach.high)),
            lost: number(value(Kpi::Lost)),
            unproved: number(value(Kpi::Honesty)),
        });
    }
    let levels = |text: &mut Text, name, of: &dyn Fn(&Sample, usize) -> Option<f64>| {
        for sample in &samples {
            for (number, level) in Level::ALL.iter().enumerate() {
                if let Some(value) = of(sample, number) {
                    text.sample(name, &[("case", &sample.case), ("level", level.word())], value);
                }
            }
        }
    };
    text.family(
        "forestall_case_coverage_ratio",
        "gauge",
        "K1 today: protected names per registrable one; absent without names",
    );
    levels(text, "forestall_case_coverage_ratio", &|sample, level| Some(sample.coverage?[level]));
    text.family("forestall_case_reach_ratio", "gauge", "K2 today: the largest reach of misses of the worst variant");
    levels(text, "forestall_case_reach_ratio", &|sample, level| sample.reach[level]);
    text.family(
        "forestall_case_lost_names",
        "gauge",
        "K3: protected before, held by somebody else now; absent where unknown",
    );
    for sample in &samples {
        sample.lost.iter().for_each(|lost| text.sample("forestall_case_lost_names", &[("case", &sample.case)], *lost));
    }
    let name = "forestall_case_claims_unproved_ratio";
    text.family(name, "gauge", "K6: claimed and not observed, per claimed name; absent where unknown");
    for sample in &samples {
        sample.unproved.iter().for_each(|share| text.sample(name, &[("case", &sample.case)], *share));
    }
    Ok(())
}

/// Writes what is served to resolvers, and what each of them took last.
async fn zones(app: &App, text: &mut Text) -> Result<(), Problem> {
    let Some(transfers) = app.transfers() else { return Ok(()) };
    let figures = transfers.figures();
    let mut of_zones = |name: &str, help: &str, value: &dyn Fn(&ZoneFigures) -> Option<f64>| {
        text.family(name, "gauge", help);
        for zone in &figures {
            value(zone).iter().for_each(|value| text.sample(name, &[("zone", zone.zone.as_str())], *value));
        }
    };
    of_zones("forestall_zone_serial", "Serial of a policy zone; absent before there is one", &|zone| {
        zone.serial.map(f64::from)
    });
    of_zones("forestall_zone_names", "Names in a policy zone, those that are let through as well", &|zone| {
        Some(zone.names as f64)
    });
    of_zones("forestall_zone_failed", "1 where a policy zone could not be computed and is served as it was", &|zone| {
        Some(f64::from(u8::from(zone.failed)))
    });
    let name = "forestall_zone_taken_serial";
    text.family(name, "gauge", "Serial that a subscriber took last");
    let taken = app.desk().store().zones_taken().await?;
    for took in &taken {
        let labels = [("subscriber", took.subscriber.as_str()), ("zone", took.zone.as_str())];
        text.sample(name, &labels, f64::from(took.serial));
    }
    let name = "forestall_zone_taken_timestamp_seconds";
    text.family(name, "gauge", "When a subscriber took a policy zone last");
    for took in &taken {
        let labels = [("subscriber", took.subscriber.as_str()), ("zone", took.zone.as_str())];
        text.sample(name, &labels, took.at.seconds() as f64);
    }
    let Some(counts) = transfers.counts() else { return Ok(()) };
    text.family("forestall_transfer_questions_total", "counter", "Questions of secondaries");
    text.sample("forestall_transfer_questions_total", &[], counts.questions as f64);
    text.family("forestall_transfer_refused_total", "counter", "Questions of secondaries that were refused, by reason");
    let others = counts.refused.saturating_sub(counts.bad_signatures);
    for (reason, count) in [("signature", counts.bad_signatures), ("other", others), ("crowd", counts.turned_away)] {
        text.sample("forestall_transfer_refused_total", &[("reason", reason)], count as f64);
    }
    text.family("forestall_transfers_total", "counter", "Transfers by form; broken off ones are counted as cut");
    for (form, count) in [("full", counts.full), ("difference", counts.differences), ("cut", counts.cut)] {
        text.sample("forestall_transfers_total", &[("form", form)], count as f64);
    }
    text.family("forestall_transfer_records_total", "counter", "Records that were sent to secondaries");
    text.sample("forestall_transfer_records_total", &[], counts.records as f64);
    Ok(())
}

fn requests(app: &App, text: &mut Text) {
    let all = app.metrics().all();
    text.family("forestall_http_requests_total", "counter", "Requests by page and class of status");
    let class = |class: u16| format!("{class}xx");
    for (kind, times) in &all {
        let labels = [("route", kind.route.as_str()), ("class", &class(kind.class))];
        text.sample("forestall_http_requests_total", &labels, times.count() as f64);
    }
    text.family(
        "forestall_http_request_duration_seconds",
        "histogram",
        "How long requests took, by page and class of status",
    );
    for (kind, times) in &all {
        let class = class(kind.class);
        let labels = [("route", kind.route.as_str()), ("class", class.as_str())];
        let mut sum = 0;
        let ends = BUCKETS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (end, count) in ends.zip(times.buckets) {
            sum += count;
            let labels = [labels[0], labels[1], ("le", end.as_str())];
            text.sample("forestall_http_request_duration_seconds_bucket", &labels, sum as f64);
        }
        text.sample("forestall_http_request_duration_seconds_sum", &labels, times.seconds);
        text.sample("forestall_http_request_duration_seconds_count", &labels, sum as f64);
    }
}

/// Returns the resident memory in octets; none where the system does not say it in this way.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024.0)
}

/// The text in the making.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Begins a metric.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {}", help.replace('\\', "\\\\").replace('\n', "\\n"));
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
    }

    /// Adds a sample of the metric that was begun last.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}
