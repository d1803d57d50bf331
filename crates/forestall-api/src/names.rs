// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a slice, page by page.

use forestall_model::{Action, AnswerResult, CampaignId, DomainName, Instant, Sight, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{
    ActionWord, CampaignIdText, DayText, InstantText, Level, LevelWord, NameText, Phase, PhaseWord, ResultWord,
    SightWord, Standing, StandingWord,
};

/// The most names of a page.
pub const MAX_NAMES: usize = 1_000;
/// The names of a page where nobody asks for more or fewer.
pub const USUAL_NAMES: usize = 200;

/// A name of a list of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Name {
    /// The name.
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// The form that people read, where it is another.
    pub unicode: Option<String>,
    /// The campaign.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// The day of the list.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// Its place in the list, from 0.
    pub place: u32,
    /// Names this line in answers.
    #[schema(example = "conficker-a/1238544000/com/17")]
    pub line_id: String,
    /// When the list is in use, nominal.
    pub window: Window,
    /// The window with its margin: from when until when the name must be protected.
    pub guard: Window,
    /// Where the guard window stands.
    #[schema(value_type = PhaseWord)]
    pub phase: Phase,
    /// Where the name stands.
    #[schema(value_type = StandingWord)]
    pub standing: Standing,
    /// The word of the life cycle: a protected name is active while its window is open and expired after it.
    #[schema(example = "active")]
    pub state: String,
    /// What the registry last said of it.
    pub claim: Option<NameClaim>,
    /// What was last seen of it.
    #[schema(value_type = Option<SightWord>)]
    pub sight: Option<Sight>,
    /// The number of the last event that says something of it; for those who see all of the case.
    pub event: Option<u64>,
}

/// From when until when; the end is not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// The beginning.
    #[schema(value_type = InstantText)]
    pub from: Instant,
    /// The end.
    #[schema(value_type = InstantText)]
    pub until: Instant,
}

/// What a registry says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NameClaim {
    /// The action.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// The result.
    #[schema(value_type = ResultWord)]
    pub result: AnswerResult,
    /// Claimed or attested.
    #[schema(value_type = LevelWord)]
    pub level: Level,
}

/// Names of requests, which come in their stored form: A-labels in lower case.
pub(crate) mod strictly {
    use forestall_model::DomainName;
    use serde::de::{Deserialize as _, Deserializer, Error as _};
    use serde::ser::{Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(names: &[DomainName], serializer: S) -> Result<S::Ok, S::Error> {
        names.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DomainName>, D::Error> {
        let found = Vec::<Strict>::deserialize(deserializer)?;
        Ok(found.into_iter().map(|strict| strict.0).collect())
    }

    /// A name in its stored form.
    pub(crate) struct Strict(pub(crate) DomainName);

    impl<'de> serde::Deserialize<'de> for Strict {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            let name: DomainName = text.parse().map_err(D::Error::custom)?;
            if name.as_str() == text {
                return Ok(Self(name));
            }
            let shown: String = text.chars().take(60).collect();
            Err(D::Error::custom(format!(
                "{shown:?} is written {name} here: A-labels in lower case, no dot at the end"
            )))
        }
    }
}

/// One name of a request in its stored form.
pub(crate) mod strictly_one {
    use forestall_model::DomainName;
    use serde::de::{Deserialize as _, Deserializer};
    use serde::ser::{Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(name: &DomainName, serializer: S) -> Result<S::Ok, S::Error> {
        name.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DomainName, D::Error> {
        super::strictly::Strict::deserialize(deserializer).map(|strict| strict.0)
    }
}

/// A name of a request in its stored form, or none.
pub(crate) mod strictly_perhaps {
    use forestall_model::DomainName;
    use serde::de::{Deserialize as _, Deserializer};
    use serde::ser::{Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(name: &Option<DomainName>, serializer: S) -> Result<S::Ok, S::Error> {
        name.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DomainName>, D::Error> {
        Ok(Option::<super::strictly::Strict>::deserialize(deserializer)?.map(|strict| strict.0))
    }
}
