// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! All requests of some addresses, so that machines behind one address can be told apart by the order of what they said.

use super::pairs::is_sampled;
use super::totals::Behind;
use crate::behind::{self, Marks, Request};
use crate::source::Source;

/// The most requests that are kept: some 50 MiB.
pub(super) const MOST: usize = 1_000_000;

/// Requests of every address that is kept, chosen by [`is_sampled`].
#[derive(Debug)]
pub(super) struct Requests {
    most: usize,
    level: u32,
    kept: Vec<(Source, u32, Request)>,
}

impl Requests {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), level: 0, kept: Vec::new() }
    }

    pub(super) fn add(&mut self, source: Source, hour: u32, request: Request) {
        if !is_sampled(source, self.level) {
            return;
        }
        self.kept.push((source, hour, request));
        while self.kept.len() > self.most {
            self.level += 1;
            let level = self.level;
            self.kept.retain(|(source, _, _)| is_sampled(*source, level));
        }
    }

    /// Returns the machines behind the IPv4 addresses of the hour that has most of them; `None` where no request was kept.
    pub(super) fn behind(mut self) -> Option<Behind> {
        self.kept.retain(|(source, _, _)| matches!(source, Source::V4(_)));
        self.kept.sort_by_key(|(source, hour, request)| (*hour, *source, request.at));
        // Of several hours with as many, the first.
        let mut best: (u64, &[(Source, u32, Request)]) = (0, &[]);
        for of_hour in self.kept.chunk_by(|a, b| a.1 == b.1) {
            let addresses = of_hour.chunk_by(|a, b| a.0 == b.0).count() as u64;
            if addresses > best.0 {
                best = (addresses, of_hour);
            }
        }
        let (addresses, of_hour) = best;
        let machines = of_hour.chunk_by(|a, b| a.0 == b.0).map(|of_address| {
            let requests: Vec<Request> = of_address.iter().map(|(_, _, request)| *request).collect();
            behind::at_least(&requests, Marks::default())
        });
        (addresses > 0).then(|| Behind { addresses, machines: machines.sum() })
    }
}
