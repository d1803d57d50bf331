// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones that leave by transfers: who may have which, and what a zone holds at an instant.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use forestall_coord::case::names_campaign;
use forestall_dns::transfer::{Contents, Key, Names, Rule, Run};
use forestall_formats::feed::{Entries, Policy};
use forestall_model::digest::Hasher;
use forestall_model::{
    AddressRange, Audience, CampaignId, CaseId, Digest, DomainName, Instant, Marking, OwnerName, PartyId, Tld,
    TsigAlgorithm, Window,
};
use forestall_store::{Zone, ZoneKey, ZoneSubscriber};

use super::feed::{Gathering, Guards};
use super::lists::computed;
use super::token::random;
use super::zone_difference::{Several, shares};
use super::{CaseFile, Desk, DeskError};

/// Octets of the name of a zone, at most: with it, the longest names of families have room below.
const LONGEST_ZONE: usize = 100;
/// Days ahead, at most.
const MOST_AHEAD: u16 = 31;
/// Addresses of a subscriber, and places where one is told, at most.
const MOST_ADDRESSES: usize = 64;
/// Seconds after which a zone is computed again though no name comes or goes by then: what a person ruled may hold for some time only. So far
/// it is looked ahead for names that come.
const AT_LEAST_EVERY: i64 = 600;

/// What a zone holds at an instant.
#[derive(Clone, Debug)]
pub struct ZoneState {
    /// The marking of everything in it.
    pub marking: Marking,
    /// Names that are let through.
    pub through: Arc<Names>,
    /// Names that the policy is for.
    pub names: Arc<Names>,
    /// Whether nobody but unverified families makes some of them.
    pub unverified: bool,
    /// What the policy is.
    rules: Arc<[Rule]>,
    /// The instant and the event of the case from which it follows.
    pub at: Instant,
    /// The number of the event in the case.
    pub case_version: u64,
    /// A digest of the campaigns with the versions of their generators.
    pub generators: Digest,
    /// SHA-256 of policy and names.
    pub digest: Digest,
    /// When it is to be computed again, unless the case changes before.
    pub next: Instant,
    /// The lists that were looked at, with the guard windows of their names.
    pub(super) lists: BTreeMap<(usize, i64), Guards>,
    /// The names that several lists have.
    pub(super) several: Several,
}

impl ZoneState {
    /// Returns the records below the apex.
    #[must_use]
    pub fn contents(&self) -> Contents {
        self.with(Arc::clone(&self.through), Arc::clone(&self.names))
    }

    /// Returns what leaves and what comes where `next` follows.
    #[must_use]
    pub fn difference(&self, next: &Self) -> (Contents, Contents) {
        let (through_gone, through_come) = self.through.difference(&next.through);
        let (gone, come) = self.names.difference(&next.names);
        let pair = |through, names| self.with(Arc::new(through), Arc::new(names));
        (pair(through_gone, gone), pair(through_come, come))
    }

    /// Returns how many names come and how many go where `next` follows.
    #[must_use]
    pub fn counted_difference(&self, next: &Self) -> (u64, u64) {
        let (through_gone, through_come) = self.through.difference(&next.through);
        let (gone, come) = self.names.difference(&next.names);
        ((through_come.len() + come.len()) as u64, (through_gone.len() + gone.len()) as u64)
    }

    /// Returns the records of some names.
    pub(super) fn with(&self, through: Arc<Names>, names: Arc<Names>) -> Contents {
        let passes: Arc<[Rule]> = Arc::new([Rule::cname(&name_of("rpz-passthru"))]);
        let rules = Arc::clone(&self.rules);
        Contents { runs: vec![Run { names: through, rules: passes }, Run { names, rules }] }
    }
}

/// What a new zone is to hold.
#[derive(Clone, Debug)]
pub struct NewZone {
    /// Its name.
    pub name: OwnerName,
    /// The case.
    pub case: CaseId,
    /// The campaigns; all of the case where there is none.
    pub campaigns: Vec<CampaignId>,
    /// One slice; all where there is none.
    pub tld: Option<Tld>,
    /// What a resolver answers.
    pub policy: Policy,
    /// Days before its guard window opens on which a name comes into the zone.
    pub ahead_days: u16,
    /// Whether families count whose names nobody checked against a botnet.
    pub with_unverified: bool,
}

