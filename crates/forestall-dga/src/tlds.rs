// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sorts names by their last label: small numbers for labels, found by one word.

use std::collections::HashMap;

use forestall_model::Tld;

use crate::predict::List;

/// The top-level domains met so far, numbered in the order of their first name.
#[derive(Debug, Default)]
pub(crate) struct TldNumbers {
    /// Open addressing by the label as a word; 0 where nothing is.
    words: Vec<(u64, u32)>,
    /// Every label.
    numbers: HashMap<Box<[u8]>, u32>,
    tlds: Vec<Option<Tld>>,
}

impl TldNumbers {
    /// Returns the number of a name's last label; the name is in lower case.
    #[inline]
    pub(crate) fn number_of(&mut self, name: &[u8]) -> u32 {
        let tail = name.last_chunk().copied().unwrap_or_else(|| {
            let mut tail = [0; 8];
            tail[8 - name.len()..].copy_from_slice(name);
            tail
        });
        if let Some(word) = label_word(u64::from_le_bytes(tail)) {
            let mask = self.words.len().wrapping_sub(1);
            let mut slot = home(word);
            while let Some((found, number)) = self.words.get(slot & mask) {
                if *found == word {
                    return *number;
                }
                if *found == 0 {
                    break;
                }
                slot += 1;
            }
        }
        self.learn(name)
    }

    /// Returns the domain with this number; `None` where the label is none.
    pub(crate) fn tld(&self, number: u32) -> Option<&Tld> {
        self.tlds.get(number as usize)?.as_ref()
    }

    /// Returns how many domains there are.
    pub(crate) fn len(&self) -> usize {
        self.tlds.len()
    }

    #[cold]
    #[inline(never)]
    fn learn(&mut self, name: &[u8]) -> u32 {
        let label = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
        if let Some(number) = self.numbers.get(label) {
            return *number;
        }
        let number = u32::try_from(self.tlds.len()).expect("fewer labels than names");
        self.tlds.push(std::str::from_utf8(label).ok().and_then(|text| text.parse().ok()));
        self.numbers.insert(label.into(), number);
        // At most half full, so that a search ends.
        let known: Vec<u64> = self.numbers.keys().filter_map(|label| word_of(label)).collect();
        self.words = vec![(0, 0); (4 * known.len()).next_power_of_two()];
        let mask = self.words.len() - 1;
        #[expect(clippy::iter_over_hash_type, reason = "a table's content does not hang on the order of entry")]
        for (label, number) in &self.numbers {
            let Some(word) = word_of(label) else { continue };
            let mut slot = home(word) & mask;
            while self.words[slot].0 != 0 {
                slot = (slot + 1) & mask;
            }
            self.words[slot] = (word, *number);
        }
        number
    }
}

/// Gives each name of a list its place: its index among the names of the list with the same last label.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) tlds: TldNumbers,
    /// Names met so far in this list, by the number of the domain.
    pub(crate) counts: Vec<u32>,
}

impl Places {
    /// Starts a list and calls `each` with the index, the number of the domain and the place of each name shown.
    pub(crate) fn walk<'a>(&mut self, list: &List<'a>, mut each: impl FnMut(&TldNumbers, &'a [u8], u32, u32)) {
        self.counts.clear();
        self.counts.resize(self.tlds.len(), 0);
        for name in list.texts() {
            let number = self.tlds.number_of(name);
            if number as usize >= self.counts.len() {
                self.counts.resize(self.tlds.len(), 0);
            }
            let count = &mut self.counts[number as usize];
            each(&self.tlds, name, number, *count);
            *count += 1;
        }
    }
}

fn home(word: u64) -> usize {
    (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

/// Returns the letters after the last dot of the last eight bytes of a name as a word; `None` where there is no dot or none after.
#[inline]
fn label_word(tail: u64) -> Option<u64> {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let dots = tail ^ 0x2E2E_2E2E_2E2E_2E2E;
    // The highest bit of each byte that was a dot.
    let dots = !(((dots & LOW) + LOW) | dots | LOW);
    let bits = dots.leading_zeros();
    if (8..64).contains(&bits) { Some(tail >> (64 - bits)) } else { None }
}

/// Returns the word that [`label_word`] finds for a label; `None` for long ones.
fn word_of(label: &[u8]) -> Option<u64> {
    let mut word = [0; 8];
    if label.is_empty() || label.len() > 7 {
        return None;
    }
    word[..label.len()].copy_from_slice(label);
    Some(u64::from_le_bytes(word))
}

#[cfg(test)]
mod tests {
    use super::TldNumbers;

    #[test]
    fn numbers_labels_of_any_length() {
        let mut numbers = TldNumbers::default();
        let names = [
            "abcdefgh.com",
            "a.com",
            "longer.example.com",
            "x.info",
            "abcdefghi.co.uk",
            "uk",
            ".uk",
            "abcdefgh.photography",
            "x.photography",
            "abcdefgh.travels",
            "x.travels",
            "abcdefgh.academies",
            "aaaaaaaaaaaaa.",
            "",
            "nodotsatall",
            "1.2.3.4",
        ];
        let labels: Vec<&str> = names.iter().map(|name| name.rsplit('.').next().unwrap()).collect();
        for _ in 0..2 {
            let found: Vec<u32> = names.iter().map(|name| numbers.number_of(name.as_bytes())).collect();
            for (i, a) in labels.iter().enumerate() {
                assert_eq!(
                    numbers.tld(found[i]).map(|tld| tld.as_str()),
                    a.parse::<forestall_model::Tld>().ok().as_ref().map(|t| t.as_str())
                );
                for (j, b) in labels.iter().enumerate() {
                    assert_eq!(found[i] == found[j], a == b, "{a} {b}");
                }
            }
        }
    }
}
