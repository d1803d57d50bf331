// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Opens a case.

use forestall_model::{DayRange, DomainName, Dossier, Instant, Marking, Tld, UtcDay};

use super::request::Override;
use super::{each_once, need_text};
use crate::command::Refusal;
use crate::event::{Body, CaseCampaign, CaseKind};
use crate::guard;

/// Opens a case: which campaigns are watched over which days.
#[derive(Clone, Debug)]
pub struct Open {
    /// What people call it.
    pub title: String,
    /// Live or reconstruction.
    pub kind: CaseKind,
    /// The days whose lists the case holds.
    pub horizon: DayRange,
    /// The day from which a reconstruction is looked at.
    pub board_day: Option<UtcDay>,
    /// The marking of everything derived from it.
    pub marking: Marking,
    /// The campaigns, at least one.
    pub campaigns: Vec<CaseCampaign>,
    /// The top-level domains with at least one name in the horizon.
    pub slices: Vec<Tld>,
    /// The name servers of the response's own sinkhole; may be none.
    pub name_servers: Vec<DomainName>,
    /// What was learned of the registrable names that these depend on. A live case takes only servers that pass the [`guard`].
    pub server_evidence: Vec<Dossier>,
    /// Two people who take name servers all the same.
    pub guard_override: Option<Override>,
    /// Whether decisions about registered names need two people.
    pub four_eyes: bool,
    /// How many days the horizon reaches ahead of each day, where it is to be moved; for a live case.
    pub ahead: Option<u16>,
}

impl Open {
    pub(crate) fn decide(&self, now: Instant) -> Result<Body, Refusal> {
        need_text("the title", &self.title)?;
        if self.horizon.is_empty() {
            return Err(Refusal::Empty("a horizon of at least one day"));
        }
        if self.campaigns.is_empty() {
            return Err(Refusal::Empty("at least one campaign"));
        }
        for (i, campaign) in self.campaigns.iter().enumerate() {
            if self.campaigns[..i].iter().any(|c| c.id == campaign.id) {
                return Err(Refusal::CampaignTwice { campaign: campaign.id.clone() });
            }
        }
        if self.slices.is_empty() {
            return Err(Refusal::Empty("at least one name in its horizon"));
        }
        self.need_safe_servers(now)?;
        Ok(Body::Opened {
            title: self.title.trim().to_owned(),
            case_kind: self.kind,
            horizon: self.horizon,
            board_day: self.board_day,
            marking: self.marking,
            campaigns: self.campaigns.clone(),
            slices: each_once(self.slices.iter().cloned()),
            name_servers: self.name_servers.clone(),
            guard_override: self.guard_override.as_ref().map(|two| two.evidence.trim().to_owned()),
            four_eyes: self.four_eyes,
            ahead: self.ahead.filter(|_| self.kind == CaseKind::Live),
        })
    }

    /// Refuses name servers that may lapse. What is past needs no guard.
    fn need_safe_servers(&self, now: Instant) -> Result<(), Refusal> {
        if let Some(two) = &self.guard_override {
            return two.check();
        }
        if self.kind == CaseKind::Reconstruction {
            return Ok(());
        }
        let found = guard::findings(&self.name_servers, &self.server_evidence, now);
        match found.into_iter().find(|finding| finding.refuses) {
            Some(finding) => Err(Refusal::UnsafeServer { server: finding.server, reason: finding.what }),
            None => Ok(()),
        }
    }
}
