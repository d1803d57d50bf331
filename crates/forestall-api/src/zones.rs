// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones that resolvers take by transfers: what each holds, its serials, and what its subscribers took and heard last.

use std::net::SocketAddr;

use forestall_model::{Audience, CampaignId, CaseId, Digest, Instant, OwnerName, PartyId, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::case_list::Marking;
use crate::words::{
    AudienceWord, CampaignIdText, CaseIdText, DigestText, InstantText, PartyIdText, PolicyText, TldText,
};

/// The most days before its guard window opens on which a name comes into a zone.
pub const MOST_AHEAD: u16 = 31;
/// The most serials of a zone that are told at once.
pub const MOST_SERIALS: u32 = 10_000;
/// Serials that are told where nobody says how many.
pub const USUAL_SERIALS: u32 = 20;

/// A zone of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Zone {
    /// Its name.
    #[schema(value_type = String)]
    pub name: OwnerName,
    /// The case whose names it holds.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The campaigns whose names it holds; empty for all of the case.
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// The one slice that it holds; all where there is none.
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// What a resolver answers.
    #[schema(value_type = PolicyText)]
    pub policy: String,
    /// Days before its guard window opens on which a name comes into the zone.
    pub ahead_days: u16,
    /// When it was made.
    #[schema(value_type = InstantText)]
    pub created: Instant,
    /// The newest serial; none before a hub has served it.
    pub newest: Option<ZoneSerial>,
    /// How many may take it.
    pub subscribers: u64,
}

/// A serial of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneSerial {
    /// The serial.
    pub serial: u32,
    /// The instant for which it was computed.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// The last event of the case that went in.
    pub event: u64,
    /// The number of that event in the log of all cases.
    pub seq: u64,
    /// The names in the zone, those that are let through as well.
    pub names: u64,
    /// Names that came with it; none for the first, and where that was not known.
    pub come: Option<u64>,
    /// Names that went with it, as `come`.
    pub gone: Option<u64>,
    /// SHA-256 of policy and names.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
}

/// A zone as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneStanding {
    /// The zone.
    pub zone: Zone,
    /// The marking of everything in it.
    pub marking: Marking,
    /// Names that the policy is for, now.
    pub names: u64,
    /// Names that are let through, now.
    pub let_through: u64,
    /// Whether nobody but unverified families makes some of the names.
    pub unverified: bool,
    /// Who may take it.
    pub takers: Vec<ZoneTaker>,
}

/// Somebody who may take a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneTaker {
    /// The subscriber.
    pub subscriber: String,
    /// How they sign and the name of their key, with a colon between them; none for who cannot sign. Never the secret.
    pub key: Option<String>,
    /// How close they stand.
    #[schema(value_type = AudienceWord)]
    pub audience: Audience,
    /// What they took last.
    pub taken: Option<ZoneTaken>,
    /// What their places answered last when they were told of a serial.
    pub told: Vec<ZoneTold>,
}

/// The last transfer of a zone to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneTaken {
    /// The serial to which it led.
    pub serial: u32,
    /// The serial that they had; none for a whole zone.
    pub from: Option<u32>,
    /// Records that were sent.
    pub records: u64,
    /// Whether all of them were.
    pub whole: bool,
    /// Whether it went over TLS; none where that was not noted.
    pub over_tls: Option<bool>,
    /// When it ended.
    #[schema(value_type = InstantText)]
    pub at: Instant,
}

/// What a place of a subscriber answered when it was told of a serial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneTold {
    /// The place: an address with its port.
    #[schema(value_type = String)]
    pub target: SocketAddr,
    /// The serial.
    pub serial: u32,
    /// Why it did not hear, in words; none where it did.
    pub failed: Option<String>,
    /// When that was known.
    #[schema(value_type = InstantText)]
    pub at: Instant,
}

/// A new zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddZone {
    /// Its name: one as of a host.
    #[schema(max_length = 253)]
    pub name: String,
    /// The case whose names it holds.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The campaigns whose names it holds; all of the case where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// The one slice that it holds; all where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// What a resolver answers; `nxdomain` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PolicyText>)]
    pub policy: Option<String>,
    /// Days before its guard window opens on which a name comes into the zone; one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 31)]
    pub ahead_days: Option<u16>,
    /// Whether families count whose names nobody checked against a botnet.
    #[serde(default)]
    pub with_unverified: bool,
}

/// Somebody who takes zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subscriber {
    /// A short name.
    pub id: String,
    /// The party that they belong to.
    #[schema(value_type = Option<PartyIdText>)]
    pub party: Option<PartyId>,
    /// How close they stand.
    #[schema(value_type = AudienceWord)]
    pub audience: Audience,
    /// How they sign and the name of their key, with a colon between them; none for who cannot sign. Never the secret.
    pub key: Option<String>,
    /// The addresses from which they come; empty for any.
    pub addresses: Vec<String>,
    /// Where they are told of new serials: addresses with their ports.
    pub notify: Vec<String>,
    /// The zones that they may have.
    #[schema(value_type = Vec<String>)]
    pub zones: Vec<OwnerName>,
    /// When they were added.
    #[schema(value_type = InstantText)]
    pub created: Instant,
}

/// Somebody who is to take zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSubscriber {
    /// A short name.
    #[schema(value_type = PartyIdText)]
    pub id: PartyId,
    /// The zones that they may have; at least one.
    pub zones: Vec<String>,
    /// How close they stand; TLP decides what they may have.
    #[schema(value_type = AudienceWord)]
    pub audience: Audience,
    /// The party that they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PartyIdText>)]
    pub party: Option<PartyId>,
    /// The name of their key; the short name where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 253)]
    pub key: Option<String>,
    /// How they sign: hmac-sha256, which it is where it is left out, hmac-sha384 or hmac-sha512.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub algorithm: Option<String>,
    /// Whether they cannot sign, and are known by their address alone.
    #[serde(default)]
    pub unsigned: bool,
    /// The addresses from which they come; any where there is none, for who signs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Where they are told of new serials: an address, with port 53 or another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
}

/// A subscriber that was added, with the key, which is told this one time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedSubscriber {
    /// The subscriber.
    pub subscriber: Subscriber,
    /// The key as `dig -y` takes it, the secret in base64; none for who cannot sign.
    pub key: Option<String>,
}

impl std::fmt::Debug for AddedSubscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedSubscriber").field("subscriber", &self.subscriber).finish_non_exhaustive()
    }
}