/// Who is to take zones.
#[derive(Clone, Debug)]
pub struct NewSubscriber {
    /// A short name.
    pub id: PartyId,
    /// The party that they belong to.
    pub party: Option<PartyId>,
    /// How close they stand to the holder of a case.
    pub audience: Audience,
    /// The name of a key, which is made, and how it signs; none for who cannot sign.
    pub key: Option<(OwnerName, TsigAlgorithm)>,
    /// The addresses and networks from which they come; empty for any.
    pub addresses: Vec<AddressRange>,
    /// Where they are told of new serials.
    pub told: Vec<SocketAddr>,
    /// The zones.
    pub zones: Vec<OwnerName>,
}

impl Desk {
    /// Makes a zone of the names of a case.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`]; [`DeskError::Input`] for campaigns and slices that the case has not, for a name that is too long or taken,
    /// and for unverified families that nobody asked for; or what the store reports.
    pub async fn add_zone(&self, new: NewZone, now: Instant) -> Result<Zone, DeskError> {
        let wrong = |text: String| Err(DeskError::Input(text));
        let file = self.file(&new.case).await?;
        let name = new.name.as_str();
        if name == "." || name.len() > LONGEST_ZONE || new.name.to_domain().is_none() {
            return wrong(format!(
                "{name}: the name of a zone is one as of a host, with {LONGEST_ZONE} letters at most"
            ));
        }
        if new.ahead_days > MOST_AHEAD {
            return wrong(format!("{} days ahead are too many; {MOST_AHEAD} are the most", new.ahead_days));
        }
        let held = |id: &CampaignId| file.case.campaigns.iter().any(|campaign| campaign.id == *id);
        if let Some(missing) = new.campaigns.iter().find(|id| !held(id)) {
            return wrong(format!("the case {} does not watch {missing}", new.case));
        }
        if let Some(tld) = new.tld.as_ref().filter(|tld| !file.case.slices.contains_key(*tld)) {
            return wrong(format!("the case {} has no slice {tld}", new.case));
        }
        let unverified =
            file.case.campaigns.iter().find(|held| !held.verified && names_campaign(&new.campaigns, &held.id));
        if let Some(campaign) = unverified.filter(|_| !new.with_unverified) {
            return wrong(format!(
                "the names of {} were not checked against the botnet's own, and a resolver would block them like others; say that the zone \
                 is to hold them, or name the campaigns that it is to hold",
                campaign.id
            ));
        }
        let zone = Zone {
            name: new.name,
            case: new.case,
            campaigns: new.campaigns,
            tld: new.tld,
            policy: new.policy.to_string(),
            ahead_days: new.ahead_days,
            created: now,
        };
        // What cannot be computed is said now, and not by a zone that stays empty.
        self.zone_state(&zone, None, now).await?;
        if !self.store().create_zone(zone.clone()).await? {
            return wrong(format!("there is a zone {} already; `forestall zone remove` removes it", zone.name));
        }
        Ok(zone)
    }

    /// Returns a zone.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is none of the name, or what the store reports.
    pub async fn zone(&self, name: &OwnerName) -> Result<Zone, DeskError> {
        let zone = self.store().zones().await?.into_iter().find(|zone| zone.name == *name);
        zone.ok_or_else(|| {
            DeskError::Input(format!("there is no zone {name}; `forestall zone list` names those that are kept"))
        })
    }

    /// Removes a zone.
    ///
    /// # Errors
    ///
    /// As [`Desk::zone`].
    pub async fn remove_zone(&self, name: &OwnerName) -> Result<(), DeskError> {
        self.zone(name).await?;
        self.store().remove_zone(name).await?;
        Ok(())
    }

