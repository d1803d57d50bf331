// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which of the signatures that a key made over itself counts: the newest that is right, not from the future and not expired
//! (RFC 9580, section 5.2.3.10).

use forestall_model::Instant;
use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, Tag, Timestamp};

/// Returns the instant of a time in a packet.
pub(super) fn instant(time: Timestamp) -> Instant {
    Instant::from_seconds(i64::from(time.as_secs()))
}

/// When a key ends, by a signature over it.
pub(super) fn end(key: &impl KeyDetails, signature: &Signature) -> Option<Instant> {
    let seconds = signature.key_expiration_time()?.as_secs();
    (seconds != 0).then(|| instant(key.created_at()).plus_seconds(i64::from(seconds)))
}

/// Returns the signature that says what the primary key is for: the newest over the key itself or over a user of it.
pub(super) fn of_primary(key: &SignedPublicKey, now: Instant) -> Option<&Signature> {
    let direct = key.details.direct_signatures.iter().filter(|signature| {
        signature.typ() == Some(SignatureType::Key)
            && counts(signature, now)
            && signature.verify_key(&key.primary_key).is_ok()
    });
    let users = key.details.users.iter().filter_map(|user| {
        let is_right = |signature: &&Signature| {
            counts(signature, now) && signature.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok()
        };
        let newest = user.signatures.iter().filter(is_right).max_by_key(|signature| signature.created())?;
        // The last word about a user may be that it is none any more.
        newest.is_certification().then_some(newest)
    });
    direct.chain(users).filter(|signature| !is_revocation(signature)).max_by_key(|signature| signature.created())
}

/// Returns the signature that binds a subkey; `None` where none does, or it is revoked.
pub(super) fn of_subkey<'k>(
    key: &SignedPublicKey,
    subkey: &'k SignedPublicSubKey,
    now: Instant,
) -> Option<&'k Signature> {
    let is_right = |signature: &&Signature| signature.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok();
    if subkey.signatures.iter().filter(|signature| is_revocation(signature)).any(|signature| is_right(&signature)) {
        return None;
    }
    let binding = subkey
        .signatures
        .iter()
        .filter(|signature| signature.typ() == Some(SignatureType::SubkeyBinding) && counts(signature, now));
    binding.filter(is_right).max_by_key(|signature| signature.created())
}

/// Says whether the whole key is revoked by itself. When it was revoked does not matter: nobody writes to such a key.
pub(super) fn is_revoked(key: &SignedPublicKey) -> bool {
    key.details.revocation_signatures.iter().any(|signature| signature.verify_key(&key.primary_key).is_ok())
}

fn is_revocation(signature: &Signature) -> bool {
    matches!(
        signature.typ(),
        Some(SignatureType::KeyRevocation | SignatureType::SubkeyRevocation | SignatureType::CertRevocation)
    )
}

/// Says whether a signature may count at all, by its times.
fn counts(signature: &Signature, now: Instant) -> bool {
    let Some(created) = signature.created().map(instant) else { return false };
    let lasts =
        signature.signature_expiration_time().map(|lasts| i64::from(lasts.as_secs())).filter(|lasts| *lasts != 0);
    created <= now && lasts.is_none_or(|lasts| created.plus_seconds(lasts) > now)
}
