// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Appeals that come in from the public: taken in without a look at any case, worked off behind the scenes.
//!
//! Whoever sends an appeal learns nothing from how it is taken in: nothing is looked up before the answer. Afterwards it is recorded in every
//! case that holds the name. Anybody can send one for any name, the botnet's operator too, and an open appeal stops what is asked for a name.
//! Therefore one without proof of control counts as an appeal only for a name that somebody holds; for a name that nobody
//! is known to hold it becomes a note on the record, which a person reads and which stops nothing.

use std::net::SocketAddr;

use forestall_coord::{Case, Refusal};
use forestall_model::{Actor, CaseId, Digest, DomainName, Instant};
use forestall_store::Document;
use serde::{Deserialize, Serialize};

use super::{Act, BroughtAppeal, Control, Desk, DeskError, Way};

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
        for document in self.store().documents(KIND).await? {
            match serde_json::from_str::<PublicAppeal>(&document.body) {
                Ok(appeal) => recorded += self.work_off(&appeal, resolver, now).await?,
                Err(error) => {
                    tracing::error!(%error, id = document.id, "an appeal that waited is broken and was left out")
                }
            }
            self.store().drop_document(KIND, &document.id).await?;
        }
        Ok(recorded)
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
        let Some(case) = self.store().load(id).await? else { return Ok(false) };
        let mut act = Act::new(actor(), now);
        act.occurred = Some(appeal.at.min(now));
        act.source = Some("the public look-up".to_owned());
        let done = if proof.is_some() || is_held(&case, &appeal.name) {
            let name = appeal.name.clone();
            let brought = BroughtAppeal { name, contact: contact.to_owned(), proof, hours: PUBLIC_APPEAL_HOURS };
            self.appeal(id, &act, brought).await
        } else {
            let text = format!(
                "somebody appeals for {} without proof of control; nobody is known to hold it, so it is not disputed. Contact and reason \
                 stand in the comment",
                appeal.name
            );
            let recent = |at: Instant| now.seconds_since(at) < NOTE_SECONDS;
            if case.notes.iter().any(|note| note.text == text && recent(note.at)) {
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

/// Says whether the case knows that somebody holds a name.
fn is_held(case: &Case, name: &DomainName) -> bool {
    let holding = case.holdings.get(name);
    let verdict = holding.and_then(|holding| holding.verdict.as_ref());
    case.exclusions.contains_key(name)
        || verdict.is_some_and(|verdict| verdict.class.is_held())
        || holding.is_some_and(|holding| holding.ruled.is_some())
}

fn actor() -> Actor {
    "the public".parse().expect("it is the name of an actor")
}
