// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mails that came in: each kept once, and until a person has decided about it.

use forestall_model::{Actor, CaseId, Digest, Instant, Tld, vocabulary};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, int, wrong};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

vocabulary! {
    /// What is known of a mail.
    pub enum MailState as "a state of a mail" {
        /// It is taken to answer a list, and a person has to say whether it does.
        Proposed = "proposed",
        /// Nobody could say which list it answers.
        Unplaced = "unplaced",
        /// Somebody is recording it.
        Recording = "recording",
        /// It was recorded as an answer.
        Confirmed = "confirmed",
        /// A person said that it is none.
        Refused = "refused",
    }
}

vocabulary! {
    /// By what way a mail came.
    pub enum MailWay as "a way of a mail" {
        /// It lay in the mailbox that the service reads.
        Mailbox = "mailbox",
        /// A person handed it in by the console or the command line.
        Person = "person",
    }
}

/// The list that a mail is taken to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPlace {
    /// The case.
    pub case: CaseId,
    /// The slice.
    pub tld: Tld,
    /// The number of the list.
    pub number: u32,
}

/// A mail, but for its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMail {
    /// What tells it from others.
    pub id: Digest,
    /// What is known of it.
    pub state: MailState,
    /// By what way it came.
    pub way: MailWay,
    /// When it was taken in.
    pub came: Instant,
    /// When its state last changed.
    pub changed: Instant,
    /// The list that it is taken to answer; none where nobody could place it.
    pub place: Option<MailPlace>,
    /// Why nobody could place it, in words; empty for one that was placed.
    pub reason: String,
    /// Who decided about it or is about to.
    pub decided_by: Option<Actor>,
    /// Its octets, by their number.
    pub size: u64,
}

/// What is kept at most of mails about which nobody has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailRoom {
    /// Mails.
    pub mails: u64,
    /// Octets of all of them.
    pub octets: u64,
}

/// What became of a mail that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTaken {
    /// It is kept now.
    New,
    /// It was kept before.
    Known,
    /// There is no room before somebody decides about others.
    NoRoom,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Keep { mail: KeptMail, octets: Vec<u8>, room: MailRoom },
    Turn { id: Digest, from: Vec<MailState>, stale: Instant, to: MailState, by: Actor, now: Instant },
    Place { id: Digest, place: MailPlace, now: Instant },
    Forget { before: Instant },
}

/// Which mails nobody has decided about.
const IS_OPEN: &str = "state IN ('proposed', 'unplaced', 'recording')";

const COLUMNS: &str = "id, state, way, came, changed, case_id, tld, number, reason, decided_by, size";

