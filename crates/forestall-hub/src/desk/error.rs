// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What can go wrong at the desk, sorted by what a caller does about it.

use forestall_coord::Refusal;
use forestall_dga::{GenerateError, ParamError};
use forestall_model::{CampaignId, CaseId, DomainName, PartyId};
use forestall_store::{ExecuteError, StoreError};

/// Why an act at the desk failed. Nothing has happened then, but for [`DeskError::Recorded`] and perhaps after
/// [`StoreError::Uncertain`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// There is no such case.
    #[error("there is no case {0}; `forestall case list` names those that are open")]
    NoSuchCase(CaseId),
    /// There is no such party.
    #[error("there is no party {0}; `forestall party list` names those that are kept")]
    NoSuchParty(PartyId),
    /// There is no such person.
    #[error("there is no person {0:?}; `forestall person list` names those who have an account")]
    NoSuchPerson(String),
    /// What was to be changed is not what it was when somebody read it.
    #[error("{0}")]
    Stale(String),
    /// There is no such campaign.
    #[error("there is no campaign {found:?}; the catalogue holds {known}")]
    NoSuchCampaign {
        /// What was asked for.
        found: String,
        /// What there is.
        known: String,
    },
    /// The act was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Parameters that the family does not take.
    #[error("{}{}", .0, remedy(.0))]
    Param(ParamError),
    /// A list that its family could not compute.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Input that cannot be used: a file of answers or of evidence, a name, a field of a form.
    #[error("{0}")]
    Input(String),
    /// A file of the data folder that cannot be used, whatever was asked.
    #[error("{0}")]
    Folder(String),
    /// Names that the case does not hold.
    #[error("{} not a name of this case{}: {}", if .0.len() == 1 { "this is" } else { "these are" }, if .0.len() > 5 { format!(" ({} in all)", .0.len()) } else { String::new() }, list(.0))]
    NotInCase(Vec<DomainName>),
    /// The case was opened with a generator that computes other names than this program's.
    #[error(
        "the case holds {campaign} of another generator (digest {theirs}, ours {ours}): its places mean other names, and this program \
         cannot serve it"
    )]
    OtherGenerator {
        /// The campaign.
        campaign: CampaignId,
        /// The digest in the case.
        theirs: String,
        /// The digest that this program has.
        ours: String,
    },
    /// The outside did not answer.
    #[error("{0}")]
    Outside(String),
    /// The outside wants to be asked later.
    #[error("{reason}")]
    Later {
        /// Why.
        reason: String,
        /// After how many seconds at the earliest; 0 where it does not say.
        seconds: i64,
    },
    /// What is computed is not what the log says.
    #[error("{0}")]
    Damaged(String),
    /// What was asked may not be seen by whom it was asked for.
    #[error(transparent)]
    Withheld(#[from] forestall_model::marking::Withheld),
    /// Other processes changed the case again and again, or an event could not be recorded.
    #[error("{0}")]
    Contended(String),
    /// The log of a case is not what was signed of it, or not what its hashes say.
    #[error(
        "the log of the case {case} is not what it was: {reason}. Nothing was signed or written; `forestall case log {case} --verify` looks through it"
    )]
    Forked {
        /// The case.
        case: CaseId,
        /// What differs, in words.
        reason: String,
    },
    /// The act was recorded; what it led to cannot be read. An error after which something has happened.
    #[error("{0}")]
    Recorded(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Writing the output failed.
    #[error("the output could not be written: {0}")]
    Output(#[from] std::io::Error),
    /// More names than one feed can hold.
    #[error(transparent)]
    TooLarge(#[from] forestall_formats::feed::EntriesError),
}

impl DeskError {
    /// Says whether the caller can mend it by asking for something else; else the environment failed.
    #[must_use]
    pub const fn is_callers(&self) -> bool {
        !matches!(
            self,
            Self::Store(_)
                | Self::Folder(_)
                | Self::Output(_)
                | Self::Outside(_)
                | Self::Later { .. }
                | Self::Contended(_)
                | Self::Forked { .. }
                | Self::Recorded(_)
                | Self::Damaged(_)
        )
    }
}

// By hand: as a source it would be printed a second time.
impl From<ParamError> for DeskError {
    fn from(error: ParamError) -> Self {
        Self::Param(error)
    }
}

impl From<ExecuteError> for DeskError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Refused { refusal, .. } => Self::Refused(refusal),
            ExecuteError::Store(error) => Self::Store(error),
            recorded @ ExecuteError::Recorded { .. } => Self::Recorded(recorded.to_string()),
            other => Self::Contended(other.to_string()),
        }
    }
}

/// Returns what a caller can do about parameters that a family does not take, where that is not plain.
const fn remedy(error: &ParamError) -> &'static str {
    match error {
        ParamError::MissingWordList { .. } => "; `forestall dictionary add FILE` files it",
        _ => "",
    }
}

fn list(names: &[DomainName]) -> String {
    let mut text = names.iter().take(5).map(DomainName::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > 5 {
        text.push_str(", ...");
    }
    text
}
