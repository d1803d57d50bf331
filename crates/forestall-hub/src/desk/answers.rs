// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers for single names: from a file of lines, or from a plain list.

use std::collections::BTreeMap;
use std::sync::Arc;

use forestall_coord::Case;
use forestall_coord::command::{Acknowledge, Answer, Command, decide};
use forestall_coord::event::{AnswerScope, Occurrence, PlaceSet};
use forestall_formats::answers::AnswerLine;
use forestall_formats::line_id;
use forestall_model::evidence::Places;
use forestall_model::{Action, AnswerResult, CampaignId, CaseId, DomainName, Tld};
use forestall_store::Stored;

use super::{
    Act, CaseFile, Desk, DeskError, NameListing,
    acts::{context, need_basis},
    lists::computed,
};

/// The lines that a registry sent back.
#[derive(Clone, Debug)]
pub struct AnswerFile {
    /// The slice.
    pub tld: Tld,
    /// What was applied, where a line does not say.
    pub action: Action,
    /// The lines.
    pub lines: Vec<AnswerLine>,
}

/// What one answer says: names of one (action, result).
pub(super) type Answered = BTreeMap<(Action, AnswerResult), Vec<Occurrence>>;

impl Desk {
    /// Records the lines that a registry sent back: one event for each (action, result), all of them or none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] that names the line, for a `line_id` or a name that is not of this slice, for the two
    /// disagreeing, and for a line that is answered twice; [`DeskError::Refused`] as `coord` refuses.
    pub async fn answer_file(&self, case: &CaseId, act: &Act, answer: AnswerFile) -> Result<Vec<Stored>, DeskError> {
        let answered = self.answered_lines(case, &answer).await?;
        self.keep(case, act, &answer.tld, answered, None).await
    }

    /// Records one result for a plain list of names.
    ///
    /// # Errors
    ///
    /// [`DeskError::NotInCase`] with the names that the case does not hold; nothing is recorded then.
    pub async fn answer_names(
        &self,
        case: &CaseId,
        act: &Act,
        tld: Tld,
        action: Action,
        result: AnswerResult,
        names: Vec<DomainName>,
    ) -> Result<Vec<Stored>, DeskError> {
        let answered = self.answered_names(case, &tld, (action, result), names).await?;
        self.keep(case, act, &tld, answered, None).await
    }

    /// Returns of how many names in a window the lines of a registry say what, after all checks of [`Desk::answer_file`]; nothing is recorded.
    ///
    /// # Errors
    ///
    /// As [`Desk::answer_file`], but for what `coord` refuses.
    pub async fn look_at_answers(
        &self,
        case: &CaseId,
        answer: &AnswerFile,
    ) -> Result<BTreeMap<(Action, AnswerResult), u64>, DeskError> {
        let answered = self.answered_lines(case, answer).await?;
        Ok(answered.into_iter().map(|(said, occurrences)| (said, occurrences.len() as u64)).collect())
    }

    /// Returns what the lines of a registry say of the names of a case.
    pub(super) async fn answered_lines(&self, case: &CaseId, answer: &AnswerFile) -> Result<Answered, DeskError> {
        let file = self.file(case).await?;
        let bare = answer.lines.iter().filter(|line| line.line_id.is_none()).filter_map(|line| line.name.clone());
        let bare: Vec<DomainName> = bare.collect();
        let by_name = if bare.is_empty() { BTreeMap::new() } else { self.places_of(&file, &bare).await? };
        let (desk, answer) = (self.clone(), answer.clone());
        computed(move || desk.resolve(&file, &answer, &by_name)).await
    }

    /// Returns what one result for a plain list of names says of the names of a case.
    pub(super) async fn answered_names(
        &self,
        case: &CaseId,
        tld: &Tld,
        said: (Action, AnswerResult),
        names: Vec<DomainName>,
    ) -> Result<Answered, DeskError> {
        let file = self.file(case).await?;
        if let Some(foreign) = names.iter().find(|name| name.tld() != *tld) {
            return Err(DeskError::Input(format!("{foreign} is not under {tld}, the slice of this answer")));
        }
        let places = self.places_of(&file, &names).await?;
        let missing: Vec<DomainName> = names.iter().filter(|name| !places.contains_key(*name)).cloned().collect();
        if !missing.is_empty() {
            return Err(DeskError::NotInCase(missing));
        }
        Ok(BTreeMap::from([(said, places.into_values().flatten().collect())]))
    }

