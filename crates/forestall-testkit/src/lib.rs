// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Builders, a scripted clock and real counterparts for tests.
