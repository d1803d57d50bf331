// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A name for a client that only the holder of a key can lead back to it.

use std::path::Path;

use anyhow::Context as _;
use forestall_detect::scan::Client;
use forestall_model::Digest;

use crate::failure::usage;
use crate::input;

/// Octets of a key at least: below that, keys can be tried.
const LEAST_KEY: usize = 16;

/// Octets of a key file at most.
const MOST_KEY: u64 = 4_096;

/// Hexadecimal digits of a pseudonym: 80 bits, so that a million clients have no two alike.
const DIGITS: usize = 20;

/// The block of SHA-256 in octets, to which HMAC fills a key up.
const BLOCK: usize = 64;

/// Makes pseudonyms with one key: HMAC-SHA-256 (RFC 2104) of the client as text, cut to 80 bits. The same key and client give the same pseudonym.
#[derive(Clone)]
pub(crate) struct Pseudonyms([u8; BLOCK]);

impl Pseudonyms {
    /// Reads the key: all octets of the file, a line feed at its end left out.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or its key is shorter than 16 octets.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let octets = input::whole(path, MOST_KEY).context("the key for pseudonyms could not be read")?;
        let key = octets.strip_suffix(b"\n").unwrap_or(&octets);
        if key.len() < LEAST_KEY {
            return Err(usage(format!(
                "the key in {} has {} octets; expected {LEAST_KEY} or more, for example from `head -c 32 /dev/urandom | base64`",
                path.display(),
                key.len()
            )));
        }
        Ok(Self::of(key))
    }

    fn of(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Digest::of(key).0);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        Self(block)
    }

    /// Returns the pseudonym of a client.
    pub(crate) fn of_client(&self, client: &Client) -> Client {
        let pad = |octet: u8| self.0.map(|key| key ^ octet);
        let inner = Digest::of(&[&pad(0x36)[..], client.to_string().as_bytes()].concat());
        let outer = Digest::of(&[&pad(0x5C)[..], &inner.0].concat());
        Client::of_text(format!("p-{}", &outer.to_string()[..DIGITS]).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Pseudonyms;
    use forestall_detect::scan::Client;

    #[test]
    fn is_hmac_sha_256() {
        // RFC 4231, test case 2, cut to 80 bits.
        let client = Client::of_text(b"what do ya want for nothing?");
        assert_eq!(Pseudonyms::of(b"Jefe").of_client(&client).to_string(), "p-5bdcc146bf60754e6a04");
    }

    #[test]
    fn the_same_client_in_another_writing_is_the_same() {
        let pseudonyms = Pseudonyms::of(b"0123456789abcdef");
        let of = |text: &str| pseudonyms.of_client(&Client::of_text(text.as_bytes())).to_string();
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
    }
}
