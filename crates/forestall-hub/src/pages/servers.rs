// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The guard over the response's own sinkhole: what is weak about its name servers and the names that they depend on.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use forestall_coord::guard::Finding;
use forestall_model::Instant;
use serde::Serialize;

use super::frame::{Frame, to_minute};
use crate::server::{App, Problem, Session, Wants};

/// A name server with what is weak about it. // WIRE FORMAT, version 1: its JSON form.
#[derive(Debug, Serialize)]
struct ServerRow {
    server: String,
    findings: Vec<FindingRow>,
}

/// One weakness.
#[derive(Debug, Serialize)]
struct FindingRow {
    /// The registrable name that is weak.
    name: String,
    weakness: &'static str,
    what: String,
    /// Whether the name server must be refused for it.
    refuses: bool,
    /// Whether somebody has to act within weeks.
    urgent: bool,
}

/// The guard as JSON. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document {
    seen_from: Instant,
    servers: Vec<ServerRow>,
}

#[derive(Template)]
#[template(path = "servers.html")]
struct Page {
    frame: Frame,
    servers: Vec<ServerRow>,
    seen_from: String,
}

/// Shows the findings about the name servers of all live cases.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
) -> Result<Response, Problem> {
    let now = app.now();
    let servers = app.desk().sinkhole_servers().await?;
    let findings = app.desk().guard(&servers, now).await?;
    let row = |server: &forestall_model::DomainName| ServerRow {
        server: server.to_string(),
        findings: findings.iter().filter(|finding| finding.server == *server).map(finding_row).collect(),
    };
    let rows = servers.iter().map(row).collect();
    if wants == Wants::Json {
        return super::json(&Document { seen_from: now, servers: rows });
    }
    let frame = Frame::new("Guard", "guard", &app, &session);
    Ok(super::page(&Page { frame, servers: rows, seen_from: to_minute(now) })?.into_response())
}

fn finding_row(finding: &Finding) -> FindingRow {
    FindingRow {
        name: finding.name.to_string(),
        weakness: finding.weakness.word(),
        what: finding.what.clone(),
        refuses: finding.refuses,
        urgent: finding.urgent,
    }
}
