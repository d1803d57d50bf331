// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signatures beside octets, and octets signed and encrypted, both in armour.

use forestall_model::Instant;
use pgp::composed::{ArmorOptions, DetachedSignature, MessageBuilder, SubpacketConfig};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Subpacket, SubpacketData};
use pgp::types::{KeyDetails, Password};
use rand::rngs::OsRng;

use super::certificate::Certificate;
use super::key::{SigningKey, timestamp};

/// Why octets were not signed or encrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenPgpError {
    /// Nobody could read it.
    #[error("there is no certificate to encrypt to")]
    NoCertificate,
    /// A certificate must not be used any more.
    #[error("the key {fingerprint} expired at {at}")]
    Expired {
        /// Which.
        fingerprint: String,
        /// When.
        at: Instant,
    },
    /// The time is none that a signature can have.
    #[error("{0} cannot be the time of a signature; expected one between 1970 and 2106")]
    Time(Instant),
    /// The library refuses.
    #[error("OpenPGP fails: {0}")]
    Library(String),
}

impl From<pgp::errors::Error> for OpenPgpError {
    fn from(error: pgp::errors::Error) -> Self {
        Self::Library(error.to_string())
    }
}

/// Returns a signature over octets as they are, by SHA-256 and made at `now`, in armour.
///
/// # Errors
///
/// [`OpenPgpError::Time`] and [`OpenPgpError::Library`].
pub fn detached_signature(octets: &[u8], key: &SigningKey, now: Instant) -> Result<String, OpenPgpError> {
    let subpackets = subpackets(key, now)?;
    let signature = DetachedSignature::sign_binary_data_with_subpackets(
        OsRng,
        key.part(),
        &Password::empty(),
        HashAlgorithm::Sha256,
        octets,
        subpackets,
    )?;
    Ok(signature.to_armored_string(ArmorOptions::default())?)
}

/// Returns octets signed by `key` at `now` and encrypted with AES-256 to each of the certificates, in armour.
///
/// # Errors
///
/// [`OpenPgpError`]; no certificate that has expired is encrypted to, nor the others in its place.
pub fn sign_and_encrypt(
    octets: &[u8],
    certificates: &[Certificate],
    key: &SigningKey,
    now: Instant,
) -> Result<String, OpenPgpError> {
    if certificates.is_empty() {
        return Err(OpenPgpError::NoCertificate);
    }
    let subpackets = subpackets(key, now)?;
    let mut message = MessageBuilder::from_bytes("", octets.to_vec()).seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    for certificate in certificates {
        if let Some(at) = certificate.expires().filter(|at| *at <= now) {
            return Err(OpenPgpError::Expired { fingerprint: certificate.fingerprint().to_owned(), at });
        }
        match certificate.part() {
            Ok(subkey) => message.encrypt_to_key(OsRng, subkey)?,
            Err(primary) => message.encrypt_to_key(OsRng, primary)?,
        };
    }
    message.sign_with_subpackets(key.part(), Password::empty(), HashAlgorithm::Sha256, subpackets);
    Ok(message.to_armored_string(OsRng, ArmorOptions::default())?)
}

fn subpackets(key: &SigningKey, now: Instant) -> Result<SubpacketConfig, OpenPgpError> {
    let at = timestamp(now).ok_or(OpenPgpError::Time(now))?;
    let part = key.part();
    Ok(SubpacketConfig::UserDefined {
        hashed: vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(at))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(part.fingerprint()))?,
        ],
        unhashed: vec![Subpacket::regular(SubpacketData::IssuerKeyId(part.legacy_key_id()))?],
    })
}
