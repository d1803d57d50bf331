// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families in the countries for which a party answers, with the networks of each: what a CERT is told of its own country, and of no other.

use forestall_census::day::{Countries, Part, csv_by_country};
use forestall_lake::enrich::{Country, Of};
use forestall_model::marking::Marked;
use forestall_model::{Marking, UtcDay};

use super::own::{OWN_MARKING, Own};
use super::report::Report;

/// What is said of a party's countries on a day.
#[derive(Clone, Debug)]
pub(crate) struct OwnCountries {
    pub(crate) day: UtcDay,
    /// Whether addresses have given way to pseudonyms, so that networks cannot be told any more.
    pub(crate) gone: bool,
    /// The countries, in the order of the settings, each with the families of which machines were seen there.
    pub(crate) countries: Vec<(Country, Vec<Countries>)>,
    pub(crate) notes: Vec<String>,
}

impl Marked for OwnCountries {
    fn marking(&self) -> Marking {
        OWN_MARKING
    }
}

impl OwnCountries {
    /// Takes a party's countries out of a report, with the networks of its own machines.
    pub(super) fn of(report: &Report, own: &Own) -> Self {
        let countries = own.counts.iter().filter_map(|(of, _)| match of {
            Of::Country(country) => Some(*country),
            _ => None,
        });
        let in_country = |country: Country| {
            let part = Part::Country(country.letters());
            let families = report.families.iter().map(|of| {
                let mut countries = Countries::of(&of.report, of.trend.as_ref(), Some(part));
                if !own.gone {
                    for line in &mut countries.countries {
                        line.networks = Some(own.within(country, &countries.family));
                    }
                }
                countries
            });
            (country, families.filter(|of| !of.countries.is_empty()).collect())
        };
        Self {
            day: report.day,
            gone: own.gone,
            countries: countries.map(in_country).collect(),
            notes: report.notes.clone(),
        }
    }

    /// Writes it as CSV: a row a country, network and number, each with its whole definition.
    pub(crate) fn csv(&self) -> String {
        let all: Vec<Countries> = self.countries.iter().flat_map(|(_, families)| families).cloned().collect();
        csv_by_country(&all)
    }
}
