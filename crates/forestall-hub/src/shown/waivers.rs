// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests for a waiver that were sent to ICANN.

use forestall_api::waivers::{Waiver, WaiverAnswer};
use forestall_coord::{Case, Filing};

/// Returns the requests of a case, in the order of their numbers.
#[must_use]
pub fn waivers(case: &Case) -> Vec<Waiver> {
    case.filings.iter().map(waiver).collect()
}

fn waiver(filing: &Filing) -> Waiver {
    Waiver {
        number: filing.number,
        road: filing.road,
        tlds: filing.tlds.clone(),
        sent: filing.sent,
        due: filing.due,
        reference: filing.reference.clone(),
        answer: filing.answer.as_ref().map(|answer| WaiverAnswer {
            at: answer.at,
            granted: answer.granted,
            text: answer.text.clone(),
        }),
    }
}
