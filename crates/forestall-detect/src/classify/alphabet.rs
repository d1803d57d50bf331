// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The 38 symbols of a label: its edge, letters, digits and the hyphen, numbered.

/// How many symbols there are.
pub(super) const SYMBOLS: usize = 38;

/// The symbol before the first and behind the last letter.
pub(super) const EDGE: u8 = 0;

/// Returns the number of an octet of a label in lower case; what cannot stand there counts as the edge.
pub(super) const fn symbol(octet: u8) -> u8 {
    match octet {
        b'a'..=b'z' => octet - b'a' + 1,
        b'0'..=b'9' => octet - b'0' + 27,
        b'-' => 37,
        _ => EDGE,
    }
}

/// Returns the octet of a symbol; a dot for the edge.
pub(super) const fn octet(symbol: u8) -> u8 {
    match symbol {
        1..=26 => symbol - 1 + b'a',
        27..=36 => symbol - 27 + b'0',
        37 => b'-',
        _ => b'.',
    }
}

/// What a symbol is, one bit each.
pub(super) mod kind {
    /// A letter.
    pub(in super::super) const LETTER: u8 = 1;
    /// A digit.
    pub(in super::super) const DIGIT: u8 = 1 << 1;
    /// A vowel, y included.
    pub(in super::super) const VOWEL: u8 = 1 << 2;
    /// A letter that is rare in names of most languages.
    pub(in super::super) const RARE: u8 = 1 << 3;
    /// A hexadecimal digit.
    pub(in super::super) const HEXADECIMAL: u8 = 1 << 4;
}

/// The kinds of all symbols, by number.
const KINDS: [u8; SYMBOLS] = kinds();

const fn kinds() -> [u8; SYMBOLS] {
    let mut kinds = [0; SYMBOLS];
    let mut at = 0;
    while at < SYMBOLS {
        // The index is below 38.
        #[expect(clippy::cast_possible_truncation, reason = "there are 38 symbols")]
        let octet = octet(at as u8);
        if octet.is_ascii_lowercase() {
            kinds[at] |= kind::LETTER;
        }
        if octet.is_ascii_digit() {
            kinds[at] |= kind::DIGIT;
        }
        if matches!(octet, b'a' | b'e' | b'i' | b'o' | b'u' | b'y') {
            kinds[at] |= kind::VOWEL;
        }
        if matches!(octet, b'j' | b'k' | b'q' | b'v' | b'w' | b'x' | b'y' | b'z') {
            kinds[at] |= kind::RARE;
        }
        if octet.is_ascii_hexdigit() {
            kinds[at] |= kind::HEXADECIMAL;
        }
        at += 1;
    }
    kinds
}

/// Returns the kinds of a symbol.
pub(super) fn kinds_of(symbol: u8) -> u8 {
    KINDS.get(usize::from(symbol)).copied().unwrap_or(0)
}

/// Says whether a symbol is a letter.
pub(super) fn is_letter(symbol: u8) -> bool {
    kinds_of(symbol) & kind::LETTER != 0
}

/// Says whether a symbol is a digit.
pub(super) fn is_digit(symbol: u8) -> bool {
    kinds_of(symbol) & kind::DIGIT != 0
}
