// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One mail a day to each person who wants it: what waits for them in the cases that they may see.
//!
//! There is one job for each person and day, whatever becomes of it. One that was missed is made up for on the same day and never later.

use std::collections::BTreeMap;

use forestall_connect::mail::{Letter, Mailbox, MessageId, Origin, Precedence};
use forestall_coord::alarms::alarms;
use forestall_coord::event::{Purpose, TaskState};
use forestall_formats::daily::{self, Daily, DailyCase, Waits};
use forestall_formats::wording::Language;
use forestall_model::marking::{Marked, release};
use forestall_model::{Audience, Digest, Instant, PersonId, Scopes, Tld};
use forestall_store::{Job, NewJob};

use super::deliver::Post;
use super::plan::job;
use super::{Kind, Scheduler};
use crate::desk::{CaseFile, Desk, DeskError};
use crate::server::Viewer;

/// Days before its time at which a list is told to be due.
const SOON_DAYS: i64 = 2;

/// Returns the jobs of a day, once its hour has come.
pub(super) async fn of_day(desk: &Desk, hour: u8, now: Instant) -> Result<Vec<NewJob>, DeskError> {
    if now.seconds_since(now.day().start()) < i64::from(hour) * 3_600 {
        return Ok(Vec::new());
    }
    let wanted = desk.store().daily_mails().await?;
    Ok(wanted.into_iter().map(|(person, _)| job(Kind::Daily, None, format!("{} {person}", now.day()), now)).collect())
}

/// Counts what waits in a case: all of it where `slices` is `None`, else for the registry of some slices.
fn counts(file: &CaseFile, slices: Option<&[Tld]>, now: Instant) -> BTreeMap<Waits, u64> {
    let case = &file.case;
    let is_theirs = |tld: &Tld| slices.is_none_or(|slices| slices.contains(tld));
    let mut counts: BTreeMap<Waits, u64> = BTreeMap::new();
    let mut add = |what| *counts.entry(what).or_default() += 1;
    for (_, slice) in case.slices.iter().filter(|(tld, _)| is_theirs(tld)) {
        let lists = [Purpose::Protect, Purpose::Release].map(|purpose| slice.last_cut(purpose));
        for cut in lists.into_iter().flatten().filter(|cut| cut.acknowledged.is_none()) {
            match cut.act_by {
                Some(by) if by <= now => add(Waits::ListsOverdue),
                Some(by) if by <= now.plus_seconds(SOON_DAYS * 86_400) => add(Waits::ListsDue),
                _ if now.seconds_since(cut.at) < 86_400 => add(Waits::ListsNew),
                _ => {}
            }
        }
    }
    if slices.is_none() {
        let today = now.day();
        for task in case.tasks.iter().filter(|task| task.state == TaskState::Open) {
            match task.due {
                Some(due) if due < today => add(Waits::TasksOverdue),
                Some(due) if due == today => add(Waits::TasksDue),
                _ => {}
            }
        }
        for _ in alarms(&file.board(), now) {
            add(Waits::Alarms);
        }
    }
    counts
}

impl Scheduler {
    /// Sends one person their mail of the day.
    pub(super) async fn send_daily(&self, job: &Job) -> Result<String, DeskError> {
        let Some(post) = &self.post else { return Ok("nobody is named who takes letters".to_owned()) };
        let wrong = || DeskError::Input(format!("{:?} names no mail of a day", job.key));
        let (day, person) = job.key.split_once(' ').ok_or_else(wrong)?;
        let person: PersonId = person.parse().map_err(|_| wrong())?;
        let now = (self.clock)();
        if day != now.day().to_string() {
            return Ok("its day is over; what waits is told by the next one".to_owned());
        }
        let Some(language) = self.desk.store().daily_mail(&person).await? else {
            return Ok("they want none any more".to_owned());
        };
        let Some((person, _)) = self.desk.store().person(&person).await?.filter(|(person, _)| !person.disabled) else {
            return Ok("they have no account any more".to_owned());
        };
        let viewer = Viewer::load(self.desk.store(), &person, Scopes::ALL).await?;
        let daily = self.daily(post, &viewer, &person.name, now).await?;
        let daily = release(daily, Audience::Recipient, now)?;
        let written = daily::write(&daily, Language::best(&language));
        let Some(mail) = written.map_err(|error| DeskError::Input(error.to_string()))? else {
            return Ok("there was nothing to say".to_owned());
        };
        let input = |error: &dyn std::fmt::Display| DeskError::Input(error.to_string());
        let host = post.host();
        let own = Digest::of_parts(&[b"forestall daily 1\0", job.key.as_bytes()]);
        let message_id: MessageId = format!("daily.{day}.{}@{host}", own.short()).parse().map_err(|e| input(&e))?;
        let letter = Letter {
            to: vec![Mailbox::new(Some(&person.name), person.mail.as_str()).map_err(|e| input(&e))?],
            subject: mail.subject,
            text: mail.text,
            html: None,
            attachments: Vec::new(),
            message_id,
            in_reply_to: None,
            date: job.created,
            origin: Origin::Generated,
            precedence: Precedence::Personal,
            protection: post.signed(),
        };
        match post.mailer.send(&letter, now).await {
            Ok(receipt) => Ok(format!("it was taken with {}", receipt.response.code)),
            Err(error) => Err(DeskError::Outside(super::deliver::answer_cut(&error.to_string()))),
        }
    }

    /// Gathers what waits for somebody in the cases that they may see, as the gate lets it pass to them.
    async fn daily(&self, post: &Post, viewer: &Viewer, person: &str, now: Instant) -> Result<Daily, DeskError> {
        let mut cases = Vec::new();
        for view in self.desk.cases().await? {
            if view.kind != forestall_coord::event::CaseKind::Live {
                continue;
            }
            let file = match self.desk.file(&view.id).await {
                Ok(file) => file,
                Err(error) => {
                    tracing::warn!(case = %view.id, %error, "the case cannot be looked at");
                    continue;
                }
            };
            let whole = viewer.whole(&view.id).filter(|audience| release(file.clone(), *audience, now).is_ok());
            let slices: Vec<Tld> =
                viewer.tlds().iter().filter(|tld| file.case.slices.contains_key(*tld)).cloned().collect();
            let theirs = !slices.is_empty() && release(file.clone(), Audience::Recipient, now).is_ok();
            let mut counts = match (whole, theirs) {
                (Some(_), _) => counts(&file, None, now),
                (None, true) => counts(&file, Some(&slices), now),
                (None, false) => continue,
            };
            if viewer.leads(&view.id) {
                counts.insert(Waits::Answers, self.desk.store().count_open_mails(Some(&view.id)).await?);
            }
            if counts.values().all(|count| *count == 0) {
                continue;
            }
            let link = match whole {
                Some(_) => post.link(&format!("/case/{}", view.id)),
                None => post.link("/home"),
            };
            cases.push(DailyCase { title: file.case.title.clone(), link, marking: Marked::marking(&file), counts });
        }
        let unplaced = if viewer.runs_it() {
            Some((self.desk.store().count_open_mails(None).await?, post.link("/mails")))
        } else {
            None
        };
        let (account, contact) = (post.link("/account"), post.contact());
        Ok(Daily { person: person.to_owned(), at: now, cases, unplaced, account, contact })
    }
}
