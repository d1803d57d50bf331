// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zones below which a name says nothing of its maker, or says it one label further left.
//!
//! The whole private section of the public suffix list would not do: it holds blogs, shops and regions beside content networks, and none
//! of the look-up services. Hence a table of its own, `data/zones.csv`, compiled in.

use std::collections::BTreeMap;

/// The table, with a source in each row.
const TABLE: &str = include_str!("../../data/zones.csv");

/// What kind of names stand below a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names of one network, which mean nothing outside it.
    Local,
    /// Addresses written as names.
    Reverse,
    /// Questions that software asks a list: mail filters, virus scanners.
    Lookup,
    /// Names that a provider made for its customers or caches.
    Cloud,
    /// Names that customers chose: the label left of the zone is scored.
    Dynamic,
}

/// The table, ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Zones(BTreeMap<&'static str, Kind>);

impl Zones {
    /// Reads the compiled-in table.
    pub(super) fn built_in() -> Self {
        Self(rows().map(|(zone, kind, _)| (zone, kind)).collect())
    }

    /// Returns the longest zone that `name` is or ends in, as its offset in `name`, and the kind.
    ///
    /// `name` is in lower case, without a final dot.
    pub(super) fn of(&self, name: &str) -> Option<(usize, Kind)> {
        let mut at = 0;
        loop {
            let rest = name.get(at..)?;
            if let Some(kind) = self.0.get(rest) {
                return Some((at, *kind));
            }
            at += rest.find('.')? + 1;
        }
    }
}

/// Returns zone, kind and source of each row, in the order of the table.
fn rows() -> impl Iterator<Item = (&'static str, Kind, &'static str)> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| {
        let (zone, rest) = line.split_once(',')?;
        let (kind, source) = rest.split_once(',')?;
        let kind = match kind {
            "local" => Kind::Local,
            "reverse" => Kind::Reverse,
            "lookup" => Kind::Lookup,
            "cloud" => Kind::Cloud,
            "dynamic" => Kind::Dynamic,
            _ => return None,
        };
        Some((zone, kind, source))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_in_order() {
        let read: Vec<&str> = rows().map(|(zone, _, _)| zone).collect();
        assert_eq!(read.len(), TABLE.lines().filter(|line| !line.starts_with('#')).count() - 1);
        assert!(read.is_sorted_by(|a, b| a < b), "the table is sorted and without duplicates");
        assert!(rows().all(|(_, _, source)| !source.is_empty()));
    }

    #[test]
    fn the_longest_zone_counts() {
        let zones = Zones::built_in();
        assert_eq!(zones.of("x.home.arpa"), Some((2, Kind::Local)));
        assert_eq!(zones.of("1.in-addr.arpa"), Some((2, Kind::Reverse)));
        assert_eq!(zones.of("e164.arpa"), Some((5, Kind::Reverse)));
        assert_eq!(zones.of("a.b.ddns.net"), Some((4, Kind::Dynamic)));
        assert_eq!(zones.of("notddns.net"), None);
    }
}
