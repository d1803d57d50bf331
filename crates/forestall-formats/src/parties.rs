// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parties as people send them: a table with one row a contact, or a document in JSON or TOML with one entry a party.
//!
//! The columns of the table are those of [`COLUMNS`]. A further row with the id of an earlier one is a further contact of that party; what
//! it says of the party itself is left blank or is the same. A document is `{"version": 1, "parties": [...]}` in JSON, and in TOML
//! `version = 1` with a table `[[parties]]` for each. An OpenPGP key fits into a document only.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};

use forestall_model::party::{Contact, DayCount, LeadDays, ListForm, Rhythm, Road, Terms};
use forestall_model::{Party, PartyId, Tld, UtcDay};
use serde::{Deserialize, Serialize};

use crate::csv::harmless;
use crate::table::{self, Column, Fault, Need, Row, TableErrors, column};

/// The version of the documents. WIRE FORMAT, version 1.
const VERSION: u32 = 1;
/// Most octets of a document: 2,000 registries with a key each.
pub const MAX_DOCUMENT: usize = 64 << 20;

/// A party of a file, and where it stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedParty {
    /// Where: `line 4`, or `party 2` of a document.
    pub place: String,
    /// The party.
    pub party: Party,
}

/// Why a document of parties was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartiesError {
    /// Faults of a table.
    #[error(transparent)]
    Table(#[from] TableErrors),
    /// A document that cannot be read, with line and column.
    #[error("the document has a fault: {0}")]
    Document(String),
    /// A document of another version.
    #[error("the document has version {found}; this program reads version {VERSION}")]
    Version {
        /// The version of the document.
        found: u32,
    },
    /// A document that is too long.
    #[error("the document has {found} octets; at most {MAX_DOCUMENT} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// A party that comes twice.
    #[error("{place}: the party {id} stands at {first} already")]
    Repeated {
        /// The later place.
        place: String,
        /// The party.
        id: PartyId,
        /// The earlier place.
        first: String,
    },
}

/// A document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    parties: Vec<Party>,
}

const ID: usize = 0;
const KIND: usize = 1;
const NAME: usize = 2;
const TLDS: usize = 3;
const ROAD: usize = 4;
const OWN_DAYS: usize = 5;
const DAY_COUNT: usize = 6;
const UTC_OFFSET: usize = 7;
const WORKING_DAYS: usize = 8;
const HOLIDAYS: usize = 9;
const BATCH_LIMIT: usize = 10;
const RHYTHM: usize = 11;
const FORM: usize = 12;
const LANGUAGE: usize = 13;
const WEBHOOK: usize = 14;
const CONTACT: usize = 15;
const ROLE: usize = 16;
const MAIL: usize = 17;
const PHONE: usize = 18;
const SECOND: usize = 19;
const DAY_AND_NIGHT: usize = 20;
const VERIFIED: usize = 21;
const TESTED: usize = 22;
const OWNER: usize = 23;

/// The columns of the table.
pub const COLUMNS: [Column; 24] = [
    column("id", Need::Must),
    column("kind", Need::Must),
    column("name", Need::Must),
    column("tlds", Need::May),
    column("road", Need::May),
    column("own_days", Need::May),
    column("day_count", Need::May),
    column("utc_offset", Need::May),
    column("working_days", Need::May),
    column("holidays", Need::May),
    column("batch_limit", Need::May),
    column("rhythm", Need::May),
    column("form", Need::May),
    column("language", Need::May),
    column("webhook", Need::May),
    column("contact", Need::May),
    column("role", Need::May),
    column("mail", Need::May),
    column("phone", Need::May),
    column("second", Need::May),
    column("day_and_night", Need::May),
    column("verified", Need::May),
    column("tested", Need::May),
    column("owner", Need::May),
];

/// Reads parties from a table or a document, whichever the text is, in the order of the file.
///
/// # Errors
///
/// [`PartiesError`] with the place of what is wrong; no party is returned then. What is in a party is for [`Party::faults`] to judge.
pub fn read(text: &str) -> Result<Vec<ListedParty>, PartiesError> {
    let bare = text.trim_start_matches('\u{feff}').trim_start();
    if bare.starts_with('{') {
        check_length(text)?;
        let document = serde_json::from_str(bare).map_err(|error| PartiesError::Document(error.to_string()))?;
        return listed(document);
    }
    if is_toml(bare) {
        check_length(text)?;
        let document =
            toml::from_str(bare).map_err(|error| PartiesError::Document(error.to_string().trim_end().to_owned()))?;
        return listed(document);
    }
    Ok(read_table(text.as_bytes())?)
}

/// Says whether a text begins like a document in TOML: with a key and its value, a table or a comment.
fn is_toml(text: &str) -> bool {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("");
    line.starts_with('[')
        || line.split_once('=').is_some_and(|(key, _)| key.trim().bytes().all(|b| b.is_ascii_lowercase()))
}

