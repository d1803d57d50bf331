// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Running a batch: what is decided is done, and nothing else.

use std::collections::BTreeMap;

use forestall_connect::epp::{EppError, Known, Message, Session};
use forestall_coord::epp::{
    Approval, Batch, Changed, Entry, Intent, Journal, Look, Outcome, Present, Record, Rehearsed, Rules, Seen, Step,
    Wanted, difference, next, rehearse,
};
use forestall_formats::epp::answer::{Data, Response};
use forestall_formats::epp::code::{self, Turn};
use forestall_formats::epp::frame::{self, PriceOf};
use forestall_model::epp::Operation;
use forestall_model::{Actor, Digest, DomainName, Instant};
use forestall_store::EppRehearsed;

use super::EppAccount;
use super::wanted::wanted;
use crate::desk::{Desk, DeskError};

/// How many refusals with the same code one after another end a run: what is wrong is then the account or the frame, and not the names.
const SAME_REFUSALS: u32 = 5;
/// How many sessions one after another may break without anything done in between.
const MOST_BREAKS: u32 = 3;
/// How often one after another a frame may be held up by what changed since it was decided.
const MOST_TURNS: u32 = 8;

/// What a run tells while it goes on.
#[derive(Clone, Debug)]
pub enum EppTold<'a> {
    /// What would be done about a command.
    Rehearsed {
        /// The place of the command, from 0.
        position: u32,
        /// The command.
        entry: &'a Entry,
        /// What would be done.
        rehearsed: &'a Rehearsed,
        /// What would change.
        changes: &'a [Changed],
    },
    /// A command has an outcome, or an attempt has.
    Ended(&'a Record),
    /// A session broke, and another is opened.
    Breaks(&'a str),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Nothing is left to do.
    Done,
    /// Nothing can be done before this instant.
    Wait(Instant),
    /// It stopped, for the reason told.
    Stopped(String),
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReport {
    /// How it ended.
    pub end: RunEnd,
    /// Commands by their outcomes now, those without one in the last place.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Commands without an outcome.
    pub open: u64,
    /// Frames that went out in this run.
    pub sent: u64,
    /// Whether what came of commands could be recorded in the case; why not, where it could not.
    pub unrecorded: Option<String>,
}

/// The facts of a run.
struct Facts {
    digest: Digest,
    approvals: Vec<Approval>,
    journal: Journal,
    wanted: BTreeMap<DomainName, Wanted>,
    /// The version of the case that `wanted` is of.
    version: u64,
    look: Option<Look>,
}

impl Facts {
    fn present<'a>(
        &'a self,
        batch: &'a Batch,
        rules: &'a Rules,
        stopped: Option<&'a forestall_coord::epp::Stop>,
        now: Instant,
    ) -> Present<'a> {
        Present {
            batch,
            digest: self.digest,
            approvals: &self.approvals,
            journal: &self.journal,
            wanted: &self.wanted,
            stopped,
            rules,
            look: self.look.as_ref(),
            now,
        }
    }
}

/// A session that is opened when it is needed, and again when it broke.
struct Line<'a> {
    account: &'a EppAccount,
    session: Option<Session>,
    breaks: u32,
}

impl Line<'_> {
    async fn session(&mut self) -> Result<&mut Session, EppError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::open(&self.account.settings).await?,
        };
        Ok(self.session.insert(session))
    }

    /// Notes an error, and says whether to go on: a session that broke is opened again a few times.
    fn broke(&mut self, error: &EppError) -> bool {
        if error.leaves_session() {
            return false;
        }
        self.session = None;
        self.breaks += 1;
        let can_heal = matches!(
            error,
            EppError::Unreachable(_)
                | EppError::TooSlow(_)
                | EppError::Ended
                | EppError::Frame(_)
                | EppError::Length { .. }
        );
        can_heal && self.breaks < MOST_BREAKS
    }

    async fn close(self) {
        if let Some(session) = self.session {
            // What was done is done, whether the registry says goodbye or not.
            let _ = session.close().await;
        }
    }
}

