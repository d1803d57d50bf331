// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A notice to a party's program: that something happened, and where to read it.
//!
//! It holds no name. Of a case above TLP:GREEN it holds what is needed to find the page, and neither a title nor a count.

use forestall_model::marking::Marked;
use forestall_model::{CaseId, Instant, Marking, Released, Tld, Tlp, vocabulary};
use serde::Serialize;

vocabulary! {
    /// What a notice tells of.
    pub enum NoticeKind as "a kind of notice" {
        /// A new list of names to act on.
        List = "list",
        /// A list of which nobody said that it came.
        Reminder = "reminder",
        /// A list of names to hand back.
        Release = "release",
        /// A decision of people: about names of a slice, or about the case at large.
        Decision = "decision",
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it tells of.
    pub kind: NoticeKind,
    /// When it was made; it does not change when the notice is sent again.
    pub at: Instant,
    /// The case.
    pub case: CaseId,
    /// What the case is called.
    pub title: String,
    /// How it is marked.
    pub marking: Marking,
    /// The slice; none for a decision about the case at large.
    pub slice: Option<Tld>,
    /// The number of the list, or that of the event of a decision.
    pub number: u64,
    /// How many reminders of the list this one makes; 0 for anything else.
    pub reminder: u32,
    /// How many names the list holds, or a decision is about; none for one about the case at large.
    pub names: Option<u64>,
    /// Until when somebody has to act, where there is a time.
    pub act_by: Option<Instant>,
    /// Where it is read, behind sign-in; none where the console has no address that others reach.
    pub link: Option<String>,
}

impl Marked for Notice {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// // WIRE FORMAT, version 1: the body of a notice, in the shape that Standard Webhooks 1.0 recommends.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Instant,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    version: u32,
    case: &'a CaseId,
    tlp: Tlp,
    #[serde(skip_serializing_if = "Option::is_none")]
    slice: Option<&'a Tld>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reminder: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act_by: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

/// Writes a notice as JSON. Equal notices give equal octets.
///
/// # Errors
///
/// Where it cannot be written as JSON, which it always can.
pub fn write(notice: &Released<Notice>) -> Result<String, serde_json::Error> {
    let notice = notice.object();
    let tlp = notice.marking.tlp_at(notice.at);
    let is_open = tlp <= Tlp::Green;
    let is_list = notice.kind != NoticeKind::Decision;
    serde_json::to_string(&Body {
        kind: format!("forestall.{}", notice.kind),
        timestamp: notice.at,
        data: Data {
            version: 1,
            case: &notice.case,
            tlp,
            slice: notice.slice.as_ref(),
            list: Some(notice.number).filter(|_| is_list),
            event: Some(notice.number).filter(|_| !is_list),
            reminder: Some(notice.reminder).filter(|reminder| *reminder > 0),
            title: Some(notice.title.as_str()).filter(|_| is_open),
            names: notice.names.filter(|_| is_open),
            act_by: notice.act_by.filter(|_| is_open),
            link: notice.link.as_deref(),
        },
    })
}
