// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! MD6-256 of messages that fit into one block (Rivest and others, The MD6 hash function, submission to NIST, 2008).
//!
//! Without key, 104 rounds, tree mode: a message of up to 512 octets is one node, the root.

/// Returns the digest of a message.
#[must_use]
pub fn digest<const N: usize>(message: &[u8; N]) -> [u8; 32] {
    const { assert!(N <= BLOCK, "one block") };
    let mut block = [0; BLOCK];
    block[..N].copy_from_slice(message);
    let output = compress(&block, (BLOCK - N) as u64 * 8, ROUNDS);
    let mut out = [0; 32];
    for (octets, word) in out.as_chunks_mut::<8>().0.iter_mut().zip(&output[12..]) {
        *octets = word.to_be_bytes();
    }
    out
}

/// Octets of a block.
const BLOCK: usize = 512;

/// 40 and a quarter of the digest's 256 bits.
const ROUNDS: usize = 104;

/// Words that go into the compression: 15 constant ones, 8 of the key, the node, its control word and the block.
const INPUT: usize = 89;

/// How far back the feedback reaches, in words: two that are added, and two pairs that are multiplied.
const TAPS: [usize; 6] = [17, 18, 21, 31, 67, INPUT];

/// The shifts to the right and to the left of the sixteen steps of a round.
const SHIFTS: [(u32, u32); 16] = [
    (10, 11),
    (5, 24),
    (13, 9),
    (10, 16),
    (11, 15),
    (12, 9),
    (2, 27),
    (7, 15),
    (14, 6),
    (15, 2),
    (7, 29),
    (13, 8),
    (11, 15),
    (7, 5),
    (6, 31),
    (12, 9),
];

/// The fractional part of the square root of 6.
const ROOT: [u64; 15] = [
    0x7311_C281_2425_CFA0,
    0x6432_2864_34AA_C8E7,
    0xB604_50E9_EF68_B7C1,
    0xE8FB_2390_8D9F_06F1,
    0xDD2E_76CB_A691_E5BF,
    0x0CD0_D63B_2C30_BC41,
    0x1F8C_CF68_2305_8F8A,
    0x54E5_ED5B_88E3_775D,
    0x4AD1_2AAE_0A6D_6031,
    0x3E7F_16BB_8822_2E0D,
    0x8AF8_671D_3FB5_0C2C,
    0x995A_D117_8BD2_5C31,
    0xC878_C1DD_04C4_B633,
    0x3B72_066C_7A15_52AC,
    0x0D6F_3522_631E_FFCB,
];

/// Compresses the one block of a message that `padding` zero bits fill up.
fn compress(block: &[u8; BLOCK], padding: u64, rounds: usize) -> [u64; 16] {
    let mut words = vec![0; INPUT + 16 * rounds];
    words[..15].copy_from_slice(&ROOT);
    // Level 1, node 0.
    words[23] = 1 << 56;
    // Rounds, 64 levels at most, the last compression, padding, no key, digest bits.
    words[24] = (rounds as u64) << 48 | 64 << 40 | 1 << 36 | padding << 20 | 256;
    for (word, octets) in words[25..INPUT].iter_mut().zip(block.as_chunks::<8>().0) {
        *word = u64::from_be_bytes(*octets);
    }
    let mut constant = 0x0123_4567_89AB_CDEF_u64;
    for round in 0..rounds {
        for (step, (right, left)) in SHIFTS.iter().enumerate() {
            let at = INPUT + 16 * round + step;
            let [add, a, b, c, d, first] = TAPS.map(|back| words[at - back]);
            let mut word = constant ^ first ^ add ^ (a & b) ^ (c & d);
            word ^= word >> right;
            words[at] = word ^ (word << left);
        }
        constant = constant.rotate_left(1) ^ (constant & ROOT[0]);
    }
    std::array::from_fn(|i| words[INPUT + 16 * (rounds - 1) + i])
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, compress, digest};

    fn hex(octets: impl IntoIterator<Item = u8>) -> String {
        octets.into_iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The digest of the empty message that the reference implementation gives.
    #[test]
    fn has_the_published_digest_of_nothing() {
        assert_eq!(hex(digest(b"")), "bca38b24a804aa37d821d31af00f5598230122c5bbfc4c4ad5ed40e4258f04ca");
    }

    /// The example of the submission: "abc" in 5 rounds.
    #[test]
    fn has_the_example_of_the_submission() {
        let mut block = [0; BLOCK];
        block[..3].copy_from_slice(b"abc");
        let output = compress(&block, 4096 - 24, 5);
        let octets = output[12..].iter().flat_map(|word| word.to_be_bytes());
        assert_eq!(hex(octets), "8854c14dc284f840ed71ad7ba542855ce189633e48c797a55121a746be48cec8");
    }
}
