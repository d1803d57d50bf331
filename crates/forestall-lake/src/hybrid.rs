// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Small numbers as Parquet keeps them: runs of one number, and groups of eight with so many bits each.
//!
//! # Source
//!
//! Apache Parquet format, Encodings.md: "Run Length Encoding / Bit-Packing Hybrid (RLE = 3)". Levels, and the codes of dictionaries, are written so.

/// The most bits of a number.
const MOST_BITS: u32 = 32;

/// A run, as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run<'a> {
    /// So many times the same number.
    Same(u32, usize),
    /// So many numbers in these octets, at most.
    Packed(&'a [u8], usize),
}

/// What is left to read, and the bits of a number.
#[derive(Clone, Debug)]
pub(crate) struct Runs<'a> {
    octets: &'a [u8],
    bits: u32,
    left: usize,
}

impl<'a> Runs<'a> {
    /// Begins to read `count` numbers; none where they would have more bits than there are.
    pub(crate) fn new(octets: &'a [u8], bits: u32, count: usize) -> Option<Self> {
        (bits <= MOST_BITS).then_some(Self { octets, bits, left: count })
    }

    /// Returns the next run, never longer than what is left to read; none at the end, or where the octets end before. [`Self::is_done`] tells which.
    pub(crate) fn next(&mut self) -> Option<Run<'a>> {
        while self.left > 0 {
            let header = self.header()?;
            let length = usize::try_from(header >> 1).ok()?;
            if header & 1 == 0 {
                let (octets, rest) = self.octets.split_at_checked(self.bits.div_ceil(8) as usize)?;
                self.octets = rest;
                let value = octets.iter().rev().fold(0, |value, octet| value << 8 | u32::from(*octet));
                let count = length.min(self.left);
                self.left -= count;
                if count > 0 {
                    return Some(Run::Same(value, count));
                }
            } else {
                // The last group may be cut where its numbers are not needed.
                let count = length.checked_mul(8)?.min(self.left);
                let needed = (count as u64 * u64::from(self.bits)).div_ceil(8);
                let whole = u64::try_from(length).ok()?.checked_mul(self.bits.into())?;
                let there = usize::try_from(whole).unwrap_or(usize::MAX).min(self.octets.len());
                if (there as u64) < needed {
                    return None;
                }
                let (octets, rest) = self.octets.split_at_checked(there)?;
                self.octets = rest;
                self.left -= count;
                if count > 0 {
                    return Some(Run::Packed(octets, count));
                }
            }
        }
        None
    }

    /// Says whether all numbers were read.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0
    }

    fn header(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (octet, rest) = self.octets.split_first()?;
            self.octets = rest;
            value |= u64::from(octet & 0x7F) << shift;
            if octet & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
            if shift > 35 {
                return None;
            }
        }
    }
}

/// Appends `count` numbers to `into`; none, and what was appended is of no use, where the octets do not hold so many.
pub(crate) fn read(octets: &[u8], bits: u32, count: usize, into: &mut Vec<u32>) -> Option<()> {
    let mut runs = Runs::new(octets, bits, count)?;
    while let Some(run) = runs.next() {
        match run {
            Run::Same(value, count) => into.resize(into.len() + count, value),
            Run::Packed(octets, count) => unpack(octets, bits, count, into),
        }
    }
    runs.is_done().then_some(())
}

/// Appends numbers of so many bits each, the lowest bit first.
fn unpack(octets: &[u8], bits: u32, count: usize, into: &mut Vec<u32>) {
    let mask = (1_u64 << bits) - 1;
    let bits = bits as usize;
    into.reserve(count);
    // As long as eight octets can be read at once, which hold any number of up to 32 bits that begins in the first of them.
    let whole = (octets.len().saturating_sub(8) * 8).checked_div(bits).map_or(count, |whole| whole.min(count));
    let word = |bit: usize| {
        let octets = octets.get(bit / 8..)?.first_chunk::<8>()?;
        Some(u64::from_le_bytes(*octets) >> (bit % 8) & mask)
    };
    let narrow = |value: u64| u32::try_from(value).unwrap_or(0);
    into.extend((0..whole).map(|number| narrow(word(number * bits).unwrap_or(0))));
    into.extend((whole..count).map(|number| {
        let bit = number * bits;
        let mut last = [0; 8];
        let rest = octets.get(bit / 8..).unwrap_or_default();
        let rest = &rest[..rest.len().min(8)];
        last[..rest.len()].copy_from_slice(rest);
        narrow(u64::from_le_bytes(last) >> (bit % 8) & mask)
    }));
}

