// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The families that this program computes.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Html;
use forestall_dga::Family;
use forestall_dga::info::Verification;
use forestall_model::Released;

use super::frame::Frame;
use crate::number::grouped;
use crate::server::{App, Problem, Session};

#[derive(Template)]
#[template(path = "families.html")]
struct Page {
    frame: Frame,
    families: Vec<FamilyRow>,
}

/// One family.
#[derive(Debug)]
struct FamilyRow {
    slug: String,
    aliases: String,
    scheme: &'static str,
    seeding: &'static str,
    period: String,
    names: String,
    suffixes: String,
    campaigns: usize,
    unverified: bool,
    /// Who may see it, where it is a plug-in.
    plugin: Option<&'static str>,
}

/// Shows the families.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Html<String>, Problem> {
    let catalogue = app.desk().catalogue();
    let row = |family: Released<&dyn Family>| {
        let info = family.object().info();
        FamilyRow {
            slug: info.slug.to_string(),
            aliases: info.aliases.join(", "),
            scheme: info.scheme.word(),
            seeding: info.seeding.word(),
            period: info.period.to_string(),
            names: info.names_per_period.map_or_else(|| "as the campaign says".to_owned(), grouped),
            suffixes: grouped(info.suffixes.len() as u64),
            campaigns: catalogue.campaigns_of(&info.slug).count(),
            unverified: info.verification == Verification::Unverified,
            plugin: family.object().code().map(|_| family.marking().tlp.word()),
        }
    };
    let families = app.families(&session).map(row).collect();
    let frame = Frame::new("Families", "families", &app, &session).with_scripts(&["filter.js"]);
    super::page(&Page { frame, families })
}
