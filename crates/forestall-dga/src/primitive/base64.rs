// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Base64 (RFC 4648) of short messages, padded.

/// The alphabet of RFC 4648, section 4.
pub const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The alphabet for file names and addresses of RFC 4648, section 5.
pub const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends the characters of `octets`, filled up with `=` to a multiple of four.
pub fn append(octets: &[u8], alphabet: &[u8; 64], out: &mut Vec<u8>) {
    for three in octets.chunks(3) {
        let group =
            three.iter().fold(0_usize, |group, octet| group << 8 | usize::from(*octet)) << (8 * (3 - three.len()));
        for place in 0..4 {
            out.push(if place <= three.len() { alphabet[group >> (18 - 6 * place) & 63] } else { b'=' });
        }
    }
}

/// Returns the characters of `octets`, filled up with `=` to a multiple of four.
#[must_use]
pub fn encode(octets: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len().div_ceil(3) * 4);
    append(octets, alphabet, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, URL, encode};

    /// RFC 4648, section 10.
    #[test]
    fn has_the_characters_of_the_rfc() {
        for (octets, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(octets.as_bytes(), STANDARD), expected.as_bytes());
        }
    }

    #[test]
    fn alphabets_differ_in_two_characters() {
        assert_eq!(encode(&[0xFB, 0xEF, 0xFF], STANDARD), b"++//");
        assert_eq!(encode(&[0xFB, 0xEF, 0xFF], URL), b"--__");
    }
}
