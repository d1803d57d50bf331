// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Batches of commands over EPP, the journal, and the switch.

use std::collections::BTreeMap;

use forestall_api::epp::{
    EppApproval, EppBatch, EppBatchCommands, EppCame, EppChanged, EppCommand, EppOutcomeCount, EppRecord, EppRehearsed,
    EppStopped, EppSwitch,
};
use forestall_coord::epp::{Outcome, Record, Stop};

use crate::desk::{EppStanding, KeptBatch};

/// Returns a batch with where it stands.
#[must_use]
pub fn batch(standing: &EppStanding) -> EppBatch {
    let EppStanding { kept, approvals, is_enough, outcomes, in_doubt } = standing;
    let approvals = approvals.iter().map(|approval| EppApproval {
        by: approval.by.to_string(),
        signed_in: approval.account.is_some(),
        at: approval.at,
    });
    let counted = |(outcome, commands): (&Outcome, &u64)| EppOutcomeCount {
        outcome: outcome.word().to_owned(),
        commands: *commands,
    };
    EppBatch {
        sha256: kept.digest,
        account: kept.account.clone(),
        case: kept.case.clone(),
        slice: kept.tld.clone(),
        commands: kept.commands,
        proposed: kept.at,
        proposed_by: kept.proposed_by.clone(),
        approval_days: u32::try_from(kept.terms.lives / 86_400).unwrap_or(0),
        signed_in_only: kept.terms.signed_in,
        approvals: approvals.collect(),
        approved: *is_enough,
        outcomes: outcomes.iter().map(counted).collect(),
        in_doubt: *in_doubt,
        open: u64::from(kept.commands).saturating_sub(outcomes.values().sum()),
    }
}

/// Returns a batch with its commands.
#[must_use]
pub fn commands(kept: &KeptBatch) -> EppBatchCommands {
    let last: BTreeMap<u32, &Record> = kept.records.iter().map(|record| (record.position, record)).collect();
    let commands = kept.batch.positions().map(|(position, entry)| EppCommand {
        number: position + 1,
        name: entry.name.clone(),
        action: entry.action,
        command: entry.operation.in_words(),
        ground: entry.ground.to_string(),
        needed_until: entry.needed_until,
        rehearsed: kept.rehearsed.get(&position).map(|row| EppRehearsed {
            at: row.at,
            what: row.words.clone(),
            changes: row.changes.iter().map(changed).collect(),
        }),
        came: last.get(&position).map(|record| came(record)),
    });
    EppBatchCommands { batch: batch(&kept.standing), commands: commands.collect(), text: kept.text.clone() }
}

fn changed(changed: &forestall_coord::epp::Changed) -> EppChanged {
    let forestall_coord::epp::Changed { what, before, after } = changed.clone();
    EppChanged { what, before, after }
}

fn came(record: &Record) -> EppCame {
    EppCame {
        outcome: record.outcome.map(|outcome| outcome.word().to_owned()),
        code: record.code,
        text: record.text.clone(),
        sent: record.sent,
        id: record.id.clone(),
    }
}

/// Returns a record of the journal of an account.
#[must_use]
pub fn record(account: &str, record: &Record) -> EppRecord {
    EppRecord {
        id: record.id.clone(),
        account: account.to_owned(),
        batch: record.batch,
        number: record.position + 1,
        command: record.command.clone(),
        name: record.name.clone(),
        sent: record.sent,
        ended: record.ended,
        outcome: record.outcome.map(|outcome| outcome.word().to_owned()),
        code: record.code,
        theirs: record.theirs.clone(),
        text: record.text.clone(),
    }
}

/// Returns whether anything may be written at registries.
#[must_use]
pub fn switch(stop: Option<Stop>) -> EppSwitch {
    EppSwitch { stopped: stop.map(|Stop { by, at, reason }| EppStopped { by, at, reason }) }
}
