// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a plug-in may spend, and why so much.

/// Octets of a module: the longest word list that a published family needs has 36 kB, the examples of the project have under 8 kB.
pub const MAX_MODULE: usize = 1 << 20;

/// Octets of the metadata: a thousand campaigns of 250 octets.
pub const MAX_METADATA: usize = 256 << 10;

/// Characters of one text of the metadata. They go to terminals and pages.
pub const MAX_TEXT: usize = 2_000;

/// Octets of an instance's memory. Compilers give a module 1 to 2 MiB, most of it stack; each thread that computes has an instance.
pub const MAX_MEMORY: usize = 16 << 20;

/// Entries of an instance's table, which holds what a module calls through pointers.
pub const MAX_TABLE: usize = 10_000;

/// Octets of the stack of an instance's values, and calls within calls: as the interpreter's own defaults, but fixed here, so that
/// another version of it gives the same lists.
pub const MAX_STACK: usize = 1_000_000;

/// Calls within calls.
pub const MAX_CALLS: usize = 1_000;

/// Fuel of a list before its first name, about one unit an instruction: enough to read a word list of 36 kB into
/// order several times over.
pub const FUEL_TO_START: u64 = 20_000_000;

/// Fuel that each name asked for adds. A name from a SHA-256 takes about 5,000; a name of ten such, which nobody has seen, would pass.
pub const FUEL_A_NAME: u64 = 50_000;

/// Names of one list. The longest list of a day that is published has 50,000.
pub const MOST_NAMES: u64 = 1_000_000;

/// Octets of a name (RFC 1035, section 2.3.4), the dot at its end not counted.
pub const MAX_NAME: usize = 253;

/// Octets of a message that a module gives; the rest is cut.
pub const MAX_MESSAGE: usize = 500;

/// Octets of the parameters of a campaign, keys included.
pub const MAX_PARAMETERS: usize = 16 << 10;

/// Parameters of a family.
pub const MOST_PARAMETERS: usize = 32;

/// Suffixes of a family. The longest published list has a few hundred.
pub const MOST_SUFFIXES: usize = 2_000;

/// Campaigns of a plug-in.
pub const MOST_CAMPAIGNS: usize = 1_000;

/// Vectors of a plug-in.
pub const MOST_VECTORS: usize = 32;

/// Names that all vectors together may ask for, so that a check ends within seconds.
pub const MOST_VECTOR_NAMES: u64 = 100_000;

/// The shortest period in seconds. With shorter ones, a year would have millions of lists.
pub const MIN_PERIOD: i64 = 60;

/// The longest period in seconds: a leap year.
pub const MAX_PERIOD: i64 = 366 * 86_400;

/// Periods before or after its own whose lists a bot tries at most; a published family holds a name for 84 periods.
pub const MAX_TRIES_AWAY: i32 = 100;

/// Lists that a bot tries in one period at most.
pub const MOST_TRIES: usize = 100;
