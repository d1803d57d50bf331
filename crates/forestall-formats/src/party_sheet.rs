// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sheet for the day without a network: parties and how each is reached, as text for a printer or as one page of HTML.
//!
//! It holds personal data, so it stands behind the gate under TLP:AMBER+STRICT like any list, and says on each form how old it is.

use std::io::{self, Write};

use forestall_model::marking::{Marked, Marking, Released};
use forestall_model::party::Contact;
use forestall_model::{Instant, Party, UtcDay};

/// Columns of the text.
const WIDTH: usize = 92;

/// The parties of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartySheet {
    /// The parties, in the order in which they are printed.
    pub parties: Vec<Party>,
    /// When the sheet was made.
    pub made: Instant,
}

impl Marked for PartySheet {
    /// The marking of contacts: the organisation of whoever receives the sheet, and nobody else.
    fn marking(&self) -> Marking {
        Marking::DEFAULT
    }
}

impl PartySheet {
    /// Returns how many contacts it names.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.parties.iter().map(|party| party.contacts.len()).sum()
    }
}

/// Writes the sheet as plain text, a block a party.
///
/// # Errors
///
/// What the writer reports.
pub fn write_text(sheet: &Released<PartySheet>, out: &mut dyn Write) -> io::Result<()> {
    let (marking, sheet) = (sheet.marking(), sheet.object());
    let today = sheet.made.day();
    writeln!(out, "{}   Parties and contacts as of {} (UTC)   {}", marking.tlp, sheet.made.to_minute(), marking.tlp)?;
    writeln!(out, "Contacts marked OLD were not tried by their second way within {} days.", Contact::TEST_DAYS)?;
    for party in &sheet.parties {
        writeln!(out, "\n{}\n{} ({}, {})", "-".repeat(WIDTH), party.name, party.kind, party.id)?;
        for line in wrapped("domains: ", &domains(party)) {
            writeln!(out, "  {line}")?;
        }
        if let Some(terms) = terms(party) {
            for line in wrapped("terms: ", &terms) {
                writeln!(out, "  {line}")?;
            }
        }
        if party.contacts.is_empty() {
            writeln!(out, "  NO CONTACT")?;
        }
        for (number, contact) in (1..).zip(&party.contacts) {
            let role = if contact.role.is_empty() { String::new() } else { format!(", {}", contact.role) };
            let hours = if contact.day_and_night { " (day and night)" } else { "" };
            writeln!(out, "  {number}. {}{role}{hours}", contact.name)?;
            for (what, value) in ways(contact) {
                writeln!(out, "     {what:<7} {value}")?;
            }
            writeln!(out, "     {}", standing(contact, today))?;
        }
    }
    Ok(())
}

/// Writes the sheet as one page of HTML that needs nothing else, made for printing.
///
/// # Errors
///
/// What the writer reports.
pub fn write_html(sheet: &Released<PartySheet>, out: &mut dyn Write) -> io::Result<()> {
    let (marking, sheet) = (sheet.marking(), sheet.object());
    let today = sheet.made.day();
    let made = sheet.made.to_minute();
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Parties and contacts, {made} UTC</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<header><b>{tlp}</b><h1>Parties and contacts</h1><p>As of {made} (UTC). Contacts marked <b>old</b> were not tried by their \
         second way within {days} days.</p></header>",
        tlp = marking.tlp,
        days = Contact::TEST_DAYS,
    )?;
    for party in &sheet.parties {
        writeln!(out, "<section>\n<h2>{} <small>{}, {}</small></h2>", text(&party.name), party.kind, party.id)?;
        if !party.tlds.is_empty() {
            writeln!(out, "<p>{}</p>", domains(party))?;
        }
        if let Some(terms) = terms(party) {
            writeln!(out, "<p>{}</p>", text(&terms))?;
        }
        if party.contacts.is_empty() {
            writeln!(out, "<p><b>No contact</b></p>")?;
        } else {
            writeln!(out, "<ol>")?;
            for contact in &party.contacts {
                write!(out, "<li><b>{}</b>", text(&contact.name))?;
                if !contact.role.is_empty() {
                    write!(out, ", {}", text(&contact.role))?;
                }
                if contact.day_and_night {
                    write!(out, " (day and night)")?;
                }
                for (what, value) in ways(contact) {
                    write!(out, "<br>{what} {}", text(value))?;
                }
                writeln!(out, "<br><small>{}</small></li>", text(&standing(contact, today)))?;
            }
            writeln!(out, "</ol>")?;
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "<footer><b>{}</b></footer>\n</body>\n</html>", marking.tlp)
}

const STYLE: &str = "body{font:10.5pt/1.35 sans-serif;margin:1.5cm;color:#000;background:#fff}\n\
                     header,footer{display:block}\nh1{font-size:16pt;margin:.2em 0}\nh2{font-size:12pt;margin:0 0 .2em}\n\
                     section{border-top:1px solid #000;padding:.5em 0;break-inside:avoid}\np{margin:.2em 0}\nol{margin:.3em 0}\n\
                     small{font-weight:normal}\n";

/// Returns the ways to reach a contact, the order in which they are tried.
fn ways(contact: &Contact) -> impl Iterator<Item = (&'static str, &str)> {
    let ways = [("phone", &contact.phone), ("mail", &contact.mail), ("second", &contact.second)];
    ways.into_iter().filter_map(|(what, value)| Some((what, value.as_deref()?)))
}

/// Says how far a contact can be relied on.
fn standing(contact: &Contact, today: UtcDay) -> String {
    let old = if contact.needs_test(today) { "OLD: " } else { "" };
    let day = |day: Option<UtcDay>| day.map_or_else(|| "never".to_owned(), |day| day.to_string());
    let owner = contact.owner.as_ref().map(|owner| format!("; kept by {owner}")).unwrap_or_default();
    format!("{old}verified {}; second way tried {}{owner}", day(contact.verified), day(contact.tested))
}

fn domains(party: &Party) -> String {
    party.tlds.iter().map(|tld| format!(".{tld}")).collect::<Vec<_>>().join(" ")
}

fn terms(party: &Party) -> Option<String> {
    let terms = party.terms.as_ref()?;
    let own = terms.own_days.map(|own| format!(", needs {own}")).unwrap_or_default();
    let limit = terms.batch_limit.map(|limit| format!(", at most {limit} names a list")).unwrap_or_default();
    Some(format!(
        "{}{own}; works {} at UTC{}; {} lists as {}{limit}, in {}",
        terms.road, terms.working_days, terms.offset, terms.rhythm, terms.form, terms.language
    ))
}

/// Breaks a text at its blanks, with `label` before the first line and blanks of its length before the others; nothing for no text.
fn wrapped(label: &str, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("{label}{word}")),
            Some(_) => lines.push(format!("{}{word}", " ".repeat(label.len()))),
        }
    }
    lines
}

/// Writes a text so that HTML shows it as it is.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
