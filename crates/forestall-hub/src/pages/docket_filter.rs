// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which names of a docket are meant: by band, slice, reason, campaign and text.

use std::fmt::Write as _;

use forestall_model::{Band, CampaignId, Tld};

use crate::server::{Ground, Waiting, WaitingName};

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;

/// A choice among the names of a docket; the empty one means all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) band: Option<Band>,
    pub(super) slice: Option<Tld>,
    pub(super) ground: Option<Ground>,
    pub(super) campaign: Option<CampaignId>,
    /// What stands in the name, its U-label, the registrar or a name server, in lower case; empty for anything.
    pub(super) text: String,
}

impl Filter {
    /// Reads a filter from a query or from the fields of a form.
    ///
    /// # Errors
    ///
    /// What is wrong, with the name of the field.
    pub(super) fn read<'a>(value: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, String> {
        fn parsed<T>(name: &str, text: Option<&str>) -> Result<Option<T>, String>
        where
            T: std::str::FromStr<Err: std::fmt::Display>,
        {
            text.map(|text| text.parse().map_err(|error| format!("{name}: {error}"))).transpose()
        }
        let text = value("q").unwrap_or("").trim().to_lowercase();
        if text.chars().count() > LONGEST {
            return Err(format!("q: the text is longer than {LONGEST} characters"));
        }
        Ok(Self {
            band: parsed("band", value("band"))?,
            slice: parsed("slice", value("slice"))?,
            ground: parsed("why", value("why"))?,
            campaign: parsed("campaign", value("campaign"))?,
            text,
        })
    }

    /// Returns the fields that are set, as the query of a page names them.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let set = [
            ("band", self.band.map(|band| band.to_string())),
            ("slice", self.slice.as_ref().map(ToString::to_string)),
            ("why", self.ground.map(|ground| ground.to_string())),
            ("campaign", self.campaign.as_ref().map(ToString::to_string)),
            ("q", Some(self.text.clone()).filter(|text| !text.is_empty())),
        ];
        set.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }

    /// Returns the filter as the query of an address, without question mark; empty for all names.
    pub(super) fn query(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.fields() {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            for octet in value.bytes() {
                match octet {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => query.push(char::from(octet)),
                    // Writing to a text cannot fail.
                    octet => drop(write!(query, "%{octet:02X}")),
                }
            }
        }
        query
    }

    /// Returns the names of a docket that are meant, in its order.
    pub(super) fn of<'a>(&self, waiting: &'a Waiting) -> Vec<&'a WaitingName> {
        let case = &waiting.file.case;
        let campaign = self.campaign.as_ref().map(|id| case.campaign_index(id));
        let ending = self.slice.as_ref().map(|tld| format!(".{tld}"));
        let is_meant = |name: &&WaitingName| {
            self.band.is_none_or(|band| name.band == Some(band))
                && self.ground.is_none_or(|ground| name.ground == ground)
                && campaign.is_none_or(|index| index == Some(name.campaign))
                && ending.as_ref().is_none_or(|ending| name.name.as_str().ends_with(ending.as_str()))
                && name.text.contains(self.text.as_str())
        };
        waiting.names.iter().filter(is_meant).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[track_caller]
    fn check(fields: &[(&'static str, &'static str)], query: &str) {
        let value = |name: &str| fields.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        assert_eq!(Filter::read(value).map(|filter| filter.query()).as_deref(), Ok(query));
    }

    #[test]
    fn a_filter_is_its_query() {
        check(&[], "");
        check(&[("band", "human"), ("slice", "com")], "band=human&slice=com");
        check(&[("q", " A&b=C ü ")], "q=a%26b%3Dc%20%C3%BC");
        check(
            &[("why", "appealed"), ("campaign", "conficker-a.sine-exact")],
            "why=appealed&campaign=conficker-a.sine-exact",
        );
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        let read =
            |name: &'static str, value: &'static str| Filter::read(|key| (key == name).then_some(value)).unwrap_err();
        assert!(read("band", "perhaps").starts_with("band: \"perhaps\" is not a band"));
        assert!(read("why", "x").starts_with("why: "));
        assert!(read("slice", "a b").starts_with("slice: "));
    }
}
