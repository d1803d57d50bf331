// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The published rules: how a name comes onto a list, how it is judged, what is automatic and what never is.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use forestall_coord::flood::LEAD_DAYS;
use forestall_vet::Rules;

use super::frame::Frame;
use crate::desk::PUBLIC_APPEAL_HOURS;
use crate::server::{App, Problem};

#[derive(Template)]
#[template(path = "public-rules.html")]
struct Page {
    frame: Frame,
    hours: u16,
    lead: i64,
    rules: u32,
    contact: Option<String>,
}

/// Shows the rules.
pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Problem> {
    super::page(&Page {
        frame: Frame::bare("Rules of listing"),
        hours: PUBLIC_APPEAL_HOURS,
        lead: LEAD_DAYS,
        rules: Rules::built_in().version(),
        contact: app.public_pages().contact.clone(),
    })
}
