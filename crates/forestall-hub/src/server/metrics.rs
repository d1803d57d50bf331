// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Counts requests by page, outcome and time, for whoever watches the program.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::App;

/// The upper ends of the buckets, in seconds: from a page that is at hand to one that makes people wait.
pub(crate) const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What was counted since the program started.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<Kind, Times>>);

/// Requests of one kind: the page as the router knows it, without what its address holds, and the class of the status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// The pattern of the page; `none` where no page has the address.
    pub(crate) route: String,
    /// The first digit of the status.
    pub(crate) class: u16,
}

/// How long requests took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Requests in each bucket and, last, those above all.
    pub(crate) buckets: [u64; BUCKETS.len() + 1],
    /// The seconds of all together.
    pub(crate) seconds: f64,
}

impl Times {
    /// Returns how many requests there were.
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BUCKETS.iter().position(|end| seconds <= *end).unwrap_or(BUCKETS.len());
        self.buckets[bucket] += 1;
        self.seconds += seconds;
    }
}

impl Metrics {
    fn add(&self, kind: Kind, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(kind).or_default().add(took);
    }

    /// Returns what was counted, in the order of the pages.
    pub(crate) fn all(&self) -> BTreeMap<Kind, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Measures a request.
pub(super) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let begin = Instant::now();
    // Only patterns of pages are kept: their number is bounded, and they hold no name.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    app.metrics().add(Kind { route, class: response.status().as_u16() / 100 }, begin.elapsed());
    response
}
