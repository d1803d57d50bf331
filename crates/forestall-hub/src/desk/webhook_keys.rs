// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The keys with which notices to a party are signed: made here, shown once, kept beside the party and never with it.
//!
//! A new key takes the place of an old one; for a week notices are signed with both, so that the receiver can change without missing one.

use forestall_connect::webhook::WebhookKey;
use forestall_model::{Instant, PartyId};
use forestall_store::Document;
use serde::{Deserialize, Serialize};

use super::token::random;
use super::{Desk, DeskError};

/// The kind of document that holds the keys of a party.
const KIND: &str = "webhook-keys";
/// Seconds for which an old key signs beside the new one.
const BOTH_SECONDS: i64 = 7 * 86_400;

/// The keys of one party.
///
/// // STORED FORMAT, version 1: a document by the id of the party.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<(String, Instant)>,
}

impl Desk {
    /// Makes a key for notices to a party and returns it, this one time.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchParty`], [`DeskError::Outside`] where the system gives no random numbers, or what the store reports.
    pub async fn new_webhook_key(&self, party: &PartyId, now: Instant) -> Result<String, DeskError> {
        self.party(party).await?;
        let key = WebhookKey::Shared(random::<32>()?.to_vec()).written();
        let before = self.webhook_document(party).await?.map(|keys| (keys.key, now.plus_seconds(BOTH_SECONDS)));
        let body = serde_json::to_string(&Keys { key: key.clone(), before })
            .map_err(|error| DeskError::Input(error.to_string()))?;
        let id = party.as_str().to_owned();
        self.store().keep_documents(vec![Document { kind: KIND, id, changed: now, body }]).await?;
        Ok(key)
    }

    /// Returns the keys with which a notice to a party is signed at `now`, the newest first; none where nobody made one.
    ///
    /// # Errors
    ///
    /// [`DeskError::Damaged`] where what is kept is no key, or what the store reports.
    pub async fn webhook_keys(&self, party: &PartyId, now: Instant) -> Result<Vec<WebhookKey>, DeskError> {
        let Some(keys) = self.webhook_document(party).await? else { return Ok(Vec::new()) };
        let before = keys.before.filter(|(_, until)| now < *until).map(|(key, _)| key);
        let read = |text: String| text.parse().map_err(|error| DeskError::Damaged(format!("{party}: {error}")));
        std::iter::once(keys.key).chain(before).map(read).collect()
    }

    async fn webhook_document(&self, party: &PartyId) -> Result<Option<Keys>, DeskError> {
        let Some(document) = self.store().document(KIND, party.as_str()).await? else { return Ok(None) };
        let keys = serde_json::from_str(&document.body);
        // What is wrong in it could be part of a key: it is not told.
        keys.map(Some).map_err(|_| DeskError::Damaged(format!("the keys for notices to {party} cannot be read")))
    }

    /// Forgets the keys of a party that is no more.
    pub(super) async fn drop_webhook_keys(&self, party: &PartyId) -> Result<(), DeskError> {
        self.store().drop_document(KIND, party.as_str()).await?;
        Ok(())
    }
}
