// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Planning a batch: from what a case asks for, or from what is held for it.

use std::collections::BTreeMap;

use forestall_coord::epp::{Batch, Entry, Ground, Journal, MOST_ENTRIES, Record, Wanted, latest_need};
use forestall_formats::epp::plan::{Plan, plan};
use forestall_formats::request::Asked;
use forestall_model::epp::{Change, Operation};
use forestall_model::{CaseId, Digest, DomainName, Instant, Tld, UtcDay};

use super::EppAccount;
use super::wanted::{needed_until, wanted};
use crate::desk::publish::unsayable;
use crate::desk::{Desk, DeskError};

/// What a batch is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EppWish {
    /// What the case asks for.
    Asked,
    /// To renew what is held, where it ends before it is not needed any more; with the days on which names end.
    Renew(BTreeMap<DomainName, UtcDay>),
    /// To delete what is held and not needed any more.
    Delete,
}

/// A batch, and what is not in it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The batch; none where there is nothing to do.
    pub batch: Option<Batch>,
    /// Why names have no command, each with how many.
    pub without: BTreeMap<String, u64>,
    /// Whether names of an unverified family are in it.
    pub unverified: bool,
}

/// What is put together.
struct Draft {
    entries: Vec<Entry>,
    without: BTreeMap<String, u64>,
    unverified: bool,
    batches: Batches,
}

/// Batches of the store that were read before: many records are of the same.
type Batches = BTreeMap<Digest, Batch>;

impl Draft {
    fn leave_out(&mut self, why: impl Into<String>) {
        *self.without.entry(why.into()).or_default() += 1;
    }
}

impl Desk {
    /// Returns the names that commands of an account created for a case under a slice, and that were not deleted since.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn epp_held(&self, account: &str, case: &CaseId, tld: &Tld) -> Result<Vec<DomainName>, DeskError> {
        let journal = Journal::of(self.store().epp_journal(account).await?);
        let (mut held, mut batches): (Vec<DomainName>, Batches) = (Vec::new(), Batches::new());
        for record in journal.records().filter(|record| record.name.tld() == *tld && record.command == "create") {
            let is_last = journal.created_by(&record.name).is_some_and(|last| last.id == record.id);
            if is_last && self.epp_entry(record, &mut batches).await?.is_some_and(|(batch, _)| batch.case == *case) {
                held.push(record.name.clone());
            }
        }
        held.sort_unstable();
        Ok(held)
    }

    /// Returns the names of a slice that a case asks for from now on.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the case does not hold the slice.
    pub async fn epp_names(&self, case: &CaseId, tld: &Tld, now: Instant) -> Result<Vec<DomainName>, DeskError> {
        let file = self.file(case).await?;
        let request = self.epp_request(&file, tld, now).await?;
        let needed = |lines: &&[Asked]| needed_until(lines).is_none_or(|until| until > now);
        Ok(request.object().names().filter(needed).map(|lines| lines[0].line.name.clone()).collect())
    }

    /// Returns the batch that a record belongs to, and its command.
    async fn epp_entry<'b>(
        &self,
        record: &Record,
        batches: &'b mut Batches,
    ) -> Result<Option<(&'b Batch, &'b Entry)>, DeskError> {
        let batch = match batches.remove(&record.batch) {
            Some(batch) => batch,
            None => {
                let Some((_, text)) = self.store().epp_batch(record.batch).await? else { return Ok(None) };
                Batch::read(&text)
                    .map_err(|error| DeskError::Folder(format!("the batch {} of the store: {error}", record.batch)))?
            }
        };
        let batch: &Batch = batches.entry(record.batch).or_insert(batch);
        Ok(batch.entry(record.position).map(|entry| (batch, entry)))
    }

    /// Plans a batch for a slice of a case.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the case does not hold the slice, where the account is not for it or has no name servers that are needed, and where the
    /// batch would be too large for people to look through.
    pub async fn epp_plan(
        &self,
        case: &CaseId,
        tld: &Tld,
        account: &EppAccount,
        wish: &EppWish,
        now: Instant,
    ) -> Result<Planned, DeskError> {
        if !account.tlds.contains(tld) {
            return Err(DeskError::Input(format!("the account {} is not for {tld}", account.name)));
        }
        let file = self.file(case).await?;
        let request = self.epp_request(&file, tld, now).await?;
        let request = request.object();
        let wanted = wanted(&file, request);
        let journal = Journal::of(self.store().epp_journal(&account.name).await?);
        let mut draft =
            Draft { entries: Vec::new(), without: BTreeMap::new(), unverified: false, batches: Batches::new() };
        match wish {
            EppWish::Asked => {
                for lines in request.names() {
                    asked(&mut draft, lines, &wanted, &journal, account, now)?;
                }
            }
            EppWish::Renew(ends) => {
                for name in self.epp_held(&account.name, case, tld).await? {
                    renew(&mut draft, &name, ends.get(&name).copied(), wanted.get(&name), account);
                }
            }
            EppWish::Delete => {
                for name in self.epp_held(&account.name, case, tld).await? {
                    self.delete(&mut draft, &name, &wanted, &journal, account, now).await?;
                }
            }
        }
        let Draft { entries, without, unverified, .. } = draft;
        if entries.len() > MOST_ENTRIES {
            return Err(DeskError::Input(format!(
                "the batch would have {} commands, and people look through {MOST_ENTRIES} at most; plan it when fewer names are near",
                entries.len()
            )));
        }
        let batch =
            Batch { account: account.name.clone(), case: case.clone(), tld: tld.clone(), planned: now, entries };
        if batch.entries.is_empty() {
            return Ok(Planned { batch: None, without, unverified });
        }
        batch.check().map_err(|error| DeskError::Input(error.to_string()))?;
        Ok(Planned { batch: Some(batch), without, unverified })
    }

    /// Takes away the statuses that our commands set, then deletes.
    async fn delete(
        &self,
        draft: &mut Draft,
        name: &DomainName,
        wanted: &BTreeMap<DomainName, Wanted>,
        journal: &Journal,
        account: &EppAccount,
        now: Instant,
    ) -> Result<(), DeskError> {
        let Some(created) = journal.created_by(name) else { return Ok(()) };
        let Some((_, entry)) = self.epp_entry(created, &mut draft.batches).await? else { return Ok(()) };
        let Some(until) = latest_need(entry.needed_until, wanted.get(name)) else {
            draft.leave_out("needed at all times");
            return Ok(());
        };
        if now < until.plus_seconds(account.rules.cool_down) {
            draft.leave_out("whose window or cool-down is not over");
            return Ok(());
        }
        let mut statuses = Vec::new();
        for record in journal.of_name(name).iter().filter(|record| record.outcome.is_some_and(|o| o.is_so())) {
            let later = record.sent >= created.sent;
            let entry = if later { self.epp_entry(record, &mut draft.batches).await? } else { None };
            if let Some((_, Entry { operation: Operation::Update(change), .. })) = entry {
                statuses.retain(|status| !change.remove_statuses.contains(status));
                statuses.extend(change.add_statuses.iter().copied());
            }
        }
        statuses.sort_unstable();
        statuses.dedup();
        let mut add = |operation| {
            draft.entries.push(Entry {
                name: name.clone(),
                action: forestall_model::Action::Release,
                operation,
                ground: Ground::Own,
                needed_until: Some(until),
            });
        };
        if !statuses.is_empty() {
            add(Operation::Update(Change { remove_statuses: statuses, ..Change::default() }));
        }
        add(Operation::Delete {});
        Ok(())
    }
}

