// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Times the calls of a drill, for what the report says that the hub had to bear.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant as Wall;

use anyhow::Context as _;
use forestall_api::route::Route;
use forestall_connect::hub::HubError;
use forestall_drill::load::Sample;

/// Characters that are kept of why the hub refused.
const LONGEST_REASON: usize = 300;

/// What was measured. Cheap to clone; clones measure together.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    samples: Arc<Mutex<Vec<Sample>>>,
}

/// What the hub said no to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) reason: String,
}

impl Meter {
    /// Returns what was measured.
    pub(super) fn samples(&self) -> Vec<Sample> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has something done that must be done for the drill to go on.
    pub(super) async fn must<T>(
        &self,
        route: Route,
        call: impl Future<Output = Result<T, HubError>>,
    ) -> anyhow::Result<T> {
        let begin = Wall::now();
        let answer = call.await;
        self.keep(route, begin, answer.as_ref().err());
        answer.with_context(|| endpoint(route))
    }

    /// Has something done that the hub may refuse.
    pub(super) async fn ask<T>(
        &self,
        route: Route,
        call: impl Future<Output = Result<T, HubError>>,
    ) -> anyhow::Result<Result<T, Refused>> {
        let begin = Wall::now();
        let answer = call.await;
        self.keep(route, begin, answer.as_ref().err());
        match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(HubError::Problem { problem, .. }) => {
                let reason = problem.detail.chars().take(LONGEST_REASON).collect();
                Ok(Err(Refused { status: problem.status, reason }))
            }
            Err(error) => Err(error).with_context(|| endpoint(route)),
        }
    }

    fn keep(&self, route: Route, begin: Wall, error: Option<&HubError>) {
        let refused = error.and_then(HubError::status).is_some_and(|status| (400..500).contains(&status));
        let sample = Sample {
            endpoint: endpoint(route),
            micros: u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX),
            failed: error.is_some() && !refused,
            refused,
        };
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
    }
}

fn endpoint(route: Route) -> String {
    format!("{} {}", route.method.name(), route.template)
}
