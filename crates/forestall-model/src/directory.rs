// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The registry directory: what is known of each top-level domain.
