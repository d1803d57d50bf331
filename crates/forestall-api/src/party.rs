// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties: who takes part, how each is reached, and on what terms a registry works.

use forestall_model::party::{DayCount, ListForm, PartyKind, Rhythm, Road, UtcOffset, WorkingDays};
use forestall_model::{Instant, PartyId, Tld, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{
    DayCountWord, DayText, InstantText, ListFormWord, OffsetText, PartyIdText, PartyKindWord, RhythmWord, RoadWord,
    TldText, WorkingDaysText,
};

/// The most octets of a file of parties that the API takes; a larger one is taken over by the command line.
pub const MAX_PARTIES: usize = 16 << 20;

/// What came of a file of parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedParties {
    /// Parties that were not there before.
    pub added: u64,
    /// Parties that were replaced.
    pub replaced: u64,
    /// Parties that were there already, exactly so.
    pub unchanged: u64,
}

/// A party of the list, without its contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyEntry {
    /// The party.
    #[schema(value_type = PartyIdText)]
    pub id: PartyId,
    /// What it does.
    #[schema(value_type = PartyKindWord)]
    pub kind: PartyKind,
    /// What people call it.
    pub name: String,
    /// The top-level domains that it runs.
    #[schema(value_type = Vec<TldText>)]
    pub tlds: Vec<Tld>,
    /// Its contacts.
    pub contacts: u32,
    /// Contacts whose second way was not tried for long.
    pub due: u32,
    /// When it was last changed.
    #[schema(value_type = InstantText)]
    pub changed: Instant,
}

/// A party as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptParty {
    /// The party.
    pub party: Party,
    /// When it was last changed.
    #[schema(value_type = InstantText)]
    pub changed: Instant,
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The party.
    #[schema(value_type = PartyIdText)]
    pub id: PartyId,
    /// What it does.
    #[schema(value_type = PartyKindWord)]
    pub kind: PartyKind,
    /// What people call it.
    #[schema(max_length = 200)]
    pub name: String,
    /// The top-level domains that it runs; for registries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<TldText>, max_items = 2_000)]
    pub tlds: Vec<Tld>,
    /// On what terms it works; for registries and registrars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// Who can be reached, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub contacts: Vec<Contact>,
    /// Where signed notices go over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2_000)]
    pub webhook: Option<String>,
    /// The OpenPGP key of the party, in ASCII armour: mail to it is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openpgp: Option<String>,
}

/// On what terms a registry works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// On what ground it acts.
    #[schema(value_type = RoadWord)]
    pub road: Road,
    /// The days that it says it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_days: Option<LeadDays>,
    /// Its local time.
    #[schema(value_type = OffsetText)]
    pub offset: UtcOffset,
    /// Its working days.
    #[schema(value_type = WorkingDaysText)]
    pub working_days: WorkingDays,
    /// Its holidays, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<DayText>, max_items = 400)]
    pub holidays: Vec<UtcDay>,
    /// The most names that it takes in one list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub batch_limit: Option<u32>,
    /// How often it wants a new list.
    #[schema(value_type = RhythmWord)]
    pub rhythm: Rhythm,
    /// In which form.
    #[schema(value_type = ListFormWord)]
    pub form: ListForm,
    /// Its language, as a tag of BCP 47.
    #[schema(max_length = 35, example = "en")]
    pub language: String,
}

/// A number of days and which of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadDays {
    /// How many.
    #[schema(maximum = 366)]
    pub days: u16,
    /// Which count.
    #[schema(value_type = DayCountWord)]
    pub count: DayCount,
}

/// Somebody at a party who can be reached. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The name of the person or of the desk.
    #[schema(max_length = 200)]
    pub name: String,
    /// What they do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 200, example = "abuse desk")]
    pub role: String,
    /// The mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub mail: Option<String>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub phone: Option<String>,
    /// A second way that does not need the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub second: Option<String>,
    /// Whether somebody answers at any hour.
    #[serde(default)]
    pub day_and_night: bool,
    /// When somebody made sure that this is the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DayText>)]
    pub verified: Option<UtcDay>,
    /// When the second way was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DayText>)]
    pub tested: Option<UtcDay>,
    /// Who keeps this entry up to date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub owner: Option<String>,
}

impl std::fmt::Debug for Contact {
    /// Shows nothing of the person: a log line must not hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").finish_non_exhaustive()
    }
}

/// What somebody found out about a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckContact {
    /// Whether it is made sure that this is the person.
    #[serde(default)]
    pub verified: bool,
    /// Whether the second way was tried, and answered.
    #[serde(default)]
    pub tested: bool,
    /// Who keeps the entry from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub owner: Option<String>,
    /// On which day; today where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DayText>)]
    pub day: Option<UtcDay>,
}

impl From<forestall_model::Party> for Party {
    fn from(party: forestall_model::Party) -> Self {
        let forestall_model::Party { id, kind, name, tlds, terms, contacts, webhook, openpgp } = party;
        let (terms, contacts) = (terms.map(Into::into), contacts.into_iter().map(Into::into).collect());
        Self { id, kind, name, tlds, terms, contacts, webhook, openpgp }
    }
}

impl From<Party> for forestall_model::Party {
    fn from(party: Party) -> Self {
        let Party { id, kind, name, tlds, terms, contacts, webhook, openpgp } = party;
        let (terms, contacts) = (terms.map(Into::into), contacts.into_iter().map(Into::into).collect());
        Self { id, kind, name, tlds, terms, contacts, webhook, openpgp }
    }
}

macro_rules! same_fields {
    ($($type:ident of $model:path { $($field:ident),+ })+) => {$(
        impl From<$model> for $type {
            fn from(value: $model) -> Self {
                let $model { $($field),+ } = value;
                Self { $($field),+ }
            }
        }

        impl From<$type> for $model {
            fn from(value: $type) -> Self {
                let $type { $($field),+ } = value;
                Self { $($field),+ }
            }
        }
    )+};
}

same_fields! {
    LeadDays of forestall_model::party::LeadDays { days, count }
    Contact of forestall_model::party::Contact { name, role, mail, phone, second, day_and_night, verified, tested, owner }
}

impl From<forestall_model::party::Terms> for Terms {
    fn from(terms: forestall_model::party::Terms) -> Self {
        let forestall_model::party::Terms {
            road,
            own_days,
            offset,
            working_days,
            holidays,
            batch_limit,
            rhythm,
            form,
            language,
        } = terms;
        let own_days = own_days.map(Into::into);
        Self { road, own_days, offset, working_days, holidays, batch_limit, rhythm, form, language }
    }
}

impl From<Terms> for forestall_model::party::Terms {
    fn from(terms: Terms) -> Self {
        let Terms { road, own_days, offset, working_days, holidays, batch_limit, rhythm, form, language } = terms;
        let own_days = own_days.map(Into::into);
        Self { road, own_days, offset, working_days, holidays, batch_limit, rhythm, form, language }
    }
}
