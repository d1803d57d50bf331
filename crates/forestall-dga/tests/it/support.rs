// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Short ways to a list.

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, Prepared};
use forestall_model::{Params, UtcDay};

/// Makes the default campaign of a family ready, with replaced parameters.
pub(crate) fn prepared(family: &str, replace: &[(&str, &str)]) -> Prepared {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().unwrap().clone();
    let mut params = Params::new();
    for (key, value) in replace {
        params.set(key, value);
    }
    catalogue.prepare(&campaign, &params, &NoWordLists).unwrap()
}

/// Parses a day.
pub(crate) fn day(text: &str) -> UtcDay {
    text.parse().unwrap()
}

/// The raw list of a day.
pub(crate) fn list(prepared: &Prepared, day: UtcDay) -> NameBuf {
    limited(prepared, day, None)
}

/// The first names of the raw list of a day.
pub(crate) fn limited(prepared: &Prepared, day: UtcDay, limit: Option<u64>) -> NameBuf {
    let period = prepared.generator.period_containing(day.start()).unwrap();
    let mut buf = NameBuf::new();
    prepared.generator.generate(&period, &Ask { span: None, limit }, &mut buf).unwrap();
    buf
}

/// The names of a list as texts.
pub(crate) fn texts(buf: &NameBuf) -> Vec<String> {
    buf.iter().map(|name| String::from_utf8(name.bytes.to_vec()).unwrap()).collect()
}
