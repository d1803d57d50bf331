// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The key that letters are signed with.

use std::fmt;

use forestall_model::Instant;
use pgp::composed::{
    ArmorOptions, Deserializable, EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Signature, SignatureConfig, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Password, Tag, Timestamp};
use rand::rngs::OsRng;

use super::certificate::MOST_OCTETS;
use super::self_signature::of_primary;
use crate::mail::Mailbox;

/// A private key without a passphrase, whose primary key signs. It is not shown by `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    key: SignedSecretKey,
}

/// A key that cannot be made, or a text that is none to sign with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// It is too long.
    #[error("the key has {0} octets; at most {MOST_OCTETS} are read")]
    TooLong(usize),
    /// It is no private key of OpenPGP in armour.
    #[error("this is no private key of OpenPGP in armour: {0}")]
    NotAKey(String),
    /// It is several keys.
    #[error("the text holds several keys; expected one")]
    Several,
    /// It has a passphrase.
    #[error(
        "the key {0} has a passphrase, which the hub cannot be asked for; export it without one into a file that only the hub reads"
    )]
    Locked(String),
    /// Its primary key does not sign.
    #[error("the primary key of {0} is not for signatures; expected one that is, such as the hub makes")]
    NotForSignatures(String),
    /// It is a key of RSA, of which we use public keys only.
    #[error(
        "the key {0} is one of RSA, and how long its use takes can tell of it (RUSTSEC-2023-0071); expected one of an elliptic curve, such as the hub makes"
    )]
    Rsa(String),
    /// It has expired, or its signatures over itself are wrong.
    #[error("no signature that the key {0} made over itself is right now")]
    Unsigned(String),
    /// The time is none that a key can have.
    #[error("{0} cannot be the time of a key; expected one between 1970 and 2106")]
    Time(Instant),
    /// The key cannot be made or written.
    #[error("the key cannot be made: {0}")]
    Make(String),
}

