// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! SipHash-2-4, a hash with a key (Aumasson, Bernstein: SipHash: a fast short-input PRF, INDOCRYPT 2012).
//!
//! Without the key nobody can choose addresses that fill a sketch, nor try out which addresses are in one.

/// Returns the hash of `octets` under a key.
pub(crate) fn hash(key: &[u8; 16], octets: &[u8]) -> u64 {
    let word = |place: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&key[place..place + 8]);
        u64::from_le_bytes(word)
    };
    let (k0, k1) = (word(0), word(8));
    let mut state = [
        k0 ^ 0x736F_6D65_7073_6575,
        k1 ^ 0x646F_7261_6E64_6F6D,
        k0 ^ 0x6C79_6765_6E65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = octets.as_chunks::<8>();
    for word in words {
        take(&mut state, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = octets.len().to_le_bytes()[0];
    take(&mut state, u64::from_le_bytes(last));
    state[2] ^= 0xFF;
    (0..4).for_each(|_| round(&mut state));
    state.iter().fold(0, |hash, part| hash ^ part)
}

fn take(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    (0..2).for_each(|_| round(state));
    state[0] ^= word;
}

fn round(state: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *state;
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    *state = [a, b, c, d];
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn agrees_with_the_paper() {
        // Appendix A: key 00 to 0f, message 00 to 0e; and the empty message, from the authors' reference vectors.
        let key: [u8; 16] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        assert_eq!(hash(&key, &key[..15]), 0xA129_CA61_49BE_45E5);
        assert_eq!(hash(&key, &[]), 0x726F_DB47_DD0E_0E31);
    }
}
