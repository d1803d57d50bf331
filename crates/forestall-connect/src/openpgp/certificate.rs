// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The public key of a party, checked for whether letters can be encrypted to it.

use std::fmt;

use forestall_model::Instant;
use pgp::composed::{Deserializable, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::Signature;
use pgp::types::{KeyDetails, KeyVersion, PublicParams};
use rsa::traits::PublicKeyParts;

use super::self_signature::{end, instant, is_revoked, of_primary, of_subkey};

/// Most octets of the text of a certificate. Those with thousands of signatures of others are exported without
/// (`gpg --export-options export-minimal`).
pub const MOST_OCTETS: usize = 256 * 1_024;
/// Most signatures of a certificate that are looked at: each costs a computation.
const MOST_SIGNATURES: usize = 500;
/// Least bits of an RSA key: below, keys have been broken.
const LEAST_BITS: usize = 2_048;
/// Most users that are told, and the longest of them in characters.
const MOST_USERS: usize = 20;
const LONGEST_USER: usize = 200;

/// A public key with a subkey that letters can be encrypted to.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    key: SignedPublicKey,
    /// The place of the subkey for encryption; `None` where the primary key does it.
    subkey: Option<usize>,
    fingerprint: String,
    users: Vec<String>,
    expires: Option<Instant>,
}

/// A text that is no certificate to which letters can be encrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is too long.
    #[error("the key has {0} octets; at most {MOST_OCTETS} are read. Export it without the signatures of others")]
    TooLong(usize),
    /// It is no key of OpenPGP in armour.
    #[error("this is no public key of OpenPGP in armour: {0}")]
    NotAKey(String),
    /// It is a private key.
    #[error("this is a private key. Send the public one, and think of the private one as known to others")]
    Private,
    /// It is several keys.
    #[error("the text holds several keys; expected one")]
    Several,
    /// The form of the key is too old or too new.
    #[error("the key is of version {0}; expected 4 or 6")]
    Version(u8),
    /// It has too many signatures.
    #[error(
        "the key has {0} signatures; at most {MOST_SIGNATURES} are looked at. Export it without the signatures of others"
    )]
    ManySignatures(usize),
    /// Its holder revoked it.
    #[error("the key {0} is revoked")]
    Revoked(String),
    /// No signature of the key over itself counts.
    #[error("no signature that the key {0} made over itself is right now")]
    Unsigned(String),
    /// It is from the future.
    #[error("the key {fingerprint} was made at {made}, which has not come yet")]
    TooNew {
        /// Which.
        fingerprint: String,
        /// When.
        made: Instant,
    },
    /// It is too old.
    #[error("the key {fingerprint} expired at {at}")]
    Expired {
        /// Which.
        fingerprint: String,
        /// When.
        at: Instant,
    },
    /// It is for signatures only.
    #[error("the key {0} has no part that is for encryption")]
    NoEncryption(String),
    /// It has parts for encryption, and none can be used.
    #[error("no part for encryption of the key {fingerprint} can be used: {reason}")]
    EncryptionUnusable {
        /// Which.
        fingerprint: String,
        /// Why the last that was looked at cannot.
        reason: String,
    },
}

impl Certificate {
    /// Reads one certificate in armour and chooses the newest part of it that letters can be encrypted to at `now`.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] with the reason, in the words that its holder needs.
    pub fn read(text: &str, now: Instant) -> Result<Self, CertificateError> {
        if text.len() > MOST_OCTETS {
            return Err(CertificateError::TooLong(text.len()));
        }
        if text.contains("-----BEGIN PGP PRIVATE KEY BLOCK-----") {
            return Err(CertificateError::Private);
        }
        if text.matches("-----BEGIN PGP").nth(1).is_some() {
            return Err(CertificateError::Several);
        }
        let wrong = |error: pgp::errors::Error| CertificateError::NotAKey(short(&error.to_string()));
        let (mut keys, _) = SignedPublicKey::from_string_many(text.trim_start()).map_err(wrong)?;
        let key =
            keys.next().ok_or_else(|| CertificateError::NotAKey("there is none in it".to_owned()))?.map_err(wrong)?;
        if keys.next().is_some() {
            return Err(CertificateError::Several);
        }
        let fingerprint = key.fingerprint().to_string().to_ascii_uppercase();
        match key.version() {
            KeyVersion::V4 | KeyVersion::V6 => {}
            other => return Err(CertificateError::Version(other.into())),
        }
        let signatures = signatures(&key);
        if signatures > MOST_SIGNATURES {
            return Err(CertificateError::ManySignatures(signatures));
        }
        if is_revoked(&key) {
            return Err(CertificateError::Revoked(fingerprint));
        }
        let made = instant(key.created_at());
        if made > now {
            return Err(CertificateError::TooNew { fingerprint, made });
        }
        let Some(primary) = of_primary(&key, now) else { return Err(CertificateError::Unsigned(fingerprint)) };
        let primary_end = end(&key, primary);
        if let Some(at) = primary_end.filter(|at| *at <= now) {
            return Err(CertificateError::Expired { fingerprint, at });
        }
        let (subkey, subkey_end) = part(&key, primary, &fingerprint, now)?;
        let users = key.details.users.iter().take(MOST_USERS).map(|user| short(&String::from_utf8_lossy(user.id.id())));
        let users = users.collect();
        let expires = primary_end.into_iter().chain(subkey_end).min();
        Ok(Self { key, subkey, fingerprint, users, expires })
    }

