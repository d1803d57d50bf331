// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One-time codes of an authenticator app.
//!
//! # Source
//!
//! RFC 6238 (TOTP) over RFC 4226 (HOTP), with the values that every app knows: HMAC-SHA-1, steps of 30 s from 1970, six digits.

use forestall_model::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Seconds of a step.
const STEP_SECONDS: i64 = 30;
/// Octets of a secret: as long as the digest, as RFC 4226, part 4, recommends.
pub(super) const SECRET: usize = 20;
/// Steps before and after the present for which a code is taken: clocks of telephones differ (RFC 6238, part 5.2).
const AROUND: i64 = 1;

/// A secret that an app shares with the hub.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

impl TotpSecret {
    /// Draws a secret from the operating system.
    ///
    /// # Errors
    ///
    /// [`super::DeskError::Outside`] where the system gives no random numbers.
    pub fn fresh() -> Result<Self, super::DeskError> {
        Ok(Self(super::token::random()?))
    }

    /// Reads the form of [`TotpSecret::to_base32`]; `None` for anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        from_base32(text)?.try_into().ok().map(Self)
    }

    /// Returns the secret as an app takes it from a person: 32 letters and digits of RFC 4648.
    #[must_use]
    pub fn to_base32(&self) -> String {
        base32(&self.0)
    }

    /// Returns the address that sets an app up, as text.
    ///
    /// # Source
    ///
    /// The Key URI Format of Google Authenticator's wiki, which all apps read.
    #[must_use]
    pub fn uri(&self, account: &str) -> String {
        let account: String = account.bytes().map(percent).collect();
        format!(
            "otpauth://totp/Forestall:{account}?secret={}&issuer=Forestall&algorithm=SHA1&digits=6&period=30",
            self.to_base32()
        )
    }

    /// Returns the step of a code that is good at `now`; `None` where it is not.
    pub(super) fn step_of(&self, code: &str, now: Instant) -> Option<u64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 {
            return None;
        }
        let present = now.seconds().div_euclid(STEP_SECONDS);
        let steps = (present - AROUND..=present + AROUND).filter_map(|step| u64::try_from(step).ok());
        // Every step is computed, whichever is right: the time tells nothing.
        steps.fold(
            None,
            |found, step| if same(self.code(step).as_bytes(), digits.as_bytes()) { Some(step) } else { found },
        )
    }

    /// Returns the code of a step.
    fn code(&self, step: u64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        // RFC 4226, 5.3: dynamic truncation.
        let offset = usize::from(digest[19] & 0x0f);
        let word = [digest[offset] & 0x7f, digest[offset + 1], digest[offset + 2], digest[offset + 3]];
        format!("{:06}", u32::from_be_bytes(word) % 1_000_000)
    }
}

/// Compares without telling by its time where the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

fn percent(octet: u8) -> String {
    if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
        char::from(octet).to_string()
    } else {
        format!("%{octet:02X}")
    }
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Writes octets in base 32 (RFC 4648, part 6) without padding.
pub(super) fn base32(octets: &[u8]) -> String {
    let mut text = String::new();
    for chunk in octets.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(five);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let index = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or(0);
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace()) {
        let value = ALPHABET.iter().position(|known| *known == c.to_ascii_uppercase())?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            octets.push(u8::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::{TotpSecret, base32, from_base32};
    use forestall_model::Instant;

    /// RFC 6238, appendix B: the secret `12345678901234567890` with SHA-1; the last six of its eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn computes_the_codes_of_the_rfc() {
        let secret = TotpSecret(*b"12345678901234567890");
        for (seconds, code) in VECTORS {
            let now = Instant::from_seconds(seconds);
            assert_eq!(secret.step_of(code, now), Some(u64::try_from(seconds).unwrap() / 30), "{seconds}");
            for beside in [-30, 30] {
                assert!(secret.step_of(code, now.plus_seconds(beside)).is_some(), "{seconds} {beside}");
            }
            for far in [-60, 60] {
                assert_eq!(secret.step_of(code, now.plus_seconds(far)), None, "{seconds} {far}");
            }
        }
        for wrong in ["", "28708", "2870820", "287083", "28708a"] {
            assert_eq!(secret.step_of(wrong, Instant::from_seconds(59)), None, "{wrong}");
        }
        assert_eq!(secret.step_of("287 082", Instant::from_seconds(59)), Some(1));
    }

    #[test]
    fn writes_base_32_as_the_rfc_does() {
        // RFC 4648, part 10, without padding.
        for (text, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), expected);
            assert_eq!(from_base32(&expected.to_lowercase()).unwrap(), text.as_bytes());
        }
        for broken in ["1", "MZ1", "MB"] {
            assert_eq!(from_base32(broken), None, "{broken}");
        }
        let secret = TotpSecret(*b"12345678901234567890");
        assert_eq!(TotpSecret::read(&secret.to_base32()), Some(secret.clone()));
        assert_eq!(TotpSecret::read("MZXW6YTBOI"), None);
        let uri = secret.uri("ada@registry.example");
        assert_eq!(
            uri,
            "otpauth://totp/Forestall:ada%40registry.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Forestall&algorithm=SHA1&digits=6&period=30"
        );
    }
}
