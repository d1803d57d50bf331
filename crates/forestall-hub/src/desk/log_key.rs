// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The key that signs the logs of an installation.
//!
//! It is made at its first use and stands in the store, so that all processes on one store sign with the same. Whoever reads the store can
//! sign in the name of the installation; a copy of the store is to be kept like the key.

use forestall_coord::tlog::{SignerKey, VerifierKey};
use forestall_model::{CaseId, Digest, Instant};
use forestall_store::Document;
use serde::{Deserialize, Serialize};

use super::{Desk, DeskError};

const KIND: &str = "log-key";
const ID: &str = "installation";

/// The key as it stands in the store.
///
/// // STORED FORMAT, version 1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    v: u32,
    /// The name of the installation: the first part of the name of every log.
    name: String,
    /// 32 octets in hexadecimal digits, written as a digest is.
    secret: Digest,
}

/// The key of an installation.
pub(super) struct LogKey(Kept);

impl LogKey {
    /// Returns the key that verifies in the name of the installation.
    pub(super) fn verifier(&self) -> Result<VerifierKey, DeskError> {
        Ok(self.named(&self.0.name)?.verifier())
    }

    /// Returns the key that signs for the log of a case: the key of the installation under the name of the log.
    pub(super) fn of(&self, case: &CaseId) -> Result<SignerKey, DeskError> {
        self.named(&format!("{}/{case}", self.0.name))
    }

    fn named(&self, name: &str) -> Result<SignerKey, DeskError> {
        SignerKey::new(name, &self.0.secret.0).map_err(|error| broken(&error))
    }
}

impl Desk {
    /// Returns the key with which anybody verifies what this installation signs; it is made where there is none yet. The key of the log of a
    /// case is the same under the name of that log.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails, [`DeskError::Folder`] where the key in it is broken.
    pub async fn log_verifier(&self, case: Option<&CaseId>, now: Instant) -> Result<VerifierKey, DeskError> {
        let key = self.log_key(now).await?;
        case.map_or_else(|| key.verifier(), |case| Ok(key.of(case)?.verifier()))
    }

    /// Returns the key, and makes one where there is none yet.
    pub(super) async fn log_key(&self, now: Instant) -> Result<LogKey, DeskError> {
        if let Some(key) = self.known_log_key().await? {
            return Ok(key);
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| {
            DeskError::Folder(format!("the operating system gives no randomness for a key: {error}"))
        })?;
        // A name that no other installation has, and that nobody takes for an address.
        let public = SignerKey::new("forestall", &secret).map_err(|error| broken(&error))?.verifier();
        let name = format!("forestall-{}", Digest::of(public.to_string().as_bytes()).short());
        let kept = Kept { v: 1, name, secret: Digest(secret) };
        let body = serde_json::to_string(&kept).map_err(|error| broken(&error))?;
        let document = Document { kind: KIND, id: ID.to_owned(), changed: now, body };
        if self.store().swap_document(document, None).await? {
            return Ok(LogKey(kept));
        }
        // Another process was faster.
        self.known_log_key().await?.ok_or_else(|| broken(&"it is gone again"))
    }

    /// Returns the key where there is one.
    pub(super) async fn known_log_key(&self) -> Result<Option<LogKey>, DeskError> {
        let Some(document) = self.store().document(KIND, ID).await? else { return Ok(None) };
        let kept: Kept = serde_json::from_str(&document.body).map_err(|error| broken(&error))?;
        if kept.v != 1 {
            return Err(broken(&format!("it has version {}, and this program reads version 1", kept.v)));
        }
        Ok(Some(LogKey(kept)))
    }
}

fn broken(error: &dyn std::fmt::Display) -> DeskError {
    DeskError::Folder(format!("the key that signs logs, which stands in the store, cannot be used: {error}"))
}
