// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a registry answers: for days, for single names, line by line, or with a list that it signed.

use forestall_model::{Action, AnswerResult, CampaignId, DomainName, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::{Days, Record};
use crate::words::{ActionWord, CampaignIdText, InstantText, NameText, ResultWord};

/// The most names or rows of one answer; as many fit into a request.
pub const MAX_ROWS: usize = 20_000;

/// An answer. It is about the names or the rows where there are any, else about whole days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What was done, or was asked; for a row that does not say it too.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// The result, for days and for names; each row has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ResultWord>)]
    pub result: Option<AnswerResult>,
    /// The days; the whole horizon where neither these nor names nor rows are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The campaigns, for days; all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// Single names with one result.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::names::strictly")]
    #[schema(value_type = Vec<NameText>, max_items = 20_000)]
    pub names: Vec<DomainName>,
    /// Single lines, each with its result. All of them are recorded or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20_000)]
    pub rows: Vec<AnswerRow>,
    /// A list of the registry with its signature, for days: where it holds exactly our names, the answer is attested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedList>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

impl Answer {
    /// Makes an answer for all days of the slice.
    #[must_use]
    pub fn for_all(action: Action, result: AnswerResult) -> Self {
        Self {
            action,
            result: Some(result),
            days: None,
            campaigns: Vec::new(),
            names: Vec::new(),
            rows: Vec::new(),
            signed: None,
            record: Record::default(),
        }
    }
}

/// A line of an answer: which line of the sent list, or which name, and the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRow {
    /// Which line of the sent list; a row has this or a name or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300, example = "conficker-a/1238544000/com/17")]
    pub line_id: Option<String>,
    /// Which name; alone it means every line of that name.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::names::strictly_perhaps")]
    #[schema(value_type = Option<NameText>)]
    pub name: Option<DomainName>,
    /// The result.
    #[schema(value_type = ResultWord)]
    pub result: AnswerResult,
    /// What was applied, where it is not what was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActionWord>)]
    pub action: Option<Action>,
    /// When it was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<InstantText>)]
    pub done_at: Option<Instant>,
}

/// A list that a registry signed, by minisign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedList {
    /// The list as it was signed: one name a line.
    pub list: String,
    /// The signature, the text of a `.minisig` file.
    #[schema(max_length = 4_000)]
    pub signature: String,
    /// The registry's public key, in minisign's one-line form.
    #[schema(max_length = 400)]
    pub key: String,
}
