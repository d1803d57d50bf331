// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families written down as plainly as their descriptions: the reference of the fast paths, in property tests and in the benchmark.
//!
//! One step after the other, names put together letter by letter in a `String`; hashes and sequences of random numbers are written here
//! again, and nothing is shared with the library but MD6, which has no fast path.

mod chained;
mod drawn;
mod hashed;
mod md5;
mod sha1;

use forestall_model::{Instant, Params};

/// Makes so many names, each followed by a line feed, for the parameters of a campaign and the start of an origin period.
pub(crate) type Port = fn(&Params, Instant, usize) -> String;

/// The families that have a plain port.
pub(crate) const PORTS: [(&str, Port); 25] = [
    ("bumblebee", drawn::bumblebee),
    ("chinad", hashed::chinad),
    ("cryptolocker", drawn::cryptolocker),
    ("dircrypt", drawn::dircrypt),
    ("enviserv", hashed::enviserv),
    ("gameover-p2p", hashed::gameover_p2p),
    ("kraken", drawn::kraken),
    ("m0yv", drawn::m0yv),
    ("monerodownloader", hashed::monerodownloader),
    ("murofet", hashed::murofet),
    ("necurs", chained::necurs),
    ("newgoz", hashed::newgoz),
    ("ngioweb", drawn::ngioweb),
    ("proslikefan", hashed::proslikefan),
    ("pushdo", hashed::pushdo),
    ("pykspa-improved", chained::pykspa_improved),
    ("pykspa-precursor", drawn::pykspa_precursor),
    ("qakbot", drawn::qakbot),
    ("ramnit", drawn::ramnit),
    ("ranbyus-may", drawn::ranbyus_may),
    ("shiotob", chained::shiotob),
    ("tinba", chained::tinba),
    ("tufik", hashed::tufik),
    ("vidro", drawn::vidro),
    ("zloader", drawn::zloader),
];

/// Returns a parameter in hexadecimal.
fn hexadecimal(params: &Params, key: &str, default: u32) -> u32 {
    params.value(key).map_or(default, |text| {
        u32::from_str_radix(text.trim_start_matches("0x").trim_start_matches("0X"), 16).expect("a number")
    })
}

/// Returns year, month and day of the month.
fn date(at: Instant) -> (u32, u32, u32) {
    let (year, month, day) = at.day().ymd();
    (u32::from(year.unsigned_abs()), u32::from(month.unsigned_abs()), u32::from(day.unsigned_abs()))
}

/// Returns a character of a text by its index.
fn at(text: &str, index: u32) -> char {
    char::from(text.as_bytes()[index as usize])
}

/// Returns the letter with this index.
fn letter(index: u32) -> char {
    at("abcdefghijklmnopqrstuvwxyz", index)
}
