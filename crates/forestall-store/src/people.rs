// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! People with an account: who each is, the secrets by which they sign in, and their roles in cases.

use forestall_model::{CaseId, CaseRole, Digest, Instant, MailAddress, PartyId, PersonId, Standing};
use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, insert, wrong};
use crate::statement::{Statement, query};
use crate::store::Store;
use crate::writer::{Failure, Work};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// The party to which they belong; none for people who run the installation.
    pub party: Option<PartyId>,
    /// What they are called, in the log too.
    pub name: String,
    /// Their mail address, by which they sign in.
    pub mail: MailAddress,
    /// What they are to the installation.
    pub standing: Standing,
    /// Whether they may not sign in any more.
    pub disabled: bool,
    /// When this was last changed, which tells one version from another.
    pub changed: Instant,
}

/// By what a person signs in. Nothing of it shows in `Debug`.
///
/// // STORED FORMAT, version 1: JSON in the column `body`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The hash of the password in the form of the Password Hashing Competition; none where there is no password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The secret of the one-time codes, in base 32; none before they are set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// Who they are to a provider of identities: its address and its name for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<(String, String)>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("password", &self.password.is_some())
            .field("totp", &self.totp.is_some())
            .field("subject", &self.subject.is_some())
            .finish()
    }
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Replace { person: Person, secrets: Secrets, over: Instant },
    Accept { invitation: Digest, person: Person, secrets: Secrets, now: Instant },
    Recovery { person: PersonId, codes: Vec<Digest> },
    UseRecovery { person: PersonId, code: Digest },
    UseStep { person: PersonId, step: u64 },
    Role { case: CaseId, person: PersonId, role: Option<CaseRole> },
}

impl Store {
    /// Keeps a person with their secrets over the version of `over`, and says whether it did: not where they have changed in the meantime
    /// or where somebody else has the mail address or the identity. Somebody who is disabled loses sessions and tokens at once.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn replace_person(&self, person: Person, secrets: Secrets, over: Instant) -> Result<bool, StoreError> {
        let work = Work::People(Change::Replace { person, secrets, over });
        Ok(self.rows_unless_stale(work).await?.is_some())
    }

    /// Uses an invitation up and keeps the person who it makes, and says whether it did: not where the invitation is gone or has expired
    /// at `now`, or where somebody has the mail address or the identity.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn accept_invitation(
        &self,
        invitation: Digest,
        person: Person,
        secrets: Secrets,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let work = Work::People(Change::Accept { invitation, person, secrets, now });
        Ok(self.rows_unless_stale(work).await?.is_some())
    }

    /// Keeps the codes that work once in the place of those that were there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn keep_recovery_codes(&self, person: &PersonId, codes: Vec<Digest>) -> Result<(), StoreError> {
        let work = Work::People(Change::Recovery { person: person.clone(), codes });
        self.rows(work).await.map(|_| ())
    }

    /// Uses a code up that works once, and says whether it was there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn use_recovery_code(&self, person: &PersonId, code: Digest) -> Result<bool, StoreError> {
        let work = Work::People(Change::UseRecovery { person: person.clone(), code });
        Ok(self.rows(work).await? > 0)
    }

    /// Returns how many codes that work once a person has left.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn recovery_codes(&self, person: &PersonId) -> Result<u64, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT COUNT(*) AS codes FROM recovery_code WHERE person_id = $1")
            .bind(person.as_str().to_owned())
            .fetch_one(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        row.count("codes").map_err(|e| self.error(e))
    }

    /// Uses the one-time code of a time step up, and says whether it is later than every one that was used.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn use_totp_step(&self, person: &PersonId, step: u64) -> Result<bool, StoreError> {
        let work = Work::People(Change::UseStep { person: person.clone(), step });
        Ok(self.rows(work).await? > 0)
    }

    /// Gives a person a role in a case, or takes it away.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn set_role(&self, case: &CaseId, person: &PersonId, role: Option<CaseRole>) -> Result<(), StoreError> {
        let work = Work::People(Change::Role { case: case.clone(), person: person.clone(), role });
        self.rows(work).await.map(|_| ())
    }

    /// Returns the people in the order of their names, then of their ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query("SELECT id, party_id, name, mail, standing, disabled, changed FROM person")
            .fetch_all(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let people = rows.iter().map(person).collect::<Result<Vec<_>, _>>();
        let mut people = people.map_err(|e| self.error(e))?;
        people.sort_unstable_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(people)
    }

    /// Returns a person with their secrets; `None` where there is none of this id.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn person(&self, id: &PersonId) -> Result<Option<(Person, Secrets)>, StoreError> {
        let statement =
            query("SELECT id, party_id, name, mail, standing, disabled, changed, body FROM person WHERE id = $1");
        self.found(statement.bind(id.as_str().to_owned())).await
    }

    /// Returns the person with a mail address, with their secrets; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn person_by_mail(&self, mail: &MailAddress) -> Result<Option<(Person, Secrets)>, StoreError> {
        let statement =
            query("SELECT id, party_id, name, mail, standing, disabled, changed, body FROM person WHERE mail = $1");
        self.found(statement.bind(mail.as_str().to_owned())).await
    }

    /// Returns the person whom a provider of identities calls so, with their secrets; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn person_by_identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<(Person, Secrets)>, StoreError> {
        let statement =
            query("SELECT id, party_id, name, mail, standing, disabled, changed, body FROM person WHERE identity = $1");
        self.found(statement.bind(identity(issuer, subject))).await
    }

    /// Returns the person whom a statement finds, with their secrets.
    async fn found(&self, statement: Statement) -> Result<Option<(Person, Secrets)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = statement.fetch_optional(&mut reader).await.map_err(|e| self.error(e))?;
        row.as_ref().map(with_secrets).transpose().map_err(|e| self.error(e))
    }

    /// Returns the roles of a person, in the order of the cases.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn roles_of(&self, person: &PersonId) -> Result<Vec<(CaseId, CaseRole)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query("SELECT case_id, role FROM case_role WHERE person_id = $1")
            .bind(person.as_str().to_owned())
            .fetch_all(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let read = |row: &Row| Ok::<_, sqlx::Error>((row.word("case_id")?, row.word("role")?));
        let mut roles: Vec<(CaseId, CaseRole)> =
            rows.iter().map(read).collect::<Result<_, _>>().map_err(|e| self.error(e))?;
        roles.sort_unstable();
        Ok(roles)
    }

    /// Returns who has a role in a case, in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn roles_in(&self, case: &CaseId) -> Result<Vec<(PersonId, CaseRole)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query("SELECT person_id, role FROM case_role WHERE case_id = $1")
            .bind(case.as_str().to_owned())
            .fetch_all(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let read = |row: &Row| Ok::<_, sqlx::Error>((row.word("person_id")?, row.word("role")?));
        let mut roles: Vec<(PersonId, CaseRole)> =
            rows.iter().map(read).collect::<Result<_, _>>().map_err(|e| self.error(e))?;
        roles.sort_unstable();
        Ok(roles)
    }
}

