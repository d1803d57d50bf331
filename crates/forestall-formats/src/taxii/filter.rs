// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a client asks for: the query of a request for objects or manifests (TAXII 2.1, sections 3.4 and 3.5).

use std::collections::BTreeSet;

use forestall_model::Instant;
use uuid::Uuid;

use super::SPEC_VERSION;

/// The most objects of a page, however many a client asks for.
const MOST_OBJECTS: usize = 10_000;
/// The most values of one filter.
const MOST_VALUES: usize = 100;
/// The most characters of a value.
const LONGEST: usize = 120;

/// What a client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only objects that were added later.
    pub added_after: Option<Instant>,
    /// At most this many objects.
    pub limit: Option<usize>,
    /// Where the page begins, as the page before said it.
    pub next: Option<String>,
    ids: Option<BTreeSet<(String, Uuid)>>,
    kinds: Option<BTreeSet<String>>,
    /// Which versions of each object are asked for; where none is named, whatever there is: each object here has one.
    versions: Option<BTreeSet<Instant>>,
    other_spec: bool,
}

/// Why a filter is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A parameter that this address does not take.
    #[error("{0:?}: there is no such parameter here")]
    Unknown(String),
    /// A parameter that comes twice.
    #[error("{0}: it is given twice; several values stand with commas between them")]
    Twice(String),
    /// More values than are looked for at once.
    #[error("{name}: {found} values are more than the {MOST_VALUES} that are looked for at once")]
    TooMany {
        /// The parameter.
        name: String,
        /// How many there are.
        found: usize,
    },
    /// A value that is none.
    #[error("{name}: {found:?} is not {expected}")]
    Value {
        /// The parameter.
        name: String,
        /// What was found, cut.
        found: String,
        /// What was expected, with its article.
        expected: &'static str,
    },
}

impl Filter {
    /// Reads the parameters of a query; those that are not in `known` are refused.
    ///
    /// # Errors
    ///
    /// [`FilterError`] for the first parameter that cannot be followed.
    pub fn read(params: &[(String, String)], known: &[&str]) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for (place, (name, value)) in params.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(FilterError::Unknown(cut(name)));
            }
            if params[..place].iter().any(|(other, _)| other == name) {
                return Err(FilterError::Twice(name.clone()));
            }
            filter.take(name, value)?;
        }
        Ok(filter)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), FilterError> {
        let wrong = |found: &str, expected| FilterError::Value { name: name.to_owned(), found: cut(found), expected };
        match name {
            "added_after" => {
                let instant = value.parse().map_err(|_| wrong(value, "an instant such as 2009-04-01T00:00:00Z"))?;
                self.added_after = Some(instant);
            }
            "limit" => {
                let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
                // More digits than a number has are more than the most.
                let limit = digits.then(|| value.parse::<usize>().unwrap_or(usize::MAX)).filter(|limit| *limit > 0);
                self.limit = Some(limit.ok_or_else(|| wrong(value, "a number from 1 on"))?);
            }
            "next" => self.next = Some(value.to_owned()),
            "match[id]" => {
                let read = |text: &str| stix_id(text).ok_or_else(|| wrong(text, "an identifier of STIX"));
                self.ids = Some(values(name, value)?.map(read).collect::<Result<_, _>>()?);
            }
            "match[type]" => {
                let is_type = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                let read = |text: &str| {
                    let known = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_type);
                    known.then(|| text.to_owned()).ok_or_else(|| wrong(text, "a type of STIX"))
                };
                self.kinds = Some(values(name, value)?.map(read).collect::<Result<_, _>>()?);
            }
            "match[version]" => self.versions = versions(name, value)?,
            _ => {
                let mut found = BTreeSet::new();
                for text in values(name, value)? {
                    if !matches!(text, "2.0" | SPEC_VERSION) {
                        return Err(wrong(text, "a version of STIX such as 2.1"));
                    }
                    found.insert(text);
                }
                self.other_spec = !found.contains(SPEC_VERSION);
            }
        }
        Ok(())
    }

    /// Returns how many objects a page has at most.
    #[must_use]
    pub fn most(&self) -> usize {
        self.limit.unwrap_or(MOST_OBJECTS).min(MOST_OBJECTS)
    }

    /// Says whether objects of a type may be asked for at all.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        let by_id = self.ids.as_ref().is_none_or(|ids| ids.iter().any(|(of, _)| of == kind));
        by_id && !self.other_spec && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
    }

    /// Says whether an identifier of a type is asked for.
    #[must_use]
    pub fn wants_id(&self, kind: &str, id: Uuid) -> bool {
        // Few, and looked up for each of many objects: no text is made for it.
        self.ids.as_ref().is_none_or(|ids| ids.iter().any(|(of, known)| *known == id && of == kind))
    }

    /// Says whether a whole identifier is asked for.
    #[must_use]
    pub fn wants_text(&self, id: &str) -> bool {
        self.ids.is_none() || stix_id(id).is_some_and(|(kind, uuid)| self.wants_id(&kind, uuid))
    }

    /// Says whether a version is asked for.
    #[must_use]
    pub fn wants_version(&self, version: &str) -> bool {
        let is_among =
            |instants: &BTreeSet<Instant>| version.parse().is_ok_and(|version: Instant| instants.contains(&version));
        self.versions.as_ref().is_none_or(is_among)
    }

    /// Asks for one object besides.
    ///
    /// # Errors
    ///
    /// [`FilterError::Value`] where it is no identifier of STIX.
    pub fn only(mut self, id: &str) -> Result<Self, FilterError> {
        let wrong = || FilterError::Value { name: "id".to_owned(), found: cut(id), expected: "an identifier of STIX" };
        self.ids = Some(BTreeSet::from([stix_id(id).ok_or_else(wrong)?]));
        Ok(self)
    }
}

