// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! People: who is invited, who accepts, who may not sign in any more, and their roles in cases.
//!
//! Nobody registers by themselves: an account is made from an invitation, and belongs to the party and the mail address of that.

use forestall_formats::wording::Language;
use forestall_model::{Actor, CaseId, CaseRole, Instant, MailAddress, PartyId, PersonId, Standing};
use forestall_store::{Invitation, Person, Secrets};

use super::parties::after;
use super::token::fresh_id;
use super::{Desk, DeskError, Token, password};

/// How long an invitation is good, in seconds: a week, since it goes by mail to somebody who may be away.
const INVITATION_SECONDS: i64 = 7 * 24 * 3_600;

/// Whom somebody invites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The party to which they will belong; none for people who run the installation.
    pub party: Option<PartyId>,
    /// Their mail address.
    pub mail: MailAddress,
    /// What they will be to the installation.
    pub standing: Standing,
}

/// An invitation that was just made.
#[derive(Debug)]
pub struct Invited {
    /// The token of its link.
    pub token: Token,
    /// When it stops working.
    pub expires: Instant,
}

/// How somebody who accepts an invitation will sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignsInBy {
    /// By this password.
    Password(String),
    /// By what a provider of identities calls them: its address, and its name for them.
    Provider(String, String),
}

