// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! XXH64 with seed 0, as the xxHash specification (version 0.1.1, Y. Collet) defines it: a checksum at the speed of memory.
//!
//! It finds what disks and copies do to a file. Against somebody who alters a file on purpose, compare the index's SHA-256.

const P1: u64 = 0x9E37_79B1_85EB_CA87;
const P2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const P3: u64 = 0x1656_67B1_9E37_79F9;
const P4: u64 = 0x85EB_CA77_C2B2_AE63;
const P5: u64 = 0x27D4_EB2F_1656_67C5;

/// Octets that are taken in at a time.
pub(crate) const STRIPE: usize = 32;

/// Returns the checksum of `bytes`.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = Checksum::new();
    sum.take(bytes);
    sum.finish()
}

/// A checksum of octets that come piece by piece.
#[derive(Clone, Debug)]
pub(crate) struct Checksum {
    lanes: [u64; 4],
    length: u64,
    /// What is less than a stripe, of the last piece.
    rest: [u8; STRIPE],
}

impl Checksum {
    pub(crate) const fn new() -> Self {
        Self { lanes: [P1.wrapping_add(P2), P2, 0, 0u64.wrapping_sub(P1)], length: 0, rest: [0; STRIPE] }
    }

    /// Takes a piece in. Each but the last is a multiple of [`STRIPE`].
    pub(crate) fn take(&mut self, piece: &[u8]) {
        let (stripes, rest) = piece.as_chunks::<STRIPE>();
        let mut lanes = self.lanes;
        for stripe in stripes {
            let (words, _) = stripe.as_chunks::<8>();
            for (lane, word) in lanes.iter_mut().zip(words) {
                *lane = round(*lane, u64::from_le_bytes(*word));
            }
        }
        self.lanes = lanes;
        self.length = self.length.wrapping_add(piece.len() as u64);
        self.rest[..rest.len()].copy_from_slice(rest);
    }

    pub(crate) fn finish(&self) -> u64 {
        let mut hash = if self.length < STRIPE as u64 {
            P5
        } else {
            let turned = [1, 7, 12, 18].iter().zip(self.lanes).map(|(by, lane)| lane.rotate_left(*by));
            let sum = turned.fold(0, u64::wrapping_add);
            self.lanes.iter().fold(sum, |hash, lane| (hash ^ round(0, *lane)).wrapping_mul(P1).wrapping_add(P4))
        };
        hash = hash.wrapping_add(self.length);
        let mut rest = &self.rest[..usize::try_from(self.length % STRIPE as u64).unwrap_or(0)];
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            hash ^= round(0, u64::from_le_bytes(*word));
            hash = hash.rotate_left(27).wrapping_mul(P1).wrapping_add(P4);
            rest = after;
        }
        if let Some((word, after)) = rest.split_first_chunk::<4>() {
            hash ^= u64::from(u32::from_le_bytes(*word)).wrapping_mul(P1);
            hash = hash.rotate_left(23).wrapping_mul(P2).wrapping_add(P3);
            rest = after;
        }
        for octet in rest {
            hash ^= u64::from(*octet).wrapping_mul(P5);
            hash = hash.rotate_left(11).wrapping_mul(P1);
        }
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(P2);
        hash ^= hash >> 29;
        hash = hash.wrapping_mul(P3);
        hash ^ (hash >> 32)
    }
}

#[inline]
fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

#[cfg(test)]
mod tests {
    use super::{Checksum, STRIPE, checksum};

    #[test]
    fn gives_the_published_values() {
        // The specification's own vectors: a generator of test bytes, and the sums of its first 0, 1, 4, 14 and 222 (xxhsum sanity check, seed 0).
        let mut state = 2_654_435_761_u64;
        let bytes: Vec<u8> = (0..222)
            .map(|_| {
                let octet = state.to_le_bytes()[7];
                state = state.wrapping_mul(11_400_714_785_074_694_797);
                octet
            })
            .collect();
        let check = |length: usize, expected: u64| {
            assert_eq!(checksum(&bytes[..length]), expected, "{length}");
            let mut sum = Checksum::new();
            bytes[..length].chunks(2 * STRIPE).for_each(|piece| sum.take(piece));
            assert_eq!(sum.finish(), expected, "{length} by pieces");
        };
        check(0, 0xEF46_DB37_51D8_E999);
        check(1, 0xE934_A84A_DB05_2768);
        check(4, 0x9136_A0DC_A574_57EE);
        check(14, 0x8282_DCC4_994E_35C8);
        check(222, 0xB641_AE8C_B691_C174);
    }
}