fn check_length(text: &str) -> Result<(), PartiesError> {
    if text.len() > MAX_DOCUMENT { Err(PartiesError::TooLong { found: text.len() }) } else { Ok(()) }
}

fn listed(document: Document) -> Result<Vec<ListedParty>, PartiesError> {
    if document.version != VERSION {
        return Err(PartiesError::Version { found: document.version });
    }
    let mut first: BTreeMap<PartyId, usize> = BTreeMap::new();
    let mut parties = Vec::with_capacity(document.parties.len());
    for (number, party) in (1..).zip(document.parties) {
        if let Some(first) = first.insert(party.id.clone(), number) {
            let (place, first) = (format!("party {number}"), format!("party {first}"));
            return Err(PartiesError::Repeated { place, id: party.id, first });
        }
        parties.push(ListedParty { place: format!("party {number}"), party });
    }
    Ok(parties)
}

/// What the rows of a party say, while they are read.
struct OfRow {
    line: u64,
    party: Party,
    /// The fields that are of the party and not of a contact.
    own: Vec<Option<String>>,
}

fn read_table(input: impl Read) -> Result<Vec<ListedParty>, TableErrors> {
    let mut first: BTreeMap<PartyId, (u64, Vec<Option<String>>)> = BTreeMap::new();
    let rows = table::read(input, &COLUMNS, |row, problems| {
        let id = row.word::<PartyId>(ID, problems);
        if row.text(ID).is_none() {
            row.missing(ID, "a short name of the party", problems);
        }
        let contact = contact(row, problems);
        let own: Vec<Option<String>> = (KIND..CONTACT).map(|column| row.text(column).map(str::to_owned)).collect();
        let id = id?;
        if let Some((line, before)) = first.get(&id) {
            for ((column, now), before) in (KIND..).zip(&own).zip(before) {
                if now.is_some() && now != before {
                    let text =
                        format!("it is another value than in line {line}, where {id} stands first; leave it blank");
                    problems.add(row.place(column), Fault::Value(text));
                }
            }
            if contact.is_none() {
                row.missing(CONTACT, "a further contact, since the party stands in an earlier line", problems);
            }
            let kind = forestall_model::party::PartyKind::Observer;
            let party = bare(id, kind, String::new(), contact);
            return Some(OfRow { line: row.line, party, own: Vec::new() });
        }
        first.insert(id.clone(), (row.line, own.clone()));
        let kind = row.word(KIND, problems);
        if row.text(KIND).is_none() {
            row.missing(KIND, "a kind of party such as registry", problems);
        }
        let name = row.text(NAME).map(plain).unwrap_or_default();
        if name.is_empty() {
            row.missing(NAME, "what people call the party", problems);
        }
        let tlds = row.values::<Tld>(TLDS, problems);
        let terms = terms(row, problems);
        let webhook = row.text(WEBHOOK).map(str::to_owned);
        let party = Party { tlds, terms, webhook, ..bare(id, kind?, name, contact) };
        Some(OfRow { line: row.line, party, own })
    })?;
    let mut parties: Vec<ListedParty> = Vec::new();
    let mut places: BTreeMap<PartyId, usize> = BTreeMap::new();
    for row in rows {
        match places.get(&row.party.id) {
            Some(place) if row.own.is_empty() => parties[*place].party.contacts.extend(row.party.contacts),
            _ => {
                places.insert(row.party.id.clone(), parties.len());
                parties.push(ListedParty { place: format!("line {}", row.line), party: row.party });
            }
        }
    }
    Ok(parties)
}

fn bare(id: PartyId, kind: forestall_model::party::PartyKind, name: String, contact: Option<Contact>) -> Party {
    let contacts = contact.into_iter().collect();
    Party { id, kind, name, tlds: Vec::new(), terms: None, contacts, webhook: None, openpgp: None }
}

fn terms(row: &Row<'_>, problems: &mut table::Problems) -> Option<Terms> {
    if (ROAD..=LANGUAGE).all(|column| row.text(column).is_none()) {
        return None;
    }
    let usual = Terms::default();
    let days = row.parse::<u16>(OWN_DAYS, problems);
    let count = row.word::<DayCount>(DAY_COUNT, problems);
    if days.is_none() && row.text(OWN_DAYS).is_none() && count.is_some() {
        row.missing(OWN_DAYS, "a number of days, since it is said which of them count", problems);
    }
    let mut holidays = row.values::<UtcDay>(HOLIDAYS, problems);
    // The order of a cell means nothing.
    holidays.sort_unstable();
    holidays.dedup();
    Some(Terms {
        road: row.word::<Road>(ROAD, problems).unwrap_or(usual.road),
        own_days: days.map(|days| LeadDays { days, count: count.unwrap_or(DayCount::Working) }),
        offset: row
            .text(UTC_OFFSET)
            .map(plain)
            .and_then(|text| parse(row, UTC_OFFSET, &text, problems))
            .unwrap_or(usual.offset),
        working_days: row.word(WORKING_DAYS, problems).unwrap_or(usual.working_days),
        holidays,
        batch_limit: row.parse(BATCH_LIMIT, problems),
        rhythm: row.word::<Rhythm>(RHYTHM, problems).unwrap_or(usual.rhythm),
        form: row.word::<ListForm>(FORM, problems).unwrap_or(usual.form),
        language: row.text(LANGUAGE).map_or(usual.language, str::to_owned),
    })
}

