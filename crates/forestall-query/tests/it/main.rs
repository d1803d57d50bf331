// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the program `forestall-query` as it is called.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod bucket;
mod cluster;
mod counterparts;
mod embedded;
mod functions;
mod hostile;
mod page;
mod scan;
mod support;
