// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Notices to the programs of parties: a job for each thing that happened and each party that wants to be told.
//!
//! A notice has one identifier and the same octets however often it is sent, so that the receiver leaves out what it has. Its receipt says what
//! the receiver answered. A registry that has no mail address is handed its lists by such a notice, which leads to them behind sign-in.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use forestall_connect::webhook::{self, Notifier, WebhookError, WebhookTarget};
use forestall_coord::command::Deliver;
use forestall_coord::event::{Purpose, SentFile};
use forestall_coord::roll::reminders_due;
use forestall_formats::notice::{self, Notice, NoticeKind};
use forestall_model::marking::{Marked, release};
use forestall_model::party::{Channel, PartyKind};
use forestall_model::{Audience, CaseId, Digest, Instant, Party, PartyId, Released, Tld};
use forestall_store::{Job, KeptParty, NewJob, NoticeReceipt};

use super::deliver::mail_contacts;
use super::plan::job;
use super::roll::terms_of;
use super::{ATTEMPTS, Kind, Scheduler};
use crate::desk::{CaseFile, Desk, DeskError};
use crate::server::Origin as WebOrigin;

/// Days within which something is news. Jobs are kept for longer, so that none is made twice.
const NEWS_DAYS: i64 = 7;

/// The way out to the programs of parties.
#[derive(Clone, Debug)]
pub struct Notices {
    /// What sends notices.
    pub notifier: Notifier,
    /// The address under which parties reach the console; none where they do not reach it by any that is known, and notices then hold no link.
    pub origin: Option<WebOrigin>,
}

/// One notice, as the key of its job names it: `PARTY KIND SLICE NUMBER REMINDER`, with a hyphen for no slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    party: PartyId,
    kind: NoticeKind,
    slice: Option<Tld>,
    number: u64,
    reminder: u32,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slice = self.slice.as_ref().map_or("-", Tld::as_str);
        write!(f, "{} {} {slice} {} {}", self.party, self.kind, self.number, self.reminder)
    }
}

impl FromStr for Call {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} names no notice");
        let parts: Vec<&str> = text.split(' ').collect();
        let [party, kind, slice, number, reminder] = parts[..] else { return Err(wrong()) };
        Ok(Self {
            party: party.parse().map_err(|_| wrong())?,
            kind: kind.parse().map_err(|_| wrong())?,
            slice: if slice == "-" { None } else { Some(slice.parse().map_err(|_| wrong())?) },
            number: number.parse().map_err(|_| wrong())?,
            reminder: reminder.parse().map_err(|_| wrong())?,
        })
    }
}

/// Returns the jobs of the notices that are due in a case.
pub(super) async fn calls(
    desk: &Desk,
    file: &CaseFile,
    parties: &[KeptParty],
    now: Instant,
) -> Result<Vec<NewJob>, DeskError> {
    let wants = |party: &&Party| party.webhook.is_some();
    let parties: Vec<&Party> = parties.iter().map(|kept| &kept.party).filter(wants).collect();
    if parties.is_empty() {
        return Ok(Vec::new());
    }
    let case = &file.case;
    let registries: BTreeMap<Tld, Party> = parties
        .iter()
        .filter(|party| party.kind == PartyKind::Registry)
        .flat_map(|party| party.tlds.iter().map(|tld| (tld.clone(), (*party).clone())))
        .collect();
    let mut calls = of_slices(file, &registries, now);
    let decided = case.decisions.iter().filter(|decision| is_news(decision.at, now));
    let decided: Vec<u64> = decided.map(|decision| decision.version).collect();
    if !decided.is_empty() {
        for party in &parties {
            if party.kind != PartyKind::Registry && may_see_all(desk, file, party, now).await? {
                calls.extend(decided.iter().map(|number| Call {
                    party: party.id.clone(),
                    kind: NoticeKind::Decision,
                    slice: None,
                    number: *number,
                    reminder: 0,
                }));
            }
        }
    }
    Ok(calls.iter().map(|call| job(Kind::Notify, Some(&case.id), call.to_string(), now)).collect())
}

