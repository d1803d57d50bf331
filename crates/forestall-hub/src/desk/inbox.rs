// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Appeals that come in from the public: taken in without a look at any case, worked off behind the scenes.
//!
//! Whoever sends an appeal learns nothing from how it is taken in: nothing is looked up before the answer. Afterwards it is recorded in every
//! case that holds the name. Anybody can send one for any name, the botnet's operator too, and an open appeal stops what is asked for a name.
//! Therefore one without proof of control counts as an appeal only for a name that somebody else than the response holds, and only until a person
//! has denied one; else it becomes a note on the record, which a person reads and which stops nothing.

use std::net::SocketAddr;

use forestall_coord::Refusal;
use forestall_coord::docket::is_seen_held;
use forestall_coord::holding::Verdict;
use forestall_model::{Actor, CaseId, Digest, DomainName, Instant};
use forestall_store::Document;
use serde::{Deserialize, Serialize};

use super::{Act, BroughtAppeal, CaseFile, Control, Desk, DeskError, Way};

/// The kind of document that holds an appeal which nobody has worked off.
const KIND: &str = "public-appeal";
/// Appeals that may wait. One is worked off within seconds; whoever sends more wants to fill the disk.
const MOST_WAITING: usize = 500;
/// Most characters of the contact.
pub const MAX_CONTACT: usize = 200;
/// Most characters of the reason.
pub const MAX_REASON: usize = 3_000;
/// Hours until a person has to answer.
pub const PUBLIC_APPEAL_HOURS: u16 = 24;
/// Seconds within which a second note about the same name says nothing new.
const NOTE_SECONDS: i64 = 24 * 3_600;

/// An appeal as the public sends it.
///
/// // STORED FORMAT, version 1: a document that is gone once the appeal is worked off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicAppeal {
    /// The name.
    pub name: DomainName,
    /// How to reach who sends it.
    pub contact: String,
    /// Why, in their words.
    pub reason: String,
    /// The digest of a token that proves control, where one was sent.
    pub token: Option<Digest>,
    /// Whether control is to be proved by a mail to the contact of the registration.
    pub by_mail: bool,
    /// When it came.
    pub at: Instant,
}

impl Desk {
    /// Takes an appeal in and says whether there was room. No case is looked at.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for texts that are empty or too long, [`DeskError::Store`] where it cannot be written.
    pub async fn take_appeal(&self, appeal: &PublicAppeal) -> Result<bool, DeskError> {
        for (what, text, most) in
            [("the contact", &appeal.contact, MAX_CONTACT), ("the reason", &appeal.reason, MAX_REASON)]
        {
            let found = text.chars().count();
            if text.trim().is_empty() {
                return Err(DeskError::Input(format!("{what} must be given")));
            }
            if found > most {
                return Err(DeskError::Input(format!("{what} has {found} characters; at most {most} are taken")));
            }
        }
        if self.store().documents(KIND).await?.len() >= MOST_WAITING {
            return Ok(false);
        }
        let body = serde_json::to_string(appeal).map_err(|error| DeskError::Input(error.to_string()))?;
        let id = format!("{}#{}", appeal.name, Digest::of(body.as_bytes()));
        self.store().keep_documents(vec![Document { kind: KIND, id, changed: appeal.at, body }]).await?;
        Ok(true)
    }

    /// Records the appeals that wait, each in every case that holds its name, and returns how many records that made.
    ///
    /// # Errors
    ///
    /// [`DeskError`] of the store; the appeal waits on then.
    pub async fn work_off_appeals(&self, resolver: Option<SocketAddr>, now: Instant) -> Result<usize, DeskError> {
        let mut recorded = 0;
        let mut failure = None;
        for document in self.store().documents(KIND).await? {
            match serde_json::from_str::<PublicAppeal>(&document.body) {
                // One that cannot be worked off waits, and holds up no other.
                Ok(appeal) => match self.work_off(&appeal, resolver, now).await {
                    Ok(records) => recorded += records,
                    Err(error) => {
                        failure = Some(error);
                        continue;
                    }
                },
                Err(error) => {
                    tracing::error!(%error, id = document.id, "an appeal that waited is broken and was left out")
                }
            }
            self.store().drop_document(KIND, &document.id).await?;
        }
        failure.map_or(Ok(recorded), Err)
    }

