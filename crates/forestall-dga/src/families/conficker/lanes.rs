// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several lists side by side: one step of each in turn, so that their chains of operations overlap.
//!
//! How and why, with figures: `benches/README.md`. The module is written so that a compiler turns the loops over the lanes into
//! vector operations of the baseline instruction set; nothing here depends on its doing so.

use super::{Variant, low_half, seed, step, windows};
use crate::sine::Sine;
use crate::{NameBuf, Period};

/// Lists computed at a time.
pub(super) const LANES: usize = 12;

/// Steps of every lane between two passes that turn outputs into names.
const ROWS: usize = 160;

/// Rows kept from one block to the next: more than the longest name takes.
const CARRY: usize = 16;

/// Rows that are turned into letters at a time; 2^4, for four shuffles.
const CHUNK: usize = 16;

/// Letters of a lane in a block, and as many as may be copied beyond the last.
const LETTERS_A_LANE: usize = CARRY + ROWS + COPIED;

/// Letters copied for a name, whatever its length.
const COPIED: usize = 16;

/// One value a lane.
type Row<T> = [T; LANES];

/// The rows of a block, behind those carried over.
type Block<T> = [Row<T>; CARRY + ROWS];

/// Appends the first `names` names of each period, at most [`LANES`] of them, to its buffer.
pub(super) fn generate<V: Variant>(periods: &[Period], names: u32, sine: Sine, out: &mut [NameBuf]) {
    let mut state: Row<u64> = [0; LANES];
    for (i, state) in state.iter_mut().enumerate() {
        // Lanes without a list of their own repeat the first one and are not read.
        *state = periods.get(i).or(periods.first()).map_or(V::DAY_OFFSET, |period| seed::<V>(period.key));
    }
    let names = names as usize;
    let mut texts: Vec<Text> = Vec::with_capacity(LANES);
    for (period, buf) in periods.iter().zip(&mut *out) {
        buf.start_run(windows(period));
        buf.reserve(names, names * (V::MOST_LETTERS + 6));
        texts.push(Text { bytes: [0; TEXT], ends: [0; NAMES], length: 0, names: 0, left: names, row: CARRY });
    }
    let mut outputs = Box::new([[0; LANES]; CARRY + ROWS]);
    let mut letters = Box::new([[0; LETTERS_A_LANE]; LANES]);
    while texts.iter().any(|text| text.left > 0) {
        advance::<V>(&mut state, &mut outputs[CARRY..], sine);
        spell(&outputs[CARRY..], &mut letters);
        assemble::<V>(&outputs, &letters, &mut texts);
        for (text, buf) in texts.iter_mut().zip(&mut *out) {
            buf.push_block(&text.bytes[..text.length], text.ends[..text.names].iter().copied());
            (text.length, text.names) = (0, 0);
            text.row = text.row.max(ROWS) - ROWS;
        }
        // What is left of each lane is less than a name; it moves to the front.
        outputs.copy_within(ROWS.., 0);
        letters.iter_mut().for_each(|lane| lane.copy_within(ROWS..ROWS + CARRY, 0));
    }
}

/// The names of one lane in a block.
struct Text {
    /// The names, each followed by a line feed.
    bytes: [u8; TEXT],
    /// Where the line feeds stand.
    ends: [u32; NAMES],
    /// Bytes written.
    length: usize,
    /// Names written.
    names: usize,
    /// Names that are yet to be written, in this block and the next ones.
    left: usize,
    /// Where the outputs of the next name begin.
    row: usize,
}

/// Computes one row of outputs after another. A function of its own so that its loop has all registers.
#[inline(never)]
fn advance<V: Variant>(state: &mut Row<u64>, rows: &mut [Row<u32>], sine: Sine) {
    let mut before = *state;
    for row in rows {
        // Plain loops over the lanes: `map` and iterators were not turned into vector operations.
        let mut after = [0; LANES];
        let mut small = 0;
        for lane in 0..LANES {
            after[lane] = quick_step::<V>(before[lane]);
            small |= after[lane].wrapping_sub(QUICK_FROM);
        }
        if small >> 63 != 0 {
            after = careful::<V>(before, sine);
        }
        for lane in 0..LANES {
            row[lane] = low_half(after[lane]);
        }
        before = after;
    }
    *state = before;
}

/// The bits of 2^178.5: whatever [`quick_step`] returns at or above is right.
///
/// Where `p` is below 2^54, `r` is below 2^54 * x^2 and a little. No state is above the bits of 2^190, because `p` is at most 2^64
/// and `x` below 2^63; so `x` is below 2^62.245, and `r` below 2^178.5. A seed is smaller, and so is the state after it.
const QUICK_FROM: u64 = 0x4B16_A09E_667F_3BCD;

/// The step without its small terms, which are wanted only below [`QUICK_FROM`].
#[inline(always)]
fn quick_step<V: Variant>(state: u64) -> u64 {
    let (high, low) = (state >> 32, state & 0xFFFF_FFFF);
    let multiplier = u64::from(V::STEP_MULTIPLIER);
    let product = (low * multiplier).wrapping_add((high * multiplier) << 32);
    let p = to_double(product >> 32, product & 0xFFFF_FFFF);
    let x = to_double(high, low);
    (p * x * x).to_bits()
}

/// Converts a 64-bit number, given by its halves, with one rounding: what `as f64` does, in operations that exist on vectors.
///
/// The high half becomes the mantissa of 2^84, the low half that of 2^52; both offsets are taken off at once, exactly.
#[inline(always)]
fn to_double(high: u64, low: u64) -> f64 {
    const TWO_84: u64 = 0x4530_0000_0000_0000;
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    const OFFSETS: f64 = f64::from_bits(0x4530_0000_0010_0000);
    (f64::from_bits(TWO_84 | high) - OFFSETS) + f64::from_bits(TWO_52 | low)
}

