// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Clients to the outside: DNS sweeps.