impl Desk {
    /// Says what would be done about each command of a batch, by a fresh look at each name, and keeps it for those who approve the batch. Nothing is
    /// sent that changes anything.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the case is not there, the registry cannot be spoken to, or the store fails.
    pub async fn epp_rehearse(
        &self,
        batch: &Batch,
        account: &EppAccount,
        clock: &(dyn Fn() -> Instant + Sync),
        tell: &mut (dyn FnMut(EppTold<'_>) + Send),
    ) -> Result<(), DeskError> {
        let facts = self.facts(batch, account, clock()).await?;
        let mut line = Line { account, session: None, breaks: 0 };
        let mut rows = Vec::new();
        for (position, entry) in batch.positions() {
            let session = line.session().await.map_err(outside)?;
            let look = look(session, &entry.name, &entry.operation, &account.rules, clock).await.map_err(outside)?;
            let present = facts.present(batch, &account.rules, None, clock());
            let Some(rehearsed) = rehearse(&present, position, &look) else { continue };
            let changes = match &rehearsed {
                Rehearsed::Send { operation, .. } => difference(operation, &look.seen),
                _ => Vec::new(),
            };
            tell(EppTold::Rehearsed { position, entry, rehearsed: &rehearsed, changes: &changes });
            rows.push(EppRehearsed { position, at: look.at, words: rehearsed.to_string(), changes });
        }
        line.close().await;
        // Whoever approves the batch at the console sees it there.
        Ok(self.store().rehearse_epp(facts.digest, rows).await?)
    }

    /// Runs a batch as far as it may go now, and records in the case what came of it.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the case is not there or the store fails. What a registry says or does not say is no error: it is in the report.
    pub async fn epp_run(
        &self,
        batch: &Batch,
        account: &EppAccount,
        by: &Actor,
        clock: &(dyn Fn() -> Instant + Sync),
        tell: &mut (dyn FnMut(EppTold<'_>) + Send),
    ) -> Result<RunReport, DeskError> {
        let mut facts = self.facts(batch, account, clock()).await?;
        let mut line = Line { account, session: None, breaks: 0 };
        let mut sent = 0;
        let mut refusals = (0_u16, 0_u32);
        let mut turned_back = 0;
        let end = loop {
            let stopped = self.store().epp_stop().await?;
            let step = next(&facts.present(batch, &account.rules, stopped.as_ref(), clock()));
            match step {
                Step::Done => break RunEnd::Done,
                Step::Wait(until) => break RunEnd::Wait(until),
                Step::Refused(refused) => break RunEnd::Stopped(refused.to_string()),
                Step::Note(_) | Step::Send(_) if turned_back == MOST_TURNS => {
                    break RunEnd::Stopped(
                        "the case and the journal do not come to rest; run the batch again".to_owned(),
                    );
                }
                Step::Note(record) => {
                    if self.keep_epp(account, &record).await? {
                        tell(EppTold::Ended(&record));
                        facts.journal.put(*record);
                    } else {
                        // Another run found it out before: what it wrote down holds, and it is decided again.
                        turned_back += 1;
                        facts = self.facts(batch, account, clock()).await?;
                    }
                }
                Step::Look(position) => {
                    let Some(entry) = batch.entry(position) else { break RunEnd::Done };
                    let looked = match line.session().await {
                        Ok(session) => look(session, &entry.name, &entry.operation, &account.rules, clock).await,
                        Err(error) => Err(error),
                    };
                    match looked {
                        Ok(look) => facts.look = Some(look),
                        Err(error) if line.broke(&error) => tell(EppTold::Breaks(&error.to_string())),
                        Err(error) => break RunEnd::Stopped(error.to_string()),
                    }
                }
                Step::Send(intent) => {
                    turned_back += 1;
                    // The case may have changed since the facts were gathered; then they are gathered again, and it is decided again.
                    if self.file(&batch.case).await?.case.version != facts.version {
                        facts = Facts { look: facts.look.take(), ..self.facts(batch, account, clock()).await? };
                        continue;
                    }
                    if !self.store().begin_epp(&account.name, &intent.record, account.rules.per_day).await? {
                        facts = Facts { look: None, ..self.facts(batch, account, clock()).await? };
                        if facts.journal.of_name(&intent.record.name).iter().any(|known| known.id == intent.record.id) {
                            break RunEnd::Stopped("another run of this batch is under way".to_owned());
                        }
                        continue;
                    }
                    (sent, turned_back) = (sent + 1, 0);
                    facts.journal.put(intent.record.clone());
                    let answered = send(&mut line, &intent).await;
                    match answered {
                        Err(error) => {
                            // Nobody knows what came of it: the journal says so, and the registry is asked later.
                            if line.broke(&error) {
                                tell(EppTold::Breaks(&error.to_string()));
                            } else {
                                break RunEnd::Stopped(error.to_string());
                            }
                        }
                        Ok(response) => {
                            line.breaks = 0;
                            let (record, turn) = answer(&intent, &response, clock());
                            if self.store().end_epp(&record).await? {
                                tell(EppTold::Ended(&record));
                                facts.journal.put(record);
                            } else {
                                // Another run settled it before the answer came: what it wrote down holds.
                                facts = self.facts(batch, account, clock()).await?;
                            }
                            refusals = match turn {
                                Turn::Done | Turn::Pending => (0, 0),
                                _ if refusals.0 == response.code => (response.code, refusals.1 + 1),
                                _ => (response.code, 1),
                            };
                            if matches!(turn, Turn::Stop | Turn::Later) || refusals.1 >= SAME_REFUSALS {
                                let words = code::in_words(response.code);
                                let told = words.told(&response.texts);
                                break RunEnd::Stopped(format!("the registry answers {}: {told}", words.code));
                            }
                        }
                    }
                }
            }
        };
        let unrecorded = self.record_epp(batch, account, &facts.journal, by, line.session.as_mut(), clock).await.err();
        line.close().await;
        let (outcomes, open) = tally(batch, facts.digest, &facts.journal);
        Ok(RunReport { end, outcomes, open, sent, unrecorded: unrecorded.map(|error| error.to_string()) })
    }

    /// Takes in a message of the queue: where it says what came of a command of ours, that stands in the journal from then on. Returns the record,
    /// where nobody wrote it down before.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails; the message must stay in the queue then.
    pub async fn epp_take(
        &self,
        account: &EppAccount,
        message: &Message,
        now: Instant,
    ) -> Result<Option<Record>, DeskError> {
        let Data::Settled { name, done, ours: Some(ours), theirs } = &message.data else { return Ok(None) };
        let journal = self.store().epp_journal(&account.name).await?;
        let Some(known) = journal.into_iter().find(|record| record.id == *ours) else { return Ok(None) };
        let is_open = known.outcome.is_none_or(|outcome| outcome == Outcome::Pending);
        if !is_open || !name.eq_ignore_ascii_case(known.name.as_str()) {
            return Ok(None);
        }
        let record = Record {
            ended: Some(now),
            outcome: Some(if *done { Outcome::Done } else { Outcome::Refused }),
            theirs: Some(theirs.clone()).filter(|theirs| !theirs.is_empty()).or(known.theirs.clone()),
            text: format!("what was pending was {}: {}", if *done { "done" } else { "refused" }, message.queued.text),
            ..known
        };
        Ok(self.store().end_epp(&record).await?.then_some(record))
    }

    async fn facts(&self, batch: &Batch, account: &EppAccount, now: Instant) -> Result<Facts, DeskError> {
        let file = self.file(&batch.case).await?;
        let request = self.epp_request(&file, &batch.tld, now).await?;
        let digest = batch.digest();
        Ok(Facts {
            digest,
            approvals: self.store().epp_approvals(digest).await?,
            journal: Journal::of(self.store().epp_journal(&account.name).await?),
            wanted: wanted(&file, request.object()),
            version: file.case.version,
            look: None,
        })
    }

    /// Puts into the journal what ended without a frame, or an attempt whose outcome was found out. Says whether it stands there, and not what
    /// another run found out before.
    async fn keep_epp(&self, account: &EppAccount, record: &Record) -> Result<bool, DeskError> {
        match record.sent {
            None => self.store().close_epp(&account.name, record).await.map(|()| true),
            Some(_) => self.store().end_epp(record).await,
        }
        .map_err(DeskError::from)
    }
}

/// Asks the registry of a name what the command about it needs to know.
async fn look(
    session: &mut Session,
    name: &DomainName,
    operation: &Operation,
    rules: &Rules,
    clock: &(dyn Fn() -> Instant + Sync),
) -> Result<Look, EppError> {
    let names = [name.clone()];
    let mut price = None;
    if let Operation::Create { years, .. } = operation {
        let asked = rules.most_price.as_ref().map(|most| PriceOf { currency: most.currency.clone(), years: *years });
        let row = session.check(&names, asked.as_ref()).await?.into_iter().next().unwrap_or_default();
        if row.available {
            price = row.price.map(|price| price.fee);
            return Ok(Look { name: name.clone(), at: clock(), seen: Seen::Free, price });
        }
        let seen = match known(session, &names).await? {
            Known::Object(object) => Seen::Exists(*object),
            Known::No => Seen::Unavailable(row.reason),
            Known::Untold(why) => Seen::Unavailable(row.reason.or(Some(why))),
        };
        return Ok(Look { name: name.clone(), at: clock(), seen, price });
    }
    let seen = match known(session, &names).await? {
        Known::Object(object) => Seen::Exists(*object),
        Known::No => Seen::Free,
        Known::Untold(why) => Seen::Unavailable(Some(why)),
    };
    Ok(Look { name: name.clone(), at: clock(), seen, price })
}

async fn known(session: &mut Session, names: &[DomainName; 1]) -> Result<Known, EppError> {
    session.info(names).await?.pop().ok_or(EppError::Ended)
}

async fn send(line: &mut Line<'_>, intent: &Intent) -> Result<Response, EppError> {
    let session = line.session().await?;
    let (name, price) = (intent.record.name.as_str(), intent.price.as_ref());
    let body = frame::body(name, &intent.operation, price, session.hosts());
    let text = frame::command(&body, &intent.record.id);
    session.exchange(&text, &intent.record.id).await
}

/// Returns the record of a frame with its answer.
fn answer(intent: &Intent, response: &Response, now: Instant) -> (Record, Turn) {
    let words = code::in_words(response.code);
    // Somebody else was faster, or an attempt before this one arrived after all: the registry is asked which.
    let in_doubt = response.code == 2302 && intent.record.attempt > 1
        // A server that failed does not say whether it changed anything: the registry is asked.
        || matches!(response.code, 2400 | 2500)
        // Nobody says what such a success means: the registry is asked what it came to.
        || words.turn == Turn::Done && !code::is_known(response.code);
    let outcome = match words.turn {
        _ if in_doubt => None,
        Turn::Done => Some(Outcome::Done),
        // The object goes when its grace periods are over (RFC 3915); no message tells of that.
        Turn::Pending if matches!(intent.operation, Operation::Delete {}) => Some(Outcome::Done),
        Turn::Pending => Some(Outcome::Pending),
        Turn::Refused => Some(Outcome::Refused),
        Turn::Later | Turn::Stop => Some(Outcome::Failed),
    };
    let created = match &response.data {
        // What is only taken yet is not created yet, whatever date is told with it.
        Data::Created { created } if outcome == Some(Outcome::Done) => *created,
        _ => None,
    };
    let text = if response.code >= 2000 { words.meant(&response.texts) } else { words.means.to_owned() };
    let record = Record {
        ended: Some(now),
        outcome,
        code: Some(response.code),
        theirs: Some(response.theirs.clone()),
        text,
        created,
        ..intent.record.clone()
    };
    (record, words.turn)
}

fn tally(batch: &Batch, digest: Digest, journal: &Journal) -> (BTreeMap<Outcome, u64>, u64) {
    let (mut outcomes, mut open) = (BTreeMap::new(), 0);
    for (position, entry) in batch.positions() {
        match journal.outcome(digest, position, &entry.name) {
            Some(outcome) => *outcomes.entry(outcome).or_default() += 1,
            None => open += 1,
        }
    }
    (outcomes, open)
}

#[expect(clippy::needless_pass_by_value, reason = "a function for map_err")]
fn outside(error: EppError) -> DeskError {
    DeskError::Outside(error.to_string())
}