pub(crate) fn person(row: &Row) -> Result<Person, sqlx::Error> {
    Ok(Person {
        id: row.word("id")?,
        party: row.word_or_none("party_id")?,
        name: row.try_get("name")?,
        mail: row.word("mail")?,
        standing: row.word("standing")?,
        disabled: row.try_get::<i64>("disabled")? != 0,
        changed: row.instant("changed")?,
    })
}

fn with_secrets(row: &Row) -> Result<(Person, Secrets), sqlx::Error> {
    let secrets = serde_json::from_str(row.try_get("body")?).map_err(|e| wrong("body", e))?;
    Ok((person(row)?, secrets))
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, Failure> {
    match change {
        Change::Replace { person, secrets, over } => replace(connection, person, secrets, *over).await,
        Change::Accept { invitation, person, secrets, now } => {
            accept(connection, *invitation, person, secrets, *now).await
        }
        Change::Recovery { person, codes } => Ok(recovery(connection, person, codes).await?),
        Change::UseRecovery { person, code } => Ok(use_recovery(connection, person, *code).await?),
        Change::UseStep { person, step } => Ok(use_step(connection, person, *step).await?),
        Change::Role { case, person, role } => Ok(set_role(connection, case, person, *role).await?),
    }
}

async fn replace(
    connection: &mut Connection,
    person: &Person,
    secrets: &Secrets,
    over: Instant,
) -> Result<u64, Failure> {
    let others = query("SELECT id FROM person WHERE (mail = $1 OR identity = $2) AND id <> $3");
    let others = others.bind(person.mail.as_str().to_owned()).bind(identity_of(secrets));
    if others.bind(person.id.as_str().to_owned()).fetch_optional(&mut *connection).await?.is_some() {
        return Err(Failure::Stale);
    }
    let statement = query(
        "UPDATE person SET party_id = $1, name = $2, mail = $3, standing = $4, disabled = $5, changed = $6, body = $7, \
         identity = $8 WHERE id = $9 AND changed = $10",
    );
    let done = statement
        .bind(person.party.as_ref().map(|party| party.as_str().to_owned()))
        .bind(person.name.clone())
        .bind(person.mail.as_str().to_owned())
        .bind(person.standing.word())
        .bind(i64::from(person.disabled))
        .bind(person.changed.micros())
        .bind(body(secrets)?)
        .bind(identity_of(secrets))
        .bind(person.id.as_str().to_owned())
        .bind(over.micros());
    if done.execute(&mut *connection).await? == 0 {
        return Err(Failure::Stale);
    }
    if person.disabled {
        for statement in
            ["DELETE FROM person_session WHERE person_id = $1", "DELETE FROM api_token WHERE person_id = $1"]
        {
            query(statement).bind(person.id.as_str().to_owned()).execute(&mut *connection).await?;
        }
    }
    Ok(1)
}

async fn accept(
    connection: &mut Connection,
    invitation: Digest,
    person: &Person,
    secrets: &Secrets,
    now: Instant,
) -> Result<u64, Failure> {
    let used = query("DELETE FROM invitation WHERE digest = $1 AND expires > $2").bind(invitation.0.to_vec());
    if used.bind(now.micros()).execute(&mut *connection).await? == 0 {
        return Err(Failure::Stale);
    }
    let statement = query(
        "INSERT INTO person (id, party_id, name, mail, standing, disabled, changed, totp_step, body, identity) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    );
    let done = statement
        .bind(person.id.as_str().to_owned())
        .bind(person.party.as_ref().map(|party| party.as_str().to_owned()))
        .bind(person.name.clone())
        .bind(person.mail.as_str().to_owned())
        .bind(person.standing.word())
        .bind(i64::from(person.disabled))
        .bind(person.changed.micros())
        .bind(0_i64)
        .bind(body(secrets)?)
        .bind(identity_of(secrets));
    match done.execute(connection).await? {
        0 => Err(Failure::Stale),
        rows => Ok(rows),
    }
}

async fn recovery(connection: &mut Connection, person: &PersonId, codes: &[Digest]) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM recovery_code WHERE person_id = $1").bind(person.as_str().to_owned());
    statement.execute(&mut *connection).await?;
    insert(connection, "recovery_code", &["digest", "person_id"], "", codes, |statement, code| {
        statement.bind(code.0.to_vec()).bind(person.as_str().to_owned())
    })
    .await?;
    Ok(codes.len() as u64)
}

async fn use_recovery(connection: &mut Connection, person: &PersonId, code: Digest) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM recovery_code WHERE digest = $1 AND person_id = $2").bind(code.0.to_vec());
    statement.bind(person.as_str().to_owned()).execute(connection).await
}