impl Desk {
    /// Returns the people in the order of their names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn people(&self) -> Result<Vec<Person>, DeskError> {
        Ok(self.store().people().await?)
    }

    /// Returns a person by their id or their mail address.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchPerson`], or [`DeskError::Store`] where the store fails.
    pub async fn find_person(&self, text: &str) -> Result<Person, DeskError> {
        let found = if let Ok(mail) = text.parse::<MailAddress>() {
            self.store().person_by_mail(&mail).await?
        } else if let Ok(id) = text.parse::<PersonId>() {
            self.store().person(&id).await?
        } else {
            None
        };
        found.map(|(person, _)| person).ok_or_else(|| DeskError::NoSuchPerson(text.chars().take(60).collect()))
    }

    /// Keeps that somebody wants one mail a day in the language that fits a tag best, or wants none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn want_daily_mail(&self, person: &PersonId, language: Option<&str>) -> Result<(), DeskError> {
        let language = language.map(|tag| Language::best(tag).tag().to_owned());
        Ok(self.store().set_daily_mail(person, language).await?)
    }

    /// Invites somebody. An earlier invitation to the same address works no more.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchParty`]; [`DeskError::Input`] where the address is a person's already, or a member would belong to no party.
    pub async fn invite(&self, invite: Invite, by: &Actor, now: Instant) -> Result<Invited, DeskError> {
        match (&invite.party, invite.standing) {
            (Some(party), _) => drop(self.party(party).await?),
            (None, Standing::Operator) => {}
            (None, Standing::Member) => {
                return Err(DeskError::Input("a member belongs to a party: say to which".to_owned()));
            }
        }
        if let Some((person, secrets)) = self.store().person_by_mail(&invite.mail).await?
            && !is_reset(&secrets)
        {
            return Err(DeskError::Input(format!(
                "{} has an account with this address already; reset it where they cannot sign in any more",
                person.name
            )));
        }
        let token = Token::fresh()?;
        let expires = now.plus_seconds(INVITATION_SECONDS);
        self.store().purge_invitations(now).await?;
        let Invite { party, mail, standing } = invite;
        let invitation =
            Invitation { digest: token.digest(), party, mail, standing, expires, invited_by: by.to_string() };
        self.store().invite(invitation).await?;
        Ok(Invited { token, expires })
    }

    /// Returns the invitation of a token as it stands in a link; `None` where it works no more.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn invitation(&self, token: &str, now: Instant) -> Result<Option<Invitation>, DeskError> {
        let Some(token) = Token::read(token) else { return Ok(None) };
        Ok(self.store().invitation(token.digest(), now).await?)
    }

    /// Makes the account of an invitation and uses it up.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a name, a password or an identity that is not taken, [`DeskError::Stale`] where the invitation works no more.
    pub async fn accept(
        &self,
        invitation: &Invitation,
        name: &Actor,
        by: SignsInBy,
        now: Instant,
    ) -> Result<Person, DeskError> {
        let mut secrets = Secrets::default();
        match by {
            SignsInBy::Password(word) => {
                password::check(&word, name.as_str(), invitation.mail.as_str())?;
                secrets.password = Some(self.passwords().hash(&word).await?);
            }
            SignsInBy::Provider(issuer, subject) => {
                self.check_identity(&issuer, &subject, None).await?;
                secrets.subject = Some((issuer, subject));
            }
        }
        let gone = || {
            DeskError::Stale(
                "this invitation does not work any more: each works once, within a week; ask for a new one".to_owned(),
            )
        };
        if let Some((mut person, before)) = self.store().person_by_mail(&invitation.mail).await? {
            // Somebody whose account was reset makes it again; whose was not has no use for an invitation.
            if !is_reset(&before) || person.disabled || !self.store().withdraw_invitation(invitation.digest).await? {
                return Err(gone());
            }
            let over = person.changed;
            person.name = name.to_string();
            // The invitation says what they are to be; a reset repeats what they were.
            person.party = invitation.party.clone();
            person.standing = invitation.standing;
            person.changed = after(Some(over), now);
            return if self.store().replace_person(person.clone(), secrets, over).await? {
                Ok(person)
            } else {
                Err(gone())
            };
        }
        let id: PersonId = fresh_id('p')?.parse().map_err(|error| DeskError::Outside(format!("{error}")))?;
        let person = Person {
            id,
            party: invitation.party.clone(),
            name: name.to_string(),
            mail: invitation.mail.clone(),
            standing: invitation.standing,
            disabled: false,
            changed: now,
        };
        if self.store().accept_invitation(invitation.digest, person.clone(), secrets, now).await? {
            Ok(person)
        } else {
            Err(gone())
        }
    }

    /// Lets a person sign in or not any more. Sessions and tokens of somebody who may not are gone at once.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchPerson`], [`DeskError::Stale`] where somebody else changed the person in the meantime.
    pub async fn set_disabled(&self, id: &PersonId, disabled: bool, now: Instant) -> Result<Person, DeskError> {
        self.change_person(id, now, |person, _| person.disabled = disabled).await
    }

    /// Takes password, codes, sessions and tokens from a person, who then makes their account again by the invitation that this returns.
    ///
    /// # Errors
    ///
    /// As [`Desk::set_disabled`] and [`Desk::invite`].
    pub async fn reset_person(&self, id: &PersonId, by: &Actor, now: Instant) -> Result<Invited, DeskError> {
        let found = self.store().person(id).await?.ok_or_else(|| DeskError::NoSuchPerson(id.to_string()))?;
        if found.0.disabled {
            return Err(DeskError::Input("give them access again first: the link would open nothing".to_owned()));
        }
        let person = self.change_person(id, now, |_, secrets| *secrets = Secrets::default()).await?;
        self.store().keep_recovery_codes(id, Vec::new()).await?;
        self.store().end_other_sessions(id, None).await?;
        for token in self.store().api_tokens(id).await? {
            self.store().revoke_api_token(&token.id, id, now).await?;
        }
        self.invite(Invite { party: person.party, mail: person.mail, standing: person.standing }, by, now).await
    }

    /// Moves a person to another party, or gives them another standing.
    ///
    /// # Errors
    ///
    /// As [`Desk::set_disabled`]; [`DeskError::NoSuchParty`]; [`DeskError::Input`] for a member without a party.
    pub async fn move_person(
        &self,
        id: &PersonId,
        party: Option<PartyId>,
        standing: Standing,
        now: Instant,
    ) -> Result<Person, DeskError> {
        match &party {
            Some(party) => drop(self.party(party).await?),
            None if standing == Standing::Member => {
                return Err(DeskError::Input("a member belongs to a party: say to which".to_owned()));
            }
            None => {}
        }
        self.change_person(id, now, move |person, _| {
            person.party = party;
            person.standing = standing;
        })
        .await
    }

    /// Gives a person a role in a case, or takes it away.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], [`DeskError::NoSuchPerson`].
    pub async fn set_role(&self, case: &CaseId, person: &PersonId, role: Option<CaseRole>) -> Result<(), DeskError> {
        if self.store().case_view(case).await?.is_none() {
            return Err(DeskError::NoSuchCase(case.clone()));
        }
        if self.store().person(person).await?.is_none() {
            return Err(DeskError::NoSuchPerson(person.to_string()));
        }
        Ok(self.store().set_role(case, person, role).await?)
    }

    /// Changes a person and their secrets over the version that is there.
    pub(super) async fn change_person(
        &self,
        id: &PersonId,
        now: Instant,
        change: impl FnOnce(&mut Person, &mut Secrets),
    ) -> Result<Person, DeskError> {
        let found = self.store().person(id).await?;
        let (mut person, mut secrets) = found.ok_or_else(|| DeskError::NoSuchPerson(id.to_string()))?;
        let over = person.changed;
        change(&mut person, &mut secrets);
        person.changed = after(Some(over), now);
        if self.store().replace_person(person.clone(), secrets, over).await? {
            return Ok(person);
        }
        Err(DeskError::Stale(format!(
            "somebody else changed {} in the meantime; look at them again and repeat the change",
            person.name
        )))
    }
}

/// Says whether somebody has nothing to sign in by.
fn is_reset(secrets: &Secrets) -> bool {
    secrets.password.is_none() && secrets.subject.is_none()
}
