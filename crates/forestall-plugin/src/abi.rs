// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The interface between the program and a module, version 1.
//!
//! A module has no imports. It exports its one memory as [`MEMORY`] and four functions:
//!
//! | export | takes | gives |
//! |---|---|---|
//! | [`BLOCK`] | | the address of [`BLOCK_OCTETS`] octets in the memory that both sides write to, the same at each call |
//! | [`CONFIGURE`] | i32: octets of parameters that stand in the block | i32: 0, or the octets of a message in the block that says why not |
//! | [`BEGIN`] | i64: the start of the period, seconds since 1970; i64: names wanted | |
//! | [`NEXT`] | | i32: octets of names in the block, 0 after the last, or, below 0, octets of a message that says what went wrong |
//!
//! They are called in this order, the last again and again, in a fresh instance for each list. Parameters are lines `KEY=VALUE`, each
//! with its line feed, one for every key of the family that has a value, in the order of the metadata. Names stand in the block whole, each with a
//! line feed after it, in the order of the bot. The metadata stand in the custom section [`SECTION`].

// WIRE FORMAT, version 1: the names below, the meaning above, and the keys of the metadata.

/// The version of the interface, which the metadata state as `abi`.
pub const VERSION: u32 = 1;

/// The export that is the module's memory.
pub const MEMORY: &str = "memory";

/// The export that gives the address of the block.
pub const BLOCK: &str = "forestall_block";

/// The export that takes parameters.
pub const CONFIGURE: &str = "forestall_configure";

/// The export that begins a list.
pub const BEGIN: &str = "forestall_begin";

/// The export that gives the next names of the list.
pub const NEXT: &str = "forestall_next";

/// Octets of the block.
pub const BLOCK_OCTETS: u32 = 65_536;

/// The custom section with the metadata, in TOML.
pub const SECTION: &str = "forestall";
