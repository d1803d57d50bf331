// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The registry over EPP.

mod clients;
mod faults;
mod hostile;
mod lives;
mod prices;
mod sessions;
mod talk;
