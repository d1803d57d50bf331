// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census: figures of a day with their intervals, definitions and methods, the trend, and the machines of one's own networks in numbers.
//!
//! Figures of machines and of resolvers stand in two lists and are never added up: a query names the resolver, a connection the machine.

use std::collections::BTreeMap;

use forestall_model::{PartyId, Tlp, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{DayText, PartyIdText, TlpWord};

/// The most octets of a file of machines.
pub const MAX_MACHINES: usize = 1 << 30;
/// The most octets of a report that is a file.
pub const MAX_REPORT: usize = 256 << 20;

/// The days that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusDays {
    /// Days of which the lake holds events, in order. Of older ones it may hold numbers alone.
    #[schema(value_type = Vec<DayText>)]
    pub days: Vec<UtcDay>,
}

/// What is said of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Census {
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// Who may see it.
    #[schema(value_type = TlpWord)]
    pub tlp: Tlp,
    /// By family, in the order of their names.
    pub families: Vec<FamilyCensus>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// What is said of a family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FamilyCensus {
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// The family as which machines speak, or for whose names resolvers ask.
    #[schema(example = "conficker")]
    pub family: String,
    /// Figures of machines, from connections.
    pub machines: Vec<CensusEntry>,
    /// Bounds of the machines that were seen, without a model; none where there were no connections.
    pub bounds: Option<CensusBounds>,
    /// The same over the probability that a machine is seen, where the share of the names is known.
    pub bounds_of_all: Option<CensusBounds>,
    /// How many times the busiest hour's IPv4 addresses the day's are: about 1 where machines keep their addresses.
    pub growth: Option<f64>,
    /// The sum of q with its warning: it is no number of machines.
    pub q_sum: Option<CensusQSum>,
    /// How many names were held, and how bots ask.
    pub names: CensusNames,
    /// Figures of resolvers, from queries. They say nothing of how many machines there are.
    pub resolvers: Vec<CensusEntry>,
    /// Queries of resolvers.
    pub queries: u64,
    /// Of these, over UDP without a cookie of ours: their addresses may be forged.
    pub may_be_forged: u64,
    /// Requests of machines that were counted.
    pub requests: u64,
    /// Who was left out, by the reason.
    pub left_out: BTreeMap<String, CensusLeftOut>,
    /// Requests that do not speak as the family does, by whom they seem to be from. They are in no figure.
    pub visitors: BTreeMap<String, u64>,
    /// Events of all families that sensors left out under load.
    pub shed: CensusLeftOut,
    /// IPv4 addresses seen with other families as well: an overlap, no sum.
    pub shared: BTreeMap<String, u64>,
    /// What the lines of networks and countries count, each with its part.
    pub parts_count: CensusDefinition,
    /// Networks, most addresses first; at most 1,000.
    pub networks: Vec<CensusPart>,
    /// Countries, most addresses first.
    pub countries: Vec<CensusPart>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
    /// Distinct names that resolvers asked for and got, by campaign.
    pub names_of: BTreeMap<String, u64>,
    /// The trend up to the day, where days before it were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<CensusTrend>,
}

/// A figure, or why it cannot be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusEntry {
    /// A short name.
    #[schema(example = "addresses of the day")]
    pub name: String,
    /// The figure, where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<CensusFigure>,
    /// What it would count, where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_count: Option<String>,
    /// Why it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A value with its 90 % interval, its method and what it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusFigure {
    /// What it counts. Figures of unlike definitions are not compared.
    pub definition: CensusDefinition,
    /// The value.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end; none where there is no bound.
    pub high: Option<f64>,
    /// The standard error.
    pub standard_error: f64,
    /// How it came about.
    pub methods: Vec<CensusMethod>,
    /// What that assumes. The interval says nothing of assumptions that do not hold.
    pub assumptions: Vec<String>,
}

/// An estimate without a definition of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusEstimate {
    /// The value.
    pub value: f64,
    /// The lower end of the 90 % interval.
    pub low: f64,
    /// The upper end; none where there is no bound.
    pub high: Option<f64>,
    /// The standard error.
    pub standard_error: f64,
    /// How it came about.
    pub methods: Vec<CensusMethod>,
    /// What that assumes.
    pub assumptions: Vec<String>,
}

/// What a figure counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusDefinition {
    /// What is counted.
    #[schema(example = "addresses4")]
    pub unit: String,
    /// What was seen: `resolver-asked` or `machine-connected`.
    #[schema(example = "machine-connected")]
    pub evidence: String,
    /// `hour` or `day`.
    #[schema(example = "day")]
    pub span: String,
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// The families and variants.
    pub of: String,
    /// The network or country; all where there is none.
    pub part: Option<String>,
    /// Which share of the day's names was held; none of none where that is not known.
    pub names: CensusShare,
    /// Who was left out.
    pub without: Option<String>,
}

/// A share of a day's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusShare {
    /// Names held.
    pub held: u32,
    /// Distinct names of the list.
    pub listed: u32,
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusMethod {
    /// A short name.
    pub name: String,
    /// What was done.
    pub what: String,
    /// Who described it.
    pub source: String,
}

/// Bounds without a model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusBounds {
    /// The lower one.
    pub low: f64,
    /// The upper one; none where there is no bound.
    pub high: Option<f64>,
}

/// The sum of the largest q of each pair of address and User-Agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusQSum {
    /// The sum.
    pub q_sum: u64,
    /// Pairs.
    pub pairs: u64,
    /// Why it is no number of machines.
    pub warning: String,
}

