// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in by the word of a provider of identities, and who is who there.
//!
//! A provider knows many people, and most of them have no business here. Somebody signs in whom the people who run the installation named by what the
//! provider calls them, or whom they invited: who brings the link of an invitation along, or, where that is allowed, whose mail address the
//! provider made sure of. From then on it is the provider's name for the person that counts, not the address.

use forestall_model::{Actor, Digest, Instant, MailAddress, PersonId};
use forestall_store::{Invitation, Person};

use super::{Desk, DeskError, Invite, SignsInBy, Token};

/// How long somebody may be away at the provider, in seconds.
pub const AWAY_SECONDS: i64 = 600;
/// Most octets of the address of a provider, and of its name for a person: four for each of the 255 characters that OpenID Connect Core 1.0, part
/// 2, allows.
const MAX_ISSUER: usize = 1_000;
const MAX_SUBJECT: usize = 4 * 255;

/// Who somebody is, in the words of a provider of identities that was asked.
#[derive(Clone)]
pub struct ByProvider {
    /// The provider.
    pub issuer: String,
    /// What it calls the person.
    pub subject: String,
    /// Their mail address, where the provider made sure that it is theirs and the people who run the installation go by that.
    pub mail: Option<String>,
    /// Their name, for an account that is made now.
    pub name: Option<String>,
    /// The token of an invitation that they bring along.
    pub invitation: Option<String>,
    /// What the browser calls itself.
    pub agent: String,
}

impl std::fmt::Debug for ByProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ByProvider(..)")
    }
}

/// Somebody whom a provider of identities knows, and who gets an account here without a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admit {
    /// Whom, and as what.
    pub invite: Invite,
    /// What they are called here, in the log too.
    pub name: Actor,
    /// The provider.
    pub issuer: String,
    /// What it calls them.
    pub subject: String,
}

impl Desk {
    /// Keeps that somebody went to a provider with `state`, which is good once, within [`AWAY_SECONDS`].
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn leave_for_provider(&self, state: &str, now: Instant) -> Result<(), DeskError> {
        self.store().purge_sign_in(now).await?;
        Ok(self.store().create_link(of_state(state), now.plus_seconds(AWAY_SECONDS)).await?)
    }

