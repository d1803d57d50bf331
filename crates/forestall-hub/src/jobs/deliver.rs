// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Handing lists over by mail: a job for each list and each reminder, done once, and again until the receiver's machine takes it.
//!
//! The job names the list; what goes out is computed when it goes. A crash between the moment at which a server takes a letter and the
//! record of it sends the letter again, under the same identifier, so that it is one letter for its reader.

use std::collections::BTreeMap;
use std::sync::Arc;

use forestall_connect::mail::{
    Attachment, Letter, MailReceipt, Mailbox, Mailer, MessageId, Origin, Precedence, Protection,
};
use forestall_connect::openpgp::{Certificate, SigningKey};
use forestall_coord::CutList;
use forestall_coord::command::{Deliver, MOST_FILES};
use forestall_coord::event::{Purpose, SentFile};
use forestall_coord::roll::reminders_due;
use forestall_formats::waiting::{self, Waiting};
use forestall_formats::wording::Language;
use forestall_model::party::{Channel, Contact};
use forestall_model::{CaseId, Digest, Instant, Marking, Party, Tld, Tlp};
use forestall_store::{MailPlace, NewJob, SentLetter};

use super::plan::job;
use super::roll::terms_of;
use super::{Kind, Scheduler};
use crate::desk::{CaseFile, DeskError, Package, Sender};
use crate::server::Origin as WebOrigin;

/// The way out by mail.
#[derive(Clone, Debug)]
pub struct Post {
    /// Who sends.
    pub sender: Sender,
    /// What takes letters.
    pub mailer: Mailer,
    /// What letters are signed with, and what lets them be encrypted.
    pub key: Option<Arc<SigningKey>>,
    /// The address under which parties reach the console, for what may not go out in the open; none where they do not reach it by any that is
    /// known, and letters then say whom to ask.
    pub origin: Option<WebOrigin>,
}

/// One handing over, as the key of its job names it: `TLD NUMBER REMINDER CONTACT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) tld: Tld,
    pub(super) number: u32,
    pub(super) reminder: u32,
    pub(super) contact: u32,
}

impl std::fmt::Display for Errand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.tld, self.number, self.reminder, self.contact)
    }
}

impl std::str::FromStr for Errand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} names no list to hand over");
        let mut parts = text.split(' ');
        let mut next = || parts.next().ok_or_else(wrong);
        let (tld, number, reminder, contact) = (next()?, next()?, next()?, next()?);
        let digits = |text: &str| text.parse::<u32>().map_err(|_| wrong());
        let tld = tld.parse().map_err(|_| wrong())?;
        Ok(Self { tld, number: digits(number)?, reminder: digits(reminder)?, contact: digits(contact)? })
    }
}

/// Returns the errands that are due: lists that nobody took over yet, and reminders of those of which nobody said that they came. A
/// registry without a mail address is served by hand.
pub(super) fn errands(file: &CaseFile, registries: &BTreeMap<Tld, Party>, now: Instant) -> Vec<Errand> {
    let mut errands = Vec::new();
    let contacts = |tld: &Tld| registries.get(tld).map_or(0, |party| mail_contacts(party).count());
    for (tld, slice) in &file.case.slices {
        if contacts(tld) == 0 {
            continue;
        }
        for purpose in [Purpose::Protect, Purpose::Release] {
            let waits = |cut: &&CutList| !cut.was_delivered() && cut.acknowledged.is_none();
            let cut = slice.last_cut(purpose).filter(waits);
            let errand = |cut: &CutList| Errand { tld: tld.clone(), number: cut.number, reminder: 0, contact: 0 };
            errands.extend(cut.map(errand));
        }
    }
    let terms = |tld: &Tld| {
        let count = u32::try_from(contacts(tld)).unwrap_or(u32::MAX);
        (terms_of(registries, tld), count)
    };
    let due = reminders_due(&file.case, &terms, now).into_iter().filter(|due| contacts(&due.tld) > 0);
    errands.extend(due.map(|due| Errand {
        tld: due.tld,
        number: due.number,
        reminder: due.reminder,
        contact: due.contact,
    }));
    errands
}

/// Returns the contacts of a party that can be written to, in the order in which they are tried.
pub(super) fn mail_contacts(party: &Party) -> impl Iterator<Item = (&Contact, &str)> {
    party.contacts.iter().filter_map(|contact| Some((contact, contact.mail.as_deref()?)))
}

/// Returns the job of an errand. Its day is part of its key: what nobody took on one day is tried again on the next.
pub(super) fn job_of(case: &CaseId, errand: &Errand, now: Instant) -> NewJob {
    job(Kind::Deliver, Some(case), format!("{errand} {}", now.day()), now)
}

