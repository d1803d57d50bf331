// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The program as people and scripts meet it: the real binary, in folders of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

mod blocking;
mod book;
mod case;
mod census;
mod census_hub;
mod census_report;
mod check;
mod classify;
mod database;
mod dictionary;
mod directory;
mod doctor;
mod drill;
mod environment;
mod epp;
mod family;
mod flood;
mod help;
mod hub;
mod hub_failing;
mod hunt;
mod identify;
mod import;
mod index;
mod lake;
mod listen;
mod log;
mod misp;
mod papers;
mod party;
mod plugin;
mod predict;
mod providers;
mod publish;
mod publish_sharing;
mod quickstart;
mod readme;
mod reference;
mod resolvers;
mod scan;
mod send;
mod serve;
mod served;
mod support;
mod verify_list;
mod vet;
mod watch;
mod zone;
