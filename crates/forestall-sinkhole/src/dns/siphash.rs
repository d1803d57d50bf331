// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! SipHash-2-4 (Aumasson and Bernstein), which RFC 9018 takes for cookies.

/// Returns the hash of `octets` under a key.
#[must_use]
pub(super) fn siphash24(key: &[u8; 16], octets: &[u8]) -> u64 {
    let (low, high) = key.split_at(8);
    let (k0, k1) = (word(low), word(high));
    let mut state = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = octets.as_chunks::<8>();
    for chunk in words {
        take(&mut state, u64::from_le_bytes(*chunk));
    }
    take(&mut state, word(rest) | (octets.len() as u64) << 56);
    state[2] ^= 0xff;
    (0..4).for_each(|_| round(&mut state));
    state[0] ^ state[1] ^ state[2] ^ state[3]
}

fn word(octets: &[u8]) -> u64 {
    octets.iter().rev().fold(0, |word, octet| word << 8 | u64::from(*octet))
}

fn take(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    round(state);
    round(state);
    state[0] ^= word;
}

#[inline]
fn round(state: &mut [u64; 4]) {
    let [a, b, c, d] = state;
    *a = a.wrapping_add(*b);
    *b = b.rotate_left(13) ^ *a;
    *a = a.rotate_left(32);
    *c = c.wrapping_add(*d);
    *d = d.rotate_left(16) ^ *c;
    *a = a.wrapping_add(*d);
    *d = d.rotate_left(21) ^ *a;
    *c = c.wrapping_add(*b);
    *b = b.rotate_left(17) ^ *c;
    *c = c.rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::siphash24;

    /// The vectors of the paper's reference code: key 00 to 0f, messages 00, 00 01, ...
    #[test]
    fn agrees_with_its_authors() {
        let key: [u8; 16] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        let message: Vec<u8> = (0..15).collect();
        assert_eq!(siphash24(&key, &[]), 0x726f_db47_dd0e_0e31);
        assert_eq!(siphash24(&key, &message), 0xa129_ca61_49be_45e5);
    }
}
