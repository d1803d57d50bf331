// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who wants one mail a day, and in which language.

use forestall_model::PersonId;

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::Columns;
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

impl Store {
    /// Keeps that somebody wants one mail a day in a language, or wants none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn set_daily_mail(&self, person: &PersonId, language: Option<String>) -> Result<(), StoreError> {
        self.rows(Work::SetDailyMail { person: person.clone(), language }).await.map(|_| ())
    }

    /// Returns who wants one mail a day, each with their language, in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn daily_mails(&self) -> Result<Vec<(PersonId, String)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query("SELECT person_id, language FROM daily_mail ORDER BY person_id").fetch_all(&mut reader).await;
        let rows = rows.map_err(|e| self.error(e))?;
        let read = rows.iter().map(|row| Ok((row.word("person_id")?, row.try_get("language")?)));
        read.collect::<Result<_, sqlx::Error>>().map_err(|e| self.error(e))
    }

    /// Returns the language in which somebody wants one mail a day; `None` where they want none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn daily_mail(&self, person: &PersonId) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT language FROM daily_mail WHERE person_id = $1")
            .bind(person.as_str().to_owned())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        row.map(|row| row.try_get("language")).transpose().map_err(|e| self.error(e))
    }
}

pub(crate) async fn set(
    connection: &mut Connection,
    person: &PersonId,
    language: Option<&str>,
) -> Result<u64, sqlx::Error> {
    match language {
        None => {
            let statement = query("DELETE FROM daily_mail WHERE person_id = $1").bind(person.as_str().to_owned());
            statement.execute(connection).await
        }
        Some(language) => {
            let statement = query(
                "INSERT INTO daily_mail (person_id, language) VALUES ($1, $2) \
                 ON CONFLICT (person_id) DO UPDATE SET language = excluded.language",
            );
            statement.bind(person.as_str().to_owned()).bind(language.to_owned()).execute(connection).await
        }
    }
}
