// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms of feeds: exact text, and programs of others that do what it says on its day, and not any more after it.

mod answers;
mod bind;
mod dnsmasq;
mod hosts;
mod knot_resolver;
mod rpz;
mod small;
mod unbound;