    async fn work_off(
        &self,
        appeal: &PublicAppeal,
        resolver: Option<SocketAddr>,
        now: Instant,
    ) -> Result<usize, DeskError> {
        let proof = match appeal.token {
            None => None,
            Some(token) => match self.control(&appeal.name, token, resolver, now).await? {
                Control::Proved(how) => Some(how),
                _ => None,
            },
        };
        let mut holding: Vec<CaseId> = Vec::new();
        for case in self.cases().await? {
            let file = match self.file(&case.id).await {
                Ok(file) => file,
                Err(error) if error.is_callers() => {
                    // A case of another generator cannot be served at all; its own pages say so.
                    tracing::error!(%error, case = %case.id, "an appeal could not be looked up in a case");
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !self.places_of(&file, std::slice::from_ref(&appeal.name)).await?.is_empty() {
                holding.push(case.id);
            }
        }
        if holding.is_empty() {
            return Ok(0);
        }
        let mut contact = format!("{}: {}", one_line(&appeal.contact), one_line(&appeal.reason));
        if appeal.by_mail && proof.is_none() {
            let token = self.challenge(&appeal.name, Way::Mail, now).await?;
            contact.push_str(&format!(
                " -- Control is not proved. To have it proved by mail, send this token by hand to the contact in the registration data of \
                 {}, and to nobody else; its holder enters it at /public/look-up within 7 days: {token}",
                appeal.name
            ));
        }
        let mut recorded = 0;
        for case in holding {
            recorded += usize::from(self.record_appeal(&case, appeal, &contact, proof.clone(), now).await?);
        }
        Ok(recorded)
    }

    /// Records an appeal in one case and says whether that made a record.
    async fn record_appeal(
        &self,
        id: &CaseId,
        appeal: &PublicAppeal,
        contact: &str,
        proof: Option<String>,
        now: Instant,
    ) -> Result<bool, DeskError> {
        let file = self.file(id).await?;
        let mut act = Act::new(actor(), now);
        act.occurred = Some(appeal.at.min(now));
        act.source = Some("the public look-up".to_owned());
        let weight = Weight::of(&file, &appeal.name);
        let done = if proof.is_some() || weight == Weight::Stops {
            let name = appeal.name.clone();
            let brought = BroughtAppeal { name, contact: contact.to_owned(), proof, hours: PUBLIC_APPEAL_HOURS };
            self.appeal(id, &act, brought).await
        } else {
            let why = match weight {
                Weight::Denied => "a person denied an appeal before",
                Weight::Stops | Weight::NobodyHolds => "nobody is known to hold it",
            };
            let text = format!(
                "somebody appeals for {} without proof of control; {why}, so it is not disputed. Contact and reason stand in the comment",
                appeal.name
            );
            let recent = |at: Instant| now.seconds_since(at) < NOTE_SECONDS;
            if file.case.notes.iter().any(|note| note.text == text && recent(note.at)) {
                return Ok(false);
            }
            act.comment = Some(contact.to_owned());
            self.note(id, &act, Some(appeal.name.tld()), text).await
        };
        match done {
            Ok(_) => Ok(true),
            // One open appeal a name: who waits already is answered once.
            Err(DeskError::Refused(Refusal::Disputed { .. })) => Ok(false),
            Err(error) if error.is_callers() => {
                tracing::warn!(%error, case = %id, "an appeal was refused");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Returns a text of the public as one line of characters that show: it is printed to terminals, where control characters act, and
/// line breaks and changes of direction could forge other lines of a log.
fn one_line(text: &str) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let shown: String = text.chars().map(|c| if acts(c) { ' ' } else { c }).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an appeal without proof of control does in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// It stops what is asked for the name.
    Stops,
    /// It is a note, since nobody else than the response is known to hold the name.
    NobodyHolds,
    /// It is a note, since a person answered one already.
    Denied,
}

impl Weight {
    fn of(file: &CaseFile, name: &DomainName) -> Self {
        let case = &file.case;
        let Some(holding) = case.holdings.get(name) else {
            return if case.exclusions.contains_key(name) { Self::Stops } else { Self::NobodyHolds };
        };
        if holding.appeal.as_ref().is_some_and(|appeal| matches!(appeal.settled, Some((_, false)))) {
            return Self::Denied;
        }
        let is_held = case.exclusions.contains_key(name)
            || holding.ruled.is_some()
            || holding
                .verdict
                .as_ref()
                .map_or_else(|| is_seen_held(&file.board(), name, holding), Verdict::is_of_others);
        if is_held { Self::Stops } else { Self::NobodyHolds }
    }
}

fn actor() -> Actor {
    "the public".parse().expect("it is the name of an actor")
}
