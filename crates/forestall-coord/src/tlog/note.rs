// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signed notes: a text, and lines of Ed25519 signatures over it.
//!
//! ```text
//! The text.
//!
//! — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
//! ```
//!
//! # Source
//!
//! C2SP `signed-note`, signature type 1; RFC 8032.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use forestall_model::Digest;

use super::{decode, encode};

/// Most octets of a note: the specification asks for room for 16 signatures of 5 kB.
pub const MAX_NOTE: usize = 128 << 10;
/// Most signatures of a note; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// What a signature line begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";
/// The type of an Ed25519 signature.
const ED25519: u8 = 1;

/// A text with signatures. Nothing is said about them until [`Note::verify`] is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Line>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// Why octets are no signed note, or not by the key that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than a note may be.
    #[error("the note has {0} octets; at most {MAX_NOTE} are read")]
    TooLong(usize),
    /// Not UTF-8, or with control characters.
    #[error("the note is not plain text in UTF-8")]
    NotText,
    /// No blank line between text and signatures, or nothing before or after it.
    #[error("the note has no text that a blank line parts from its signatures")]
    NoSignatures,
    /// A signature line that cannot be read.
    #[error("signature {0} of the note cannot be read; expected an em dash, a name and base64")]
    Line(usize),
    /// More signatures than are read.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// None of the signatures is by the key.
    #[error("the note is not signed by the key {0}")]
    NotSigned(String),
    /// A signature that says it is by the key and is not.
    #[error("the signature of {0} does not fit the text: the text was changed, or the key is another one")]
    BadSignature(String),
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    ///
    /// [`NoteError`] for everything that is not in the form of the specification.
    pub fn parse(octets: &[u8]) -> Result<Self, NoteError> {
        if octets.len() > MAX_NOTE {
            return Err(NoteError::TooLong(octets.len()));
        }
        let all = std::str::from_utf8(octets).map_err(|_| NoteError::NotText)?;
        if all.bytes().any(|octet| octet < b' ' && octet != b'\n') {
            return Err(NoteError::NotText);
        }
        // The last blank line parts them; the text keeps the line feed before it.
        let at = all.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, lines) = (&all[..=at], &all[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let mut signatures = Vec::new();
        for (line, number) in lines.split('\n').zip(1..) {
            if number > MAX_SIGNATURES {
                return Err(NoteError::TooMany);
            }
            signatures.push(Line::parse(line).ok_or(NoteError::Line(number))?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Returns the text, with its last line feed. Nobody need have signed it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks that the key signed the text. Signatures of other keys are not looked at.
    ///
    /// # Errors
    ///
    /// [`NoteError::NotSigned`] and [`NoteError::BadSignature`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let mut own = self.signatures.iter().filter(|line| line.name == key.name && line.id == key.id()).peekable();
        if own.peek().is_none() {
            return Err(NoteError::NotSigned(key.name.clone()));
        }
        for line in own {
            let signature = Signature::from_slice(&line.signature);
            signature
                .and_then(|signature| key.key.verify_strict(self.text.as_bytes(), &signature))
                .map_err(|_| NoteError::BadSignature(key.name.clone()))?;
        }
        Ok(())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| {
            let octets = [line.id.as_slice(), &line.signature].concat();
            writeln!(f, "{MARK}{} {}", line.name, encode(&octets))
        })
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (name, octets) = line.strip_prefix(MARK)?.split_once(' ')?;
        let octets = decode(octets)?;
        let (id, signature) = octets.split_first_chunk::<4>()?;
        (is_name(name) && !signature.is_empty()).then(|| Self {
            name: name.to_owned(),
            id: *id,
            signature: signature.to_vec(),
        })
    }
}

/// A text or octets that are no key of a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A name that no key may have.
    #[error("{0:?} cannot name a key: a name is not empty and has neither blanks nor plus signs")]
    Name(String),
    /// Not a name, a number and a key with plus signs between them.
    #[error("{0:?} is no verifier key; expected NAME+8 hexadecimal digits+base64")]
    Form(String),
    /// A key of another type than Ed25519.
    #[error("the verifier key is of type {0}; expected 1, an Ed25519 key")]
    Type(u8),
    /// The number in the text is not the one that name and key give.
    #[error("the verifier key was changed or cut: its name and octets give the number {computed}, and it says {said}")]
    Id {
        /// What the text says.
        said: String,
        /// What name and octets give.
        computed: String,
    },
    /// Octets that are no public key.
    #[error("the octets of the verifier key are no Ed25519 public key")]
    Octets,
}

