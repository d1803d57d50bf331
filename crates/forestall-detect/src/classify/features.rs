// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbers that the trees ask about: what the tables say of a label, and what its letters look like.

use super::alphabet::{EDGE, SYMBOLS, is_letter, kind, kinds_of, symbol};
use super::chain::Surprises;
use super::linear::LinearScore;
use super::subject::{LONGEST_LABEL, Subject};
use super::words::Segmentation;

/// What each feature is, in its order, in the words that an explanation uses.
pub(super) const NAMES: [&str; 42] = [
    "letter groups",
    "letter groups, summed",
    "length",
    "letter surprise, mean",
    "letter surprise, greatest",
    "letter surprise, first quartile",
    "letter surprise, median",
    "letter surprise, third quartile",
    "letter surprise, summed",
    "worst three letters in a row",
    "surprising letters in a row",
    "cost as words, a letter",
    "cost as words, summed",
    "pieces, a letter",
    "covered by words of 3 letters and more",
    "covered by words of 4 letters and more",
    "longest word",
    "words of 3 letters and more",
    "letters outside words in a row",
    "mean length of pieces",
    "hyphens",
    "digits, share",
    "changes between letters and digits",
    "digit in front",
    "longest run of digits",
    "vowels, share of letters",
    "longest run of consonants",
    "longest run of vowels",
    "changes between vowels and consonants",
    "distinct symbols, share",
    "most frequent symbol, share",
    "doubled letters",
    "entropy, bits",
    "rare letters, share",
    "hexadecimal digits, share",
    "letters of even number, share",
    "even and odd letters in turn",
    "greatest letter",
    "surprise of the end",
    "surprise of the beginning",
    "suffix",
    "letter groups and suffix",
];

/// How many features there are.
pub(super) const FEATURES: usize = NAMES.len();

/// The number of the feature that is the length.
pub(super) const LENGTH: usize = 2;

/// The number of the feature that is the mean surprise of letters and end, in nats.
pub(super) const MEAN_SURPRISE: usize = 3;

/// Where the features of the suffix begin; they are unknown where the suffix is left out of account.
const OF_THE_SUFFIX: usize = FEATURES - 2;

/// Surprise of a letter, in nats, from which it counts as surprising: rarer than one in 33, less than chance among 26.
const SURPRISING: f32 = 3.5;

/// The features of one name; one that is not known is not a number.
pub(super) type Features = [f32; FEATURES];

/// What the tables of the model say of one name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readings {
    /// The linear model.
    pub(super) linear: LinearScore,
    /// The chain of letters.
    pub(super) surprises: Surprises,
    /// The pieces.
    pub(super) cut: Segmentation,
}

/// Returns the features of a subject.
pub(super) fn features(subject: &Subject<'_>, readings: &Readings) -> Features {
    let mut row = Row { values: [0.0; FEATURES], at: 0 };
    let label = &subject.label[..subject.label.len().min(LONGEST_LABEL)];
    row.add(readings.linear.label);
    row.add(readings.linear.sum);
    row.add(count(label.len()));
    of_surprises(&mut row, readings.surprises.values());
    of_pieces(&mut row, label, &readings.cut);
    of_letters(&mut row, label);
    let surprises = readings.surprises.values();
    let mean = |part: &[f32]| part.iter().sum::<f32>() / count(part.len().max(1));
    row.add(mean(&surprises[surprises.len().saturating_sub(3)..]));
    row.add(mean(&surprises[..surprises.len().min(3)]));
    row.add(readings.linear.suffix);
    row.add(readings.linear.label + readings.linear.suffix);
    row.values
}

/// Makes the features unknown that the suffix has a part in.
pub(super) fn without_suffix(features: &mut Features) {
    features[OF_THE_SUFFIX..].fill(f32::NAN);
}

/// Features as they are added, one behind the other.
struct Row {
    values: Features,
    at: usize,
}

impl Row {
    fn add(&mut self, value: f32) {
        self.values[self.at] = value;
        self.at += 1;
    }
}

fn of_surprises(row: &mut Row, values: &[f32]) {
    let mut sorted = [0.0; LONGEST_LABEL + 1];
    let sorted = &mut sorted[..values.len()];
    sorted.copy_from_slice(values);
    sorted.sort_unstable_by(f32::total_cmp);
    let quantile = |quarter: usize| sorted.get((sorted.len().max(1) - 1) * quarter / 4).copied().unwrap_or(0.0);
    let sum: f32 = values.iter().sum();
    row.add(sum / count(values.len().max(1)));
    row.add(quantile(4));
    row.add(quantile(1));
    row.add(quantile(2));
    row.add(quantile(3));
    row.add(sum);
    let worst = values.windows(3).map(|three| three.iter().sum::<f32>()).fold(0.0, f32::max);
    row.add(worst / 3.0);
    row.add(longest_run(values.iter(), |value| **value > SURPRISING));
}

