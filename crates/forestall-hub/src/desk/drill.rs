// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A store of a drill: how it is told from a real one, and what a drill puts into it beside what everybody can.

use std::collections::BTreeMap;

use forestall_coord::command::{Command, RecordSweep};
use forestall_model::counts::period_day;
use forestall_model::evidence::{Places, SeenName, Sweep, SweptList};
use forestall_model::{
    Actor, CampaignId, CaseId, Instant, Method, PartyId, PersonId, Scopes, Sight, Standing, Tld, UtcDay,
};
use forestall_store::Document;

use super::lists::computed;
use super::token::fresh_id;
use super::{Act, CaseFile, Desk, DeskError, Invite, NameListing, SignsInBy, Token};

/// The document that marks the store of a drill. Its text is the time of the drill.
///
/// // STORED FORMAT, version 1: an instant.
const MARK: (&str, &str) = ("drill", "clock");

/// Days for which the token of a scripted party is good: longer than any scenario lasts.
const TOKEN_DAYS: u16 = 366;

/// What is seen from outside of all names of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSights {
    /// The campaign.
    pub campaign: CampaignId,
    /// The day of the list.
    pub day: UtcDay,
    /// The slice.
    pub tld: Tld,
    /// What most names show.
    pub usual: Sight,
    /// Places that show something else, by what they show.
    pub differing: Vec<(Sight, Places)>,
}

impl Desk {
    /// Returns the time of the drill whose store this is; `None` for a real store.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails, [`DeskError::Damaged`] where the mark holds no time.
    pub async fn drill_time(&self) -> Result<Option<Instant>, DeskError> {
        let Some(mark) = self.store().document(MARK.0, MARK.1).await? else { return Ok(None) };
        let time = mark.body.parse().map_err(|error| DeskError::Damaged(format!("the mark of a drill: {error}")))?;
        Ok(Some(time))
    }

    /// Keeps the time of a drill, which marks a new store as that of a drill.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a real store that holds something already, [`DeskError::Store`] where the store fails.
    pub async fn keep_drill_time(&self, time: Instant) -> Result<(), DeskError> {
        if self.drill_time().await?.is_none() && !self.is_new().await? {
            let what = "this store holds real cases, parties or people; a drill needs a store of its own".to_owned();
            return Err(DeskError::Input(what));
        }
        let (kind, id) = (MARK.0, MARK.1.to_owned());
        self.store().keep_documents(vec![Document { kind, id, changed: time, body: time.to_string() }]).await?;
        Ok(())
    }

    async fn is_new(&self) -> Result<bool, DeskError> {
        let store = self.store();
        Ok(store.cases().await?.is_empty() && store.parties().await?.is_empty() && store.people().await?.is_empty())
    }

    /// Adds somebody of a party, or somebody who runs the drill where there is none, and returns them with a token of theirs.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchParty`], [`DeskError::Store`].
    pub async fn add_drill_person(
        &self,
        party: Option<PartyId>,
        name: &Actor,
        now: Instant,
    ) -> Result<(PersonId, Token), DeskError> {
        let own = fresh_id('d')?;
        let mail = format!("{own}@drill.invalid").parse().map_err(|error| DeskError::Input(format!("{error}")))?;
        let standing = if party.is_some() { Standing::Member } else { Standing::Operator };
        let invited = self.invite(Invite { party, mail, standing }, name, now).await?;
        let gone = || DeskError::Stale("the invitation is gone".to_owned());
        let invitation = self.invitation(&invited.token.to_string(), now).await?.ok_or_else(gone)?;
        // No password: whoever plays by script never signs in by hand.
        let nowhere = SignsInBy::Provider("https://drill.invalid".to_owned(), own);
        let person = self.accept(&invitation, name, nowhere, now).await?;
        let (_, token) = self.create_token(&person.id, "drill", Scopes::ALL, TOKEN_DAYS, now).await?;
        Ok((person.id, token))
    }

    /// Records what the world of a drill shows from outside: one event over all lists. Returns how many lists and names those are; lists that
    /// the case does not hold are left out.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] for a sight that the method cannot have, or a place that no list has.
    pub async fn record_sights(
        &self,
        case: &CaseId,
        act: &Act,
        method: Method,
        vantage: String,
        lists: Vec<ListSights>,
    ) -> Result<(usize, u64), DeskError> {
        let file = self.file(case).await?;
        let (desk, whole) = (self.clone(), file.clone());
        let swept = computed(move || desk.swept(&whole, lists)).await?;
        let counts = (swept.len(), swept.iter().map(|list| u64::from(list.expected)).sum());
        if swept.is_empty() {
            return Ok(counts);
        }
        let name_servers = file.case.name_servers.clone();
        let sweep = Sweep { method, vantage, at: act.now, name_servers, lists: swept };
        self.execute(case, act, &Command::Sweep(RecordSweep { sweep })).await?;
        Ok(counts)
    }

    /// Computes the names of lists and puts what is seen of them beside them. Takes as long as the lists of their days take to compute.
    fn swept(&self, file: &CaseFile, lists: Vec<ListSights>) -> Result<Vec<SweptList>, DeskError> {
        let mut wanted: BTreeMap<(usize, i64), BTreeMap<Tld, ListSights>> = BTreeMap::new();
        for list in lists {
            let Some(campaign) = file.case.campaign_index(&list.campaign) else { continue };
            let Some(counts) = file.counts.get(campaign) else { continue };
            let period = counts.periods.iter().find(|period| period_day(period.key) == list.day);
            let Some(period) = period else { continue };
            wanted.entry((campaign, period.key)).or_default().insert(list.tld.clone(), list);
        }
        let mut swept = Vec::new();
        for ((campaign, period), sights) in wanted {
            let held = &file.case.campaigns[campaign];
            let by_tld = self.period(file, campaign, period)?;
            for (tld, seen) in sights {
                let Some(listing) = by_tld.get(&tld).map(NameListing::of) else { continue };
                let expected = u32::try_from(listing.names.len()).unwrap_or(u32::MAX);
                let mut differing = Vec::new();
                for (sight, places) in &seen.differing {
                    for place in places.iter() {
                        let name = listing.names.get(place as usize).cloned();
                        let name = name.ok_or_else(|| {
                            DeskError::Input(format!("the list of {tld} on {} has no place {place}", seen.day))
                        })?;
                        differing.push(SeenName { place, name, sight: *sight, name_servers: Vec::new() });
                    }
                }
                differing.sort_by_key(|row| row.place);
                swept.push(SweptList {
                    campaign: held.id.clone(),
                    period,
                    tld,
                    digest: listing.digest,
                    generator_version: held.generator_version,
                    expected,
                    sample: None,
                    usual: seen.usual,
                    unknown: Places::new(),
                    differing,
                });
            }
        }
        Ok(swept)
    }
}
