// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The history of a registered name: what changed of who holds it, and what people recorded about it.

use forestall_coord::Holding;
use forestall_coord::event::Body;
use forestall_coord::holding::TenureChange;
use forestall_model::dossier::Tenure;
use forestall_model::{CaseId, Instant};
use forestall_store::LogEntry;
use serde::Serialize;

use super::frame::to_minute;
use crate::desk::said_of_holders;
use crate::server::{App, Problem};

/// A change of who holds a name.
#[derive(Debug, Serialize)]
pub(super) struct ChangeRow {
    at: Instant,
    pub(super) version: u64,
    pub(super) what: String,
    before: Tenure,
    #[serde(skip)]
    pub(super) when: String,
    /// What it was before, in words.
    #[serde(skip)]
    pub(super) was: String,
}

/// What a person recorded about a name.
#[derive(Debug, Serialize)]
pub(super) struct ActRow {
    /// The kind of the event: `ruled`, `appealed`, `settled` or `undone`.
    pub(super) what: &'static str,
    pub(super) version: u64,
    at: Instant,
    /// Who acted; none where it was erased.
    pub(super) who: Option<String>,
    /// The second person, where there was one.
    pub(super) second: Option<String>,
    /// Who appealed, where this is an appeal.
    pub(super) contact: Option<String>,
    pub(super) text: String,
    #[serde(skip)]
    pub(super) when: String,
}

/// What people recorded last about a name.
#[derive(Debug, Default)]
pub(super) struct Acts {
    /// The latest first.
    pub(super) rows: Vec<ActRow>,
    /// The number of the event of the last ruling, and how many names it is about, where they are several.
    pub(super) ruled_with: Option<(u64, usize)>,
}

/// Returns the changes of who holds a name, the latest first.
pub(super) fn changes(holding: &Holding) -> Vec<ChangeRow> {
    let row = |change: &TenureChange| ChangeRow {
        at: change.at,
        version: change.version,
        what: change.what.iter().map(|what| what.word()).collect::<Vec<_>>().join(", "),
        was: said(&change.before),
        before: change.before.clone(),
        when: to_minute(change.at),
    };
    holding.changes.iter().rev().map(row).collect()
}

/// Says how the last appeal was answered, where it was.
pub(super) fn settled(holding: &Holding) -> Option<String> {
    let (at, upheld) = holding.appeal.as_ref()?.settled?;
    Some(format!("{} on {} UTC", if upheld { "upheld" } else { "denied" }, to_minute(at)))
}

/// Says who held a name.
fn said(tenure: &Tenure) -> String {
    let servers = tenure.name_servers.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let parts = [
        tenure.registrar.as_ref().map(|registrar| format!("registrar {registrar}")),
        tenure.created.map(|created| format!("registered {}", created.day())),
        (!servers.is_empty()).then(|| format!("name servers {servers}")),
        tenure.holder.map(|holder| format!("registrant {}", holder.short())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Reads what people recorded last about a name: its ruling, its appeal and its undoing.
pub(super) async fn acts(app: &App, id: &CaseId, holding: &Holding) -> Result<Acts, Problem> {
    let last = holding.ruled.as_ref().map(|ruled| ruled.version);
    let appealed = holding.appeal.as_ref().map(|appeal| appeal.version);
    let undone = holding.undo.as_ref().map(|undo| undo.version);
    let mut versions: Vec<u64> = [last, appealed, undone].into_iter().flatten().collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.dedup();
    let mut acts = Acts::default();
    for version in versions {
        let entries = app.desk().store().events(id, version.saturating_sub(1), 1).await?;
        let Some(entry) = entries.first() else { continue };
        if let Body::Ruled { names, .. } = &entry.event.body
            && names.len() > 1
            && last == Some(version)
        {
            acts.ruled_with = Some((version, names.len()));
        }
        acts.rows.push(act_row(entry));
    }
    Ok(acts)
}

fn act_row(entry: &LogEntry) -> ActRow {
    let event = &entry.event;
    let withheld = |field: &str| entry.withheld.get(field).cloned();
    ActRow {
        what: event.body.kind(),
        version: event.version,
        at: event.occurred,
        who: entry.actor().map(str::to_owned),
        second: withheld("second-person"),
        contact: withheld("contact"),
        text: said_of_holders(&event.body),
        when: to_minute(event.occurred),
    }
}
