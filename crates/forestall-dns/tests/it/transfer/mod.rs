// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zones that leave by transfers, to dig and to four resolvers, and to those who mean harm.

mod dig;
mod guests;
mod limits;
mod notify;
mod played;
mod resolvers;
