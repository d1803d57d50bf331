// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Event log, read models and caches on SQLite.
