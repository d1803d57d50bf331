// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The register of friendly registrations and sinkholes as a table: who holds which names, with which name servers and addresses.
//!
//! The columns are `holder`, `kind` (`friendly`, `sinkhole`, `parking` or `shared-zone`), `names`, `name_servers`, `addresses`, `since`, `contact` and
//! `proof`. Names, servers and addresses may be several in one field, with blanks, commas, semicolons or bars between them. A row must have
//! at least one of the three.

use std::fmt::Display;
use std::io::{self, Read, Write};

use forestall_model::dossier::ListingKind;
pub use forestall_model::{AddressRange, AddressRangeError};
use forestall_model::{DomainName, OwnerName, UtcDay};

use crate::table::{self, Column, Fault, MAX_FIELD, Need, TableErrors, column};

/// One row of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendlyRow {
    /// The line of the file in which it begins, from 1; 0 where it was not read.
    pub line: u64,
    /// Who holds the names or runs the service: letters, digits and hyphens, lower case.
    pub holder: String,
    /// What it is.
    pub kind: ListingKind,
    /// Its names.
    pub names: Vec<DomainName>,
    /// Its name servers, or zones that hold them.
    pub name_servers: Vec<OwnerName>,
    /// Its addresses: an address and the length of the prefix that all have in common.
    pub addresses: Vec<AddressRange>,
    /// Since when it holds.
    pub since: Option<UtcDay>,
    /// How to reach the holder.
    pub contact: String,
    /// Why this is believed.
    pub proof: String,
}

const HOLDER: usize = 0;
const KIND: usize = 1;
const NAMES: usize = 2;
const NAME_SERVERS: usize = 3;
const ADDRESSES: usize = 4;
const SINCE: usize = 5;
const CONTACT: usize = 6;
const PROOF: usize = 7;

const COLUMNS: [Column; 8] = [
    column("holder", Need::Must),
    column("kind", Need::Must),
    column("names", Need::May),
    column("name_servers", Need::May),
    column("addresses", Need::May),
    column("since", Need::May),
    column("contact", Need::May),
    column("proof", Need::May),
];

/// Reads a register, in the order of the file.
///
/// # Errors
///
/// Up to [`table::MAX_PROBLEMS`] problems with line, column and what was expected; then no row is returned.
pub fn read(input: impl Read) -> Result<Vec<FriendlyRow>, TableErrors> {
    table::read(input, &COLUMNS, |row, problems| {
        let holder = row.text(HOLDER).map(str::to_lowercase);
        match &holder {
            None => row.missing(HOLDER, "who holds the names", problems),
            Some(holder) if !is_word(holder) => {
                let text = format!("{holder:?} is no word; expected letters, digits and hyphens, at most 63");
                problems.add(row.place(HOLDER), Fault::Value(text));
            }
            Some(_) => {}
        }
        let kind = row.word::<ListingKind>(KIND, problems);
        match kind {
            None if row.text(KIND).is_none() => {
                row.missing(KIND, "friendly, sinkhole, parking or shared-zone", problems);
            }
            Some(ListingKind::Excluded) => {
                let text =
                    "excluded names stand in an exclusion list; expected friendly, sinkhole, parking or shared-zone";
                problems.add(row.place(KIND), Fault::Value(text.to_owned()));
            }
            _ => {}
        }
        let names = row.values(NAMES, problems);
        let name_servers = row.values(NAME_SERVERS, problems);
        let addresses = row.values(ADDRESSES, problems);
        if [NAMES, NAME_SERVERS, ADDRESSES].iter().all(|column| row.text(*column).is_none()) {
            row.missing(NAMES, "a name, a name server or an address", problems);
        }
        let since = row.parse(SINCE, problems);
        Some(FriendlyRow {
            line: row.line,
            holder: holder?,
            kind: kind?,
            names,
            name_servers,
            addresses,
            since,
            contact: row.text(CONTACT).unwrap_or_default().to_owned(),
            proof: row.text(PROOF).unwrap_or_default().to_owned(),
        })
    })
}

/// Writes a register that [`read`] understands. The same rows give the same bytes.
///
/// # Errors
///
/// What the writer reports; `InvalidInput` where a field would be longer than [`MAX_FIELD`] octets.
pub fn write<'a>(rows: impl IntoIterator<Item = &'a FriendlyRow>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS.map(|column| column.name))?;
    for row in rows {
        // Between values stand commas and bars too, which a name server may hold as they are.
        let name_servers = joined(&row.name_servers).replace(',', "\\044").replace('|', "\\124");
        let fields = [
            row.holder.as_str(),
            row.kind.word(),
            &joined(&row.names),
            &name_servers,
            &joined(&row.addresses),
            &row.since.map(|day| day.to_string()).unwrap_or_default(),
            row.contact.trim(),
            row.proof.trim(),
        ];
        if let Some((field, column)) = fields.iter().zip(&COLUMNS).find(|(field, _)| field.len() > MAX_FIELD) {
            let text = format!(
                "the {} of {} take {} octets; at most {MAX_FIELD} are read",
                column.name,
                row.holder,
                field.len()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        writer.write_record(fields)?;
    }
    writer.flush()
}

fn joined<T: Display>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn is_word(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