impl Scheduler {
    /// Hands a list or a reminder over.
    ///
    /// `made` is when its job was made: a letter that is sent again is the same letter.
    pub(super) async fn deliver(
        &self,
        case: &CaseId,
        key: &str,
        made: Instant,
        last_try: bool,
    ) -> Result<String, DeskError> {
        let Some(post) = &self.post else { return Ok("nobody is named who takes letters".to_owned()) };
        let errand: Errand = key.parse().map_err(DeskError::Input)?;
        let file = self.desk.file(case).await?;
        let slice = file.case.slices.get(&errand.tld);
        let Some(cut) = slice.and_then(|slice| slice.cut(errand.number)) else {
            return Err(DeskError::Input(format!("there is no list {} for {}", errand.number, errand.tld)));
        };
        if slice.and_then(|slice| slice.last_cut(cut.purpose)).is_some_and(|last| last.number > cut.number) {
            return Ok("a newer list took its place".to_owned());
        }
        if cut.acknowledged.is_some() {
            return Ok("the registry has said that it came".to_owned());
        }
        if cut.deliveries.iter().any(|done| done.taken && done.reminder == errand.reminder) {
            return Ok("it went out before".to_owned());
        }
        let Some(party) = self.desk.registry_of(&errand.tld).await? else {
            return Ok("nobody is entered as its registry; it is handed over by hand".to_owned());
        };
        let contacts: Vec<(&Contact, &str)> = mail_contacts(&party).collect();
        let place = usize::try_from(errand.contact).unwrap_or(usize::MAX).min(contacts.len().saturating_sub(1));
        let Some((contact, address)) = contacts.get(place) else {
            return Ok("its registry has no mail address; it is handed over by hand".to_owned());
        };
        let next_contact = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        let act = self.act();
        let package = self.desk.package(case, &errand.tld, errand.number, &post.sender, act.now).await?;
        let marking = package.marking();
        let letter = post.letter(package.object(), &party, (contact, address), &errand, marking, (made, act.now));
        let message_id = letter.as_ref().ok().map(|letter| letter.message_id.as_str().to_owned());
        if let Some(message_id) = message_id.clone() {
            // Before it goes: an answer to a letter whose sending was not recorded must find back as well.
            let list = MailPlace { case: case.clone(), tld: errand.tld.clone(), number: errand.number };
            self.desk.store().keep_sent_letter(SentLetter { message_id, list, at: act.now }).await?;
        }
        let sent = match letter {
            Ok(letter) => post.mailer.send(&letter, act.now).await.map(|receipt| (receipt, letter)).map_err(|error| {
                let again = error.may_try_again();
                (error.to_string(), again)
            }),
            Err(reason) => Err((reason, false)),
        };
        let (taken, answer, files) = match sent {
            Ok((receipt, letter)) => (true, said(&receipt), sent_files(&receipt, &letter)),
            // The server may take it later: the job is put off, and the receipt waits for its end.
            Err((reason, true)) if !last_try => return Err(DeskError::Outside(reason)),
            // Nothing went out; the files are those that were to.
            Err((reason, _)) => (false, reason, package.object().sent_files()),
        };
        let deliver = Deliver {
            tld: errand.tld.clone(),
            number: errand.number,
            channel: Channel::Mail,
            contact: errand.contact,
            address: (*address).to_owned(),
            receipt: answer.clone(),
            message_id,
            reminder: errand.reminder,
            files,
            taken,
        };
        let has_next = !taken && place + 1 < contacts.len();
        if has_next {
            // Before the record: a crash in between tries the next contact twice, under one identifier, and never not at all.
            let next = Errand { contact: next_contact, ..errand.clone() };
            self.desk.store().create_job(job_of(case, &next, act.now)).await?;
        }
        self.desk.record_delivery(case, &act, deliver).await?;
        Ok(match (taken, has_next) {
            (true, _) => format!("list {} for {} was handed over", errand.number, errand.tld),
            (false, true) => "it was not taken; the next contact is tried".to_owned(),
            (false, false) => {
                format!("list {} for {} was not taken by anybody: {}", errand.number, errand.tld, answer_cut(&answer))
            }
        })
    }
}

/// Returns what a server said, without the address that it may hold: this text stands in the list of jobs.
pub(super) fn answer_cut(answer: &str) -> String {
    answer.split_whitespace().filter(|word| !word.contains('@')).take(12).collect::<Vec<_>>().join(" ")
}

fn said(receipt: &MailReceipt) -> String {
    format!("{} {}", receipt.response.code, receipt.response.text)
}