fn of_pieces(row: &mut Row, label: &str, cut: &Segmentation) {
    let length = count(label.len().max(1));
    let (mut pieces, mut of_three, mut of_four, mut longest, mut words) = (0_usize, 0, 0, 0, 0_usize);
    let (mut outside, mut most_outside) = (0, 0);
    for piece in cut.pieces(label) {
        pieces += 1;
        longest = longest.max(piece.len());
        if piece.len() >= 3 {
            of_three += piece.len();
            words += 1;
            outside = 0;
        } else {
            outside += piece.len();
            most_outside = most_outside.max(outside);
        }
        if piece.len() >= 4 {
            of_four += piece.len();
        }
    }
    row.add(cut.cost() / length);
    row.add(cut.cost());
    row.add(count(pieces) / length);
    row.add(count(of_three) / length);
    row.add(count(of_four) / length);
    row.add(count(longest));
    row.add(count(words));
    row.add(count(most_outside));
    row.add(length / count(pieces.max(1)));
}

fn of_letters(row: &mut Row, label: &str) {
    let mut symbols = [EDGE; LONGEST_LABEL];
    let symbols = &mut symbols[..label.len()];
    for (place, octet) in symbols.iter_mut().zip(label.bytes()) {
        *place = symbol(octet);
    }
    let symbols: &[u8] = symbols;
    let length = count(symbols.len().max(1));
    let mut kinds = [0; LONGEST_LABEL];
    let kinds = &mut kinds[..symbols.len()];
    let mut counts = [0_u8; SYMBOLS];
    for (kind, symbol) in kinds.iter_mut().zip(symbols) {
        *kind = kinds_of(*symbol);
        counts[usize::from(*symbol)] += 1;
    }
    let kinds: &[u8] = kinds;
    let number = |kind: u8| count(kinds.iter().filter(|of_symbol| **of_symbol & kind != 0).count());
    let letters = number(kind::LETTER).max(1.0);
    let changes = |kind: u8| count(kinds.windows(2).filter(|pair| (pair[0] ^ pair[1]) & kind != 0).count());
    row.add(f32::from(counts[usize::from(symbol(b'-'))]));
    row.add(number(kind::DIGIT) / length);
    row.add(changes(kind::DIGIT));
    row.add(if kinds.first().is_some_and(|first| first & kind::DIGIT != 0) { 1.0 } else { 0.0 });
    row.add(longest_run(kinds.iter(), |of_symbol| **of_symbol & kind::DIGIT != 0));
    row.add(number(kind::VOWEL) / letters);
    row.add(longest_run(kinds.iter(), |of_symbol| **of_symbol & (kind::LETTER | kind::VOWEL) == kind::LETTER));
    row.add(longest_run(kinds.iter(), |of_symbol| **of_symbol & kind::VOWEL != 0));
    row.add(changes(kind::VOWEL) / length);
    row.add(count(counts.iter().filter(|count| **count > 0).count()) / length);
    row.add(f32::from(counts.iter().copied().max().unwrap_or(0)) / length);
    row.add(count(symbols.windows(2).filter(|pair| pair[0] == pair[1]).count()));
    row.add(entropy(&counts, length));
    row.add(number(kind::RARE) / length);
    row.add(number(kind::HEXADECIMAL) / length);
    row.add(count(symbols.iter().filter(|symbol| is_letter(**symbol) && *symbol % 2 == 1).count()) / letters);
    let pairs = symbols.windows(2).filter(|pair| is_letter(pair[0]) && is_letter(pair[1]));
    let (all, in_turn) =
        pairs.fold((0_usize, 0_usize), |(all, turn), pair| (all + 1, turn + usize::from(pair[0] % 2 != pair[1] % 2)));
    row.add(count(in_turn) / count(all.max(1)));
    row.add(f32::from(symbols.iter().copied().filter(|symbol| is_letter(*symbol)).max().unwrap_or(0)));
}

fn entropy(counts: &[u8], length: f32) -> f32 {
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f32::from(*count) / length);
    -shares.map(|share| share * share.log2()).sum::<f32>()
}

fn longest_run<T>(items: impl Iterator<Item = T>, belongs: impl Fn(&T) -> bool) -> f32 {
    let (mut run, mut longest) = (0_usize, 0);
    for item in items {
        run = if belongs(&item) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    count(longest)
}

#[expect(clippy::cast_possible_truncation, reason = "counts within a label are small")]
fn count(number: usize) -> f32 {
    f32::from(number as u16)
}