/// A key that verifies notes: a name and an Ed25519 public key, written `NAME+ID+BASE64`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the same public key under another name.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`].
    pub fn named(&self, name: &str) -> Result<Self, KeyError> {
        if is_name(name) { Ok(Self { name: name.to_owned(), key: self.key }) } else { Err(KeyError::Name(short(name))) }
    }

    /// Returns the key of a log: this one where it has the name of the log, and the same public key under that name where the log is one of
    /// several below it, as `example.org/a` is below `example.org`; `None` for another log.
    #[must_use]
    pub fn of_log(&self, origin: &str) -> Option<Self> {
        let below = origin.strip_prefix(&self.name)?;
        if below.is_empty() || below.starts_with('/') { self.named(origin).ok() } else { None }
    }

    fn id(&self) -> [u8; 4] {
        let digest = Digest::of_parts(&[self.name.as_bytes(), b"\n", &[ED25519], self.key.as_bytes()]);
        let [a, b, c, d, ..] = digest.0;
        [a, b, c, d]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(self.id()), encode(&octets))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || KeyError::Form(short(text));
        if text.len() > MAX_NOTE {
            return Err(form());
        }
        // Base64 may have plus signs of its own.
        let mut parts = text.splitn(3, '+');
        let (name, said, octets) = match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(id), Some(octets)) => (name, id, decode(octets).ok_or_else(form)?),
            _ => return Err(form()),
        };
        if !is_name(name) {
            return Err(KeyError::Name(short(name)));
        }
        let (kind, octets) = octets.split_first().ok_or_else(form)?;
        if *kind != ED25519 {
            return Err(KeyError::Type(*kind));
        }
        let octets: [u8; 32] = octets.try_into().map_err(|_| KeyError::Octets)?;
        let key = VerifyingKey::from_bytes(&octets).map_err(|_| KeyError::Octets)?;
        let key = Self { name: name.to_owned(), key };
        let computed = hex(key.id());
        if computed == said { Ok(key) } else { Err(KeyError::Id { said: short(said), computed }) }
    }
}

/// A key that signs notes: a name and an Ed25519 secret key.
pub struct SignerKey {
    name: String,
    key: SigningKey,
}

impl SignerKey {
    /// Makes the key with a name out of 32 octets that nobody else knows.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`].
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, KeyError> {
        if is_name(name) {
            Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(secret) })
        } else {
            Err(KeyError::Name(short(name)))
        }
    }

    /// Returns the key that verifies what this one signs.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Signs a text, which ends in a line feed and has no control characters besides.
    ///
    /// # Errors
    ///
    /// [`NoteError::NotText`] for another text, [`NoteError::TooLong`] where the note would be.
    pub fn sign(&self, text: &str) -> Result<Note, NoteError> {
        if !text.ends_with('\n') || text.bytes().any(|octet| octet < b' ' && octet != b'\n') {
            return Err(NoteError::NotText);
        }
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        let line = Line { name: self.name.clone(), id: self.verifier().id(), signature };
        let note = Note { text: text.to_owned(), signatures: vec![line] };
        let length = note.to_string().len();
        if length > MAX_NOTE { Err(NoteError::TooLong(length)) } else { Ok(note) }
    }
}

impl fmt::Debug for SignerKey {
    /// Shows the name only: the rest is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("name", &self.name).finish_non_exhaustive()
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}