    /// Says of which names of a case the lines are. Computes the lists that their ids name.
    fn resolve(
        &self,
        file: &CaseFile,
        answer: &AnswerFile,
        by_name: &BTreeMap<DomainName, Vec<Occurrence>>,
    ) -> Result<Answered, DeskError> {
        let mut lists: BTreeMap<(usize, i64), Arc<NameListing>> = BTreeMap::new();
        let mut answered = Answered::new();
        let mut taken: BTreeMap<Occurrence, u64> = BTreeMap::new();
        for line in &answer.lines {
            let fault = |what: String| DeskError::Input(format!("line {}: {what}", line.line));
            let occurrences = match (&line.line_id, &line.name) {
                (Some(id), name) => {
                    let (campaign, period, tld, place) = line_id::read(id).ok_or_else(|| {
                        fault(format!("{id:?} is no line_id; expected CAMPAIGN/PERIOD/TLD/PLACE as it was sent"))
                    })?;
                    if tld != answer.tld {
                        return Err(fault(format!(
                            "line_id {id} is of the slice {tld}, and this answer is for {}",
                            answer.tld
                        )));
                    }
                    let index = file
                        .case
                        .campaign_index(&campaign)
                        .ok_or_else(|| fault(format!("the case does not hold the campaign {campaign}")))?;
                    let list = match lists.entry((index, period)) {
                        std::collections::btree_map::Entry::Occupied(list) => list.into_mut(),
                        std::collections::btree_map::Entry::Vacant(empty) => empty
                            .insert(self.listing(file, &tld, index, period).map_err(|error| fault(error.to_string()))?),
                    };
                    let listed = list
                        .names
                        .get(place as usize)
                        .ok_or_else(|| fault(format!("the list of {id} has no place {place}")))?;
                    if let Some(name) = name.as_ref().filter(|name| *name != listed) {
                        return Err(fault(format!("line_id {id} is {listed}, and the line says {name}")));
                    }
                    vec![Occurrence { campaign, period, place }]
                }
                (None, Some(name)) => {
                    if name.tld() != answer.tld {
                        return Err(fault(format!("{name} is not under {}, the slice of this answer", answer.tld)));
                    }
                    by_name.get(name).cloned().ok_or_else(|| fault(format!("{name} is not a name of this case")))?
                }
                (None, None) => return Err(fault("it names neither a line_id nor a name".to_owned())),
            };
            for occurrence in &occurrences {
                if let Some(first) = taken.insert(occurrence.clone(), line.line) {
                    return Err(fault(format!("it answers again what line {first} answered")));
                }
            }
            answered.entry((line.action.unwrap_or(answer.action), line.result)).or_default().extend(occurrences);
        }
        Ok(answered)
    }

    /// Records an answer and, where it came for a numbered list, that this list came: all of it or nothing.
    pub(super) async fn keep(
        &self,
        case: &CaseId,
        act: &Act,
        tld: &Tld,
        answered: Answered,
        list: Option<u32>,
    ) -> Result<Vec<Stored>, DeskError> {
        if answered.is_empty() {
            return Err(DeskError::Input("the answer holds no line".to_owned()));
        }
        let mut commands = Vec::new();
        for ((action, result), occurrences) in answered {
            let scope = AnswerScope::Places(place_sets(occurrences));
            let answer = Answer { tld: tld.clone(), scope, action, result, attested: None };
            commands.push((Command::Answer(answer), context(case, act)));
        }
        if list.is_some() {
            commands.push((Command::Acknowledge(Acknowledge { tld: tld.clone(), list }), context(case, act)));
        }
        let decide_each = |index: usize, state: Option<&Case>| {
            if index == 0 {
                need_basis(state, act)?;
            }
            let (command, context) = &commands[index];
            decide(state, command, context)
        };
        let (stored, _) = self.store().execute_all(case, commands.len(), decide_each).await?;
        Ok(stored)
    }
}

fn place_sets(occurrences: Vec<Occurrence>) -> Vec<PlaceSet> {
    let mut sets: BTreeMap<(CampaignId, i64), Places> = BTreeMap::new();
    for Occurrence { campaign, period, place } in occurrences {
        sets.entry((campaign, period)).or_default().insert(place);
    }
    sets.into_iter().map(|((campaign, period), places)| PlaceSet { campaign, period, places }).collect()
}
