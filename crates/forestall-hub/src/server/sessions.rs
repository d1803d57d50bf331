// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sessions that were looked up lately. Each is asked for with the revision of the store, so that one that was ended, or whose person lost a
//! role, is looked up anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use forestall_model::{Digest, Instant, Window};

use super::Session;

/// Sessions that are kept; more than people read a board at one time.
const MOST: usize = 4_096;

/// The sessions, by the digest of what their holders send.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<Digest, Known>>);

#[derive(Debug)]
struct Known {
    revision: u64,
    holds: Window,
    session: Session,
}

impl Sessions {
    /// Returns a session that was looked up at this revision and still holds at `now`.
    pub(super) fn get(&self, proof: Digest, revision: u64, now: Instant) -> Option<Session> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sessions.get(&proof).filter(|known| known.revision == revision && known.holds.contains(now));
        known.map(|known| known.session.clone())
    }

    /// Keeps a session that was looked up no earlier than at this revision.
    pub(super) fn keep(&self, proof: Digest, revision: u64, holds: Window, session: &Session) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST {
            sessions.retain(|_, known| known.revision == revision);
        }
        if sessions.len() >= MOST {
            sessions.clear();
        }
        sessions.insert(proof, Known { revision, holds, session: session.clone() });
    }
}
