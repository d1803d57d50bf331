// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census: figures of a day, reports as files, and the machines of one's own networks.

use forestall_api::census::{Census, CensusDays, MAX_MACHINES, MAX_REPORT, OwnCountries, OwnNetworks};
use forestall_api::route;
use forestall_model::{CaseId, FamilySlug, UtcDay};

use super::exchange::{ANY, Call};
use super::{Hub, HubError};

/// Which figures are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CensusAsked {
    /// The day; yesterday where there is none.
    pub day: Option<UtcDay>,
    /// The first day of the trend; no trend where there is none.
    pub since: Option<UtcDay>,
    /// One family; all where there is none.
    pub family: Option<FamilySlug>,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CensusForm {
    /// For people.
    Text,
    /// A row a figure, network and country.
    Csv,
}

/// The form of a file of machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachinesForm {
    /// CSV in the columns of Shadowserver's report `event4_sinkhole_http`.
    Shadowserver,
    /// X-ARF version 4, a report a line.
    Xarf,
}

impl CensusAsked {
    fn of(&self, call: Call<'static>) -> Call<'static> {
        call.with("day", self.day).with("since", self.since).with("family", self.family.as_ref())
    }
}

impl Hub {
    /// Returns the figures of a day.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn census(&self, asked: &CensusAsked) -> Result<Census, HubError> {
        self.value(asked.of(Call::new(route::CENSUS, route::census()))).await
    }

    /// Returns the figures of a day as a file.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn census_report(&self, asked: &CensusAsked, form: CensusForm) -> Result<Vec<u8>, HubError> {
        let word = match form {
            CensusForm::Text => "text",
            CensusForm::Csv => "csv",
        };
        let call = asked.of(Call::new(route::CENSUS_REPORT, route::census_report())).with("as", Some(word));
        self.call(call.accept(ANY, MAX_REPORT)).await.map(|answer| answer.octets)
    }

    /// Returns the days of which the lake holds events.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn census_days(&self) -> Result<Vec<UtcDay>, HubError> {
        let call = Call::new(route::CENSUS_DAYS, route::census_days());
        self.value::<CensusDays>(call).await.map(|days| days.days)
    }

    /// Returns the figures of the families of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn case_census(
        &self,
        id: &CaseId,
        day: Option<UtcDay>,
        since: Option<UtcDay>,
    ) -> Result<Census, HubError> {
        let call = Call::new(route::CASE_CENSUS, route::case_census(id));
        self.value(call.with("day", day).with("since", since)).await
    }

    /// Returns how many machines there were in the networks of one's own party.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn census_networks(&self, day: Option<UtcDay>) -> Result<OwnNetworks, HubError> {
        self.value(Call::new(route::CENSUS_NETWORKS, route::census_networks()).with("day", day)).await
    }

    /// Returns how many machines there were in the countries of one's own party, by family and network, and from `since` on, where it is given, how
    /// fast their addresses fall.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn census_countries(&self, day: Option<UtcDay>, since: Option<UtcDay>) -> Result<OwnCountries, HubError> {
        let call = Call::new(route::CENSUS_COUNTRIES, route::census_countries());
        self.value(call.with("day", day).with("since", since)).await
    }

    /// Returns the machines in the networks of one's own party as a file, which the hub puts on its record of disclosures.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn census_machines(&self, day: Option<UtcDay>, form: MachinesForm) -> Result<Vec<u8>, HubError> {
        let word = match form {
            MachinesForm::Shadowserver => "shadowserver",
            MachinesForm::Xarf => "xarf",
        };
        let call = Call::new(route::CENSUS_MACHINES, route::census_machines()).with("as", Some(word)).with("day", day);
        self.call(call.accept(ANY, MAX_MACHINES)).await.map(|answer| answer.octets)
    }
}
