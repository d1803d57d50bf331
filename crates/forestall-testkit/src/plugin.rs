// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The example of a plug-in in Rust, as it is kept or with other metadata.

use std::path::Path;

/// Returns the module of one of the examples.
///
/// # Panics
///
/// Where it is not kept.
#[must_use]
pub fn example(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plugins");
    std::fs::read(folder.join(name)).expect("the example is kept")
}

/// Returns the module `vidro.wasm` with octets replaced wherever they stand; a shorter text gets blanks after it, so that every
/// length in the module stays right.
///
/// # Panics
///
/// Where a text is nowhere, or shorter than what is to stand in its place.
#[must_use]
pub fn altered(replace: &[(&str, &str)]) -> Vec<u8> {
    let mut module = example("vidro.wasm");
    for (from, to) in replace {
        let to = format!("{to:<width$}", width = from.len());
        assert_eq!(to.len(), from.len(), "{to} is longer than {from}");
        let found = module.windows(from.len()).enumerate().filter(|(_, octets)| *octets == from.as_bytes());
        let places: Vec<usize> = found.map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "the module has no {from}");
        for at in places {
            module[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
    }
    module
}
