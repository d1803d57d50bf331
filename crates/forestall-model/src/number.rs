// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbers as people read them.

/// Writes a whole number with commas between thousands: `4,612,345`.
#[must_use]
pub fn thousands(number: u64) -> String {
    grouped(&number.to_string(), ",")
}

/// Writes the digits of a whole number with a mark between thousands.
#[must_use]
pub fn grouped(digits: &str, mark: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * mark.len());
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, thousands};

    #[test]
    fn marks_stand_between_groups_of_three_digits() {
        for (number, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (4_612_345, "4,612,345")] {
            assert_eq!(thousands(number), expected);
        }
        assert_eq!(grouped("1234567", "\u{a0}"), "1\u{a0}234\u{a0}567");
        assert_eq!(grouped("", ","), "");
    }
}
