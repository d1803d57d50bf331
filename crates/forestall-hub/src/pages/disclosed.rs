// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of what leaves the console of a case.

use forestall_model::CaseId;

use crate::desk::NewDisclosure;
use crate::server::{App, Problem, Session};

/// Keeps on record that names of a case leave, before the first octet does.
pub(crate) async fn disclose(
    app: &App,
    session: &Session,
    case: &CaseId,
    what: &str,
    count: u64,
    purpose: &str,
) -> Result<(), Problem> {
    let disclosure = NewDisclosure {
        party: session.viewer.party.as_ref().map(|party| party.id.clone()),
        case: Some(case.clone()),
        what,
        count,
        purpose,
        basis: "the case and its marking",
    };
    Ok(app.desk().disclose(&session.act(app.now()), disclosure).await?)
}
