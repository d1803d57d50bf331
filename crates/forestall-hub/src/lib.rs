// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The console: server-rendered pages over the store and the predictor.