impl SigningKey {
    /// Makes a key for `owner` with fresh randomness: Ed25519 for signatures, X25519 for what is written to its owner, both in the form of
    /// version 4 that GnuPG 2.2 reads. It does not expire.
    ///
    /// # Errors
    ///
    /// [`SigningKeyError::Time`] and [`SigningKeyError::Make`].
    pub fn generate(owner: &Mailbox, now: Instant) -> Result<Self, SigningKeyError> {
        let made = timestamp(now).ok_or(SigningKeyError::Time(now))?;
        let wrong = |error: &dyn fmt::Display| SigningKeyError::Make(error.to_string());
        let subkey = SubkeyParamsBuilder::default()
            .key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy))
            .can_encrypt(EncryptionCaps::All)
            .created_at(made)
            .build()
            .map_err(|error| wrong(&error))?;
        let mut parameters = SecretKeyParamsBuilder::default();
        parameters
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .can_sign(true)
            .created_at(made)
            .primary_user_id(owner.to_string())
            .preferred_symmetric_algorithms(
                [SymmetricKeyAlgorithm::AES256, SymmetricKeyAlgorithm::AES128].into_iter().collect(),
            )
            .preferred_hash_algorithms([HashAlgorithm::Sha256, HashAlgorithm::Sha512].into_iter().collect())
            .subkeys(vec![subkey]);
        let parameters = parameters.build().map_err(|error| wrong(&error))?;
        let key = parameters.generate(OsRng).map_err(|error| wrong(&error))?;
        Ok(Self { key: dated(key, made).map_err(|error| wrong(&error))? })
    }

    /// Reads a private key in armour.
    ///
    /// # Errors
    ///
    /// [`SigningKeyError`] with the reason.
    pub fn read(text: &str, now: Instant) -> Result<Self, SigningKeyError> {
        if text.len() > MOST_OCTETS {
            return Err(SigningKeyError::TooLong(text.len()));
        }
        let wrong = |error: pgp::errors::Error| {
            SigningKeyError::NotAKey(error.to_string().chars().filter(|c| !c.is_control()).take(200).collect())
        };
        let (mut keys, _) = SignedSecretKey::from_string_many(text.trim_start()).map_err(wrong)?;
        let key =
            keys.next().ok_or_else(|| SigningKeyError::NotAKey("there is none in it".to_owned()))?.map_err(wrong)?;
        if keys.next().is_some() {
            return Err(SigningKeyError::Several);
        }
        let found = Self { key };
        let fingerprint = found.fingerprint();
        if found.key.primary_key.secret_params().is_encrypted() {
            return Err(SigningKeyError::Locked(fingerprint));
        }
        let public = found.key.to_public_key();
        if matches!(
            public.algorithm(),
            PublicKeyAlgorithm::RSA | PublicKeyAlgorithm::RSASign | PublicKeyAlgorithm::RSAEncrypt
        ) {
            return Err(SigningKeyError::Rsa(fingerprint));
        }
        let Some(signature) = of_primary(&public, now) else { return Err(SigningKeyError::Unsigned(fingerprint)) };
        if super::self_signature::end(&public, signature).is_some_and(|at| at <= now) {
            return Err(SigningKeyError::Unsigned(fingerprint));
        }
        if !signature.key_flags().sign() || !public.algorithm().can_sign() {
            return Err(SigningKeyError::NotForSignatures(fingerprint));
        }
        Ok(found)
    }

    /// Returns the private key in armour, for a file that only the hub reads.
    ///
    /// # Errors
    ///
    /// [`SigningKeyError::Make`] where the library cannot write it.
    pub fn write(&self) -> Result<String, SigningKeyError> {
        let text = self.key.to_armored_string(ArmorOptions::default());
        text.map_err(|error| SigningKeyError::Make(error.to_string()))
    }

    /// Returns the public key in armour, for those who check the signatures.
    ///
    /// # Errors
    ///
    /// [`SigningKeyError::Make`] where the library cannot write it.
    pub fn certificate(&self) -> Result<String, SigningKeyError> {
        let text = self.key.to_public_key().to_armored_string(ArmorOptions::default());
        text.map_err(|error| SigningKeyError::Make(error.to_string()))
    }

    /// Returns the fingerprint, in hexadecimal capitals.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint().to_string().to_ascii_uppercase()
    }

    /// Returns the part that signs.
    pub(super) const fn part(&self) -> &pgp::packet::SecretKey {
        &self.key.primary_key
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

/// Signs anew what the library signed at the time of the system's clock.
fn dated(mut key: SignedSecretKey, made: Timestamp) -> pgp::errors::Result<SignedSecretKey> {
    let open = Password::empty();
    let SignedSecretKey { primary_key, details, secret_subkeys, .. } = &mut key;
    let public = primary_key.public_key();
    for signature in &mut details.direct_signatures {
        *signature = settings(signature, made)?.sign_key(primary_key, &open, public)?;
    }
    for user in &mut details.users {
        for signature in &mut user.signatures {
            let settings = settings(signature, made)?;
            *signature = settings.sign_certification(primary_key, public, &open, Tag::UserId, &user.id)?;
        }
    }
    for subkey in secret_subkeys {
        for signature in &mut subkey.signatures {
            let settings = settings(signature, made)?;
            *signature = settings.sign_subkey_binding(primary_key, public, &open, subkey.key.public_key())?;
        }
    }
    Ok(key)
}

/// Returns what a signature says, but for when it was made.
fn settings(signature: &Signature, made: Timestamp) -> pgp::errors::Result<SignatureConfig> {
    let mut settings = signature.config().cloned().expect("the library makes signatures that it knows");
    for subpacket in &mut settings.hashed_subpackets {
        if matches!(subpacket.data, SubpacketData::SignatureCreationTime(_)) {
            *subpacket = Subpacket::critical(SubpacketData::SignatureCreationTime(made))?;
        }
    }
    Ok(settings)
}

/// Returns a time as packets have it; `None` outside 1970 to 2106.
pub(super) fn timestamp(at: Instant) -> Option<Timestamp> {
    u32::try_from(at.seconds()).ok().map(Timestamp::from_secs)
}
