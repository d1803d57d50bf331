// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Slices: what their registries were asked and answered, and their names.

use forestall_api::act::Recorded;
use forestall_api::answer::Answer;
use forestall_api::exclude::{Exclude, Readmit};
use forestall_api::names::{MAX_NAMES, Name};
use forestall_api::request::{Acknowledge, AskRegistry};
use forestall_api::slice::{Slice, SliceEntry};
use forestall_api::{Items, route};
use forestall_model::{CampaignId, CaseId, DayRange, Tld};

use super::exchange::Call;
use super::{ETag, Hub, HubError, Pages, Tagged};

/// Which names of a slice are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamesAsked {
    /// Those of the lists of these days; of the whole horizon where there are none.
    pub days: Option<DayRange>,
    /// Those of this campaign; of all where none is named.
    pub campaign: Option<CampaignId>,
}

impl Call<'_> {
    /// Asks for some days.
    pub(super) fn within(self, days: Option<DayRange>) -> Self {
        self.with("from", days.map(|days| days.from)).with("until", days.map(|days| days.until))
    }
}

impl Hub {
    /// Returns the slices of a case, counted over some days or over all.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn slices(&self, id: &CaseId, days: Option<DayRange>) -> Result<Vec<SliceEntry>, HubError> {
        let call = Call::new(route::SLICES, route::slices(id)).within(days);
        self.value::<Items<SliceEntry>>(call).await.map(|slices| slices.items)
    }

    /// Returns a slice.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn slice(&self, id: &CaseId, tld: &Tld) -> Result<Tagged<Slice>, HubError> {
        self.tagged(Call::new(route::SLICE, route::slice(id, tld))).await
    }

    /// Returns names of a slice with where each stands.
    #[must_use]
    pub fn names<'a>(&'a self, id: &'a CaseId, tld: &'a Tld, ask: &'a NamesAsked) -> Pages<'a, Name> {
        Pages::new(self, move || {
            Call::new(route::NAMES, route::names(id, tld))
                .within(ask.days)
                .with("campaign", ask.campaign.as_ref())
                .with("limit", Some(MAX_NAMES))
        })
    }

    /// Records what a registry is asked.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn request(
        &self,
        id: &CaseId,
        tld: &Tld,
        ask: &AskRegistry,
        over: Option<&ETag>,
    ) -> Result<Recorded, HubError> {
        self.value(Call::new(route::REQUEST, route::request(id, tld)).json(ask)?.over(over)).await
    }

    /// Records that a registry received something.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn acknowledge(
        &self,
        id: &CaseId,
        tld: &Tld,
        acknowledge: &Acknowledge,
        over: Option<&ETag>,
    ) -> Result<Recorded, HubError> {
        self.value(Call::new(route::ACKNOWLEDGE, route::acknowledge(id, tld)).json(acknowledge)?.over(over)).await
    }

    /// Records what a registry answers.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn answer(
        &self,
        id: &CaseId,
        tld: &Tld,
        answer: &Answer,
        over: Option<&ETag>,
    ) -> Result<Recorded, HubError> {
        self.value(Call::new(route::ANSWER, route::answer(id, tld)).json(answer)?.over(over)).await
    }

    /// Excludes a name with a legitimate holder.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn exclude(&self, id: &CaseId, exclude: &Exclude, over: Option<&ETag>) -> Result<Recorded, HubError> {
        let at = route::exclude(id, &exclude.name.tld());
        self.value(Call::new(route::EXCLUDE, at).json(exclude)?.over(over)).await
    }

    /// Takes an exclusion back.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn readmit(&self, id: &CaseId, readmit: &Readmit, over: Option<&ETag>) -> Result<Recorded, HubError> {
        let at = route::readmit(id, &readmit.name.tld());
        self.value(Call::new(route::READMIT, at).json(readmit)?.over(over)).await
    }
}
