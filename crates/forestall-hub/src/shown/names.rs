// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a slice, with where each stands.

use forestall_api::names::{Name, NameClaim, Window};
use forestall_coord::board::Cell;
use forestall_coord::{Case, NameView};
use forestall_formats::line_id;
use forestall_model::{DomainName, Tld, UtcDay};

use super::words::{level, phase, standing};

/// One list of a slice: the names of a campaign and an origin period.
#[derive(Clone, Copy, Debug)]
pub struct NamedList<'a> {
    /// The case.
    pub case: &'a Case,
    /// The slice.
    pub tld: &'a Tld,
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// The key of the period.
    pub period: i64,
    /// The day of the list.
    pub day: UtcDay,
    /// The nominal window.
    pub window: forestall_model::Window,
}

impl<'a> NamedList<'a> {
    /// Names the list of a cell of the board.
    #[must_use]
    pub const fn of(case: &'a Case, tld: &'a Tld, cell: &Cell) -> Self {
        Self { case, tld, campaign: cell.campaign, period: cell.period, day: cell.day, window: cell.window }
    }

    /// Returns the name at a place; the number of its last event for those only who see all of the case.
    #[must_use]
    pub fn name(&self, place: u32, name: &DomainName, view: &NameView, whole: bool) -> Name {
        let campaign = &self.case.campaigns[self.campaign];
        let guard = self.case.guard(self.campaign, self.window);
        let unicode = name.to_unicode();
        let window_of = |window: forestall_model::Window| Window { from: window.from, until: window.until };
        Name {
            unicode: (unicode != name.as_str()).then_some(unicode),
            name: name.clone(),
            campaign: campaign.id.clone(),
            unverified: !campaign.verified,
            day: self.day,
            place,
            line_id: line_id::write(&campaign.id, self.period, self.tld, place),
            window: window_of(self.window),
            guard: window_of(guard),
            phase: phase(view.state.phase),
            standing: standing(view.state.standing),
            state: view.state.word().to_owned(),
            claim: view.claim.map(|claim| NameClaim {
                action: claim.action,
                result: claim.result,
                level: level(claim.level),
            }),
            sight: view.sight,
            event: whole.then_some(view.event),
        }
    }
}