    /// Adds somebody who takes zones and returns them with the secret of their key, which is made here.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for zones that are not there, for who could not be told from others, and for an id or a key that somebody has;
    /// [`DeskError::NoSuchParty`], [`DeskError::Outside`] where the system gives no random numbers, or what the store reports.
    pub async fn add_subscriber(&self, new: NewSubscriber, now: Instant) -> Result<ZoneSubscriber, DeskError> {
        let wrong = |text: &str| Err(DeskError::Input(text.to_owned()));
        if let Some(party) = &new.party {
            self.party(party).await?;
        }
        if new.zones.is_empty() {
            return wrong("a subscriber takes at least one zone");
        }
        if new.key.is_none() && new.addresses.is_empty() {
            return wrong("who does not sign is known by the address alone: name one or a network, or a key");
        }
        if new.addresses.len() > MOST_ADDRESSES || new.told.len() > MOST_ADDRESSES {
            return wrong("a subscriber has 64 addresses at most, and is told at 64 places at most");
        }
        for zone in &new.zones {
            self.zone(zone).await?;
        }
        let key = match new.key {
            None => None,
            Some((name, algorithm)) => {
                // As long as the hash gives (RFC 8945, section 6).
                let drawn: [u8; 64] = random()?;
                let octets = match algorithm {
                    TsigAlgorithm::Sha256 => 32,
                    TsigAlgorithm::Sha384 => 48,
                    TsigAlgorithm::Sha512 => 64,
                };
                Some(ZoneKey { name, algorithm, secret: drawn[..octets].to_vec() })
            }
        };
        let zones: BTreeSet<OwnerName> = new.zones.into_iter().collect();
        let subscriber = ZoneSubscriber {
            id: new.id.to_string(),
            party: new.party,
            audience: new.audience,
            key,
            addresses: new.addresses.into_iter().map(AddressRange::canonical).collect(),
            told: new.told,
            zones: zones.into_iter().collect(),
            created: now,
        };
        if !self.store().add_subscriber(subscriber.clone()).await? {
            return wrong("somebody has this id, or this name of a key, already");
        }
        Ok(subscriber)
    }

    /// Removes a subscriber.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is none, or what the store reports.
    pub async fn remove_subscriber(&self, id: &PartyId) -> Result<(), DeskError> {
        if self.store().remove_subscriber(id.as_str()).await? {
            return Ok(());
        }
        Err(DeskError::Input(format!(
            "there is no subscriber {id}; `forestall zone subscriber list` names those that are kept"
        )))
    }

    /// Computes what a zone holds at an instant, by the case after its event `version`, or its last.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], [`DeskError::Input`] where a name is too long for the zone, or what the store or a changed generator
    /// report.
    pub async fn zone_state(&self, zone: &Zone, version: Option<u64>, at: Instant) -> Result<ZoneState, DeskError> {
        let case = match version {
            Some(version) => self.store().load_at(&zone.case, version).await?,
            None => self.store().load(&zone.case).await?,
        };
        let case = case.ok_or_else(|| DeskError::NoSuchCase(zone.case.clone()))?;
        let file = self.file_of(case).await?;
        let (desk, zone) = (self.clone(), zone.clone());
        computed(move || desk.state_of(&file, &zone, at)).await
    }

    fn state_of(&self, file: &CaseFile, zone: &Zone, at: Instant) -> Result<ZoneState, DeskError> {
        let policy: Policy =
            zone.policy.parse().map_err(|error| DeskError::Damaged(format!("{}: {error}", zone.name)))?;
        let held = held(zone, at);
        let ahead = ahead(zone);
        let looked_at = Window { from: at, until: held.until.plus_seconds(AT_LEAST_EVERY) };
        let board = file.board();
        let shares = shares(file, &board, zone, looked_at, at)?;
        let mut gathering = Gathering::new(looked_at, file.case.exclusions.keys());
        let mut lists = Vec::with_capacity(shares.len());
        for (index, (key, share)) in shares.iter().enumerate() {
            lists.push((*key, share.gather(self, file, zone, *key, index, &mut gathering)?));
        }
        let entries = gathering.finish();
        let next = next_change(&entries, held, ahead).min(at.plus_seconds(AT_LEAST_EVERY));
        let (names, several, unverified) = names_of(file, &entries, &lists, held, zone)?;
        let through = through_of(file, zone)?;
        Ok(ZoneState {
            marking: file.marking(),
            digest: digest_of(&zone.policy, unverified, &through, names.iter()),
            through: Arc::new(through),
            names: Arc::new(names),
            unverified,
            rules: rules_of(&policy),
            at,
            case_version: file.case.version,
            generators: generators_of(file),
            next,
            lists: lists.into_iter().collect(),
            several,
        })
    }
}

/// Returns the entries' names that are in a zone, those of them that several lists have, and whether nobody but unverified families makes some.
fn names_of(
    file: &CaseFile,
    entries: &Entries,
    lists: &[((usize, i64), Guards)],
    held: Window,
    zone: &Zone,
) -> Result<(Names, Several, bool), DeskError> {
    let is_verified = |list: usize| file.case.campaigns[lists[list].0.0].verified;
    let mut names = Names::default();
    let mut several = Several::default();
    let mut has_unverified = false;
    let mut entries = entries.iter().filter(|entry| entry.window.meets(held)).peekable();
    let mut of = Vec::new();
    while let Some(first) = entries.next() {
        of.clear();
        of.push(first.campaign);
        while let Some(same) = entries.next_if(|next| next.name == first.name) {
            of.push(same.campaign);
        }
        of.dedup();
        has_unverified |= !of.iter().any(|list| is_verified(*list));
        if of.len() > 1 {
            several.note(first.name, of.iter().map(|list| lists[*list].0));
        }
        push(&mut names, first.name, zone)?;
    }
    Ok((names, several, has_unverified))
}

