// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files of DGArchive, the service of Fraunhofer FKIE that computes names of many families.
//!
//! Two shapes are read. The *day*, as the service gives out at `/today`: an object whose keys are labels of families or seeds, each with the list of
//! its names. The *answer* to a question for names, as at `/reverse` and `/r/NAME`: an object with a list `hits`, each an object with `domain`,
//! `family` and `validity`, of which `from` and `to` are times without offset, taken as UTC; `to` is the last second of the window.
//!
//! A *dump* is a table in CSV without a header, a file for each label: the first column is the name. What the other columns say is documented nowhere that
//! we know of; they are passed over and counted, and the label, which is the name of the file, is not known.
//!
//! # Source
//!
//! The service is for vetted users, and no data of it were seen. The dump: programs of others that read `LABEL_dga.csv` out of the archives
//! `DATE-dgarchive_full.tgz` take the first column and nothing else. The day: `IntelMQ` 3.5's parser `fraunhofer.parser_dga` takes the file of the tests.
//! The answer: programs of others that ask the service (`hits`, `family`, `validity.from` and `.to` as `%Y-%m-%d %H:%M:%S`).

use std::cell::Cell;
use std::fmt;

use forestall_model::Telling;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::registry_date::{comes_back, rfc3339_or_utc};
use crate::told::json::{Each, Loose, Maybe, document, other_values};
use crate::told::{About, Gather, ToldError, ToldFile, ToldForm, short};

/// The key of the list of an answer.
const HITS: &str = "hits";

/// Reads a day, an answer or a dump.
///
/// # Errors
///
/// [`ToldError`] with line and column where it is none of them.
pub fn read(octets: &[u8]) -> Result<ToldFile, ToldError> {
    let limit = Cell::new(None);
    let mut gather = Gather::new(ToldForm::DgArchive);
    gather.by = Some("DGArchive".to_owned());
    let text = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    if !matches!(text.trim_ascii_start().first(), None | Some(b'{' | b'[')) {
        dump(text, &mut gather)?;
        return Ok(gather.finish());
    }
    document(octets, &limit, Top { gather: &mut gather, limit: &limit })?;
    Ok(gather.finish())
}

/// Most octets of a row of a dump.
const MAX_ROW: usize = 4_096;

/// Reads the first column of a table without a header.
fn dump(text: &[u8], gather: &mut Gather) -> Result<(), ToldError> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut row = csv::ByteRecord::new();
    loop {
        let before = usize::try_from(rows.position().byte()).unwrap_or(text.len());
        let line = || line_at(text, before);
        let is_row = rows.read_byte_record(&mut row).map_err(|error| ToldError::Table(error.to_string()))?;
        if !is_row {
            return Ok(());
        }
        if row.as_slice().len() > MAX_ROW {
            return Err(ToldError::Table(format!("line {}: the row has more than {MAX_ROW} octets", line())));
        }
        let name = String::from_utf8_lossy(row.get(0).unwrap_or_default());
        gather.text(|| format!("line {}", line()), name.trim(), About::of(Telling::Predicted))?;
        if row.len() > 1 {
            gather.pass_over("columns of a dump behind the name", row.len() as u64 - 1);
        }
    }
}

/// Returns the line of the row that begins at an octet, or behind the ends of lines there: the reader of tables takes the second octet of such an end with
/// the row after it.
fn line_at(text: &[u8], at: usize) -> usize {
    let (before, rest) = text.split_at(at.min(text.len()));
    let ends = rest.iter().take_while(|octet| matches!(octet, b'\r' | b'\n'));
    1 + before.iter().chain(ends).filter(|octet| **octet == b'\n').count()
}

/// The object at the top.
struct Top<'g> {
    gather: &'g mut Gather,
    limit: &'g Cell<Option<ToldError>>,
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of DGArchive: labels of families with lists of names, or hits")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(label) = map.next_key::<String>()? {
            map.next_value_seed(Names { label: short(&label), gather: self.gather, limit: self.limit })?;
        }
        Ok(())
    }
}

/// What stands behind a label.
struct Names<'g> {
    label: String,
    gather: &'g mut Gather,
    limit: &'g Cell<Option<ToldError>>,
}

impl Names<'_> {
    fn take(&mut self, number: usize, element: Element) -> Result<(), ToldError> {
        let Self { label, gather, .. } = self;
        let place = || format!("{label}[{number}]");
        let mut about = About::of(Telling::Predicted);
        match element {
            Element::Name(name) => {
                about.family = gather.family(label);
                gather.text(place, &name, about)
            }
            Element::Hit(hit) => {
                let Some(name) = hit.domain.text() else {
                    gather.malformed(place(), "the entry has no text \"domain\"".to_owned());
                    return Ok(());
                };
                about.family =
                    hit.family.text().or((label != HITS).then_some(label)).and_then(|text| gather.family(text));
                about.from = hit.validity.0.from.text().and_then(rfc3339_or_utc);
                // A second later it may be out of the time that an instant is read in.
                let end = hit.validity.0.to.text().and_then(rfc3339_or_utc).map(|to| to.plus_seconds(1));
                about.until = end.filter(comes_back);
                let place = || format!("{label}[{number}].domain");
                gather.text(place, name, about)
            }
            Element::Other => {
                gather.malformed(place(), "this is neither a name nor an entry with one".to_owned());
                Ok(())
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, list: A) -> Result<(), A::Error> {
        let limit = self.limit;
        Each::new(limit, |number, element: Element| self.take(number, element)).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.gather.pass_over("keys without a list", 1);
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.gather.pass_over("keys without a list", 1);
        Ok(())
    }

    other_values!((), |names| names.gather.pass_over("keys without a list", 1));
}

/// One element of a list.
enum Element {
    Name(String),
    Hit(Hit),
    Other,
}

/// One entry of an answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Hit {
    domain: Loose,
    family: Loose,
    validity: Maybe<Validity>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Validity {
    from: Loose,
    to: Loose,
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Element;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or an entry with one")
            }

            fn visit_str<E>(self, text: &str) -> Result<Element, E> {
                Ok(Element::Name(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Element, A::Error> {
                Hit::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Element::Hit)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Element::Other)
            }

            other_values!(Element, |_it| Element::Other);
        }
        deserializer.deserialize_any(Any)
    }
}