impl Store {
    /// Keeps a mail where it is not kept yet and where there is room. Both questions and the writing are one step.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn keep_mail(&self, mail: KeptMail, octets: Vec<u8>, room: MailRoom) -> Result<MailTaken, StoreError> {
        let done = self.rows(Work::Mails(Change::Keep { mail, octets, room })).await?;
        Ok(match done {
            0 => MailTaken::Known,
            1 => MailTaken::New,
            _ => MailTaken::NoRoom,
        })
    }

    /// Moves a mail from one of the states `from` to another and says whether it did. One that is being recorded since before `stale` counts as
    /// one whose recorder died.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn turn_mail(
        &self,
        id: Digest,
        (from, to): (&[MailState], MailState),
        by: &Actor,
        stale: Instant,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let change = Change::Turn { id, from: from.to_vec(), stale, to, by: by.clone(), now };
        Ok(self.rows(Work::Mails(change)).await? > 0)
    }

    /// Says of a mail that nobody decided about which list it answers; says whether it was there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn place_mail(&self, id: Digest, place: MailPlace, now: Instant) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Mails(Change::Place { id, place, now })).await? > 0)
    }

    /// Forgets the octets of mails that were decided before `before` and returns their number. That they came stays known.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn forget_mails(&self, before: Instant) -> Result<u64, StoreError> {
        self.rows(Work::Mails(Change::Forget { before })).await
    }

    /// Returns at most `limit` mails about which nobody has decided: of a case, or those that nobody could place; the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn open_mails(&self, case: Option<&CaseId>, limit: u32) -> Result<Vec<KeptMail>, StoreError> {
        let which = if case.is_some() { "case_id = $2" } else { "case_id IS NULL" };
        let text = format!("SELECT {COLUMNS} FROM mail WHERE {IS_OPEN} AND {which} ORDER BY came, id LIMIT $1");
        let statement = query(sqlx::AssertSqlSafe(text)).bind(i64::from(limit));
        let statement = case.iter().fold(statement, |statement, case| statement.bind(case.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let rows = statement.fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(mail_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns how many mails wait for somebody to decide: of a case, or those that nobody could place.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn count_open_mails(&self, case: Option<&CaseId>) -> Result<u64, StoreError> {
        let which = if case.is_some() { "case_id = $1" } else { "case_id IS NULL" };
        let text = format!("SELECT COUNT(*) AS mails FROM mail WHERE {IS_OPEN} AND {which}");
        let statement = query(sqlx::AssertSqlSafe(text));
        let statement = case.iter().fold(statement, |statement, case| statement.bind(case.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let row = statement.fetch_one(&mut reader).await;
        row.and_then(|row| row.count("mails")).map_err(|e| self.error(e))
    }

    /// Returns a mail and its octets, which are `None` once they were forgotten; `None` where there is no such mail.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn mail(&self, id: Digest) -> Result<Option<(KeptMail, Option<Vec<u8>>)>, StoreError> {
        let text = format!("SELECT {COLUMNS}, octets FROM mail WHERE id = $1");
        let mut reader = self.reader().await?;
        let row = query(sqlx::AssertSqlSafe(text)).bind(id.to_string()).fetch_optional(&mut reader).await;
        let read = |row: Row| Ok((mail_of(&row)?, row.try_get("octets")?));
        row.and_then(|row| row.map(read).transpose()).map_err(|e| self.error(e))
    }
}

fn mail_of(row: &Row) -> Result<KeptMail, sqlx::Error> {
    let case: Option<CaseId> = row.word_or_none("case_id")?;
    let tld: Option<Tld> = row.word_or_none("tld")?;
    let number = row.try_get::<Option<i64>>("number")?.map(u32::try_from).transpose();
    let number = number.map_err(|e| wrong("number", e))?;
    let place = case.zip(tld).zip(number).map(|((case, tld), number)| MailPlace { case, tld, number });
    let by: &str = row.try_get("decided_by")?;
    let decided_by = if by.is_empty() { None } else { Some(by.parse().map_err(|e| wrong("decided_by", e))?) };
    Ok(KeptMail {
        id: row.word("id")?,
        state: row.word("state")?,
        way: row.word("way")?,
        came: row.instant("came")?,
        changed: row.instant("changed")?,
        place,
        reason: row.try_get("reason")?,
        decided_by,
        size: row.count("size")?,
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    match change {
        Change::Keep { mail, octets, room } => keep(connection, mail, octets, *room).await,
        Change::Turn { id, from, stale, to, by, now } => {
            let words: Vec<String> = from.iter().map(|state| format!("'{}'", state.word())).collect();
            let text = format!(
                "UPDATE mail SET state = $2, decided_by = $3, changed = $4 WHERE id = $1 AND (state IN ({}) \
                 OR (state = 'recording' AND changed <= $5))",
                words.join(", ")
            );
            let statement = query(sqlx::AssertSqlSafe(text)).bind(id.to_string()).bind(to.word());
            let statement = statement.bind(by.as_str().to_owned()).bind(now.micros()).bind(stale.micros());
            statement.execute(connection).await
        }
        Change::Place { id, place, now } => {
            let statement = query(
                "UPDATE mail SET state = 'proposed', case_id = $2, tld = $3, number = $4, reason = '', changed = $5 \
                 WHERE id = $1 AND state IN ('proposed', 'unplaced')",
            );
            let statement = statement.bind(id.to_string()).bind(place.case.as_str().to_owned());
            let statement = statement.bind(place.tld.as_str().to_owned()).bind(int(place.number)).bind(now.micros());
            statement.execute(connection).await
        }
        Change::Forget { before } => {
            let statement = query(
                "UPDATE mail SET octets = NULL WHERE state IN ('confirmed', 'refused') AND changed < $1 AND octets IS NOT NULL",
            );
            statement.bind(before.micros()).execute(connection).await
        }
    }
}

/// Keeps a mail and returns 1; 0 where it is known, 2 where there is no room.
async fn keep(connection: &mut Connection, mail: &KeptMail, octets: &[u8], room: MailRoom) -> Result<u64, sqlx::Error> {
    let known = query("SELECT id FROM mail WHERE id = $1").bind(mail.id.to_string());
    if known.fetch_optional(&mut *connection).await?.is_some() {
        return Ok(0);
    }
    let full =
        format!("SELECT COUNT(*) AS mails, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS octets FROM mail WHERE {IS_OPEN}");
    let row = query(sqlx::AssertSqlSafe(full)).fetch_one(&mut *connection).await?;
    let (mails, kept): (u64, u64) = (row.count("mails")?, row.count("octets")?);
    if mails >= room.mails || kept.saturating_add(mail.size) > room.octets {
        return Ok(2);
    }
    const TEXT: &str = "INSERT INTO mail (id, state, way, came, changed, case_id, tld, number, reason, decided_by, size, octets) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let place = mail.place.as_ref();
    let statement = query(TEXT)
        .bind(mail.id.to_string())
        .bind(mail.state.word())
        .bind(mail.way.word())
        .bind(mail.came.micros())
        .bind(mail.changed.micros())
        .bind(place.map(|place| place.case.as_str().to_owned()))
        .bind(place.map(|place| place.tld.as_str().to_owned()))
        .bind(place.map(|place| int(place.number)))
        .bind(mail.reason.clone())
        .bind(mail.decided_by.as_ref().map(|by| by.as_str().to_owned()).unwrap_or_default())
        .bind(int(mail.size))
        .bind(octets.to_vec());
    statement.execute(connection).await
}