/// Adds what is asked for of one name.
fn asked(
    draft: &mut Draft,
    lines: &[Asked],
    wanted: &BTreeMap<DomainName, Wanted>,
    journal: &Journal,
    account: &EppAccount,
    now: Instant,
) -> Result<(), DeskError> {
    let name = &lines[0].line.name;
    let until = needed_until(lines);
    if until.is_some_and(|until| until <= now) {
        draft.leave_out("whose window is over");
        return Ok(());
    }
    let (action, operations) = match plan(lines, &account.account).map_err(unsayable)? {
        Plan::Operations(action, operations) => (action, operations),
        Plan::None(why) => {
            draft.leave_out(why);
            return Ok(());
        }
    };
    let order = wanted.get(name).and_then(|wanted| wanted.order);
    let creates = operations.iter().any(|operation| matches!(operation, Operation::Create { .. }));
    if creates && journal.created_by(name).is_some() {
        draft.leave_out("that a command of ours created before");
        return Ok(());
    }
    let ground = |operation: &Operation| match (operation, order) {
        (Operation::Create { .. }, _) => Some(Ground::Free),
        _ if creates => Some(Ground::Own),
        (_, Some(event)) => Some(Ground::Order(event)),
        (_, None) => None,
    };
    for operation in operations {
        let Some(ground) = ground(&operation) else {
            draft.leave_out("that somebody holds, and on which nobody has ruled by name");
            return Ok(());
        };
        draft.unverified |= lines.iter().any(Asked::is_unverified);
        draft.entries.push(Entry { name: name.clone(), action, operation, ground, needed_until: until });
    }
    Ok(())
}

/// Adds the renewal of one name, where it ends before it is not needed any more.
fn renew(draft: &mut Draft, name: &DomainName, ends: Option<UtcDay>, wanted: Option<&Wanted>, account: &EppAccount) {
    let Some((wanted, action)) = wanted.and_then(|wanted| Some((wanted, wanted.action?))) else {
        return draft.leave_out("that the case does not need any more");
    };
    let Some(expires) = ends else {
        return draft.leave_out("of which the registry does not tell when they end");
    };
    let kept = wanted.needed_until.map(|until| until.plus_seconds(account.rules.cool_down));
    if kept.is_some_and(|kept| kept <= expires.start()) {
        return draft.leave_out("that do not end before they are not needed any more");
    }
    let operation = Operation::Renew { expires, years: account.account.years };
    let needed_until = wanted.needed_until;
    draft.entries.push(Entry { name: name.clone(), action, operation, ground: Ground::Own, needed_until });
}
