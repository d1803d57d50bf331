// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection through its public interface.

mod captures;
mod read;
mod tshark;
