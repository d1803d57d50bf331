// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signatures of messages by a secret that both sides have.
//!
//! # Source
//!
//! RFC 8945: 4.2 (the record), 4.3 (what is signed), 5.2 and 5.3 (errors and answers), 5.3.1 (several messages).

use std::str::FromStr;

use domain::base::name::ParsedName;
use domain::base::wire::ParseError;
use domain::dep::octseq::Parser;
use forestall_model::{Instant, OwnerName, TsigAlgorithm};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

use super::content::rtype;
use crate::wire::{octets_of, owner};

/// Seconds by which two clocks may differ (RFC 8945, section 10).
const FUDGE: u16 = 300;
/// The class of a signature.
const ANY: [u8; 2] = [0, 255];
/// Octets of a secret: fewer are weaker than the hash, more add nothing (RFC 2104, section 3).
const SECRETS: std::ops::RangeInclusive<usize> = 16..=128;
/// The response code of a message whose signature was refused.
pub(super) const NOTAUTH: u8 = 9;

/// Why a signature was refused: BADSIG, BADKEY and BADTIME of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Fault {
    /// It is not the signature of this message under this key.
    Signature = 16,
    /// Nobody has this key.
    Key = 17,
    /// It was made at another time.
    Time = 18,
}

/// A secret by its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    name: OwnerName,
    algorithm: TsigAlgorithm,
    secret: Vec<u8>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Why something is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret of a key has {0} octets; it must have {min} to {max}", min = SECRETS.start(), max = SECRETS.end())]
pub struct KeyError(usize);

impl Key {
    /// Makes a key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret that is too short, or longer than is of use.
    pub fn new(name: OwnerName, algorithm: TsigAlgorithm, secret: Vec<u8>) -> Result<Self, KeyError> {
        if !SECRETS.contains(&secret.len()) {
            return Err(KeyError(secret.len()));
        }
        Ok(Self { name, algorithm, secret })
    }

    /// Returns its name.
    #[must_use]
    pub const fn name(&self) -> &OwnerName {
        &self.name
    }

    fn hasher(&self) -> Hasher {
        let wide = "HMAC takes a key of any length";
        match self.algorithm {
            TsigAlgorithm::Sha256 => Hasher::Sha256(Hmac::new_from_slice(&self.secret).expect(wide)),
            TsigAlgorithm::Sha384 => Hasher::Sha384(Hmac::new_from_slice(&self.secret).expect(wide)),
            TsigAlgorithm::Sha512 => Hasher::Sha512(Hmac::new_from_slice(&self.secret).expect(wide)),
        }
    }
}

/// A signature that is being computed.
enum Hasher {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Hasher {
    fn update(&mut self, octets: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(octets),
            Self::Sha384(mac) => mac.update(octets),
            Self::Sha512(mac) => mac.update(octets),
        }
    }

    /// Says in constant time whether this is the signature.
    fn verify(self, mac: &[u8]) -> bool {
        match self {
            Self::Sha256(ours) => ours.verify_slice(mac).is_ok(),
            Self::Sha384(ours) => ours.verify_slice(mac).is_ok(),
            Self::Sha512(ours) => ours.verify_slice(mac).is_ok(),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha384(mac) => mac.finalize().into_bytes().to_vec(),
            Self::Sha512(mac) => mac.finalize().into_bytes().to_vec(),
        }
    }
}

/// The signature of a message as it came.
#[derive(Debug)]
pub(super) struct Signature {
    /// Where its record begins.
    begin: usize,
    pub(super) key: OwnerName,
    algorithm: OwnerName,
    time: u64,
    fudge: u16,
    mac: Vec<u8>,
    original_id: u16,
    error: u16,
    other: Vec<u8>,
}

impl Signature {
    /// Reads the data of a record that begins at `begin`.
    pub(super) fn read(
        octets: &[u8],
        begin: usize,
        key: OwnerName,
        parser: &mut Parser<'_, [u8]>,
    ) -> Result<Self, ParseError> {
        let piece = |parser: &mut Parser<'_, [u8]>| -> Result<Vec<u8>, ParseError> {
            let length = usize::from(parser.parse_u16_be()?);
            let from = parser.pos();
            parser.advance(length)?;
            Ok(octets.get(from..from + length).unwrap_or_default().to_vec())
        };
        let algorithm = owner(&ParsedName::parse(parser)?)?;
        let time = (u64::from(parser.parse_u16_be()?) << 32) | u64::from(parser.parse_u32_be()?);
        let fudge = parser.parse_u16_be()?;
        let mac = piece(parser)?;
        let original_id = parser.parse_u16_be()?;
        let error = parser.parse_u16_be()?;
        let other = piece(parser)?;
        Ok(Self { begin, key, algorithm, time, fudge, mac, original_id, error, other })
    }

    /// Holds the signature against its message, the key of its name, and the time. Gives what signs the answer, or why it was refused,
    /// and, where only the time is wrong, what signs that.
    pub(super) fn check(
        &self,
        octets: &[u8],
        key: Option<&Key>,
        now: Instant,
    ) -> Result<Signer, (Fault, Option<Signer>)> {
        let Some(key) = key.filter(|key| key.algorithm.word() == self.algorithm.as_str()) else {
            return Err((Fault::Key, None));
        };
        let mut hasher = key.hasher();
        // The message as it was before its record came to it, and before somebody who passed it on gave it another number.
        let mut header = [0; 12];
        header.copy_from_slice(&octets[..12]);
        header[..2].copy_from_slice(&self.original_id.to_be_bytes());
        let records = u16::from_be_bytes([header[10], header[11]]).saturating_sub(1);
        header[10..].copy_from_slice(&records.to_be_bytes());
        hasher.update(&header);
        hasher.update(&octets[12..self.begin]);
        hasher.update(&variables(key, self.time, self.fudge, self.error, &self.other));
        if !hasher.verify(&self.mac) {
            return Err((Fault::Signature, None));
        }
        let signer = Signer { key: key.clone(), before: self.mac.clone(), is_first: true };
        if seconds(now).abs_diff(self.time) > u64::from(self.fudge) {
            return Err((Fault::Time, Some(signer)));
        }
        Ok(signer)
    }

    /// Adds the record that says why this signature was refused. One with a wrong time is signed, and says ours.
    pub(super) fn refuse(&self, fault: Fault, signer: Option<Signer>, now: Instant, out: &mut Vec<u8>) {
        let time = seconds(now).to_be_bytes();
        match signer {
            Some(signer) => signer.sign_error(out, self.time, fault, &time[2..]),
            None => {
                let data =
                    data(&octets_of(&self.algorithm), self.time, self.fudge, &[], self.original_id, fault as u16, &[]);
                push(&self.key, &data, out);
            }
        }
    }
}