    /// Returns the fingerprint of the primary key, in hexadecimal capitals.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Returns the users that the key names, in its order, the first 20. Nothing vouches for them.
    #[must_use]
    pub fn users(&self) -> &[String] {
        &self.users
    }

    /// Returns when letters can no more be encrypted to it; `None` where that is not foreseen.
    #[must_use]
    pub const fn expires(&self) -> Option<Instant> {
        self.expires
    }

    /// Returns the part that messages are encrypted to: the subkey, else the primary key.
    pub(super) fn part(&self) -> Result<&SignedPublicSubKey, &SignedPublicKey> {
        self.subkey.and_then(|place| self.key.public_subkeys.get(place)).ok_or(&self.key)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("fingerprint", &self.fingerprint)
            .field("users", &self.users)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Chooses the part for encryption: its place among the subkeys, and when it ends.
fn part(
    key: &SignedPublicKey,
    primary: &Signature,
    fingerprint: &str,
    now: Instant,
) -> Result<(Option<usize>, Option<Instant>), CertificateError> {
    let is_for_encryption = |signature: &Signature| {
        let flags = signature.key_flags();
        flags.encrypt_comms() || flags.encrypt_storage()
    };
    let mut last = None;
    let mut found: Vec<(Instant, usize, Option<Instant>)> = Vec::new();
    for (place, subkey) in key.public_subkeys.iter().enumerate() {
        let Some(binding) = of_subkey(key, subkey, now) else {
            if subkey.algorithm().can_encrypt() {
                last = Some("it is revoked, or nothing binds it to the key".to_owned());
            }
            continue;
        };
        if !is_for_encryption(binding) {
            continue;
        }
        let made = instant(subkey.created_at());
        let ends = end(subkey, binding);
        match (ends.filter(|at| *at <= now), unusable(subkey)) {
            (Some(at), _) => last = Some(format!("it expired at {at}")),
            (None, Some(reason)) => last = Some(reason),
            (None, None) if made > now => last = Some(format!("it was made at {made}, which has not come yet")),
            (None, None) => found.push((made, place, ends)),
        }
    }
    if let Some((_, place, ends)) = found.into_iter().max_by_key(|(made, place, _)| (*made, *place)) {
        return Ok((Some(place), ends));
    }
    if is_for_encryption(primary) {
        match unusable(&key.primary_key) {
            None => return Ok((None, None)),
            reason => last = reason,
        }
    }
    let fingerprint = fingerprint.to_owned();
    Err(match last {
        Some(reason) => CertificateError::EncryptionUnusable { fingerprint, reason },
        None => CertificateError::NoEncryption(fingerprint),
    })
}

/// Says why a part cannot be used for its algorithm or its length.
fn unusable(part: &impl KeyDetails) -> Option<String> {
    let algorithm = part.algorithm();
    match part.public_params() {
        PublicParams::RSA(parameters) => {
            let bits = parameters.key.n().bits();
            (bits < LEAST_BITS).then(|| format!("its {bits} bits of RSA are too few; expected {LEAST_BITS}"))
        }
        PublicParams::ECDH(_) | PublicParams::X25519(_) | PublicParams::X448(_)
            if matches!(
                algorithm,
                PublicKeyAlgorithm::ECDH | PublicKeyAlgorithm::X25519 | PublicKeyAlgorithm::X448
            ) =>
        {
            None
        }
        _ => Some(format!("its algorithm, {algorithm:?}, is not supported; expected RSA or an elliptic curve")),
    }
}

fn signatures(key: &SignedPublicKey) -> usize {
    let details = &key.details;
    details.revocation_signatures.len()
        + details.direct_signatures.len()
        + details.users.iter().map(|user| user.signatures.len()).sum::<usize>()
        + key.public_subkeys.iter().map(|subkey| subkey.signatures.len()).sum::<usize>()
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_USER).collect()
}
