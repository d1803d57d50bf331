// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cases: who asks, what there is, opening, coverage, figures, hand-over.

use forestall_api::act::Recorded;
use forestall_api::case::Case;
use forestall_api::case_list::CaseEntry;
use forestall_api::days::Day;
use forestall_api::figures::Figures;
use forestall_api::gaps::Gaps;
use forestall_api::handover::{Imported, MAX_ARCHIVE};
use forestall_api::me::Me;
use forestall_api::open::{MoveHorizon, OpenCase};
use forestall_api::what_if::WhatIf;
use forestall_api::words::{Aim, Level};
use forestall_api::{header, route};
use forestall_model::{CaseId, DayRange, Tld, UtcDay};

use super::exchange::Call;
use super::{ETag, Hub, HubError, Pages, Tagged};

impl Hub {
    /// Says who asks, and what follows for them.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn me(&self) -> Result<Me, HubError> {
        self.value(Call::new(route::ME, route::me())).await
    }

    /// Returns the cases that whoever asks sees.
    #[must_use]
    pub fn cases(&self) -> Pages<'_, CaseEntry> {
        Pages::new(self, || Call::new(route::CASES, route::cases()))
    }

    /// Opens a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn open_case(&self, open: &OpenCase) -> Result<Recorded, HubError> {
        self.value(Call::new(route::OPEN_CASE, route::cases()).json(open)?).await
    }

    /// Returns a case, as it is looked at from a day where one is named.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn case(&self, id: &CaseId, on: Option<UtcDay>) -> Result<Tagged<Case>, HubError> {
        self.tagged(Call::new(route::CASE, route::case(id)).with("on", on)).await
    }

    /// Returns what opens within some days of a day, or of now, and is not proved.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn gaps(&self, id: &CaseId, on: Option<UtcDay>, days: u16, contacts: bool) -> Result<Gaps, HubError> {
        let call = Call::new(route::GAPS, route::gaps(id)).with("on", on).with("days", Some(days));
        self.value(call.with("contacts", contacts.then_some(true))).await
    }

    /// Returns the figures of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn figures(&self, id: &CaseId) -> Result<Figures, HubError> {
        self.value(Call::new(route::FIGURES, route::figures(id))).await
    }

    /// Returns coverage and reach day by day, of one slice or of all, on some days or on all.
    #[must_use]
    pub fn days<'a>(&'a self, id: &'a CaseId, tld: Option<&'a Tld>, days: Option<DayRange>) -> Pages<'a, Day> {
        Pages::new(self, move || Call::new(route::DAYS, route::days(id)).with("tld", tld).within(days))
    }

    /// Says what would change if some registries protected their slices, and which matter most next.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn what_if(&self, id: &CaseId, ask: &WhatIfAsked) -> Result<WhatIf, HubError> {
        let slices = ask.slices.iter().map(Tld::as_str).collect::<Vec<_>>().join(",");
        let call = Call::new(route::WHAT_IF, route::what_if(id))
            .with("slices", (!slices.is_empty()).then_some(slices))
            .with("from", ask.from)
            .with("until", ask.until)
            .with("level", ask.level)
            .with("aim", ask.aim)
            .with("next", ask.steps);
        self.value(call).await
    }

    /// Moves the end of a case's horizon on.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn move_horizon(&self, id: &CaseId, to: &MoveHorizon, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::HORIZON, route::horizon(id)).json(to)?.over(over)).await
    }

    /// Returns a whole case as a file.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn archive(&self, id: &CaseId) -> Result<Vec<u8>, HubError> {
        let call = Call::new(route::ARCHIVE, route::archive(id)).accept(header::ARCHIVE, MAX_ARCHIVE);
        self.call(call).await.map(|answer| answer.octets)
    }

    /// Hands over a case that is a file, signed by a key where one is named.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn import(&self, archive: Vec<u8>, key: Option<&str>) -> Result<Imported, HubError> {
        let call = Call::new(route::IMPORT, route::import()).with("key", key);
        self.value(call.octets(header::ARCHIVE, archive, MAX_ARCHIVE)?).await
    }
}

/// What is asked about the future.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIfAsked {
    /// Slices whose registries protect every name.
    pub slices: Vec<Tld>,
    /// From which day on.
    pub from: Option<UtcDay>,
    /// Up to and without which day.
    pub until: Option<UtcDay>,
    /// At which level of proof the order is.
    pub level: Option<Level>,
    /// What is to fall in the order.
    pub aim: Option<Aim>,
    /// How many steps the order has.
    pub steps: Option<usize>,
}
