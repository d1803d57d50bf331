// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a notice is signed with (Standard Webhooks 1.0, standardwebhooks.com).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Beginnings of the texts of keys: a shared secret, a private key, a public key.
const SHARED: &str = "whsec_";
const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";
/// Octets that a shared secret has, by the specification.
const LEAST: usize = 24;
const MOST: usize = 64;

/// A key for notices. It is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum WebhookKey {
    /// A secret that both sides know, of 24 to 64 octets: HMAC-SHA256, `v1`. Written `whsec_` and base64.
    Shared(Vec<u8>),
    /// A private key, whose public key the receiver has: Ed25519, `v1a`. Written `whsk_` and base64 of the 32 octets of the seed.
    Private([u8; 32]),
}

/// A text that is no key for notices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no key for notices; expected {SHARED} and base64 of {LEAST} to {MOST} octets, or {PRIVATE} and base64 of a private key of Ed25519"
)]
pub struct WebhookKeyError;

impl WebhookKey {
    /// Signs a notice and returns the entry of the header: the version, a comma, and base64.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let head = format!("{id}.{seconds}.");
        match self {
            Self::Shared(secret) => {
                let mut code = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
                code.update(head.as_bytes());
                code.update(body);
                format!("v1,{}", STANDARD.encode(code.finalize().into_bytes()))
            }
            Self::Private(seed) => {
                let octets = [head.as_bytes(), body].concat();
                let signature = SigningKey::from_bytes(seed).sign(&octets);
                format!("v1a,{}", STANDARD.encode(signature.to_bytes()))
            }
        }
    }

    /// Returns the text of the key, which whoever has it can sign with.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Shared(secret) => format!("{SHARED}{}", STANDARD.encode(secret)),
            Self::Private(seed) => format!("{PRIVATE}{}", STANDARD.encode(seed)),
        }
    }

    /// Returns the text of the public key, for receivers; `None` for a shared secret, which has none.
    #[must_use]
    pub fn public(&self) -> Option<String> {
        match self {
            Self::Shared(_) => None,
            Self::Private(seed) => {
                Some(format!("{PUBLIC}{}", STANDARD.encode(SigningKey::from_bytes(seed).verifying_key().to_bytes())))
            }
        }
    }
}

impl FromStr for WebhookKey {
    type Err = WebhookKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| WebhookKeyError);
        if let Some(rest) = text.strip_prefix(SHARED) {
            let secret = decode(rest)?;
            return if (LEAST..=MOST).contains(&secret.len()) {
                Ok(Self::Shared(secret))
            } else {
                Err(WebhookKeyError)
            };
        }
        let octets = decode(text.strip_prefix(PRIVATE).ok_or(WebhookKeyError)?)?;
        // Other programs write the public key behind the seed.
        let seed: [u8; 32] = match octets.len() {
            32 | 64 => octets[..32].try_into().map_err(|_| WebhookKeyError)?,
            _ => return Err(WebhookKeyError),
        };
        let public = SigningKey::from_bytes(&seed).verifying_key();
        if octets.len() == 64 && octets[32..] != public.to_bytes() {
            return Err(WebhookKeyError);
        }
        Ok(Self::Private(seed))
    }
}

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shared(_) => "WebhookKey::Shared",
            Self::Private(_) => "WebhookKey::Private",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::WebhookKey;

    #[test]
    fn signs_as_the_specification_does() {
        // The example of the reference libraries of Standard Webhooks.
        let key: WebhookKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn refuses_keys_that_are_short_or_none() {
        for wrong in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_not base64 at all, is it",
            "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert!(wrong.parse::<WebhookKey>().is_err(), "{wrong}");
        }
        let long = format!("whsec_{}", "AAAA".repeat(22));
        assert!(long.parse::<WebhookKey>().is_err());
    }

    #[test]
    fn a_key_is_not_shown() {
        let key: WebhookKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        assert_eq!(format!("{key:?}"), "WebhookKey::Shared");
        assert_eq!(key.public(), None);
        assert_eq!(key.written(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }
}
