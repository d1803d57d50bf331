// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What no envelope may hold, whether it is written or read.

use std::collections::BTreeSet;

use super::{Envelope, EnvelopeError, MAX_ENTRIES, MAX_FILE_NAME, MAX_TEXT, NamesADay, Threat};

/// How many lines a text may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// One line that must not be empty.
    Line,
    /// One or several lines that must not be empty.
    Lines,
}

impl Envelope {
    /// Refuses what no envelope may hold: this program writes no such thing and believes none.
    pub(super) fn check(&self) -> Result<(), EnvelopeError> {
        let wrong = |place: &str, what: String| Err(EnvelopeError::Value { place: place.to_owned(), what });
        let list = &self.list;
        if list.number == 0 {
            return wrong("list.number", "lists are numbered from 1".to_owned());
        }
        if let Some(previous) = self.previous.filter(|previous| *previous == 0 || *previous >= list.number) {
            return wrong("previous", format!("list {previous} does not come before list {}", list.number));
        }
        self.texts().try_for_each(|(place, text, kind)| check_text(&place, text, kind))?;
        let counts = &self.counts;
        if let (Some(first), Some(last)) = (counts.first_day, counts.last_day)
            && first > last
        {
            return wrong("counts.first_day", format!("{first} comes after the last day, {last}"));
        }
        if counts.first_day.is_some() != counts.last_day.is_some() {
            return wrong("counts.last_day", "one of the first and the last day is missing".to_owned());
        }
        if counts.names > counts.added.saturating_add(counts.kept) {
            let lines = counts.added.saturating_add(counts.kept);
            return wrong("counts.names", format!("{} names cannot stand in {lines} lines", counts.names));
        }
        if let Some(NamesADay { min, median, max }) = counts.names_a_day
            && (min > median || median > max)
        {
            return wrong("counts.names_a_day", format!("{min}, {median} and {max} are not in order"));
        }
        let lengths = [
            ("threats", self.threats.len()),
            ("asked", self.asked.len()),
            ("name_servers", self.name_servers.len()),
            ("files", self.files.len()),
            ("answer.forms", self.answer.forms.len()),
        ];
        for (place, length) in lengths.into_iter().chain(self.threats.iter().flat_map(Threat::lengths)) {
            if length > MAX_ENTRIES {
                return wrong(place, format!("there are {length} entries; at most {MAX_ENTRIES} are taken"));
            }
        }
        let mut names = BTreeSet::new();
        for file in &self.files {
            if !is_file_name(&file.name) {
                let expected = "expected letters, digits, dots, hyphens and underscores, and no dot first";
                return wrong("files.name", format!("{:?} is no name of a file; {expected}", shortened(&file.name)));
            }
            if !names.insert(file.name.to_ascii_lowercase()) {
                return wrong("files.name", format!("{:?} stands there twice", file.name));
            }
        }
        Ok(())
    }

    /// Returns all texts with their place and kind.
    fn texts(&self) -> impl Iterator<Item = (String, &str, Text)> {
        fn line<'a>(place: &str, text: &'a str) -> (String, &'a str, Text) {
            (place.to_owned(), text, Text::Line)
        }
        fn lines<'a>(place: &str, text: &'a str) -> (String, &'a str, Text) {
            (place.to_owned(), text, Text::Lines)
        }
        let requester = &self.requester;
        let whole = [
            line("title", &self.title),
            line("party_name", &self.party_name),
            line("requester.organisation", &requester.organisation),
            line("requester.person", &requester.person),
            line("requester.phone", &requester.phone),
            line("requester.role", &requester.role),
            lines("requester.proof", &requester.proof),
            lines("legal_basis", &self.legal_basis),
            lines("collisions", &self.collisions),
            lines("lead.otherwise", &self.lead.otherwise),
            line("appeal.contact", &self.appeal.contact),
            line("answer.address", &self.answer.address),
        ];
        let optional = [
            ("requester.mail", requester.mail.as_deref()),
            ("fallback.meaning", self.fallback.as_ref().map(|fallback| fallback.meaning.as_str())),
            ("term.renewed_by", self.term.renewed_by.as_deref()),
            ("fees.provision", self.fees.provision.as_deref()),
        ];
        let optional = optional.into_iter().filter_map(move |(place, text)| Some(line(place, text?)));
        let asked = self.asked.iter().map(move |asked| line("asked.meaning", &asked.meaning));
        let files = self.files.iter().map(move |file| line("files.media_type", &file.media_type));
        let threats = self.threats.iter().enumerate().flat_map(|(i, threat)| threat.texts(i));
        whole.into_iter().chain(optional).chain(asked).chain(files).chain(threats)
    }
}

impl Threat {
    /// Returns the texts of the threat at `index` with their place and kind.
    fn texts(&self, index: usize) -> impl Iterator<Item = (String, &str, Text)> {
        let place = move |member: &str| format!("threats[{index}].{member}");
        let one = [
            (place("algorithm"), self.algorithm.as_str(), Text::Lines),
            (place("verification_note"), self.verification_note.as_str(), Text::Lines),
            (place("reproduce"), self.reproduce.as_str(), Text::Line),
        ];
        let samples = self.samples.iter().map(move |text| (place("samples"), text.as_str(), Text::Line));
        let references = self.references.iter().map(move |text| (place("references"), text.as_str(), Text::Line));
        let names = self.vectors.iter().flat_map(|vector| &vector.names);
        let names = names.map(move |text| (place("vectors.names"), text.as_str(), Text::Line));
        let values = self.parameters.iter().flat_map(|(key, value)| [key, value]);
        let values = values.map(move |text| (place("parameters"), text.as_str(), Text::Line));
        one.into_iter().chain(samples).chain(references).chain(names).chain(values)
    }

    /// Returns the lists of the threat with their place and length.
    fn lengths(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let names = self.vectors.iter().map(|vector| ("threats.vectors.names", vector.names.len()));
        let lists = [
            ("threats.samples", self.samples.len()),
            ("threats.references", self.references.len()),
            ("threats.vectors", self.vectors.len()),
            ("threats.parameters", self.parameters.len()),
        ];
        lists.into_iter().chain(names)
    }
}

fn check_text(place: &str, text: &str, kind: Text) -> Result<(), EnvelopeError> {
    let wrong = |what: String| Err(EnvelopeError::Value { place: place.to_owned(), what });
    if text.trim().is_empty() {
        return wrong("the text is empty".to_owned());
    }
    let length = text.chars().count();
    if length > MAX_TEXT {
        return wrong(format!("the text has {length} characters; at most {MAX_TEXT} are taken"));
    }
    if text.chars().any(|c| c.is_control() && !(c == '\n' && kind == Text::Lines)) {
        let what = if kind == Text::Line { "line break or another control character" } else { "control character" };
        return wrong(format!("the text holds a {what}"));
    }
    Ok(())
}

/// Says whether a text is a plain name of a file on every system, and leads nowhere else.
fn is_file_name(name: &str) -> bool {
    (1..=MAX_FILE_NAME).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
