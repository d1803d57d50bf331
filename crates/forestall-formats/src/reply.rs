// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A mail that answers a list, as a proposal that a person confirms.
//!
//! Which list it answers is told by the token in its subject ([`crate::list_id`]) or by the messages that it replies to; what it answers, by an
//! attached table or list, by names in the text above the quoted part, or by a sentence of a closed list such as "all done". What is
//! not clear is said to be so, in words, and nothing is made of a sentence that stands on no list.
//!
//! # Source
//!
//! RFC 5322 (messages), RFC 2045 and 2046 (parts), RFC 3834 (automatic responses).

use forestall_model::{AnswerResult, Digest, DomainName, Instant, vocabulary};

use crate::answers::{self, AnswerLine};
use crate::list_id::ListId;
use crate::mail_parts::{self, Body, Leaf, Mail};
use crate::phrases::{self, Heard, Kind};
use crate::sheets::SheetError;
use crate::table::Fault;
use crate::{plain, received};

pub use crate::mail_parts::{MAX_DEPTH, MAX_HEADERS, MAX_MESSAGE, MAX_PARTS, MailError};

vocabulary! {
    /// How sure a proposal is. A person confirms each; the word says how closely to look.
    pub enum Confidence as "a confidence" {
        /// A table that says for each line what was done, and nothing against it.
        Clear = "clear",
        /// A sentence or a list, and nothing against it.
        Likely = "likely",
        /// Something is missing or speaks against it: the problems say what.
        Unclear = "unclear",
    }
}

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Line by line.
    Lines(Vec<AnswerLine>),
    /// One result for single names; none where the mail lists names and does not say what became of them.
    Names {
        /// What became of them.
        result: Option<AnswerResult>,
        /// The names, each once, in the order of the mail.
        names: Vec<DomainName>,
    },
    /// One result for the whole list.
    Whole(AnswerResult),
    /// Nothing that was understood.
    Nothing,
}

/// What a mail is taken to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedAnswer {
    /// The list; none where the mail does not say, or names several.
    pub list: Option<ListId>,
    /// What it says.
    pub said: Said,
    /// How sure that is.
    pub confidence: Confidence,
    /// What it was read from, in words: the subject, a file, the text.
    pub read_from: Vec<String>,
    /// What speaks against it or was not read, in words.
    pub problems: Vec<String>,
    /// Lines that a workbook leaves open.
    pub unanswered: u64,
    /// The text above the quoted part, for the person who confirms; at most 4,000 characters.
    pub text: String,
    /// The message's own id, without angle brackets.
    pub message_id: Option<String>,
    /// The address it says it is from. Anybody can write that.
    pub from: Option<String>,
    /// Its subject.
    pub subject: String,
    /// When it says it was written.
    pub date: Option<Instant>,
}

/// Most octets of the octets of attachments that are read, all together.
const MAX_ATTACHED: usize = 64 << 20;
/// Most characters of the text that are handed on.
const MAX_TEXT: usize = 4_000;
/// Most characters of the text that are searched for phrases.
const MAX_SEARCHED: usize = 100_000;

/// Reads a mail. `known` says which list was sent with the message of an id, given without angle brackets.
///
/// # Errors
///
/// [`MailError`] for what is no mail or beyond the limits. Whatever else is wrong is a problem of the proposal.
pub fn read(message: &[u8], known: impl Fn(&str) -> Option<ListId>) -> Result<ProposedAnswer, MailError> {
    let mail = mail_parts::read(message)?;
    let mut proposal = Proposal { read_from: Vec::new(), problems: Vec::new() };
    let list = proposal.list(&mail, known);
    let written: Vec<&str> = mail.leaves.iter().filter(|leaf| !leaf.attached).filter_map(text_of).collect();
    let text = phrases::unquoted(&written.join("\n"));
    let heard = phrases::hear(&text.chars().take(MAX_SEARCHED).collect::<String>());
    let files = proposal.files(&mail);
    proposal.problems.extend(mail.unread.iter().map(|what| format!("{what} was not opened")));
    let (said, mut confidence) = if mail.automatic {
        proposal.problems.push("a program wrote the message, such as a note of absence: it is no answer".to_owned());
        (Said::Nothing, Confidence::Unclear)
    } else {
        proposal.said(&heard, &text, files.lines, files.names)
    };
    if !matches!(said, Said::Nothing) && !heard.doubts.is_empty() {
        proposal.problems.push(format!("the text holds {}: read it", quoted(&heard.doubts)));
    }
    if !proposal.problems.is_empty() {
        confidence = Confidence::Unclear;
    }
    Ok(ProposedAnswer {
        list,
        said,
        confidence,
        read_from: proposal.read_from,
        problems: proposal.problems,
        unanswered: files.unanswered,
        text: text.trim().chars().filter(|c| *c == '\n' || !c.is_control()).take(MAX_TEXT).collect(),
        message_id: mail.message_id,
        from: mail.from,
        subject: mail.subject,
        date: mail.date.map(Instant::from_seconds),
    })
}

