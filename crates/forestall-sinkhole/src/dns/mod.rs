// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The authoritative name server: from octets to octets, one idea a file.

pub mod cookie;
pub mod data;
pub mod handler;
pub mod message;
pub mod rate;
pub mod reply;
mod siphash;
pub mod tcp;
pub mod udp;

pub use handler::{Came, Handler, Settings};