async fn use_step(connection: &mut Connection, person: &PersonId, step: u64) -> Result<u64, sqlx::Error> {
    let step = crate::row::int(step);
    let statement = query("UPDATE person SET totp_step = $1 WHERE id = $2 AND totp_step < $3").bind(step);
    statement.bind(person.as_str().to_owned()).bind(step).execute(connection).await
}

async fn set_role(
    connection: &mut Connection,
    case: &CaseId,
    person: &PersonId,
    role: Option<CaseRole>,
) -> Result<u64, sqlx::Error> {
    let statement = match role {
        Some(_) => {
            "INSERT INTO case_role (case_id, person_id, role) VALUES ($1, $2, $3) \
             ON CONFLICT (case_id, person_id) DO UPDATE SET role = excluded.role"
        }
        None => "DELETE FROM case_role WHERE case_id = $1 AND person_id = $2",
    };
    let statement = query(statement).bind(case.as_str().to_owned()).bind(person.as_str().to_owned());
    let statement = match role {
        Some(role) => statement.bind(role.word()),
        None => statement,
    };
    statement.execute(connection).await
}

fn body(secrets: &Secrets) -> Result<String, sqlx::Error> {
    serde_json::to_string(secrets).map_err(|e| sqlx::Error::Encode(Box::new(e)))
}

/// Returns what the store finds the person of an identity by.
fn identity(issuer: &str, subject: &str) -> Vec<u8> {
    Digest::of_parts(&[b"identity\0", issuer.as_bytes(), b"\0", subject.as_bytes()]).0.to_vec()
}

fn identity_of(secrets: &Secrets) -> Option<Vec<u8>> {
    secrets.subject.as_ref().map(|(issuer, subject)| identity(issuer, subject))
}