/// Returns the ids of the messages that a mail replies to, without angle brackets, the nearest first, each once; at most 100.
///
/// # Errors
///
/// As [`read`].
pub fn answered(message: &[u8]) -> Result<Vec<String>, MailError> {
    Ok(mail_parts::read(message)?.answers)
}

/// Returns what tells a mail from others: its id, sender, subject and body. It is the same for one mail that was delivered twice, and another
/// for a mail that only calls itself by the same id.
#[must_use]
pub fn identity(message: &[u8]) -> Digest {
    mail_parts::identity(message)
}

/// Puts a text or a file that a person has in their hands into a mail about a list, so that it is read like one.
#[must_use]
pub fn wrapped(list: &ListId, file: Option<&str>, octets: &[u8]) -> Vec<u8> {
    let kind = match file {
        None => "text/plain; charset=utf-8".to_owned(),
        Some(name) => {
            let name: String =
                name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).take(100).collect();
            format!("application/octet-stream; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"")
        }
    };
    let head = format!(
        "Subject: {}\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n\r\n",
        list.token()
    );
    [head.as_bytes(), octets].concat()
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

fn text_of(leaf: &Leaf) -> Option<&str> {
    match &leaf.body {
        Body::Text(text) | Body::Html(text) => Some(text),
        Body::Octets(_) => None,
    }
}

/// What the files of a mail say.
#[derive(Default)]
struct Files {
    /// Answers of tables, where there was one.
    lines: Option<Vec<AnswerLine>>,
    /// Names of lists without results, where there was one.
    names: Option<Vec<DomainName>>,
    unanswered: u64,
}

struct Proposal {
    read_from: Vec<String>,
    problems: Vec<String>,
}

impl Proposal {
    fn list(&mut self, mail: &Mail, known: impl Fn(&str) -> Option<ListId>) -> Option<ListId> {
        let mut lists = ListId::found_in(&mail.subject);
        if !lists.is_empty() {
            self.read_from.push("the token in the subject".to_owned());
        }
        // The first id that is known: of the message that was answered, else of the nearest before it.
        if let Some(list) = mail.answers.iter().find_map(|id| known(id)) {
            self.read_from.push("the message that it replies to".to_owned());
            if !lists.contains(&list) {
                lists.push(list);
            }
        }
        match lists.as_slice() {
            [list] => Some(list.clone()),
            [] => {
                self.problems.push("the message does not say which list it answers".to_owned());
                None
            }
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                self.problems.push(format!("the message names several lists: {}", names.join(", ")));
                None
            }
        }
    }

    fn files(&mut self, mail: &Mail) -> Files {
        let mut files = Files::default();
        let mut left = MAX_ATTACHED;
        for leaf in mail.leaves.iter().filter(|leaf| leaf.attached || matches!(leaf.body, Body::Octets(_))) {
            let name = leaf.file.as_deref().unwrap_or("without a name");
            let octets = match &leaf.body {
                Body::Text(text) | Body::Html(text) => text.as_bytes(),
                Body::Octets(octets) => octets.as_slice(),
            };
            let Some(rest) = left.checked_sub(octets.len()) else {
                self.problems.push(format!("the file {name:?} was not read: the files are too long together"));
                continue;
            };
            left = rest;
            self.file(name, octets, &mut files);
        }
        files
    }

    fn file(&mut self, name: &str, octets: &[u8], files: &mut Files) {
        let lower = name.to_lowercase();
        let workbook = octets.starts_with(b"PK\x03\x04");
        let ends = |ending: &str| lower.ends_with(ending);
        let table = [".csv", ".tsv", ".xlsx", ".xls", ".ods"].iter().any(|ending| ends(ending));
        if !workbook && !table && !ends(".txt") {
            self.problems.push(format!("the file {name:?} was not read: it is no table and no list"));
            return;
        }
        let read = if workbook {
            let without = |error: &SheetError| matches!(error, SheetError::NoTable { .. });
            answers::read_workbook(octets)
                .map(|read| (read.lines, read.unanswered))
                .map_err(|error| (without(&error), error.to_string()))
        } else {
            let without = |fault: &Fault| matches!(fault, Fault::MissingColumn(column) if column == "result");
            answers::read(octets)
                .map(|lines| (lines, 0))
                .map_err(|errors| (errors.problems().iter().any(|problem| without(&problem.fault)), errors.to_string()))
        };
        match read {
            Ok((lines, unanswered)) => {
                self.read_from.push(format!("the table {name:?}"));
                files.unanswered = files.unanswered.saturating_add(unanswered);
                match &mut files.lines {
                    None => files.lines = Some(lines),
                    Some(before) => {
                        self.problems
                            .push("the message holds several tables: they are shown one after another".to_owned());
                        before.extend(lines);
                    }
                }
            }
            Err((without_results, error)) => {
                // What has no results may still be a list of names; but a table of ours without results says nothing about them.
                match (table || workbook, plain::read(octets)) {
                    (false, Ok(names)) if !names.is_empty() => {
                        self.read_from.push(format!("the list {name:?}"));
                        files.names.get_or_insert_default().extend(names);
                    }
                    _ => {
                        let what = if without_results && received::read(octets).is_ok() {
                            "it lists names without saying what became of them".to_owned()
                        } else {
                            error
                        };
                        self.problems.push(format!("the file {name:?} is no answer: {what}"));
                    }
                }
            }
        }
    }

    fn said(
        &mut self,
        heard: &Heard,
        text: &str,
        lines: Option<Vec<AnswerLine>>,
        names: Option<Vec<DomainName>>,
    ) -> (Said, Confidence) {
        let spoken = self.spoken(heard);
        let mut names = names.unwrap_or_default();
        let written = names_in(text);
        let from_text = !written.is_empty();
        if from_text {
            self.read_from.push("names in the text".to_owned());
            names.extend(written);
        }
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        if let Some(lines) = lines {
            if lines.is_empty() {
                self.problems.push("the table holds no answer".to_owned());
                return (Said::Nothing, Confidence::Unclear);
            }
            if !names.is_empty() {
                self.problems.push("beside the table the message lists names, which are not shown here".to_owned());
            }
            if let Some(result) = spoken
                && lines.iter().any(|line| line.result != result)
            {
                self.problems.push(format!("the text says {result}, and the table says something else"));
            }
            return (Said::Lines(lines), Confidence::Clear);
        }
        if !names.is_empty() {
            // "These are done" says it of names alone.
            let result = spoken.or_else(|| heard.has(Kind::Names).then_some(AnswerResult::Done));
            if from_text && spoken.is_some() && !heard.has(Kind::Names) {
                let what = "the text says something about the whole and lists names: whether it means these alone is not clear";
                self.problems.push(what.to_owned());
            }
            if result.is_none() {
                self.problems.push("the message lists names and does not say what became of them".to_owned());
            }
            if heard.has(Kind::Names) && spoken.is_some_and(|result| result != AnswerResult::Done) {
                self.problems.push("the text says several things about the names".to_owned());
                return (Said::Names { result: None, names }, Confidence::Unclear);
            }
            return (Said::Names { result, names }, Confidence::Likely);
        }
        match spoken {
            Some(result) => (Said::Whole(result), Confidence::Likely),
            None => {
                self.problems.push("nothing in the message was understood as an answer".to_owned());
                (Said::Nothing, Confidence::Unclear)
            }
        }
    }

    /// Returns the one result that sentences tell; none where there is none, or where they contradict each other.
    fn spoken(&mut self, heard: &Heard) -> Option<AnswerResult> {
        let mut results: Vec<AnswerResult> = Vec::new();
        for (kind, sentence) in &heard.said {
            let result = match kind {
                Kind::Done => AnswerResult::Done,
                Kind::Held => AnswerResult::AlreadyHeld,
                Kind::Refused => AnswerResult::Refused,
                Kind::Names | Kind::Doubt | Kind::Quote | Kind::Between => continue,
            };
            self.read_from.push(format!("the sentence {sentence:?}"));
            if !results.contains(&result) {
                results.push(result);
            }
        }
        if results.len() > 1 {
            self.problems.push("the sentences of the message contradict each other".to_owned());
        }
        Some(results).filter(|results| results.len() == 1).and_then(|results| results.first().copied())
    }
}

/// Returns the names that stand alone on a line of a text, with or without a mark of a list before them.
fn names_in(text: &str) -> Vec<DomainName> {
    let bare = |line: &str| {
        let line = line.trim().trim_start_matches(['-', '*', '•']).trim().trim_end_matches([',', ';']).to_owned();
        (!line.is_empty() && !line.contains(char::is_whitespace) && !line.contains('@')).then_some(line)
    };
    text.lines().take(MAX_LINES).filter_map(bare).filter_map(|line| line.parse().ok()).collect()
}

/// Most lines of a text that are searched for names.
const MAX_LINES: usize = 200_000;