/// Returns the notices about slices: to the registries whose they are.
fn of_slices(file: &CaseFile, registries: &BTreeMap<Tld, Party>, now: Instant) -> Vec<Call> {
    let case = &file.case;
    if release(file.clone(), Audience::Recipient, now).is_err() {
        return Vec::new();
    }
    let mut calls = Vec::new();
    for (tld, party) in registries {
        let Some(slice) = case.slices.get(tld) else { continue };
        for (purpose, kind) in [(Purpose::Protect, NoticeKind::List), (Purpose::Release, NoticeKind::Release)] {
            let is_open = |cut: &&forestall_coord::CutList| cut.acknowledged.is_none() && is_news(cut.at, now);
            let call = |number: u32| Call {
                party: party.id.clone(),
                kind,
                slice: Some(tld.clone()),
                number: u64::from(number),
                reminder: 0,
            };
            calls.extend(slice.last_cut(purpose).filter(is_open).map(|cut| call(cut.number)));
        }
    }
    // One decision about many names of a slice is one notice.
    let mut ruled: Vec<(Tld, u64)> = case
        .holdings
        .iter()
        .filter_map(|(name, holding)| {
            Some((name.tld(), holding.ruled.as_ref().filter(|ruled| is_news(ruled.at, now))?))
        })
        .map(|(tld, ruled)| (tld, ruled.version))
        .collect();
    ruled.sort_unstable();
    ruled.dedup();
    for (tld, number) in ruled {
        let Some(party) = registries.get(&tld).map(|party| party.id.clone()) else { continue };
        calls.push(Call { party, kind: NoticeKind::Decision, slice: Some(tld), number, reminder: 0 });
    }
    let terms = |tld: &Tld| {
        let contacts = registries.get(tld).map_or(0, |party| mail_contacts(party).count().max(1));
        (terms_of(registries, tld), u32::try_from(contacts).unwrap_or(u32::MAX))
    };
    let due = reminders_due(case, &terms, now).into_iter().filter(|due| is_news(due.since, now));
    calls.extend(due.filter_map(|due| {
        let party = registries.get(&due.tld)?.id.clone();
        let (kind, number) = (NoticeKind::Reminder, u64::from(due.number));
        Some(Call { party, kind, slice: Some(due.tld), number, reminder: due.reminder })
    }));
    calls
}

fn is_news(at: Instant, now: Instant) -> bool {
    now.seconds_since(at) < NEWS_DAYS * 86_400
}

