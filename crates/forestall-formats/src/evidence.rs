// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Evidence that somebody else gathered, as a CSV: `name,method,sight,at,name_servers,source`.

use std::io::Read;

use forestall_model::{DomainName, Instant, Method, Sight};

use crate::table::{self, Column, Need, TableErrors, column};

/// One look at one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceLine {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// The name.
    pub name: DomainName,
    /// How it was looked at.
    pub method: Method,
    /// What was seen.
    pub sight: Sight,
    /// When.
    pub at: Instant,
    /// The name servers seen; empty where none or not said.
    pub name_servers: Vec<DomainName>,
    /// Where it comes from: who looked and where it can be read.
    pub source: String,
}

const NAME: usize = 0;
const METHOD: usize = 1;
const SIGHT: usize = 2;
const AT: usize = 3;
const NAME_SERVERS: usize = 4;
const SOURCE: usize = 5;

const COLUMNS: [Column; 6] = [
    column("name", Need::Must),
    column("method", Need::Must),
    column("sight", Need::Must),
    column("at", Need::Must),
    column("name_servers", Need::May),
    column("source", Need::Must),
];

/// Reads looks at names, in the order of the file; one name may come several times.
///
/// `method` and `sight` are words of [`Method`] and [`Sight`] in any letter case, `at` is RFC 3339 with `Z` or a date,
/// `name_servers` holds names with blanks, commas, semicolons or bars between them.
///
/// # Errors
///
/// Up to [`table::MAX_PROBLEMS`] problems with line, column and what was expected; then no look is returned.
pub fn read(input: impl Read) -> Result<Vec<EvidenceLine>, TableErrors> {
    table::read(input, &COLUMNS, |row, problems| {
        for (column, expected) in [
            (NAME, "a domain name"),
            (METHOD, "how it was looked at, for example dns or rdap"),
            (SIGHT, "what was seen, for example nxdomain"),
            (AT, "an instant or a date"),
            (SOURCE, "who looked, or where it can be read"),
        ] {
            if row.text(column).is_none() {
                row.missing(column, expected, problems);
            }
        }
        // Every field is parsed before one is missed, so that all problems of a row are found at once.
        let name = row.parse(NAME, problems);
        let method = row.word(METHOD, problems);
        let sight = row.word(SIGHT, problems);
        let at = row.instant(AT, problems);
        let name_servers = row.values(NAME_SERVERS, problems);
        Some(EvidenceLine {
            line: row.line,
            name: name?,
            method: method?,
            sight: sight?,
            at: at?,
            name_servers,
            source: row.text(SOURCE)?.to_owned(),
        })
    })
}