/// How many names were held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusNames {
    /// How that is known.
    pub how: String,
    /// Distinct names that resolvers asked for and got.
    pub asked_for: u64,
    /// Readings of how bots ask, each as one line.
    pub readings: Vec<String>,
}

/// Events that are in no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusLeftOut {
    /// Requests of machines.
    pub requests: u64,
    /// Queries of resolvers.
    pub queries: u64,
}

/// A network or country.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusPart {
    /// Of what; `AS0` and `ZZ` stand for what is not known.
    #[schema(example = "AS64500")]
    pub part: String,
    /// Distinct IPv4 addresses of the day.
    pub addresses: u64,
    /// The same of its busiest hour.
    pub busiest_hour: u64,
    /// How many times the busiest hour's the day's are.
    pub growth: Option<f64>,
    /// Distinct IPv6 networks of 64 bits of the day, never added to the addresses.
    pub networks6: u64,
    /// Machines that were on, where enough of them could be followed.
    pub machines: Option<CensusEstimate>,
    /// The least and most that these counts can be, where events came after others had lost their addresses, so that nobody knows how many are in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<CensusBetween>,
}

/// The least and the most that counts can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusBetween {
    /// Distinct IPv4 addresses of the day.
    pub addresses: [u64; 2],
    /// The same of the busiest hour.
    pub busiest_hour: [u64; 2],
    /// Distinct IPv6 networks of the day.
    pub networks6: [u64; 2],
}

/// Days that count the same thing as the last one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusTrend {
    /// Distinct IPv4 addresses, day after day.
    pub addresses: Vec<CensusFigure>,
    /// Machines that were on, on the days on which the figure could be given.
    pub machines: Vec<CensusFigure>,
    /// Days that are not in the curve.
    pub refused: Vec<CensusRefused>,
    /// How fast the addresses fall; none where it cannot be said.
    pub decline: Option<CensusDecline>,
    /// What that says, or why it cannot be said.
    pub said: String,
    /// The same by network, the largest first.
    pub networks: Vec<CensusPartTrend>,
    /// The same by country, the largest first.
    pub countries: Vec<CensusPartTrend>,
}

/// A day that is not in the curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusRefused {
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// In what it differs from the last day.
    pub why: String,
}

/// How fast a network or country falls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusPartTrend {
    /// Of what.
    pub part: String,
    /// Its addresses on the last day.
    pub addresses: u64,
    /// How fast they fall; none where it cannot be said.
    pub decline: Option<CensusDecline>,
    /// What that says, or why it cannot be said.
    pub said: String,
}

/// How fast counts fall: by how much their logarithm falls a day, negative where it grows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CensusDecline {
    /// The rate a day; the half-life in days is 0.693 over it.
    pub rate: f64,
    /// Its standard error.
    pub error: f64,
    /// The lower end of its 90 % interval; no decline is shown where the interval holds 0.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// By how much counts of weekends are those of other days.
    pub weekend: f64,
    /// Over how many days.
    pub days: u64,
    /// The first of them.
    #[schema(value_type = DayText)]
    pub first: UtcDay,
    /// The last of them.
    #[schema(value_type = DayText)]
    pub last: UtcDay,
    /// How it came about.
    pub method: CensusMethod,
    /// What that assumes.
    pub assumptions: Vec<String>,
}

/// The infected machines of a party's own networks, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnNetworks {
    /// The party.
    #[schema(value_type = PartyIdText)]
    pub party: PartyId,
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// Rows of the file: one an address and family.
    pub machines: u64,
    /// Whether the addresses of the day have given way to pseudonyms, so that no machine can be told any more.
    pub gone: bool,
    /// The networks, in the order of the settings. What lies in several of them is in each.
    pub networks: Vec<OwnNetwork>,
}

/// A network of a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnNetwork {
    /// An AS number, a range of addresses or a country.
    #[schema(example = "AS64500")]
    pub of: String,
    /// Addresses by family. Several families may speak from one address, so that they do not add up.
    pub families: BTreeMap<String, u64>,
}

/// The infected machines of a party's own countries, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OwnCountries {
    /// The party.
    #[schema(value_type = PartyIdText)]
    pub party: PartyId,
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// Whether the addresses of the day have given way to pseudonyms, so that networks cannot be told any more.
    pub gone: bool,
    /// The countries, in the order of the settings.
    pub countries: Vec<OwnCountry>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// A country of a party.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OwnCountry {
    /// Its two letters.
    #[schema(example = "BE")]
    pub country: String,
    /// The families of which machines were seen there. Several may speak from one address, so that they do not add up.
    pub families: Vec<CountryFamily>,
}

/// A family in a country.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountryFamily {
    /// The family.
    #[schema(example = "conficker")]
    pub family: String,
    /// What the numbers count.
    pub counts: CensusDefinition,
    /// The numbers.
    pub numbers: CensusPart,
    /// How fast its addresses fall, or why that cannot be said, where days before it were asked for.
    pub said: Option<String>,
    /// Its networks, most addresses first; none where they cannot be told.
    pub networks: Option<Vec<CountryNetwork>>,
}

/// What of a network lies in a country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountryNetwork {
    /// The network; `AS0` where it is not known.
    #[schema(example = "AS64500")]
    pub network: String,
    /// Distinct IPv4 addresses of the day.
    pub addresses: u64,
    /// Distinct IPv6 networks of 64 bits of the day, never added to the addresses.
    pub networks6: u64,
    /// Requests.
    pub requests: u64,
}
