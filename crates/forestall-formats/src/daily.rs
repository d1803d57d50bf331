// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The mail of a day: what waits for one person, in counts, with a link to each case.
//!
//! It goes over open mail. Of a case above TLP:GREEN it holds a link and nothing else.

use std::collections::BTreeMap;

use forestall_model::marking::Marked;
use forestall_model::{Instant, Marking, Released, Tlp, vocabulary};

use crate::page::{self, Fields, PageForm, Values};
use crate::wording::{Language, MailText, WordingError};

vocabulary! {
    /// What waits, the most pressing first.
    pub enum Waits as "what waits" {
        /// Something that somebody has to know at once.
        Alarms = "alarms",
        /// Tasks whose day has passed.
        TasksOverdue = "tasks-overdue",
        /// Lists that nobody said to have received, past their time.
        ListsOverdue = "lists-overdue",
        /// Answers that somebody has to confirm.
        Answers = "answers",
        /// Tasks of this day.
        TasksDue = "tasks-due",
        /// Lists that nobody said to have received, whose time is near.
        ListsDue = "lists-due",
        /// Lists of the last day.
        ListsNew = "lists-new",
    }
}

/// What waits in one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyCase {
    /// What the case is called.
    pub title: String,
    /// Where it is shown; none where the console has no address that others reach.
    pub link: Option<String>,
    /// How it is marked.
    pub marking: Marking,
    /// How much waits; a count of nothing is left out.
    pub counts: BTreeMap<Waits, u64>,
}

impl DailyCase {
    fn is_told(&self) -> bool {
        self.counts.values().any(|count| *count > 0)
    }
}

/// What waits for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Daily {
    /// Who reads it.
    pub person: String,
    /// When it was counted.
    pub at: Instant,
    /// The cases in which something waits, in the order in which they are told.
    pub cases: Vec<DailyCase>,
    /// Mails that nobody could place, and where they are; for those who run the installation.
    pub unplaced: Option<(u64, Option<String>)>,
    /// Where the person switches it off; none where the console has no address that others reach.
    pub account: Option<String>,
    /// Whom to ask for the console where the mail cannot lead to it.
    pub contact: String,
}

impl Daily {
    /// Says whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unplaced.as_ref().is_none_or(|(count, _)| *count == 0) && !self.cases.iter().any(DailyCase::is_told)
    }
}

impl Marked for Daily {
    fn marking(&self) -> Marking {
        self.cases.iter().fold(Marking::PUBLIC, |marking, case| marking.strictest(case.marking))
    }
}

/// Writes the mail of a day; `None` where there is nothing to say. Its subject names no case, and its text has lines of at most 76 characters where no
/// word is longer. Equal values give equal texts.
///
/// # Errors
///
/// [`WordingError`] for a fault in the files of the language.
pub fn write(daily: &Released<Daily>, language: Language) -> Result<Option<MailText>, WordingError> {
    let daily = daily.object();
    if daily.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for case in daily.cases.iter().filter(|case| case.is_told()) {
        lines.push(line(case, daily.at, language)?);
    }
    if let Some((count, link)) = daily.unplaced.as_ref().filter(|(count, _)| *count > 0) {
        let key = if *count == 1 { "daily-unplaced-one" } else { "daily-unplaced-many" };
        lines.push(language.filled(
            key,
            &Fields::from([("n", language.number(*count)?), ("link", link.clone().unwrap_or_default())]),
        )?);
    }
    let day = daily.at.day().to_string();
    let fields = Fields::from([
        ("person", daily.person.clone()),
        ("day", day.clone()),
        ("at", language.instant(daily.at)?),
        ("account", daily.account.clone().unwrap_or_default()),
        // The template says it in the place of the account.
        ("contact", daily.account.as_ref().map_or_else(|| daily.contact.clone(), |_| String::new())),
    ]);
    let lines = lines.into_iter().map(|line| Fields::from([("line", line)])).collect();
    let values = Values { fields, groups: BTreeMap::from([("lines", lines)]) };
    Ok(Some(MailText {
        subject: language.filled("daily-subject", &Fields::from([("day", day)]))?,
        text: page::show(language.tag(), language.daily(), &values, PageForm::Text)?,
    }))
}

fn line(case: &DailyCase, at: Instant, language: Language) -> Result<String, WordingError> {
    let link = case.link.clone().unwrap_or_default();
    if case.marking.tlp_at(at) > Tlp::Green {
        return language.filled("daily-closed", &Fields::from([("link", link)]));
    }
    let counts = case.counts.iter().filter(|(_, count)| **count > 0);
    let items: Result<Vec<String>, WordingError> =
        counts.map(|(what, count)| language.counted(*count, &format!("daily-{what}"))).collect();
    let fields = Fields::from([("title", case.title.clone()), ("items", items?.join("; ")), ("link", link)]);
    language.filled("daily-case", &fields)
}
