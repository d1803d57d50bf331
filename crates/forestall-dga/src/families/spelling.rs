// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters, digits and dates as bytes on the stack.

use forestall_model::Instant;

/// The letters.
pub(super) const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Returns the letter number `value` modulo 26, from `a`.
pub(super) fn letter(value: u32) -> u8 {
    b'a' + (value % 26) as u8
}

/// Writes `value` in decimal at the end of `room` and returns the digits.
pub(super) fn decimal(value: u64, room: &mut [u8; 20]) -> &[u8] {
    let mut rest = value;
    let mut start = room.len();
    loop {
        start -= 1;
        room[start] = b"0123456789"[(rest % 10) as usize];
        rest /= 10;
        if rest == 0 {
            return &room[start..];
        }
    }
}

/// Writes `value` in lower-case hexadecimal without leading zeros at the end of `room` and returns the digits.
pub(super) fn short_hexadecimal(value: u32, room: &mut [u8; 8]) -> &[u8] {
    let mut rest = value;
    let mut start = room.len();
    loop {
        start -= 1;
        room[start] = HEXADECIMAL[(rest % 16) as usize];
        rest /= 16;
        if rest == 0 {
            return &room[start..];
        }
    }
}

/// Writes bytes as pairs of lower-case hexadecimal digits, as many as fit on both sides.
pub(super) fn hexadecimal(bytes: &[u8], room: &mut [u8]) {
    let whole = (room.len() / 8).min(bytes.len() / 4);
    let (eights, rest) = room.split_at_mut(8 * whole);
    for (digits, word) in eights.as_chunks_mut::<8>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *digits = eight_digits(*word);
    }
    for (pair, byte) in rest.chunks_exact_mut(2).zip(&bytes[4 * whole..]) {
        pair[0] = HEXADECIMAL[usize::from(byte >> 4)];
        pair[1] = HEXADECIMAL[usize::from(byte & 15)];
    }
}

/// Returns the eight digits of four bytes, computed side by side in one number.
fn eight_digits(bytes: [u8; 4]) -> [u8; 8] {
    let mut spread = u64::from(u32::from_le_bytes(bytes));
    spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF;
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF;
    let halves = (spread >> 4 & 0x000F_000F_000F_000F) | (spread & 0x000F_000F_000F_000F) << 8;
    // 10 to 15 and 6 more have bit 4.
    let letters = (halves + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (halves + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_le_bytes()
}

/// Returns the UTC day that holds `at` as `YYYY-MM-DD`.
pub(super) fn iso_date(at: Instant) -> [u8; 10] {
    let (year, month, day) = at.day().ymd();
    let digit = |value: i16| b"0123456789"[usize::from(value.unsigned_abs() % 10)];
    let pair = |value: i8| [digit(i16::from(value) / 10), digit(i16::from(value))];
    let ([m1, m2], [d1, d2]) = (pair(month), pair(day));
    [digit(year / 1_000), digit(year / 100), digit(year / 10), digit(year), b'-', m1, m2, b'-', d1, d2]
}

#[cfg(test)]
mod tests {
    use super::{decimal, hexadecimal, iso_date, short_hexadecimal};

    #[test]
    fn spells_numbers_and_dates() {
        assert_eq!(decimal(0, &mut [0; 20]), b"0");
        assert_eq!(decimal(u64::MAX, &mut [0; 20]), u64::MAX.to_string().as_bytes());
        assert_eq!(short_hexadecimal(0, &mut [0; 8]), b"0");
        assert_eq!(short_hexadecimal(0xFEDC_BA98, &mut [0; 8]), b"fedcba98");
        let mut room = [0; 4];
        hexadecimal(&[0x0F, 0xA0, 0xFF], &mut room);
        assert_eq!(&room, b"0fa0");
        assert_eq!(&iso_date("2009-04-01T23:59:59Z".parse().unwrap()), b"2009-04-01");
    }
}
