// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Style, scripts and icon: compiled in, and addressed by their digest so that browsers may keep them.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use forestall_model::Digest;

use super::{Problem, Query};

/// A file that pages load.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const fn asset(name: &'static str, media_type: &'static str, text: &'static str) -> Asset {
    Asset { name, media_type, text }
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

static ASSETS: [Asset; 7] = [
    asset("console.css", CSS, include_str!("../assets/console.css")),
    asset("map.css", CSS, crate::map::STYLE),
    asset("docket.js", SCRIPT, include_str!("../assets/docket.js")),
    asset("heat.js", SCRIPT, include_str!("../assets/heat.js")),
    asset("filter.js", SCRIPT, include_str!("../assets/filter.js")),
    asset("forms.js", SCRIPT, include_str!("../assets/forms.js")),
    asset("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

/// Returns what the address of every asset ends in: it changes with any of them.
pub(crate) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let parts: Vec<&[u8]> = ASSETS.iter().map(|asset| asset.text.as_bytes()).collect();
        Digest::of_parts(&parts).short()
    })
}

/// Answers with an asset.
pub(super) async fn show(Path(name): Path<String>, query: Query) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Problem::not_found("there is no such file"))?;
    // A module that another one imports is asked for without a version, so it is checked each time.
    let keep = if query.text("v") == Some(version()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, keep)];
    Ok((headers, asset.text).into_response())
}