/// Returns what went out: the letter itself, and each file that it carried.
fn sent_files(receipt: &MailReceipt, letter: &Letter) -> Vec<SentFile> {
    let whole = SentFile { name: "letter.eml".to_owned(), sha256: receipt.digest };
    let files = letter.attachments.iter();
    let files = files.map(|file| SentFile { name: file.name.clone(), sha256: Digest::of(&file.octets) });
    std::iter::once(whole).chain(files).take(MOST_FILES).collect()
}

impl Post {
    /// Writes the letter. Above TLP:GREEN nothing of a list goes out in the open: a party without a key gets a link behind sign-in.
    fn letter(
        &self,
        package: &Package,
        party: &Party,
        (contact, address): (&Contact, &str),
        errand: &Errand,
        marking: Marking,
        (made, now): (Instant, Instant),
    ) -> Result<Letter, String> {
        let to = Mailbox::new(Some(&contact.name), address).map_err(|error| error.to_string())?;
        let protection = self.protection(party, now)?;
        let is_closed = matches!(protection, Protection::SignAndEncrypt(..));
        let may_go = is_closed || marking.tlp_at(now) <= Tlp::Green;
        let token = package.id.token();
        let language = Language::best(party.terms.as_ref().map_or("", |terms| terms.language.as_str()));
        let (subject, text, html, attachments) = if may_go {
            let subject = match errand.reminder {
                0 => package.brief.subject.clone(),
                _ => waiting::reminder(&package.brief.subject, language).map_err(|error| error.to_string())?,
            };
            let attachment = |file: &crate::desk::PackFile| Attachment {
                name: file.name.clone(),
                media_type: file.media_type.split(';').next().unwrap_or(file.media_type).to_owned(),
                octets: file.octets.clone(),
            };
            let files = package.files.iter().map(attachment).collect();
            (subject, package.brief.text.clone(), None, files)
        } else {
            let waiting = Waiting {
                number: package.id.number,
                tld: package.id.tld.clone(),
                again: errand.reminder > 0,
                link: self.link("/home"),
                contact: self.contact(),
            };
            let mail = waiting.letter(language).map_err(|error| error.to_string())?;
            (format!("{} {token}", mail.subject), mail.text, None, Vec::new())
        };
        let host = self.host();
        let own = Digest::of_parts(&[b"forestall letter 1\0", token.as_bytes(), b"\0", errand.to_string().as_bytes()]);
        let message_id: MessageId =
            format!("{}.{}@{host}", package.id.stem(), own.short()).parse().map_err(|error| format!("{error}"))?;
        Ok(Letter {
            to: vec![to],
            subject,
            text,
            html,
            attachments,
            message_id,
            in_reply_to: None,
            date: made,
            origin: Origin::Generated,
            precedence: Precedence::Personal,
            protection,
        })
    }

    /// Returns the address of a page, by its path; none where parties do not reach the console by any that is known.
    pub(super) fn link(&self, path: &str) -> Option<String> {
        self.origin.as_ref().map(|origin| format!("{origin}{path}"))
    }

    /// Returns whom to ask, and by what number.
    pub(super) fn contact(&self) -> String {
        format!("{}, {}", self.sender.requester.person, self.sender.requester.phone)
    }

    /// Returns the host of the address from which letters come: the right side of their identifiers.
    pub(super) fn host(&self) -> String {
        self.mailer.settings().from.address().rsplit('@').next().unwrap_or("localhost").to_owned()
    }

    /// Returns how a letter is protected whose reader has no key: it is signed, where the operator gave a key.
    pub(super) fn signed(&self) -> Protection {
        self.key.as_ref().map_or(Protection::None, |key| Protection::Sign(Arc::clone(key)))
    }

    /// Returns how a letter to a party is protected: encrypted as well, where both have keys.
    pub(super) fn protection(&self, party: &Party, now: Instant) -> Result<Protection, String> {
        let (Some(key), Some(armoured)) = (&self.key, &party.openpgp) else { return Ok(self.signed()) };
        let certificate = Certificate::read(armoured, now).map_err(|error| error.to_string())?;
        Ok(Protection::SignAndEncrypt(Arc::clone(key), vec![certificate]))
    }
}

#[cfg(test)]
mod tests {
    use super::{Errand, answer_cut};

    #[test]
    fn errands_survive_text() {
        let errand = Errand { tld: "xn--p1ai".parse().unwrap(), number: 12, reminder: 1, contact: 2 };
        assert_eq!(errand.to_string().parse(), Ok(errand));
        for broken in ["", "be", "be 1 0", "be x 0 0", "be 1 0 -1"] {
            assert!(broken.parse::<Errand>().is_err(), "{broken}");
        }
    }

    #[test]
    fn what_a_server_said_is_told_without_addresses() {
        assert_eq!(answer_cut("550 5.1.1 <a@registry.example>: no such user"), "550 5.1.1 no such user");
    }
}
