// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How much time a registry has, and whom to ring there.

use forestall_api::lead::{Callee, Lead};

use super::words::timing;
use crate::contacts;
use crate::lead::LeadDocument;

/// Returns how much time a registry has.
#[must_use]
pub fn lead(of: &LeadDocument) -> Lead {
    Lead {
        road: of.road,
        needs: of.needs.clone(),
        opens: of.opens,
        send_by: of.send_by,
        act_by: of.act_by,
        offset: of.offset,
        send_by_there: of.send_by_there.clone(),
        act_by_there: of.act_by_there.clone(),
        timing: timing(of.timing),
        fallback: of.fallback,
        in_time_by: of.in_time_by,
        in_time_opens: of.in_time_opens,
        next_list: of.next_list,
        rhythm: of.rhythm,
        text: of.to_string(),
    }
}

/// Returns somebody who can be rung.
pub(super) fn callee(of: &contacts::Callee) -> Callee {
    Callee {
        name: of.name.clone(),
        role: of.role.clone(),
        phone: of.phone.clone(),
        mail: of.mail.clone(),
        second: of.second.clone(),
        tested: of.tested,
        needs_test: of.needs_test,
        hours: of.hours.clone(),
        text: of.to_string(),
    }
}
