// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The clock, read where octets come in and handed down from there: the one by which the spool counts.

pub use forestall_spool::now;
