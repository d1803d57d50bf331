// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why a plug-in is not taken, and how a run of one fails.

use forestall_dga::ParamError;
use forestall_dga::catalogue::CatalogueError;

use crate::limits::{MAX_MEMORY, MAX_METADATA, MAX_MODULE};
use crate::{abi, limits};

/// A module that is no plug-in, or one that is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The module could not be read.
    #[error("the module could not be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// A file of more octets than a plug-in has.
    #[error("the module is longer than {MAX_MODULE} octets")]
    TooLong,
    /// No WebAssembly, or a form of it that is not taken.
    #[error("not a WebAssembly module that can be taken: {0}")]
    NotTaken(String),
    /// A module that wants something from outside.
    #[error("the module imports {module}.{name}; expected no imports: a plug-in computes and does nothing else")]
    Import {
        /// The module that it imports from, cut after 60 characters.
        module: String,
        /// What it imports, cut after 60 characters.
        name: String,
    },
    /// An export that is missing or of another type.
    #[error("the export {name} is {found}; expected {expected}")]
    Export {
        /// Its name.
        name: &'static str,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// More memory than a plug-in gets.
    #[error("the module begins with {found} octets of memory; expected at most {MAX_MEMORY}")]
    Memory {
        /// Octets.
        found: u64,
    },
    /// No metadata, or more than one section of them.
    #[error("the module has {found} custom sections called {}; expected one, with the metadata", abi::SECTION)]
    Sections {
        /// How many.
        found: usize,
    },
    /// Metadata of too many octets.
    #[error("the metadata have {found} octets; expected at most {MAX_METADATA}")]
    LongMetadata {
        /// Octets.
        found: usize,
    },
    /// Metadata of another version.
    #[error("the plug-in is of interface version {found}; expected {}", abi::VERSION)]
    Version {
        /// The version.
        found: i64,
    },
    /// Metadata that are no TOML or lack a key.
    #[error("the metadata cannot be read: {0}")]
    Syntax(String),
    /// A value in the metadata that cannot be.
    #[error("the metadata have {place} {found:?}; expected {expected}")]
    Value {
        /// Where: the keys that lead there.
        place: String,
        /// What was found, cut after 80 characters.
        found: String,
        /// What was expected, in words.
        expected: String,
    },
    /// Family or campaigns that the catalogue does not take.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A name of the plug-in that means something else in the catalogue.
    #[error("{what} {id} of the plug-in is {taken} in the catalogue already")]
    Taken {
        /// "the slug", "the alias" or "the campaign".
        what: &'static str,
        /// The name.
        id: String,
        /// What it is there.
        taken: String,
    },
    /// A vector that could not be run.
    #[error("vector {number}, {source_of}: {reason}")]
    Vector {
        /// Its number, from 1.
        number: usize,
        /// The source that it names.
        source_of: String,
        /// What is wrong.
        reason: String,
    },
    /// Parameters of a campaign that the module does not take.
    #[error("the campaign {campaign}: {error}")]
    Campaign {
        /// The campaign.
        campaign: String,
        /// Why.
        error: ParamError,
    },
}

/// A run of a module that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// No instance could be made: memory or tables above the limits, data outside of the memory.
    #[error("the module could not be started: {0}")]
    Start(String),
    /// It spent all its fuel.
    #[error("the module did not come to an end within {0} units of fuel")]
    OutOfFuel(u64),
    /// It stopped by a trap.
    #[error("the module stopped in {at}: {trap}")]
    Trap {
        /// The function.
        at: &'static str,
        /// Which trap.
        trap: String,
    },
    /// A block outside of the memory.
    #[error("the module gives {address} as address of its block, beyond its memory of {memory} octets")]
    Block {
        /// The address.
        address: u32,
        /// Octets of memory.
        memory: usize,
    },
    /// A length that cannot be.
    #[error("{at} gives the length {found}; expected at most {}", abi::BLOCK_OCTETS)]
    Length {
        /// The function.
        at: &'static str,
        /// What it gave, without its sign.
        found: u32,
    },
    /// What the module itself says.
    #[error("the module says: {0}")]
    Says(String),
    /// Names that do not end with a line feed.
    #[error("the names from number {from} on do not end with a line feed")]
    Unfinished {
        /// The number of the first name of the block, from 0.
        from: u64,
    },
    /// A name that cannot be.
    #[error("name {number} is \"{found}\": {reason}")]
    Name {
        /// Its number in the list, from 0.
        number: u64,
        /// The name, cut after 80 characters, what is no letter written by its number.
        found: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// More names than asked for.
    #[error("the module gives more than the {asked} names asked for")]
    TooMany {
        /// Names asked for.
        asked: u64,
    },
    /// Fewer names than the metadata say.
    #[error("the list ends after {found} names; expected {expected}")]
    TooFew {
        /// Names given.
        found: u64,
        /// Names that the metadata promise.
        expected: u64,
    },
    /// A list that has no end, asked for without one.
    #[error("the list has no end, and no number of names was asked for")]
    Endless,
    /// More names than a plug-in computes.
    #[error("{asked} names are asked for; expected at most {}", limits::MOST_NAMES)]
    TooLong {
        /// Names asked for.
        asked: u64,
    },
}
