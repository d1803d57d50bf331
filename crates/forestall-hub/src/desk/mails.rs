// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mails that came in: each is taken in once, read as a proposed answer, and waits for a person.
//!
//! Nothing follows from a mail by itself. Which list it answers is told by the token in its subject or by the letter to which it replies; who sent
//! it, by the address that it names, which anybody can write, and which is said to be a party's only where that party gave it. What
//! is shown is read anew from the octets each time.

use std::collections::BTreeMap;
use std::sync::Arc;

use forestall_formats::list_id::ListId;
use forestall_formats::reply::{self, ProposedAnswer, Said};
use forestall_model::{CaseId, Digest, Instant};
use forestall_store::{KeptMail, MailPlace, MailRoom, MailState, MailTaken, MailWay, Stored};

use super::lists::computed;
use super::{Act, Desk, DeskError};

/// Room for mails that wait: whoever sends more wants to fill the disk, and the rest stays in the mailbox.
pub const MAIL_ROOM: MailRoom = MailRoom { mails: 2_000, octets: 1 << 30 };
/// Most octets of one mail: a workbook of half a million lines in base64.
pub const MAX_MAIL: usize = 32 << 20;
/// Seconds after which somebody who is recording a mail is taken to have died over it.
const RECORDING_SECONDS: i64 = 300;
/// Days for which the octets of a decided mail are kept.
const KEPT_DAYS: i64 = 90;
/// Mails of one page, and most octets of them together, room for two of the largest: each is read anew.
const SHOWN: u32 = 100;
const SHOWN_OCTETS: u64 = 64 << 20;

/// Who sent a mail, as far as its address tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSender {
    /// An address that the registry of the slice gave, or of somebody who belongs to it.
    OfTheParty,
    /// Another address, or one that belongs to nobody who is known.
    Stranger,
    /// None: a person handed the text or the file in.
    HandedIn,
}

impl MailSender {
    /// Returns what a person must know of the sender before they confirm; empty where that is nothing special.
    #[must_use]
    pub const fn warning(self) -> &'static str {
        match self {
            Self::OfTheParty => "",
            Self::Stranger => {
                "the address is none that the registry of this domain gave: make sure by another way that it is theirs"
            }
            Self::HandedIn => "a person handed it in; nothing in it says who wrote it",
        }
    }
}

/// A mail as a person looks at it.
#[derive(Clone, Debug)]
pub struct ReadMail {
    /// What is kept of it.
    pub kept: KeptMail,
    /// What it is taken to say; the reason where it cannot be read.
    pub proposal: Result<ProposedAnswer, String>,
    /// Who sent it.
    pub sender: MailSender,
}

/// What a person says of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailVerdict {
    /// It answers this list, and says what was read or, where that is given, something else.
    Confirmed {
        /// The number of the list.
        number: u32,
        /// What it says in truth.
        said: Option<Said>,
    },
    /// It is no answer.
    Refused,
}

impl Desk {
    /// Takes a mail in, once: one that came before is known. `list` is the list that the person who hands it in names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for one that is too large, or what the store reports.
    pub async fn take_mail(
        &self,
        octets: Vec<u8>,
        way: MailWay,
        list: Option<ListId>,
        now: Instant,
    ) -> Result<(MailTaken, KeptMail), DeskError> {
        if octets.len() > MAX_MAIL {
            let found = octets.len();
            return Err(DeskError::Input(format!("the mail has {found} octets; at most {MAX_MAIL} are taken in")));
        }
        let (place, reason) = match list {
            Some(list) => self.placed(list).await?,
            None => match self.read_reply(&octets).await? {
                Err(reason) => (None, reason),
                Ok(ProposedAnswer { list: Some(list), .. }) => self.placed(list).await?,
                Ok(_) => (None, "it names no list, and replies to no letter that went out from here".to_owned()),
            },
        };
        let (id, octets) = computed(move || (reply::identity(&octets), octets)).await;
        let mail = KeptMail {
            id,
            state: if place.is_some() { MailState::Proposed } else { MailState::Unplaced },
            way,
            came: now,
            changed: now,
            place,
            reason,
            decided_by: None,
            size: octets.len() as u64,
        };
        let taken = self.store().keep_mail(mail.clone(), octets, MAIL_ROOM).await?;
        Ok((taken, mail))
    }