/// Returns the time for which a zone holds names at an instant.
pub(super) fn held(zone: &Zone, at: Instant) -> Window {
    // A zone without days ahead holds what is live at the instant, which has no length.
    let until = at.plus_seconds(ahead(zone)).max(Instant::from_micros(at.micros().saturating_add(1)));
    Window { from: at, until }
}

fn ahead(zone: &Zone) -> i64 {
    i64::from(zone.ahead_days) * 86_400
}

/// Returns the names that a zone lets through.
pub(super) fn through_of(file: &CaseFile, zone: &Zone) -> Result<Names, DeskError> {
    let mut through = Names::default();
    // A registry has its own slice, and hears of no name in another.
    let is_asked = |name: &&DomainName| zone.tld.as_ref().is_none_or(|tld| name.tld() == *tld);
    file.case.exclusions.keys().filter(is_asked).try_for_each(|name| push(&mut through, name.as_str(), zone))?;
    Ok(through)
}

/// Returns a digest of the campaigns of a case with the versions of their generators.
pub(super) fn generators_of(file: &CaseFile) -> Digest {
    let mut generators = Hasher::default();
    for campaign in &file.case.campaigns {
        generators.update(&campaign.digest.0);
        generators.update(&campaign.generator_version.to_be_bytes());
    }
    generators.finish()
}

/// Returns the digest of what a zone holds.
pub(super) fn digest_of<'n>(
    policy: &str,
    unverified: bool,
    through: &Names,
    names: impl Iterator<Item = &'n [u8]>,
) -> Digest {
    let mut digest = Hasher::default();
    let mut put = |text: &[u8]| {
        digest.update(text);
        digest.update(b"\n");
    };
    put(policy.as_bytes());
    put(if unverified { b"unverified" } else { b"" });
    through.iter().for_each(&mut put);
    put(b"");
    names.for_each(&mut put);
    put(b"");
    digest.finish()
}

/// Returns the key of a subscriber as messages are signed with it.
pub(crate) fn key_of(key: &ZoneKey) -> Option<Key> {
    Key::new(key.name.clone(), key.algorithm, key.secret.clone()).ok()
}

/// Returns when the first name comes or goes.
fn next_change(entries: &Entries, held: Window, ahead: i64) -> Instant {
    let changes = entries.iter().map(|entry| {
        if entry.window.meets(held) {
            entry.window.until
        } else {
            // What the zone holds ends before it: the name comes with the microsecond after.
            Instant::from_micros(entry.window.from.plus_seconds(-ahead).micros().saturating_add(i64::from(ahead > 0)))
        }
    });
    let later = changes.filter(|change| *change > held.from).min();
    later.unwrap_or_else(|| held.from.plus_seconds(AT_LEAST_EVERY))
}

pub(super) fn push(names: &mut Names, name: &str, zone: &Zone) -> Result<(), DeskError> {
    // With the wildcard and two dots.
    if name.len() + zone.name.as_str().len() + 3 > 253 {
        return Err(DeskError::Input(format!(
            "{name}: the name is too long for an entry below {}; choose a shorter zone",
            zone.name
        )));
    }
    names.push(name).map_err(|error| DeskError::Damaged(format!("{}: {error}", zone.name)))
}

/// Returns the records of an entry, as the form of files has them.
fn rules_of(policy: &Policy) -> Arc<[Rule]> {
    match policy {
        Policy::NxDomain => Arc::new([Rule::cname(&OwnerName::root())]),
        Policy::NoData => Arc::new([Rule::cname(&name_of("*"))]),
        Policy::Sinkhole(name) => Arc::new([Rule::cname(&OwnerName::from(name))]),
        Policy::Addresses(addresses) => addresses.iter().map(|address| Rule::address(*address)).collect(),
    }
}

fn name_of(label: &str) -> OwnerName {
    OwnerName::from_labels([label.as_bytes()]).expect("a short label is a name")
}
