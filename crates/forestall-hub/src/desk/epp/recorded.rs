// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What came of a batch, as answers and evidence of its case.

use std::collections::{BTreeMap, BTreeSet};

use forestall_connect::epp::{Known, Session};
use forestall_coord::epp::{Batch, Journal, Outcome, Record};
use forestall_formats::evidence::EvidenceLine;
use forestall_model::epp::Object;
use forestall_model::{Action, Actor, AnswerResult, DomainName, Instant, Method, Sight};

use super::EppAccount;
use crate::desk::{Act, Desk, DeskError};

/// Names of which the same is answered, or nothing, with the identifiers of their records.
type Answered = (Vec<DomainName>, Vec<String>);

impl Desk {
    /// Records what came of the commands that ended since the last time: answers for names about which nothing more is to be done, and what the
    /// registry shows of them now.
    pub(super) async fn record_epp(
        &self,
        batch: &Batch,
        account: &EppAccount,
        journal: &Journal,
        by: &Actor,
        session: Option<&mut Session>,
        clock: &(dyn Fn() -> Instant + Sync),
    ) -> Result<(), DeskError> {
        let digest = batch.digest();
        let untold: BTreeSet<String> = self.store().untold_epp(digest).await?.into_iter().collect();
        let mut answers: BTreeMap<Option<(Action, AnswerResult)>, Answered> = BTreeMap::new();
        let mut names = Vec::new();
        let mut by_name: BTreeMap<&DomainName, Vec<(u32, Action)>> = BTreeMap::new();
        for (position, entry) in batch.positions() {
            by_name.entry(&entry.name).or_default().push((position, entry.action));
        }
        for (name, positions) in by_name {
            let records: Vec<&Record> = journal.of_name(name).iter().filter(|record| record.batch == digest).collect();
            let new: Vec<&str> =
                records.iter().map(|record| record.id.as_str()).filter(|id| untold.contains(*id)).collect();
            let ends: Vec<Option<Outcome>> =
                positions.iter().map(|(position, _)| journal.outcome(digest, *position, name)).collect();
            let has_ended = ends.iter().all(|end| end.is_some_and(Outcome::is_final));
            if new.is_empty() || !has_ended {
                continue;
            }
            names.push(name.clone());
            let action = positions.first().map(|(_, action)| *action);
            let (of_answer, told) = answers.entry(action.zip(result_of(&ends, &records))).or_default();
            of_answer.push(name.clone());
            told.extend(new.into_iter().map(str::to_owned));
        }
        if names.is_empty() {
            return Ok(());
        }
        let source = format!("EPP, account {}, batch {}", account.name, digest.short());
        let act = Act { source: Some(source.clone()), ..Act::new(by.clone(), clock()) };
        for (answer, (names, told)) in answers {
            if let Some((action, result)) = answer {
                self.answer_names(&batch.case, &act, batch.tld.clone(), action, result, names).await?;
            }
            // Directly after its answer: what goes wrong with the next must not have this one answered again.
            self.store().tell_epp(told, clock()).await?;
        }
        let Some(session) = session else {
            return Err(DeskError::Outside("there is no session to look at the names".to_owned()));
        };
        let known = session.info(&names).await.map_err(|error| DeskError::Outside(error.to_string()))?;
        let at = clock();
        let seen = names.into_iter().zip(known).filter_map(|(name, known)| {
            let Known::Object(object) = known else { return None };
            let (sight, name_servers) = sight_of(&object, account)?;
            let source = source.clone();
            Some(EvidenceLine { line: 0, name, method: Method::EppInfo, sight, at, name_servers, source })
        });
        let seen: Vec<EvidenceLine> = seen.collect();
        if !seen.is_empty() {
            self.import_evidence(&batch.case, &Act { now: clock(), ..act }, seen).await?;
        }
        Ok(())
    }
}

/// Returns what a registry's commands about one name answer; none where it was not asked anything, or not all.
fn result_of(ends: &[Option<Outcome>], records: &[&Record]) -> Option<AnswerResult> {
    let any = |outcome: Outcome| ends.contains(&Some(outcome));
    if any(Outcome::Refused) {
        let failed = records.iter().any(|record| record.outcome == Some(Outcome::Failed));
        let refused = records.iter().any(|record| record.outcome == Some(Outcome::Refused) && record.code.is_some());
        return match (refused, failed) {
            (true, _) => Some(AnswerResult::Refused),
            (false, true) => Some(AnswerResult::Error),
            // What the name is forbade it: nobody asked the registry.
            (false, false) => None,
        };
    }
    if any(Outcome::Skipped) {
        return None;
    }
    Some(if any(Outcome::Done) { AnswerResult::Done } else { AnswerResult::AlreadyHeld })
}

/// Returns what an object shows, as evidence; none where it shows nothing that anybody could rely on.
#[must_use]
pub fn sight_of(object: &Object, account: &EppAccount) -> Option<(Sight, Vec<DomainName>)> {
    let is_ours = object.sponsor == account.rules.user;
    let held = ["serverHold", "clientHold"].iter().any(|status| object.statuses.contains(*status));
    if object.statuses.iter().any(|status| matches!(status.as_str(), "pendingCreate" | "pendingDelete")) {
        return None;
    }
    let servers: Vec<DomainName> = object.servers.iter().filter_map(|server| server.parse().ok()).take(8).collect();
    Some(match (held, is_ours) {
        (true, true) => (Sight::OurHold, servers),
        (true, false) => (Sight::OtherHold, servers),
        (false, _) if object.servers.is_empty() => return None,
        (false, _) if object.servers.iter().all(|server| account.rules.servers.contains(server)) => {
            (Sight::OurNameServers, servers)
        }
        (false, _) => (Sight::OtherNameServers, servers),
    })
}
