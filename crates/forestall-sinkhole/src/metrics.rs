// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counters in the text form of Prometheus, for the operator, on the loopback interface.

use std::fmt::Write as _;
use std::sync::Arc;

use forestall_spool::Watch;

use crate::counters::{ALL, Counters};
use crate::names::Live;
use crate::talk::{Next, Tools};

/// Most octets of a request of the operator's program.
const MOST_IN_HEAD: usize = 8 << 10;

/// Who knows the counts.
#[derive(Debug)]
pub struct Board {
    counters: Vec<Arc<Counters>>,
    spool: Watch,
    live: Arc<Live>,
}

impl Board {
    /// Makes one.
    #[must_use]
    pub fn new(counters: Vec<Arc<Counters>>, spool: Watch, live: Arc<Live>) -> Self {
        Self { counters, spool, live }
    }

    /// Returns all counts as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut sums = vec![0_u64; ALL.len()];
        for counters in &self.counters {
            sums.iter_mut().zip(counters.each()).for_each(|(sum, count)| *sum = sum.wrapping_add(count));
        }
        let mut text = String::new();
        let mut last = "";
        for ((name, labels, help), sum) in ALL.iter().zip(sums) {
            if *name != last {
                head(&mut text, name, help, "counter");
                last = name;
            }
            let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
            // Writing into a string does not fail.
            let _ = writeln!(text, "forestall_sinkhole_{name}{labels} {sum}");
        }
        let counts = self.spool.counts();
        head(
            &mut text,
            "events_total",
            "Events that were offered to the spool, and those of them that were left out.",
            "counter",
        );
        for (kind, fate, count) in [
            ("dns", "offered", counts.offered_dns),
            ("dns", "shed", counts.shed_dns),
            ("contact", "offered", counts.offered_contacts),
            ("contact", "shed", counts.shed_contacts),
        ] {
            let _ = writeln!(text, "forestall_sinkhole_events_total{{kind=\"{kind}\",fate=\"{fate}\"}} {count}");
        }
        let names = self.live.names();
        let written = u64::try_from(names.written().seconds()).unwrap_or(0);
        for (name, help, kind, value) in [
            ("events_acknowledged_total", "Events that are on the disk for good.", "counter", counts.acknowledged),
            ("spool_octets", "Octets of the segments in the folder of the spool.", "gauge", counts.octets),
            ("spool_segments_total", "Segments that were begun.", "counter", counts.segments),
            ("spool_failing", "Whether the last attempt to write failed.", "gauge", u64::from(counts.failing)),
            ("names", "Names in the indexes in use.", "gauge", names.count()),
            ("index_written_seconds", "When the newest index in use was built.", "gauge", written),
        ] {
            head(&mut text, name, help, kind);
            let _ = writeln!(text, "forestall_sinkhole_{name} {value}");
        }
        text
    }
}

fn head(text: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(text, "# HELP forestall_sinkhole_{name} {help}\n# TYPE forestall_sinkhole_{name} {kind}");
}

/// Answers any whole request with the counts.
pub(crate) fn received(input: &[u8], output: &mut Vec<u8>, tools: &Tools) -> Next {
    if !input.windows(4).any(|octets| octets == b"\r\n\r\n") {
        return if input.len() < MOST_IN_HEAD { Next::More } else { Next::Close };
    }
    let body = tools.board.text();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    output.extend_from_slice(head.as_bytes());
    output.extend_from_slice(body.as_bytes());
    Next::Close
}
