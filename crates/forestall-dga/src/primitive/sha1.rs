// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! SHA-1 (FIPS 180-4), for one message and for several side by side.
//!
//! Lists take one short message a name. Words of several messages stand side by side in arrays, which the compiler turns into
//! vector instructions; a family that changes a few words of a padded block calls [`compress`] itself.

/// The state before the first block.
pub const START: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

/// The longest message that fits into one block with its padding, in octets.
pub const SHORT: usize = 55;

/// How many messages are best taken side by side: fewer stay in single registers, where little is won.
pub const LANES: usize = 32;

/// Returns the digest of a message.
#[must_use]
pub fn digest(message: &[u8]) -> [u8; 20] {
    let mut state = START.map(|word| [word]);
    let (blocks, rest) = message.as_chunks::<64>();
    for block in blocks {
        compress(&mut state, &words(block).map(|word| [word]));
    }
    let mut tail = [0; 128];
    tail[..rest.len()].copy_from_slice(rest);
    tail[rest.len()] = 0x80;
    let end = if rest.len() <= SHORT { 64 } else { 128 };
    tail[end - 8..end].copy_from_slice(&(message.len() as u64).wrapping_mul(8).to_be_bytes());
    for block in tail[..end].as_chunks::<64>().0 {
        compress(&mut state, &words(block).map(|word| [word]));
    }
    bytes(state.map(|[word]| word))
}

/// Returns the digests of several messages, best [`LANES`] of them; fast where all have at most [`SHORT`] octets.
#[must_use]
pub fn digest_each<const N: usize>(messages: [&[u8]; N]) -> [[u8; 20]; N] {
    // Side by side, fewer are no faster than one after another.
    if N < LANES / 2 || messages.iter().any(|message| message.len() > SHORT) {
        return messages.map(digest);
    }
    let mut block = [[0; N]; 16];
    for (lane, message) in messages.iter().enumerate() {
        for (word, lanes) in pad(message).iter().zip(&mut block) {
            lanes[lane] = *word;
        }
    }
    let mut state = START.map(|word| [word; N]);
    compress(&mut state, &block);
    std::array::from_fn(|lane| bytes(state.map(|word| word[lane])))
}

/// Returns the digests of [`LANES`] messages of one padded block each, given word by word.
///
/// For families whose messages differ in a few words: those are set, [`pad`] makes the others.
#[must_use]
#[inline(never)]
pub fn digest_blocks(block: &[[u32; LANES]; 16]) -> [[u8; 20]; LANES] {
    let mut state = START.map(|word| [word; LANES]);
    compress(&mut state, block);
    std::array::from_fn(|lane| bytes(state.map(|word| word[lane])))
}

/// Returns the one block of a short message as words: the message, a bit and its length.
///
/// # Panics
///
/// Where the message has more than [`SHORT`] octets.
#[must_use]
pub fn pad(message: &[u8]) -> [u32; 16] {
    assert!(message.len() <= SHORT, "a block takes {SHORT} octets beside its padding");
    let mut block = [0; 64];
    block[..message.len()].copy_from_slice(message);
    block[message.len()] = 0x80;
    block[56..].copy_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    words(&block)
}

/// Returns the octets of a state: a digest, where the state is that after the last block.
#[must_use]
pub fn bytes(state: [u32; 5]) -> [u8; 20] {
    let mut out = [0; 20];
    for (octets, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *octets = word.to_be_bytes();
    }
    out
}

/// Takes one block of each of several messages into their states.
///
/// Each step is plain loops over the messages, and the five variables change their parts instead of their places: that is
/// what the compiler makes vectors of. With 32 messages a digest takes 45 ns, alone 71 ns (x86-64 with SSE2, one core).
#[inline]
pub fn compress<const N: usize>(state: &mut [[u32; N]; 5], block: &[[u32; N]; 16]) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    // The last sixteen words of the schedule.
    let mut schedule = *block;
    macro_rules! step {
        ($mix:expr, $constant:expr, $a:ident $b:ident $c:ident $d:ident $e:ident, $index:expr) => {{
            let (mix, index): (fn(u32, u32, u32) -> u32, usize) = ($mix, $index);
            if index >= 16 {
                schedule[index % 16] = scheduled([3, 8, 14, 16].map(|back| &schedule[(index - back) % 16]));
            }
            let word = &schedule[index % 16];
            for i in 0..N {
                let sum = $a[i].rotate_left(5).wrapping_add(mix($b[i], $c[i], $d[i])).wrapping_add($e[i]);
                $e[i] = sum.wrapping_add($constant).wrapping_add(word[i]);
                $b[i] = $b[i].rotate_left(30);
            }
        }};
    }
    macro_rules! round {
        ($mix:expr, $constant:expr, $first:expr) => {
            for i in [$first, $first + 5, $first + 10, $first + 15] {
                step!($mix, $constant, a b c d e, i);
                step!($mix, $constant, e a b c d, i + 1);
                step!($mix, $constant, d e a b c, i + 2);
                step!($mix, $constant, c d e a b, i + 3);
                step!($mix, $constant, b c d e a, i + 4);
            }
        };
    }
    round!(|b, c, d| d ^ (b & (c ^ d)), 0x5A82_7999, 0);
    round!(|b, c, d| b ^ c ^ d, 0x6ED9_EBA1, 20);
    round!(|b, c, d| (b & c) | (d & (b | c)), 0x8F1B_BCDC, 40);
    round!(|b, c, d| b ^ c ^ d, 0xCA62_C1D6, 60);
    for (word, new) in state.iter_mut().zip([a, b, c, d, e]) {
        for (lane, new) in word.iter_mut().zip(new) {
            *lane = lane.wrapping_add(new);
        }
    }
}

fn scheduled<const N: usize>([p, q, r, s]: [&[u32; N]; 4]) -> [u32; N] {
    let mut words = [0; N];
    for i in 0..N {
        words[i] = (p[i] ^ q[i] ^ r[i] ^ s[i]).rotate_left(1);
    }
    words
}

fn words(block: &[u8; 64]) -> [u32; 16] {
    let (octets, _) = block.as_chunks::<4>();
    std::array::from_fn(|i| u32::from_be_bytes(octets[i]))
}

#[cfg(test)]
mod tests {
    use super::{LANES, digest, digest_each};

    fn hex(octets: [u8; 20]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The examples of FIPS 180 and RFC 3174, and the empty message.
    #[test]
    fn has_the_published_digests() {
        let million = "a".repeat(1_000_000);
        for (message, expected) in [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
            (&million, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        ] {
            assert_eq!(hex(digest(message.as_bytes())), expected);
        }
    }

    #[test]
    fn several_at_once_are_the_same_digests() {
        let text = [b'x'; 130];
        for length in 0..127 {
            let four = [&text[..length], &text[..length / 2], b"abc", &text[..length + 3]];
            assert_eq!(digest_each(four), four.map(digest), "{length}");
        }
        let many: [&[u8]; LANES] = std::array::from_fn(|length| &text[..length]);
        assert_eq!(digest_each(many), many.map(digest));
    }
}