    /// Returns the mails of a case about which nobody has decided, or those that nobody could place, the oldest first; at most 100, and
    /// at most 64 MiB.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn open_mails(&self, case: Option<&CaseId>) -> Result<Vec<ReadMail>, DeskError> {
        let mut mails = Vec::new();
        let mut octets = 0_u64;
        for kept in self.store().open_mails(case, SHOWN).await? {
            octets = octets.saturating_add(kept.size);
            if octets > SHOWN_OCTETS {
                break;
            }
            mails.extend(self.mail(kept.id).await?);
        }
        Ok(mails)
    }

    /// Returns a mail with what it is taken to say; `None` where there is no such mail.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn mail(&self, id: Digest) -> Result<Option<ReadMail>, DeskError> {
        let Some((kept, octets)) = self.store().mail(id).await? else { return Ok(None) };
        let proposal = match octets {
            None => Err("it was decided, and its text is not kept any more".to_owned()),
            Some(octets) => self.read_reply(&octets).await?,
        };
        let sender = self.sender_of(&kept, proposal.as_ref().ok()).await?;
        Ok(Some(ReadMail { kept, proposal, sender }))
    }

    /// Says which list a mail answers that nobody could place, or another than it was taken to.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is no such list, [`DeskError::Stale`] where somebody has decided about the mail.
    pub async fn place_mail(&self, id: Digest, list: ListId, now: Instant) -> Result<(), DeskError> {
        let (place, reason) = self.placed(list).await?;
        let place = place.ok_or(DeskError::Input(reason))?;
        if self.store().place_mail(id, place, now).await? { Ok(()) } else { Err(decided()) }
    }

    /// Decides about a mail: records it as the answer of its list, or says that it is none. Of two people one decides.
    ///
    /// # Errors
    ///
    /// [`DeskError::Stale`] where somebody else decided; [`DeskError::Input`] where it says nothing that can be recorded; else as
    /// [`Desk::confirm_reply`], and the mail waits on.
    pub async fn decide_mail(&self, act: &Act, id: Digest, verdict: MailVerdict) -> Result<Vec<Stored>, DeskError> {
        let mail = self.mail(id).await?.ok_or_else(|| DeskError::Input("there is no such mail".to_owned()))?;
        let open: &[MailState] = &[MailState::Proposed, MailState::Unplaced];
        let stale = act.now.plus_seconds(-RECORDING_SECONDS);
        let turn = async |from: &[MailState], to| {
            self.store().turn_mail(id, (from, to), &act.actor, stale, act.now).await.map_err(DeskError::from)
        };
        let MailVerdict::Confirmed { number, said } = verdict else {
            return if turn(open, MailState::Refused).await? { Ok(Vec::new()) } else { Err(decided()) };
        };
        let place =
            mail.kept.place.ok_or_else(|| DeskError::Input("say first which list the mail answers".to_owned()))?;
        let mut proposal = mail.proposal.map_err(DeskError::Input)?;
        proposal.said = said.unwrap_or(proposal.said);
        let list = ListId { case: place.case, tld: place.tld, number };
        if !turn(open, MailState::Recording).await? {
            return Err(decided());
        }
        let recorded = self.confirm_reply(act, &list, &proposal).await;
        let after = if recorded.is_ok() { MailState::Confirmed } else { MailState::Proposed };
        // Whoever dies here leaves it to another after a while, who is told to look at the log first.
        turn(&[MailState::Recording], after).await?;
        recorded
    }

    /// Forgets the octets of mails that were decided long ago and returns their number.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn forget_mails(&self, now: Instant) -> Result<u64, DeskError> {
        Ok(self.store().forget_mails(now.plus_seconds(-KEPT_DAYS * 86_400)).await?)
    }

    /// Reads a mail as an answer, and finds the letters to which it replies among those that went out.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails; what is wrong with the mail is told as text.
    pub async fn read_reply(&self, octets: &[u8]) -> Result<Result<ProposedAnswer, String>, DeskError> {
        let octets: Arc<[u8]> = octets.into();
        let copy = Arc::clone(&octets);
        // A workbook of many lines takes a while: it must not hold up others.
        let ids = match computed(move || reply::answered(&copy)).await {
            Ok(ids) => ids,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut known = BTreeMap::new();
        for id in ids {
            if let Some(MailPlace { case, tld, number }) = self.store().sent_letter(&id).await? {
                known.insert(id, ListId { case, tld, number });
            }
        }
        let read = move || reply::read(&octets, |id| known.get(id).cloned()).map_err(|error| error.to_string());
        Ok(computed(read).await)
    }

    /// Returns where a mail about a list belongs, or why nowhere.
    async fn placed(&self, list: ListId) -> Result<(Option<MailPlace>, String), DeskError> {
        let ListId { case, tld, number } = list;
        let state = self.store().load(&case).await?;
        let is_there = state.is_some_and(|state| state.slices.get(&tld).is_some_and(|s| s.cut(number).is_some()));
        Ok(if is_there {
            (Some(MailPlace { case, tld, number }), String::new())
        } else {
            (None, format!("it names the list {number} for {tld} of {case}, and there is none"))
        })
    }

    async fn sender_of(&self, kept: &KeptMail, proposal: Option<&ProposedAnswer>) -> Result<MailSender, DeskError> {
        let from = proposal.and_then(|proposal| proposal.from.as_deref());
        let Some(from) = from else {
            return Ok(if kept.way == MailWay::Person { MailSender::HandedIn } else { MailSender::Stranger });
        };
        let party = match &kept.place {
            Some(place) => self.registry_of(&place.tld).await?,
            None => None,
        };
        let Some(party) = party else { return Ok(MailSender::Stranger) };
        let mut gave = party.contacts.iter().filter_map(|contact| contact.mail.as_deref());
        if gave.any(|mail| mail.eq_ignore_ascii_case(from)) {
            return Ok(MailSender::OfTheParty);
        }
        let address = from.parse().ok();
        let person = match address {
            Some(address) => self.store().person_by_mail(&address).await?,
            None => None,
        };
        let theirs = person.is_some_and(|(person, _)| !person.disabled && person.party.as_ref() == Some(&party.id));
        Ok(if theirs { MailSender::OfTheParty } else { MailSender::Stranger })
    }
}

fn decided() -> DeskError {
    DeskError::Stale(
        "somebody else decided about this mail in the meantime, or is recording it; look at it again".to_owned(),
    )
}