/// Reads an identifier of STIX: a type and a UUID.
fn stix_id(text: &str) -> Option<(String, Uuid)> {
    let (kind, uuid) = text.split_once("--").filter(|_| text.len() <= LONGEST)?;
    let is_type = kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    Some((kind.to_owned(), Uuid::try_parse(uuid).ok()?)).filter(|_| is_type && uuid.len() == 36)
}

/// Cuts a list of values apart.
fn values<'v>(name: &str, value: &'v str) -> Result<impl Iterator<Item = &'v str>, FilterError> {
    let found = value.split(',').count();
    if found > MOST_VALUES {
        return Err(FilterError::TooMany { name: name.to_owned(), found });
    }
    Ok(value.split(',').map(str::trim))
}

/// Reads the versions that are asked for; none where the first, the last or all are among them.
fn versions(name: &str, value: &str) -> Result<Option<BTreeSet<Instant>>, FilterError> {
    let mut instants = BTreeSet::new();
    let mut any = false;
    for text in values(name, value)? {
        match text {
            "first" | "last" | "all" => any = true,
            _ => {
                let expected = "first, last, all or an instant";
                let wrong = |_| FilterError::Value { name: name.to_owned(), found: cut(text), expected };
                instants.insert(text.parse().map_err(wrong)?);
            }
        }
    }
    Ok((!any).then_some(instants))
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::{Filter, FilterError, MOST_OBJECTS};

    const KNOWN: [&str; 7] =
        ["added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]"];
    const ID: &str = "indicator--b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1";

    fn read(params: &[(&str, &str)]) -> Result<Filter, FilterError> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Filter::read(&params.iter().map(owned).collect::<Vec<_>>(), &KNOWN)
    }

    #[test]
    fn what_is_asked_for_is_told_apart() {
        let filter = read(&[
            ("match[id]", &format!("{ID},malware--b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1")),
            ("match[type]", "indicator,grouping"),
            ("match[version]", "first,2009-04-01T00:00:00Z"),
            ("match[spec_version]", "2.0,2.1"),
            ("limit", "99999999999999999999999"),
        ])
        .unwrap();
        assert!(filter.wants("indicator") && !filter.wants("malware") && !filter.wants("grouping"));
        assert!(filter.wants_id("indicator", ID[11..].parse().unwrap()));
        assert!(!filter.wants_id("grouping", ID[11..].parse().unwrap()));
        assert!(filter.wants_version("2026-01-01T00:00:00.000Z"));
        assert_eq!((filter.most(), read(&[("limit", "7")]).unwrap().most()), (MOST_OBJECTS, 7));
        assert!(!read(&[("match[spec_version]", "2.0")]).unwrap().wants("indicator"));
        let at = read(&[("match[version]", "2009-04-01T00:00:00.000Z")]).unwrap();
        assert!(at.wants_version("2009-04-01T00:00:00.000Z") && !at.wants_version("2009-04-01T00:00:00.001Z"));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        let long = vec![ID; 101].join(",");
        for (name, value) in [
            ("added_after", "yesterday"),
            ("limit", "0"),
            ("limit", "-1"),
            ("limit", "+1"),
            ("limit", ""),
            ("match[id]", ""),
            ("match[id]", "indicator"),
            ("match[id]", "indicator--{b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1}"),
            ("match[id]", &long),
            ("match[type]", "Indicator"),
            ("match[version]", "newest"),
            ("match[spec_version]", "1.2"),
            ("match[name]", "x"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
        assert_eq!(read(&[("limit", "1"), ("limit", "2")]), Err(FilterError::Twice("limit".to_owned())));
    }
}
