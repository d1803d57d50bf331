// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tokens that sign somebody in, let them make their account, or let their programs call: 32 random octets, known to the store by
//! their SHA-256 alone.

use std::fmt;

use forestall_model::Digest;

use super::DeskError;

/// 32 random octets, written as 64 hexadecimal digits. Only their SHA-256 is stored.
pub struct Token([u8; 32]);

impl Token {
    /// Draws a token from the operating system.
    ///
    /// # Errors
    ///
    /// [`DeskError::Outside`] where the system gives no random numbers.
    pub fn fresh() -> Result<Self, DeskError> {
        Ok(Self(random()?))
    }

    /// Reads the written form; `None` for anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        // The written form of a digest is the same 64 digits.
        let digest: Digest = text.parse().ok()?;
        (digest.to_string() == text).then_some(Self(digest.0))
    }

    /// Returns what the store keeps.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// Returns another token that follows from this one for a purpose. It gives nothing away of it.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> String {
        Digest::of_parts(&[purpose.as_bytes(), b"\0", &self.0]).to_string()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digest(self.0).fmt(f)
    }
}

impl fmt::Debug for Token {
    /// Shows nothing: a log line must not sign anybody in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Draws random octets from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], DeskError> {
    let mut octets = [0; N];
    getrandom::fill(&mut octets)
        .map_err(|error| DeskError::Outside(format!("the system gives no random numbers: {error}")))?;
    Ok(octets)
}

/// Makes an identifier without meaning: a letter, a hyphen and 16 random hexadecimal digits.
pub(super) fn fresh_id(kind: char) -> Result<String, DeskError> {
    let digits: String = random::<8>()?.iter().map(|octet| format!("{octet:02x}")).collect();
    Ok(format!("{kind}-{digits}"))
}