fn contact(row: &Row<'_>, problems: &mut table::Problems) -> Option<Contact> {
    if (CONTACT..=OWNER).all(|column| row.text(column).is_none()) {
        return None;
    }
    let text = |column| row.text(column).map(plain);
    let day_and_night = match row.text(DAY_AND_NIGHT).map(str::to_ascii_lowercase).as_deref() {
        None | Some("no" | "false" | "0") => false,
        Some("yes" | "true" | "1") => true,
        Some(other) => {
            let other: String = other.chars().take(60).collect();
            problems.add(row.place(DAY_AND_NIGHT), Fault::Value(format!("{other:?} is neither yes nor no")));
            false
        }
    };
    if row.text(CONTACT).is_none() {
        row.missing(CONTACT, "the name of the person or of the desk", problems);
    }
    Some(Contact {
        name: text(CONTACT).unwrap_or_default(),
        role: text(ROLE).unwrap_or_default(),
        mail: text(MAIL),
        phone: text(PHONE),
        second: text(SECOND),
        day_and_night,
        verified: row.parse(VERIFIED, problems),
        tested: row.parse(TESTED, problems),
        owner: text(OWNER),
    })
}

fn parse<T: std::str::FromStr<Err: fmt::Display>>(
    row: &Row<'_>,
    column: usize,
    text: &str,
    problems: &mut table::Problems,
) -> Option<T> {
    text.parse().map_err(|error: T::Err| problems.add(row.place(column), Fault::Value(error.to_string()))).ok()
}

/// Takes the apostrophe away that keeps a spreadsheet from reading a text as a formula.
fn plain(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text.to_owned(),
    }
}

/// Writes parties as a table that [`read`] understands, without OpenPGP keys. The same parties give the same bytes.
///
/// # Errors
///
/// What the writer reports.
pub fn write_csv<'a>(parties: impl IntoIterator<Item = &'a Party>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS.map(|column| column.name))?;
    for party in parties {
        let mut own = own_fields(party);
        if party.contacts.is_empty() {
            writer.write_record(own.iter().map(String::as_str).chain([""; 9]))?;
        }
        for contact in &party.contacts {
            writer.write_record(
                own.iter().map(String::as_str).chain(contact_fields(contact).iter().map(String::as_str)),
            )?;
            own[KIND..].iter_mut().for_each(String::clear);
        }
    }
    writer.flush()
}

fn own_fields(party: &Party) -> Vec<String> {
    let joined = |values: Vec<String>| values.join(" ");
    let mut fields = vec![
        party.id.to_string(),
        party.kind.to_string(),
        harmless(&party.name).into_owned(),
        joined(party.tlds.iter().map(ToString::to_string).collect()),
    ];
    match &party.terms {
        None => fields.extend(std::iter::repeat_n(String::new(), LANGUAGE - ROAD + 1)),
        Some(terms) => fields.extend([
            terms.road.to_string(),
            terms.own_days.map(|own| own.days.to_string()).unwrap_or_default(),
            terms.own_days.map(|own| own.count.to_string()).unwrap_or_default(),
            harmless(&terms.offset.to_string()).into_owned(),
            terms.working_days.to_string(),
            joined(terms.holidays.iter().map(ToString::to_string).collect()),
            terms.batch_limit.map(|limit| limit.to_string()).unwrap_or_default(),
            terms.rhythm.to_string(),
            terms.form.to_string(),
            terms.language.clone(),
        ]),
    }
    fields.push(party.webhook.clone().unwrap_or_default());
    fields
}

fn contact_fields(contact: &Contact) -> [String; 9] {
    let text = |text: &Option<String>| text.as_deref().map(|text| harmless(text).into_owned()).unwrap_or_default();
    let day = |day: Option<UtcDay>| day.map(|day| day.to_string()).unwrap_or_default();
    [
        harmless(&contact.name).into_owned(),
        harmless(&contact.role).into_owned(),
        text(&contact.mail),
        text(&contact.phone),
        text(&contact.second),
        if contact.day_and_night { "yes" } else { "no" }.to_owned(),
        day(contact.verified),
        day(contact.tested),
        text(&contact.owner),
    ]
}

/// Writes parties as a document in JSON that [`read`] understands, indented, with a line feed after it.
///
/// # Errors
///
/// What the writer reports.
pub fn write_json(parties: Vec<Party>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { version: VERSION, parties })?;
    out.write_all(b"\n")
}
