// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why a zone file is refused, and in which line.

use forestall_model::owner::OwnerError;

use super::MAX_RECORD;

/// A zone file that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ZoneError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: ZoneFault,
}

/// What is wrong with a zone file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneFault {
    /// The reader underneath failed.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// The file is compressed.
    #[error("the file is compressed (gzip); expected text, unpack it first")]
    Compressed,
    /// The last line does not end.
    #[error("the file is cut: its last line does not end in a line feed")]
    Cut,
    /// The file ends inside parentheses.
    #[error("the file is cut: it ends inside the parenthesis that opens in line {0}")]
    CutInParenthesis(u64),
    /// The file has no SOA record.
    #[error("the file holds no SOA record, so it is not a whole zone")]
    NoSoa,
    /// The file has a SOA record of another zone than its first.
    #[error("the SOA record is that of {found}; expected that of {apex} as before, one zone a file")]
    OtherZone {
        /// The owner of the first SOA record.
        apex: String,
        /// The owner of this one.
        found: String,
    },
    /// The SOA record at the end has another serial than that at the start.
    #[error("the SOA record has the serial {found}; expected {expected} as before, the file mixes two versions")]
    OtherSerial {
        /// The serial of the first SOA record.
        expected: u32,
        /// The serial of this one.
        found: u32,
    },
    /// A record longer than [`MAX_RECORD`] octets.
    #[error("the record is longer than {MAX_RECORD} octets; a parenthesis may be open")]
    RecordTooLong,
    /// A quotation mark that is not closed on its line.
    #[error("a quotation mark is not closed on its line")]
    OpenQuote,
    /// A closing parenthesis that was not opened.
    #[error("a parenthesis closes that was not opened")]
    StrayParenthesis,
    /// A word that is no name.
    #[error("{found:?} is not a name: {reason}")]
    Name {
        /// What was found, cut after 80 characters.
        found: String,
        /// What is wrong with it.
        reason: OwnerError,
    },
    /// The first record has no owner.
    #[error("the record has no owner and there is none before it")]
    NoOwner,
    /// A record without type, or with a word where its type should be.
    #[error("expected a record type, found {0}")]
    Type(String),
    /// A class other than IN.
    #[error("the class is {0}; expected IN")]
    Class(String),
    /// Data that do not fit their type.
    #[error("the data of the {kind} record are not understood; expected {expected}")]
    Data {
        /// The type.
        kind: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A record that ends after its type.
    #[error("the record ends after its type; expected data")]
    NoData,
    /// A directive that is not understood.
    #[error("{found} is not understood; expected a record, $ORIGIN NAME or $TTL SECONDS")]
    Directive {
        /// The directive, cut after 80 characters.
        found: String,
    },
}