/// Says whether a party may see the whole of a case: it is for the community, or somebody of theirs has a role in it.
async fn may_see_all(desk: &Desk, file: &CaseFile, party: &Party, now: Instant) -> Result<bool, DeskError> {
    if release(file.clone(), Audience::Community, now).is_ok() {
        return Ok(true);
    }
    if release(file.clone(), Audience::Recipient, now).is_err() {
        return Ok(false);
    }
    for (person, _) in desk.store().roles_in(&file.case.id).await? {
        let theirs = desk.store().person(&person).await?;
        if theirs.is_some_and(|(person, _)| !person.disabled && person.party.as_ref() == Some(&party.id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an exchange came to.
struct Outcome {
    status: u16,
    answer: String,
    at: Instant,
    taken: bool,
}

impl Scheduler {
    /// Tells a party's program of something.
    pub(super) async fn notify(&self, case: &CaseId, job: &Job) -> Result<String, DeskError> {
        let Some(notices) = &self.notices else { return Ok("notices are switched off".to_owned()) };
        let call: Call = job.key.parse().map_err(DeskError::Input)?;
        let Some(KeptParty { party, changed }) = self.desk.store().party(&call.party).await? else {
            return Ok("the party is no more".to_owned());
        };
        let Some(target) = &party.webhook else { return Ok("the party wants no more notices".to_owned()) };
        let now = (self.clock)();
        let last = self.desk.store().notices(Some(&party.id), 1).await?;
        if last.iter().any(|last| last.status == 410 && last.at >= changed) {
            return Ok("the receiver said that it wants no more; set its address anew".to_owned());
        }
        let keys = self.desk.webhook_keys(&party.id, now).await?;
        if keys.is_empty() {
            return Ok(format!(
                "there is no key for notices to {0}; `forestall party webhook {0} --new-key` makes one",
                party.id
            ));
        }
        let file = self.desk.file(case).await?;
        let Some(notice) = self.notice(&file, &call, &party, job.created, now, notices.origin.as_ref()).await? else {
            return Ok("it is no news any more".to_owned());
        };
        let body = notice::write(&notice).map_err(|error| DeskError::Input(error.to_string()))?;
        let digest = Digest::of(body.as_bytes());
        let id = Digest::of_parts(&[b"forestall notice 1\0", case.as_str().as_bytes(), b"\0", job.key.as_bytes()]);
        let sent = webhook::Notice { id: format!("forestall-{id}"), body };
        let outcome = match target.parse::<WebhookTarget>() {
            Err(error) => Outcome { status: 0, answer: error.to_string(), at: now, taken: false },
            Ok(target) => match notices.notifier.send(&sent, &target, &keys, now).await {
                Ok(receipt) => Outcome { status: receipt.status, answer: receipt.answer, at: receipt.at, taken: true },
                Err(error) if error.may_try_again() && job.attempts < ATTEMPTS => {
                    let seconds = error.after().map_or(0, |after| i64::try_from(after.as_secs()).unwrap_or(i64::MAX));
                    return Err(DeskError::Later { reason: error.to_string(), seconds });
                }
                Err(error) => Outcome { status: status_of(&error), answer: error.to_string(), at: now, taken: false },
            },
        };
        let said = format!("{}: HTTP {}, SHA-256 {}", party.id, outcome.status, digest.short());
        // Before the record of it in the case: the receipt is kept over an earlier one of the same notice.
        let receipt = NoticeReceipt {
            id: sent.id,
            party: party.id.clone(),
            case: case.clone(),
            what: format!("{} {}", call.kind, call.slice.as_ref().map_or("-", Tld::as_str)),
            at: outcome.at,
            status: outcome.status,
            digest,
            taken: outcome.taken,
            answer: outcome.answer.chars().filter(|c| !c.is_control()).collect(),
        };
        self.desk.store().keep_notice(receipt).await?;
        self.record_notice(case, &call, &party, &outcome, digest).await?;
        Ok(if outcome.taken { said } else { format!("{said}; not taken") })
    }

    /// Records that a list was handed over by a notice, where its registry has no other way.
    async fn record_notice(
        &self,
        case: &CaseId,
        call: &Call,
        party: &Party,
        outcome: &Outcome,
        digest: Digest,
    ) -> Result<(), DeskError> {
        let is_list = call.kind != NoticeKind::Decision;
        let (Some(tld), true, None) = (&call.slice, is_list, mail_contacts(party).next()) else { return Ok(()) };
        let number = u32::try_from(call.number).map_err(|error| DeskError::Input(error.to_string()))?;
        let file = self.desk.file(case).await?;
        let cut = file.case.slices.get(tld).and_then(|slice| slice.cut(number));
        let same = |done: &forestall_coord::cut::Delivery| done.taken && done.reminder == call.reminder;
        if cut.is_none_or(|cut| cut.deliveries.iter().any(same)) {
            return Ok(());
        }
        let deliver = Deliver {
            tld: tld.clone(),
            number,
            channel: Channel::Webhook,
            contact: 0,
            address: party.webhook.clone().unwrap_or_default(),
            receipt: format!("HTTP {}", outcome.status),
            message_id: None,
            reminder: call.reminder,
            files: vec![SentFile { name: "notice.json".to_owned(), sha256: digest }],
            taken: outcome.taken,
        };
        self.desk.record_delivery(case, &self.act(), deliver).await?;
        Ok(())
    }

    /// Makes a notice of what the case says now, through the gate; `None` where there is nothing to tell any more.
    async fn notice(
        &self,
        file: &CaseFile,
        call: &Call,
        party: &Party,
        at: Instant,
        now: Instant,
        origin: Option<&WebOrigin>,
    ) -> Result<Option<Released<Notice>>, DeskError> {
        let case = &file.case;
        let slice = call.slice.as_ref().and_then(|tld| case.slices.get(tld));
        let (names, act_by) = match (&call.slice, call.kind) {
            (None, _) => {
                if !may_see_all(&self.desk, file, party, now).await? {
                    return Ok(None);
                }
                (None, None)
            }
            (Some(tld), _) if !party.tlds.contains(tld) => return Ok(None),
            (Some(tld), NoticeKind::Decision) => {
                let ruled = |(name, holding): &(&forestall_model::DomainName, &forestall_coord::Holding)| {
                    name.tld() == *tld && holding.ruled.as_ref().is_some_and(|ruled| ruled.version == call.number)
                };
                let names = case.holdings.iter().filter(ruled).count();
                if names == 0 {
                    return Ok(None);
                }
                (u64::try_from(names).ok(), None)
            }
            (Some(_), _) => {
                let number = u32::try_from(call.number).unwrap_or(u32::MAX);
                let Some(cut) = slice.and_then(|slice| slice.cut(number)) else { return Ok(None) };
                let is_last =
                    slice.and_then(|slice| slice.last_cut(cut.purpose)).is_some_and(|last| last.number == number);
                if !is_last || cut.acknowledged.is_some() {
                    return Ok(None);
                }
                (Some(cut.counts.names), cut.act_by)
            }
        };
        let place = call.slice.as_ref().map_or_else(|| "/work#decisions".to_owned(), |tld| format!("/slice/{tld}"));
        let notice = Notice {
            kind: call.kind,
            at,
            case: case.id.clone(),
            title: case.title.clone(),
            marking: Marked::marking(file),
            slice: call.slice.clone(),
            number: call.number,
            reminder: call.reminder,
            names,
            act_by,
            link: origin.map(|origin| format!("{origin}/case/{}{place}", case.id)),
        };
        Ok(release(notice, Audience::Recipient, now).ok())
    }
}

const fn status_of(error: &WebhookError) -> u16 {
    match error {
        WebhookError::Gone => 410,
        WebhookError::Redirect(status) => *status,
        WebhookError::Refused { status, .. } => *status,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    #[test]
    fn notices_survive_text() {
        for text in ["com-registry list com 12 0", "com-registry reminder xn--p1ai 12 3", "cert-xx decision - 40 0"] {
            assert_eq!(text.parse::<Call>().unwrap().to_string(), text);
        }
        for broken in ["", "a list com 1", "a list com x 0", "a letter com 1 0", "a list com 1 0 0"] {
            assert!(broken.parse::<Call>().is_err(), "{broken}");
        }
    }
}