/// Appends the numbers, each of at most so many bits, in groups of eight and in runs, whichever is shorter.
pub(crate) fn write(numbers: &[u32], bits: u32, out: &mut Vec<u8>) {
    let mut start = 0;
    let mut at = 0;
    while at < numbers.len() {
        let run = numbers[at..].iter().take_while(|number| **number == numbers[at]).count();
        // Where a run begins within a group of eight, its first numbers fill that group.
        let fill = (8 - (at - start) % 8) % 8;
        if run >= fill + LEAST_RUN {
            let end = at + fill;
            write_packed(&numbers[start..end], bits, out);
            write_same(numbers[at], run - fill, bits, out);
            at += run;
            start = at;
        } else {
            at += run;
        }
    }
    write_packed(&numbers[start..], bits, out);
}

/// The shortest run that is written as one. One of 32 numbers of one bit takes four octets in groups, and three as a run beside the header of the groups after it.
const LEAST_RUN: usize = 32;

/// Appends a run of one number.
pub(crate) fn write_same(number: u32, count: usize, bits: u32, out: &mut Vec<u8>) {
    if count == 0 {
        return;
    }
    write_header((count as u64) << 1, out);
    out.extend_from_slice(&number.to_le_bytes()[..bits.div_ceil(8) as usize]);
}

/// Appends numbers in groups of eight with their header. Those of all calls but the last one of a page are a multiple of eight.
fn write_packed(numbers: &[u32], bits: u32, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(8);
    write_header((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * bits as usize;
    pack(numbers, bits, out);
    out.resize(end, 0);
}

/// Appends numbers of so many bits each, the lowest bit first, up to a whole octet.
pub(crate) fn pack(numbers: &[u32], bits: u32, out: &mut Vec<u8>) {
    let end = out.len() + (numbers.len() * bits as usize).div_ceil(8);
    out.reserve(end - out.len() + 8);
    let (mut word, mut filled) = (0_u64, 0);
    for number in numbers {
        word |= u64::from(*number) << filled;
        filled += bits;
        if filled >= 32 {
            out.extend_from_slice(&word.to_le_bytes()[..4]);
            word >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&word.to_le_bytes());
    out.truncate(end);
}

fn write_header(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{read, write};

    #[test]
    fn reads_the_example_of_the_format() {
        // 0 to 7 in three bits each: 88 C6 FA.
        let mut numbers = Vec::new();
        read(&[3, 0x88, 0xC6, 0xFA], 3, 8, &mut numbers).unwrap();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn octets_that_are_none_are_refused() {
        let check =
            |octets: &[u8], bits: u32, count: usize| assert_eq!(read(octets, bits, count, &mut Vec::new()), None);
        check(&[], 1, 1);
        check(&[0x10], 9, 4);
        check(&[0xFF; 9], 1, 4);
        check(&[3, 0x88], 3, 8);
        check(&[2, 1], 33, 1);
        // Runs of nothing end with the octets.
        check(&[0; 1_000], 1, 4);
        assert!(read(&[0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 1], 1, 4, &mut Vec::new()).is_some(), "no more than is asked for");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(runs in proptest::collection::vec((0_u32..9, 1_usize..90), 0..40), bits in 4_u32..=32) {
            let numbers: Vec<u32> =
                runs.iter().flat_map(|(number, count)| std::iter::repeat_n(*number << (bits - 4), *count)).collect();
            let mut octets = Vec::new();
            write(&numbers, bits, &mut octets);
            let mut again = Vec::new();
            prop_assert!(read(&octets, bits, numbers.len(), &mut again).is_some());
            prop_assert_eq!(again, numbers);
        }
    }
}