/// Steps every lane with all terms.
#[cold]
#[inline(never)]
fn careful<V: Variant>(mut state: Row<u64>, sine: Sine) -> Row<u64> {
    state.iter_mut().for_each(|state| *state = step::<V>(*state, sine));
    state
}

/// Turns every output into a letter, as if each were one, and collects the letters of each lane.
#[expect(clippy::cast_possible_truncation, reason = "8,319 at most, then 25 at most")]
fn spell(rows: &[Row<u32>], letters: &mut [[u8; LETTERS_A_LANE]; LANES]) {
    for (chunk, rows) in rows.as_chunks::<CHUNK>().0.iter().enumerate() {
        let mut small = [0; CHUNK * LANES];
        for (small, output) in small.iter_mut().zip(rows.as_flattened()) {
            // 2^13 is 2 modulo 26: folding twice leaves at most 8,319 of at most 2^31.
            let magnitude = output.cast_signed().unsigned_abs();
            let once = (magnitude >> 13) * 2 + (magnitude & 0x1FFF);
            *small = ((once >> 13) * 2 + (once & 0x1FFF)) as u16;
        }
        let mut chunk_letters = [0; CHUNK * LANES];
        for (letter, small) in chunk_letters.iter_mut().zip(small) {
            // 40,330 is 2^20 / 26, rounded up; exact below 2^18.
            let quotient = ((u32::from(small) * 40_330) >> 16) as u16 >> 4;
            *letter = b'a' + (small - quotient * 26) as u8;
        }
        let by_lane = shuffled(&shuffled(&shuffled(&shuffled(&chunk_letters))));
        let from = CARRY + chunk * CHUNK;
        for (lane, column) in letters.iter_mut().zip(by_lane.as_chunks::<CHUNK>().0) {
            lane[from..from + CHUNK].copy_from_slice(column);
        }
    }
}

/// Interleaves the two halves, as one shuffles cards.
///
/// Of 2^n rows, n shuffles make columns: each moves the highest bit of the row's number to the lowest bit of the index.
fn shuffled(cards: &[u8; CHUNK * LANES]) -> [u8; CHUNK * LANES] {
    let mut out = [0; CHUNK * LANES];
    for i in 0..CHUNK * LANES / 2 {
        out[2 * i] = cards[i];
        out[2 * i + 1] = cards[i + CHUNK * LANES / 2];
    }
    out
}

/// Writes the names whose outputs are all there, the lanes taking turns, so that the chain from one name of a lane to its
/// next overlaps with those of the other lanes.
fn assemble<V: Variant>(outputs: &Block<u32>, letters: &[[u8; LETTERS_A_LANE]; LANES], texts: &mut [Text]) {
    let most = V::MOST_LETTERS + 2;
    loop {
        let open = texts.iter().filter(|text| text.left > 0);
        let turns = open.map(|text| (CARRY + ROWS - text.row) / most).min().unwrap_or(0);
        if turns == 0 {
            break;
        }
        for _ in 0..turns {
            for (lane, text) in texts.iter_mut().enumerate() {
                one_name::<V>(outputs, letters, lane, text);
            }
        }
    }
    for (lane, text) in texts.iter_mut().enumerate() {
        while text.row + most <= CARRY + ROWS && text.left > 0 {
            one_name::<V>(outputs, letters, lane, text);
        }
    }
}

/// Writes the next name of a lane, unless it has all.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the text of a block is a few hundred bytes")]
fn one_name<V: Variant>(outputs: &Block<u32>, letters: &[[u8; LETTERS_A_LANE]; LANES], lane: usize, text: &mut Text) {
    if text.left == 0 {
        return;
    }
    let length = V::letters(outputs[text.row][lane]);
    let suffixes = const { &suffixes(V::SUFFIXES) };
    let suffix = &suffixes[V::suffix(outputs[text.row + 1 + length][lane]) % suffixes.len()];
    let place = &mut text.bytes[text.length..text.length + TAIL];
    // Always as many letters: cheaper than a loop whose end nobody can foresee.
    place[..COPIED].copy_from_slice(&letters[lane][text.row + 1..text.row + 1 + COPIED]);
    place[length..length + SUFFIX].copy_from_slice(&suffix.bytes);
    let end = text.length + length + suffix.length;
    text.ends[text.names] = end as u32;
    text.length = end + 1;
    text.row += length + 2;
    text.names += 1;
    text.left -= 1;
}

/// Names of a lane in a block, at most: a name takes 6 outputs or more.
const NAMES: usize = (CARRY + ROWS) / 6 + 1;

/// Bytes of a lane in a block, at most: 8 a name beside its letters, which are outputs.
const TEXT: usize = CARRY + ROWS + NAMES * SUFFIX + TAIL;

/// Bytes of a suffix with its dot and the line feed.
const SUFFIX: usize = 8;

/// Bytes that may be written from the start of a name on: the longest name, and what is overwritten by the next one.
const TAIL: usize = 24;

/// A suffix as it is copied.
#[derive(Clone, Copy)]
struct Suffix {
    /// The dot, the suffix, a line feed, and anything.
    bytes: [u8; SUFFIX],
    /// Bytes before the line feed.
    length: usize,
}

const fn suffixes(list: &[&str]) -> [Suffix; 128] {
    let mut table = [Suffix { bytes: [b'\n'; SUFFIX], length: 0 }; 128];
    let mut i = 0;
    while i < list.len() {
        let text = list[i].as_bytes();
        table[i].bytes[0] = b'.';
        let mut at = 0;
        while at < text.len() {
            table[i].bytes[at + 1] = text[at];
            at += 1;
        }
        table[i].length = text.len() + 1;
        i += 1;
    }
    table
}
