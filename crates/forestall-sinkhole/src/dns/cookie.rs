// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cookies (RFC 7873) in the form that all servers share (RFC 9018): who sends back ours is where its address says.

use std::fmt;
use std::net::IpAddr;

use super::siphash::siphash24;

/// Octets of a cookie of a client.
pub const CLIENT: usize = 8;
/// Octets of a cookie of ours.
pub const SERVER: usize = 16;
/// Seconds for which a cookie is good (RFC 9018, section 4.3).
const GOOD_FOR: u32 = 3_600;
/// Seconds by which a cookie may come from the future.
const AHEAD: u32 = 300;

/// The secret by which cookies are made.
#[derive(Clone)]
pub struct Secret(pub [u8; 16]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Makes a cookie for a client; `now` is in seconds of the Unix epoch, as far as 32 bits hold them.
    #[must_use]
    pub fn make(&self, client: &[u8; CLIENT], address: IpAddr, now: u32) -> [u8; SERVER] {
        let mut cookie = [0; SERVER];
        cookie[0] = 1;
        cookie[4..8].copy_from_slice(&now.to_be_bytes());
        let hash = self.hash(client, &cookie, address);
        cookie[8..].copy_from_slice(&hash.to_le_bytes());
        cookie
    }

    /// Says whether a cookie is one of ours for this client, not too old.
    #[must_use]
    pub fn fits(&self, client: &[u8; CLIENT], cookie: &[u8], address: IpAddr, now: u32) -> bool {
        let Ok(cookie) = <&[u8; SERVER]>::try_from(cookie) else { return false };
        let [_, _, _, _, a, b, c, d, hash @ ..] = *cookie;
        // Serial arithmetic, so that 2106 is no end (RFC 1982).
        let age = now.wrapping_sub(u32::from_be_bytes([a, b, c, d]));
        let fresh = age <= GOOD_FOR || age.wrapping_neg() <= AHEAD;
        cookie[0] == 1 && fresh && hash == self.hash(client, cookie, address).to_le_bytes()
    }

    fn hash(&self, client: &[u8; CLIENT], cookie: &[u8; SERVER], address: IpAddr) -> u64 {
        let mut input = [0; 32];
        input[..8].copy_from_slice(client);
        input[8..16].copy_from_slice(&cookie[..8]);
        let length = match address {
            IpAddr::V4(address) => {
                input[16..20].copy_from_slice(&address.octets());
                20
            }
            IpAddr::V6(address) => {
                input[16..].copy_from_slice(&address.octets());
                32
            }
        };
        siphash24(&self.0, &input[..length])
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    /// RFC 9018, appendix A.1: learning a new server cookie.
    #[test]
    fn agrees_with_the_rfc() {
        let secret =
            Secret([0xe5, 0xe9, 0x73, 0xe5, 0xa6, 0xb2, 0xa4, 0x3f, 0x48, 0xe7, 0xdc, 0x84, 0x9e, 0x37, 0xbf, 0xcf]);
        let client = [0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57];
        let address = "198.51.100.100".parse().unwrap();
        let cookie = secret.make(&client, address, 1_559_731_985);
        let expected = [1, 0, 0, 0, 0x5c, 0xf7, 0x9f, 0x11, 0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80];
        assert_eq!(cookie, expected);
        assert!(secret.fits(&client, &cookie, address, 1_559_731_985 + 3_600));
        assert!(!secret.fits(&client, &cookie, address, 1_559_731_985 + 3_601));
        assert!(secret.fits(&client, &cookie, address, 1_559_731_985 - 300));
        assert!(!secret.fits(&client, &cookie, address, 1_559_731_985 - 301));
        assert!(!secret.fits(&client, &cookie, "198.51.100.101".parse().unwrap(), 1_559_731_985));
        assert!(!secret.fits(&client, &cookie[..15], address, 1_559_731_985));
    }
}
