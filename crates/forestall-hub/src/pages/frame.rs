// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every page has around its content.

use forestall_model::{Instant, Marking};

use crate::server::{App, Session};

/// The frame of a page: title, navigation, who is signed in.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    /// The entry of the navigation that this page belongs to; empty for none.
    pub(crate) section: &'static str,
    pub(crate) who: Option<Who>,
    /// The time of the page, to the minute.
    pub(crate) time: String,
    pub(crate) assets: &'static str,
    /// The script modules that the page is better with.
    pub(crate) scripts: &'static [&'static str],
}

/// Who is signed in.
#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) form_token: String,
    /// Whether they run the installation.
    pub(crate) runs_it: bool,
    /// Whether they see cases as a whole, where they see any.
    pub(crate) community: bool,
    /// Whether they lead a case.
    pub(crate) leads_any: bool,
    /// Whether they have a registry's home.
    pub(crate) registry: bool,
    /// Whether they have an account of their own.
    pub(crate) account: bool,
}

impl Frame {
    /// Makes the frame of a page for a signed-in person.
    pub(crate) fn new(title: impl Into<String>, section: &'static str, app: &App, session: &Session) -> Self {
        let viewer = &session.viewer;
        let who = Who {
            name: session.name().to_owned(),
            form_token: session.form_token.clone(),
            runs_it: viewer.runs_it(),
            leads_any: viewer.leads_any(),
            community: viewer.is_of_the_community(),
            registry: !viewer.tlds().is_empty(),
            account: viewer.keeps_account(),
        };
        Self { section, who: Some(who), time: to_minute(app.now()), ..Self::bare(title) }
    }

    /// Makes the frame of a page for anybody.
    pub(crate) fn bare(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            section: "",
            who: None,
            time: String::new(),
            assets: crate::server::assets_version(),
            scripts: &[],
        }
    }

    /// Adds script modules.
    pub(crate) fn with_scripts(self, scripts: &'static [&'static str]) -> Self {
        Self { scripts, ..self }
    }

    /// Returns what a form of this page must carry.
    pub(crate) fn form_token(&self) -> &str {
        self.who.as_ref().map_or("", |who| &who.form_token)
    }
}

/// Writes an instant as `2026-11-23 18:05`, in UTC.
pub(crate) fn to_minute(instant: Instant) -> String {
    instant.to_minute()
}

/// A marking as the banner of a page shows it.
#[derive(Debug)]
pub(crate) struct Banner {
    pub(crate) tlp: &'static str,
    /// The class of its colour.
    pub(crate) class: &'static str,
    pub(crate) pap: &'static str,
    /// The end of an embargo, where there is one.
    pub(crate) until: Option<String>,
}

impl Banner {
    pub(crate) fn of(marking: Marking) -> Self {
        use forestall_model::Tlp;
        let class = match marking.tlp {
            Tlp::Clear => "clear",
            Tlp::Green => "green",
            Tlp::Amber | Tlp::AmberStrict => "amber",
            Tlp::Red => "red",
        };
        let until = marking.embargo_until.filter(|_| marking.tlp != Tlp::Clear).map(to_minute);
        Self { tlp: marking.tlp.word(), class, pap: marking.pap.word(), until }
    }
}
