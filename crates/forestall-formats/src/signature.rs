// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detached signatures in minisign's form: made here, and read by `minisign -V` and every other reader of it.
//!
//! What is signed is the BLAKE2b-512 digest of the file (`ED` in minisign's words). The secret key is one that `minisign -GW` makes, without password:
//! a file that only its owner can read. Nothing here is random: Ed25519 signs the same file in the same way each time.
//!
//! # Source
//!
//! "Minisign", jedisct1.github.io/minisign, section "Signature format"; RFC 8032 and RFC 7693.

use blake2::digest::consts::U32;
use blake2::{Blake2b, Blake2b512, Digest as _};
use ed25519_dalek::{Signer as _, SigningKey};
use minisign_verify::{PublicKey, Signature};

/// A secret key without password.
pub struct SecretKey {
    id: [u8; 8],
    key: SigningKey,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretKey").finish_non_exhaustive()
    }
}

/// A key or a signature that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The text is no secret key.
    #[error("the text is no secret key of minisign: {0}")]
    SecretKey(&'static str),
    /// The secret key has a password.
    #[error("the secret key has a password; expected one without, as minisign -GW makes it")]
    Password,
    /// The text is no public key.
    #[error("the text is no public key of minisign: {0}")]
    PublicKey(String),
    /// The text is no signature.
    #[error("the text is no signature of minisign: {0}")]
    Form(String),
    /// None of the keys made the signature over this file.
    #[error("the signature is not by any of the {0} given keys over this file")]
    NotBy(usize),
    /// A comment with a line break, which would end it.
    #[error("the trusted comment holds a line break")]
    Comment,
}

/// Octets of a secret key: algorithms 6, salt 32, limits 16, identifier 8, key 64, checksum 32.
const SECRET_OCTETS: usize = 158;

impl SecretKey {
    /// Reads a secret key file.
    ///
    /// # Errors
    ///
    /// [`SignatureError::SecretKey`] and [`SignatureError::Password`].
    pub fn read(text: &str) -> Result<Self, SignatureError> {
        let wrong = SignatureError::SecretKey;
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("untrusted comment:"));
        let octets = line.and_then(base64::decode).ok_or(wrong("expected a comment and a line in base64"))?;
        if octets.len() != SECRET_OCTETS {
            return Err(wrong("expected 158 octets in base64"));
        }
        let (head, rest) = octets.split_at(54);
        if head.get(..2) != Some(b"Ed") || head.get(4..6) != Some(b"B2") {
            return Err(wrong("expected the algorithms Ed and B2"));
        }
        if head.get(2..4) != Some(&[0, 0]) {
            return Err(SignatureError::Password);
        }
        let (id, rest) = rest.split_at(8);
        let (pair, checksum) = rest.split_at(64);
        let computed = Blake2b::<U32>::new().chain_update(b"Ed").chain_update(id).chain_update(pair).finalize();
        // minisign leaves the checksum of a key without password at zero.
        if checksum.iter().any(|octet| *octet != 0) && computed.as_slice() != checksum {
            return Err(wrong("the checksum differs, so that the file is damaged"));
        }
        let pair: &[u8; 64] = pair.try_into().map_err(|_| wrong("expected 64 octets of a key"))?;
        let key = SigningKey::from_keypair_bytes(pair)
            .map_err(|_| wrong("the two halves of the key do not belong together"))?;
        let id = id.try_into().map_err(|_| wrong("expected 8 octets of an identifier"))?;
        Ok(Self { id, key })
    }

    /// Makes a key from 32 octets that the caller drew at random, and an identifier of 8.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32], id: [u8; 8]) -> Self {
        Self { id, key: SigningKey::from_bytes(seed) }
    }

    /// Returns the public key in its one-line form.
    #[must_use]
    pub fn public_key(&self) -> String {
        let mut octets = b"Ed".to_vec();
        octets.extend_from_slice(&self.id);
        octets.extend_from_slice(self.key.verifying_key().as_bytes());
        base64::encode(&octets)
    }

    /// Signs a file; returns the text of a `.minisig` file. `comment` is signed as well: a date, a file name.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Comment`] for a comment of several lines.
    pub fn sign(&self, file: &[u8], comment: &str) -> Result<String, SignatureError> {
        if comment.contains(['\n', '\r']) {
            return Err(SignatureError::Comment);
        }
        let signature = self.key.sign(&Blake2b512::digest(file)).to_bytes();
        let mut first = b"ED".to_vec();
        first.extend_from_slice(&self.id);
        first.extend_from_slice(&signature);
        let mut all = signature.to_vec();
        all.extend_from_slice(comment.as_bytes());
        let global = self.key.sign(&all).to_bytes();
        let (first, global) = (base64::encode(&first), base64::encode(&global));
        Ok(format!("untrusted comment: signature by Forestall\n{first}\ntrusted comment: {comment}\n{global}\n"))
    }
}

/// Says by which of some public keys a file is signed: its place in `keys`.
///
/// A key is minisign's, in its one-line form or as a file with its comment.
///
/// # Errors
///
/// [`SignatureError`] where a key or the signature cannot be read, and where none of the keys made it.
pub fn signer(file: &[u8], signature: &str, keys: &[String]) -> Result<usize, SignatureError> {
    let signature = Signature::decode(signature).map_err(|error| SignatureError::Form(error.to_string()))?;
    for (place, key) in keys.iter().enumerate() {
        if public_key(key)?.verify(file, &signature, false).is_ok() {
            return Ok(place);
        }
    }
    Err(SignatureError::NotBy(keys.len()))
}

/// Says whether a text is a public key.
///
/// # Errors
///
/// [`SignatureError::PublicKey`] where it is none.
pub fn check_public_key(key: &str) -> Result<(), SignatureError> {
    public_key(key).map(drop)
}

fn public_key(key: &str) -> Result<PublicKey, SignatureError> {
    let key = key.trim();
    let read = if key.contains('\n') { PublicKey::decode(key) } else { PublicKey::from_base64(key) };
    read.map_err(|error| SignatureError::PublicKey(error.to_string()))
}

/// Base64 with padding (RFC 4648, section 4).
mod base64 {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(octets: &[u8]) -> String {
        let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
        for block in octets.chunks(3) {
            let mut bits = 0_u32;
            for i in 0..3 {
                bits = bits << 8 | u32::from(block.get(i).copied().unwrap_or(0));
            }
            for i in 0..4_usize {
                let digit = usize::try_from(bits >> (18 - 6 * i) & 63).unwrap_or(0);
                text.push(if i <= block.len() { char::from(DIGITS[digit]) } else { '=' });
            }
        }
        text
    }

    /// Returns the octets; `None` where the text is not the one that [`encode`] gives for them.
    pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
        let bare = text.trim_end_matches('=');
        if text.len() > 4_096 {
            return None;
        }
        let mut octets = Vec::with_capacity(text.len() / 4 * 3);
        let (mut bits, mut count) = (0_u32, 0);
        for digit in bare.bytes() {
            let value = DIGITS.iter().position(|known| *known == digit)?;
            bits = (bits << 6 | u32::try_from(value).ok()?) & 0xFFFF;
            count += 6;
            if count >= 8 {
                count -= 8;
                octets.push(u8::try_from(bits >> count & 0xFF).ok()?);
            }
        }
        (encode(&octets) == text).then_some(octets)
    }
}
