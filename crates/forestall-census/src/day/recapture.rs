// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Machines that asked in the busiest hour, from who came to several samples of it: capture and recapture without a second day.
//!
//! Two samples give Chapman's estimate, more of them Schnabel's. An hour is short against a lease, so that hardly anybody changes the address between the samples; what is assumed above all is that whoever came to
//! one sample is as likely to come to another as everybody else. Where that is known to be wrong, no number is given:
//!
//! - a machine that stops at the first answer comes to one sample because it did not come to another;
//! - with fewer than [`LEAST_TWICE`] in several samples the estimate is too low by more than its interval says (Robson and Regier, Transactions of the American Fisheries Society 93, 1964);
//! - where Chao's lower bound, which assumes nothing of the kind, lies above the interval, machines are unlike. This shows from three samples on; two say nothing of it.

use super::held::Held;
use super::samples::{LEAST_OF_SAMPLE, Samples};
use crate::estimate::{Estimate, Method, number};
use crate::{chao, chapman, schnabel};

/// The fewest addresses that must be in several samples.
const LEAST_TWICE: u64 = 7;

/// What the occasions are.
const METHOD: Method = Method {
    name: "samples of one hour",
    what: "what came to one address of one sensor is an occasion, all of them in the busiest hour",
    source: "Intern. Working Group for Disease Monitoring and Forecasting, Amer. J. Epidemiology 142, 1995",
};

/// What that assumes.
const ASSUMPTIONS: &[&str] = &[
    "sensors and their addresses hold unlike names, and which of the names a machine asks for is chance: who came to one sample is as likely to come to another as any other machine that asked in the hour",
];

/// Estimates the machines that asked in the hour, or says why that cannot be done.
pub(super) fn machines(samples: Option<&Samples>, held: &Held) -> Result<Estimate, String> {
    let Some(samples) = samples else {
        return Err("all came to one address of one sensor: there is no second sample of the hour".to_owned());
    };
    if held.readings.iter().any(|reading| reading.holding.stops) {
        return Err(
            "a machine stops at the first name that answers, so that it comes to one sample because it did not come to another"
                .to_owned(),
        );
    }
    let occasions = &samples.occasions;
    let count = occasions.each.len();
    if count < 2 {
        return Err(format!(
            "{count} of {} samples of the hour have at least {LEAST_OF_SAMPLE} addresses; expected two or more",
            count as u64 + samples.small
        ));
    }
    let twice = occasions.distinct - occasions.once;
    if twice < LEAST_TWICE {
        return Err(format!(
            "{twice} addresses of {} came to several of {count} samples, expected at least {LEAST_TWICE}: how many came to none is not known",
            occasions.distinct
        ));
    }
    let estimate = if count == 2 { chapman::all(occasions) } else { schnabel::all(occasions) };
    let estimate = estimate.map_err(|error| error.to_string())?;
    if count > 2 {
        let least = chao::at_least(occasions).map_err(|error| error.to_string())?;
        if least.low() > estimate.high() {
            return Err(format!(
                "samples hold unlike machines: by Chao's lower bound there are at least {}, where {} would follow if all were equally likely to be seen",
                number(least.low(), 0),
                number(estimate.value(), 0)
            ));
        }
    }
    Ok(estimate.by(METHOD, ASSUMPTIONS))
}
