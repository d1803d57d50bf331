// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The 38 symbols of a label: its edge, letters, digits and the hyphen, numbered.

/// How many symbols there are.
pub(super) const SYMBOLS: usize = 38;

/// The symbol before the first and behind the last letter.
pub(super) const EDGE: u8 = 0;

/// Returns the number of an octet of a label in lower case; what cannot stand there counts as the edge.
pub(super) fn symbol(octet: u8) -> u8 {
    match octet {
        b'a'..=b'z' => octet - b'a' + 1,
        b'0'..=b'9' => octet - b'0' + 27,
        b'-' => 37,
        _ => EDGE,
    }
}

/// Returns the octet of a symbol; a dot for the edge.
pub(super) fn octet(symbol: u8) -> u8 {
    match symbol {
        1..=26 => symbol - 1 + b'a',
        27..=36 => symbol - 27 + b'0',
        37 => b'-',
        _ => b'.',
    }
}

/// Says whether a symbol is a letter.
pub(super) fn is_letter(symbol: u8) -> bool {
    (1..=26).contains(&symbol)
}

/// Says whether a symbol is a digit.
pub(super) fn is_digit(symbol: u8) -> bool {
    (27..=36).contains(&symbol)
}

/// Says whether a symbol is a vowel, y included.
pub(super) fn is_vowel(symbol: u8) -> bool {
    matches!(octet(symbol), b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}
