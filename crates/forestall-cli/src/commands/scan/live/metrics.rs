// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a scan that never ends counts of itself, in the text format of Prometheus. No address of a client is in it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use forestall_detect::readers::Counts;
use forestall_hub::server::serve_plainly;
use forestall_model::Instant;

/// The media type of the text format (Prometheus, "Exposition formats", version 0.0.4).
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Counters and gauges.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    pub(super) connections: AtomicU64,
    pub(super) accepted: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) matched: AtomicU64,
    pub(super) renewed: AtomicU64,
    pub(super) not_renewed: AtomicU64,
    pub(super) names: AtomicU64,
    pub(super) ledger_octets: AtomicU64,
    pub(super) cut_short: AtomicU64,
    /// Seconds since 1970.
    pub(super) index_read: AtomicU64,
    pub(super) period_began: AtomicU64,
    read: Mutex<Counts>,
    /// Clients of the period, by family.
    clients: Mutex<BTreeMap<String, u64>>,
}

impl Metrics {
    /// Adds what was read.
    pub(super) fn add_read(&self, counts: &Counts) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).merge(counts);
    }

    /// Says how many clients of each family the period has.
    pub(super) fn set_clients(&self, clients: BTreeMap<String, u64>) {
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = clients;
    }

    /// Returns all of them as text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of = |value: &AtomicU64| value.load(Ordering::Relaxed);
        let mut one = |name: &str, kind: &str, help: &str, value: u64| {
            text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"));
        };
        one("forestall_scan_connections", "gauge", "Connections that are open.", of(&self.connections));
        one("forestall_scan_connections_accepted_total", "counter", "Connections that were taken.", of(&self.accepted));
        one(
            "forestall_scan_connections_refused_total",
            "counter",
            "Connections that were closed: too many at a time, or no dnstap.",
            of(&self.refused),
        );
        one("forestall_scan_frames_total", "counter", "Frames that were read.", read.units);
        one("forestall_scan_records_total", "counter", "Questions and answers in these frames.", read.records);
        one("forestall_scan_passed_total", "counter", "Whole frames that tell of no client's question.", read.passed);
        one("forestall_scan_matched_total", "counter", "Records with a listed name.", of(&self.matched));
        one("forestall_scan_index_names", "gauge", "Names of the index that serves.", of(&self.names));
        one(
            "forestall_scan_index_read_timestamp_seconds",
            "gauge",
            "When the index that serves was read.",
            of(&self.index_read),
        );
        one(
            "forestall_scan_index_renewals_total",
            "counter",
            "How often a new index took the place of the old.",
            of(&self.renewed),
        );
        one(
            "forestall_scan_index_renewal_failures_total",
            "counter",
            "How often a new index could not be used and the old one served on.",
            of(&self.not_renewed),
        );
        one(
            "forestall_scan_period_timestamp_seconds",
            "gauge",
            "When the period of the counts began.",
            of(&self.period_began),
        );
        one("forestall_scan_state_bytes", "gauge", "Memory of the counts, about.", of(&self.ledger_octets));
        one(
            "forestall_scan_periods_cut_short_total",
            "counter",
            "How often a period ended early because its counts had taken all the memory they may.",
            of(&self.cut_short),
        );
        text.push_str("# HELP forestall_scan_broken_total Frames that could not be read, by what is broken.\n");
        text.push_str("# TYPE forestall_scan_broken_total counter\n");
        for (fault, count) in read.faults() {
            text.push_str(&format!("forestall_scan_broken_total{{fault=\"{}\"}} {count}\n", escaped(fault.text())));
        }
        text.push_str("# HELP forestall_scan_clients Clients of the period with a finding, by family.\n");
        text.push_str("# TYPE forestall_scan_clients gauge\n");
        for (family, count) in self.clients.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            text.push_str(&format!("forestall_scan_clients{{family=\"{}\"}} {count}\n", escaped(family)));
        }
        text
    }
}

/// Writes a label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Returns an instant as whole seconds since 1970.
pub(super) fn seconds(instant: Instant) -> u64 {
    u64::try_from(instant.micros() / 1_000_000).unwrap_or(0)
}

/// Serves the metrics under `/metrics` until the program ends. Returns the address.
///
/// # Errors
///
/// Where the address cannot be listened on.
pub(super) fn serve(address: SocketAddr, metrics: Arc<Metrics>) -> anyhow::Result<SocketAddr> {
    let called = || format!("metrics cannot be served on {address}");
    let run = tokio::runtime::Builder::new_current_thread().enable_all().build().with_context(called)?;
    let listener = run.block_on(tokio::net::TcpListener::bind(address)).with_context(called)?;
    let bound = listener.local_addr().with_context(called)?;
    let page = move || {
        let text = metrics.text();
        async move { ([(header::CONTENT_TYPE, TEXT)], text) }
    };
    let router = Router::new().route("/metrics", get(page));
    std::thread::Builder::new()
        .name("metrics".to_owned())
        .spawn(move || run.block_on(serve_plainly(listener, router, std::future::pending())))
        .with_context(called)?;
    Ok(bound)
}

#[cfg(test)]
mod tests {
    use super::{Metrics, escaped};

    #[test]
    fn text_has_help_and_type_before_each_value() {
        let metrics = Metrics::default();
        metrics.set_clients([("conficker-b".to_owned(), 3)].into());
        let text = metrics.text();
        for name in text.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next()) {
            assert!(text.contains(&format!("# TYPE {name} ")), "{name}");
        }
        assert!(text.contains("forestall_scan_clients{family=\"conficker-b\"} 3\n"));
        assert_eq!(escaped("a\"b\\c\n"), "a\\\"b\\\\c\\n");
    }
}
