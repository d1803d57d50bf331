// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The queue of messages.

use forestall_formats::epp::answer::{Data, Queued};
use forestall_formats::epp::frame;

use super::{EppError, Session};

/// A message of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its identifier, time and text.
    pub queued: Queued,
    /// What it tells of objects.
    pub data: Data,
}

impl Session {
    /// Returns the first message of the queue; `None` where it holds none. It stays there until it is acknowledged.
    ///
    /// # Errors
    ///
    /// [`EppError`].
    pub async fn poll(&mut self) -> Result<Option<Message>, EppError> {
        let id = self.identifier();
        let answer = self.exchange(&frame::poll(&id), &id).await?;
        match (answer.code, answer.queued) {
            (1300, _) => Ok(None),
            (1301, Some(queued)) if !queued.id.is_empty() => Ok(Some(Message { queued, data: answer.data })),
            (1301, _) => Err(EppError::Unexpected("a message with an identifier")),
            (code, _) => Err(EppError::refused("the look at the queue", code, answer.texts)),
        }
    }

    /// Takes a message off the queue.
    ///
    /// # Errors
    ///
    /// [`EppError`].
    pub async fn acknowledge(&mut self, message: &str) -> Result<(), EppError> {
        let id = self.identifier();
        let answer = self.exchange(&frame::acknowledge(message, &id), &id).await?;
        match answer.code {
            1000..2000 => Ok(()),
            code => Err(EppError::refused(format!("to take message {message} off"), code, answer.texts)),
        }
    }
}
