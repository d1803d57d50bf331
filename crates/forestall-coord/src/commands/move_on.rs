// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Moves the horizon of a case on.

use forestall_model::{Tld, UtcDay};

use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Moves the end of the horizon. Its beginning stays: what is past is still to be handed back and counted.
#[derive(Clone, Debug)]
pub struct MoveOn {
    /// The new end, not included.
    pub until: UtcDay,
    /// The top-level domains with a name in the days that come.
    pub slices: Vec<Tld>,
}

impl MoveOn {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if self.until <= case.horizon.until {
            return Err(Refusal::NotFurther { until: self.until, horizon: case.horizon });
        }
        let mut slices: Vec<Tld> = self.slices.iter().filter(|tld| !case.slices.contains_key(*tld)).cloned().collect();
        slices.sort_unstable();
        slices.dedup();
        Ok(Body::Moved { until: self.until, slices })
    }
}