/// Signs the messages of an answer, each after the one before.
#[derive(Clone)]
pub(super) struct Signer {
    key: Key,
    /// The signature before: that of the question, then that of each message.
    before: Vec<u8>,
    is_first: bool,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Signer {
    /// Signs messages that answer none.
    pub(super) fn first(key: &Key) -> Self {
        Self { key: key.clone(), before: Vec::new(), is_first: true }
    }

    /// Returns how many octets a signature takes at most.
    pub(super) fn room(&self) -> usize {
        // Fixed parts of the record and of its data, the time of an error, and the longest signature.
        octets_of(&self.key.name).len() + self.key.algorithm.word().len() + 2 + 10 + 16 + 6 + 64
    }

    /// Signs a message: adds the record to its end.
    pub(super) fn sign(&mut self, out: &mut Vec<u8>, now: Instant) {
        let time = seconds(now);
        let variables =
            if self.is_first { variables(&self.key, time, FUDGE, 0, &[]) } else { timers(time, FUDGE).to_vec() };
        self.before = self.finish(out, time, &variables, 0, &[]);
        self.is_first = false;
    }

    fn sign_error(self, out: &mut Vec<u8>, time: u64, fault: Fault, other: &[u8]) {
        let variables = variables(&self.key, time, FUDGE, fault as u16, other);
        self.finish(out, time, &variables, fault as u16, other);
    }

    fn finish(&self, out: &mut Vec<u8>, time: u64, variables: &[u8], error: u16, other: &[u8]) -> Vec<u8> {
        let mut hasher = self.key.hasher();
        if !self.before.is_empty() {
            hasher.update(&u16::try_from(self.before.len()).unwrap_or_default().to_be_bytes());
            hasher.update(&self.before);
        }
        hasher.update(out);
        hasher.update(variables);
        let mac = hasher.finish();
        let id = u16::from_be_bytes([out[0], out[1]]);
        let data = data(&algorithm(&self.key), time, FUDGE, &mac, id, error, other);
        push(&self.key.name, &data, out);
        mac
    }
}

/// Adds a record to a message.
fn push(key: &OwnerName, data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&octets_of(key));
    out.extend_from_slice(&rtype::TSIG.to_be_bytes());
    out.extend_from_slice(&ANY);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
    out.extend_from_slice(data);
    let records = u16::from_be_bytes([out[10], out[11]]).saturating_add(1);
    out[10..12].copy_from_slice(&records.to_be_bytes());
}

fn data(algorithm: &[u8], time: u64, fudge: u16, mac: &[u8], id: u16, error: u16, other: &[u8]) -> Vec<u8> {
    let length = |octets: &[u8]| u16::try_from(octets.len()).unwrap_or_default().to_be_bytes();
    let mut data = algorithm.to_vec();
    data.extend_from_slice(&timers(time, fudge));
    data.extend_from_slice(&length(mac));
    data.extend_from_slice(mac);
    data.extend_from_slice(&id.to_be_bytes());
    data.extend_from_slice(&error.to_be_bytes());
    data.extend_from_slice(&length(other));
    data.extend_from_slice(other);
    data
}

/// Returns what is signed besides a message.
fn variables(key: &Key, time: u64, fudge: u16, error: u16, other: &[u8]) -> Vec<u8> {
    let mut octets = octets_of(&key.name);
    octets.extend_from_slice(&ANY);
    octets.extend_from_slice(&[0; 4]);
    octets.extend_from_slice(&algorithm(key));
    octets.extend_from_slice(&timers(time, fudge));
    octets.extend_from_slice(&error.to_be_bytes());
    octets.extend_from_slice(&u16::try_from(other.len()).unwrap_or_default().to_be_bytes());
    octets.extend_from_slice(other);
    octets
}

/// Returns the time of a signature, in 48 bits, and its fudge.
fn timers(time: u64, fudge: u16) -> [u8; 8] {
    let mut octets = [0; 8];
    octets[..6].copy_from_slice(&time.to_be_bytes()[2..]);
    octets[6..].copy_from_slice(&fudge.to_be_bytes());
    octets
}

fn algorithm(key: &Key) -> Vec<u8> {
    octets_of(&OwnerName::from_str(key.algorithm.word()).expect("the words of algorithms are names"))
}

fn seconds(now: Instant) -> u64 {
    u64::try_from(now.seconds()).unwrap_or_default()
}
