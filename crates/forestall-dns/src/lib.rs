// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The only crate that names the domain crate: wire format and a stub client.
