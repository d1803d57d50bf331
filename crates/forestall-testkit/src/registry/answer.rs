// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers, built as text.

use std::fmt::Write;

use forestall_model::Instant;

use super::code;
use super::space::EPP;

/// What a command leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// The result code.
    pub(super) code: u16,
    /// Why it is refused, and the element that is blamed, as XML.
    pub(super) why: Option<(String, Option<String>)>,
    /// The element `msgQ`, as XML.
    pub(super) queue: Option<String>,
    /// What is in `resData`, as XML.
    pub(super) data: String,
    /// What is in `extension`, as XML.
    pub(super) extension: String,
    /// Whether the registry is not as it was before.
    pub(super) changed: bool,
}

impl Answer {
    /// Makes an answer of a code and nothing more.
    pub(super) fn of(code: u16) -> Self {
        Self { code, ..Self::default() }
    }

    /// Makes an answer with data.
    pub(super) fn with(data: String) -> Self {
        Self { code: 1000, data, ..Self::default() }
    }

    /// Marks that the registry is not as it was before.
    pub(super) fn changed(mut self) -> Self {
        self.changed = true;
        self
    }

    /// Writes the frame.
    pub(super) fn frame(&self, client_id: Option<&str>, server_id: &str) -> String {
        let mut text = start();
        let says = code::says(self.code).expect("only codes of RFC 5730 are answered");
        let _ = write!(text, "<response><result code=\"{}\"><msg>{}</msg>", self.code, escaped(says));
        if let Some((reason, blamed)) = &self.why {
            let blamed = blamed.clone().unwrap_or_else(|| "<undef/>".to_owned());
            let _ = write!(text, "<extValue><value>{blamed}</value><reason>{}</reason></extValue>", escaped(reason));
        }
        text.push_str("</result>");
        text.extend(self.queue.as_deref());
        for (name, inside) in [("resData", &self.data), ("extension", &self.extension)] {
            if !inside.is_empty() {
                let _ = write!(text, "<{name}>{inside}</{name}>");
            }
        }
        let client_id = client_id.map(|id| element("clTRID", id)).unwrap_or_default();
        let _ = write!(text, "<trID>{client_id}{}</trID></response></epp>", element("svTRID", server_id));
        text
    }
}

/// A command that is refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The result code.
    pub(super) code: u16,
    /// Why.
    pub(super) reason: String,
    /// The element that is blamed, as XML.
    pub(super) blamed: Option<String>,
}

impl Refusal {
    /// Refuses with a code and a reason.
    pub(super) fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), blamed: None }
    }

    /// Blames an element, which is named with its prefix.
    pub(super) fn blaming(mut self, space: &str, name: &str, text: &str) -> Self {
        let prefix = name.split(':').next().unwrap_or_default();
        self.blamed = Some(format!("<{name} xmlns:{prefix}=\"{space}\">{}</{name}>", escaped(text)));
        self
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self { why: Some((refusal.reason, refusal.blamed)), ..Self::of(refusal.code) }
    }
}

/// What carrying out a command leads to.
pub(super) type Outcome = Result<Answer, Refusal>;

/// Begins a frame.
pub(super) fn start() -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<epp xmlns=\"{EPP}\">")
}

/// Writes an element with text.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// Writes an element with text, or nothing where there is none.
pub(super) fn optional(name: &str, text: Option<&str>) -> String {
    text.map(|text| element(name, text)).unwrap_or_default()
}

/// Writes who sponsors and who created an object, when, and who changed it last, as elements of a prefix.
pub(super) fn history(
    prefix: &str,
    [sponsor, creator]: [&str; 2],
    created: Instant,
    updated: Option<&(String, Instant)>,
) -> String {
    let own = |name: &str, text: &str| element(&format!("{prefix}:{name}"), text);
    let mut text = own("clID", sponsor) + &own("crID", creator) + &own("crDate", &created.to_string());
    if let Some((account, at)) = updated {
        text.push_str(&own("upID", account));
        text.push_str(&own("upDate", &at.to_string()));
    }
    text
}

/// Escapes what is markup otherwise.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