    /// Says whether somebody went to a provider with `state` and comes back with it for the first time, in time.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn is_back_from_provider(&self, state: &str, now: Instant) -> Result<bool, DeskError> {
        Ok(self.store().redeem_link(of_state(state), now).await?)
    }

    /// Makes the account of somebody whom a provider of identities knows.
    ///
    /// # Errors
    ///
    /// As [`Desk::invite`] and [`Desk::link_person`].
    pub async fn admit(&self, admit: Admit, by: &Actor, now: Instant) -> Result<Person, DeskError> {
        let Admit { invite, name, issuer, subject } = admit;
        self.check_identity(&issuer, &subject, None).await?;
        let token = self.invite(invite, by, now).await?.token.to_string();
        let invitation = self.invitation(&token, now).await?;
        let invitation = invitation.ok_or_else(|| {
            DeskError::Stale("somebody else invited the same address in the meantime; repeat it".to_owned())
        })?;
        self.accept(&invitation, &name, SignsInBy::Provider(issuer, subject), now).await
    }

    /// Begins a session of somebody whom a provider of identities knows, and makes their account or links it where they come for the first time;
    /// `None` where they are nobody here, or may not sign in any more.
    ///
    /// # Errors
    ///
    /// [`DeskError::Stale`] where an invitation that they bring works no more; [`DeskError`] of the store and of the system.
    pub async fn sign_in_by_provider(&self, by: &ByProvider, now: Instant) -> Result<Option<Token>, DeskError> {
        let person = match self.store().person_by_identity(&by.issuer, &by.subject).await? {
            Some((person, _)) => Some(person),
            None => self.first_by_provider(by, now).await?,
        };
        match person {
            // What more than a password is asked is the provider's to know.
            Some(person) if !person.disabled => self.begin_session(&person, true, &by.agent, now).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the person as whom somebody comes for the first time.
    async fn first_by_provider(&self, by: &ByProvider, now: Instant) -> Result<Option<Person>, DeskError> {
        check(&by.issuer, &by.subject)?;
        if let Some(token) = &by.invitation {
            let invitation = self.invitation(token, now).await?.ok_or_else(|| {
                DeskError::Stale("the invitation does not work any more: each works once, within a week".to_owned())
            })?;
            return self.accept_by_provider(&invitation, by, now).await.map(Some);
        }
        let mail = by.mail.as_deref().and_then(|mail| mail.parse::<MailAddress>().ok());
        let Some(mail) = mail else { return Ok(None) };
        match self.store().person_by_mail(&mail).await? {
            // Somebody else has the address at the provider, or had it before.
            Some((person, secrets)) if person.disabled || secrets.subject.is_some() => Ok(None),
            Some((person, secrets)) if secrets.password.is_some() => {
                self.link_person(&person.id, &by.issuer, &by.subject, now).await.map(Some)
            }
            _ => {
                let invitations = self.store().invitations(now).await?;
                match invitations.into_iter().find(|invitation| invitation.mail == mail) {
                    Some(invitation) => self.accept_by_provider(&invitation, by, now).await.map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    async fn accept_by_provider(
        &self,
        invitation: &Invitation,
        by: &ByProvider,
        now: Instant,
    ) -> Result<Person, DeskError> {
        let name = by.name.as_deref().and_then(|name| name.parse::<Actor>().ok());
        let name = match name {
            Some(name) => name,
            None => invitation.mail.as_str().parse().map_err(|error| DeskError::Input(format!("{error}")))?,
        };
        let signs_in = SignsInBy::Provider(by.issuer.clone(), by.subject.clone());
        self.accept(invitation, &name, signs_in, now).await
    }

    /// Links a person to what a provider of identities calls them: whoever it calls so signs in as this person. Where they were linked to another
    /// identity, their sessions end: any may be of somebody who came by that.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for an identity that is none or is somebody else's, [`DeskError::NoSuchPerson`], [`DeskError::Stale`] where somebody else
    /// changed the person in the meantime.
    pub async fn link_person(
        &self,
        id: &PersonId,
        issuer: &str,
        subject: &str,
        now: Instant,
    ) -> Result<Person, DeskError> {
        self.check_identity(issuer, subject, Some(id)).await?;
        let identity = (issuer.to_owned(), subject.to_owned());
        let mut old = None;
        let person = self.change_person(id, now, |_, secrets| old = secrets.subject.replace(identity.clone())).await?;
        if old.is_some_and(|old| old != identity) {
            self.store().end_other_sessions(id, None).await?;
        }
        Ok(person)
    }

    /// Takes the link of a person to a provider of identities away, and ends their sessions: any may be of somebody who came by it.
    ///
    /// # Errors
    ///
    /// As [`Desk::link_person`].
    pub async fn unlink_person(&self, id: &PersonId, now: Instant) -> Result<Person, DeskError> {
        let person = self.change_person(id, now, |_, secrets| secrets.subject = None).await?;
        self.store().end_other_sessions(id, None).await?;
        Ok(person)
    }

    /// Refuses an identity that is none, or that is another person's than `own`.
    pub(super) async fn check_identity(
        &self,
        issuer: &str,
        subject: &str,
        own: Option<&PersonId>,
    ) -> Result<(), DeskError> {
        check(issuer, subject)?;
        match self.store().person_by_identity(issuer, subject).await? {
            Some((person, _)) if Some(&person.id) != own => {
                Err(DeskError::Input(format!("the provider's {subject:?} is {} here already", person.name)))
            }
            _ => Ok(()),
        }
    }
}

/// Returns what the store keeps of a state: among links for sign-in, of which no token gives this digest.
fn of_state(state: &str) -> Digest {
    Digest::of_parts(&[b"forestall away at a provider 1\0", state.as_bytes()])
}

fn check(issuer: &str, subject: &str) -> Result<(), DeskError> {
    let is_address = issuer.starts_with("https://") || issuer.starts_with("http://");
    if !is_address || issuer.len() > MAX_ISSUER || issuer.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let issuer: String = issuer.chars().take(80).collect();
        return Err(DeskError::Input(format!(
            "{issuer:?} is no address of a provider: expected one as https://id.example, at most {MAX_ISSUER} octets"
        )));
    }
    if subject.is_empty() || subject.len() > MAX_SUBJECT || subject.chars().any(char::is_control) {
        return Err(DeskError::Input(format!(
            "what a provider calls a person is a text of 1 to {MAX_SUBJECT} octets on one line"
        )));
    }
    Ok(())
}
