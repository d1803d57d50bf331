// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What machines that are not infected ask for: names that look like words, of which few are asked for often (Zipf's law with exponent 1).
//!
//! Each registrable label has a hyphen inside, which no list of a family has; so it is certain that none of them is listed.

use crate::dice::Dice;

/// Names that are asked for at all.
const NAMES: usize = 1_000_000;

/// Suffixes with their shares.
const SUFFIXES: [(&str, usize); 30] = [
    ("com", 480),
    ("net", 130),
    ("org", 60),
    ("io", 35),
    ("ru", 30),
    ("de", 30),
    ("co.uk", 25),
    ("cn", 25),
    ("com.br", 20),
    ("fr", 15),
    ("jp", 15),
    ("nl", 12),
    ("it", 12),
    ("pl", 10),
    ("eu", 10),
    ("info", 10),
    ("in", 10),
    ("us", 8),
    ("ca", 8),
    ("co.jp", 8),
    ("me", 6),
    ("tv", 6),
    ("biz", 5),
    ("xyz", 5),
    ("app", 5),
    ("cc", 4),
    ("ch", 4),
    ("cloud", 4),
    ("local", 4),
    ("arpa", 4),
];

/// Labels before the registrable name, with their shares of those that have one.
const PREFIXES: [(&str, usize); 8] = [
    ("www", 400),
    ("api", 150),
    ("cdn-3.static", 100),
    ("mail", 100),
    ("e7d41.x2.edge", 80),
    ("_ldap._tcp.dc", 20),
    ("outlook", 80),
    ("a1b2c3d4e5f60718293a4b5c6d7e8f90.telemetry.eu-west-1", 70),
];

/// Names and how often each is asked for.
pub(crate) struct Benign {
    names: Vec<Box<str>>,
    /// For each place: how much of it is its own, of 2^32, and whose the rest is (Vose's alias method).
    alias: Vec<(u64, u32)>,
}

impl Benign {
    pub(crate) fn new() -> Self {
        let mut dice = Dice::new(17);
        let names = (0..NAMES).map(|_| name(&mut dice)).collect();
        Self { names, alias: alias(&(1..=NAMES).map(|rank| 1.0 / lossy(rank)).collect::<Vec<_>>()) }
    }

    /// Puts a name into `text`; every fifth has labels before it.
    pub(crate) fn ask(&self, dice: &mut Dice, text: &mut String) {
        let place = dice.below(NAMES);
        let (own, other) = self.alias[place];
        let rank = if dice.next() >> 32 < own { place } else { other as usize };
        text.clear();
        if dice.in_a_million(200_000) {
            text.push_str(dice.one_of(&PREFIXES));
            text.push('.');
        }
        text.push_str(&self.names[rank]);
    }
}

fn name(dice: &mut Dice) -> Box<str> {
    const FIRST: &[u8] = b"bcdfghjklmnprstvwz";
    const SECOND: &[u8] = b"aeiou";
    let syllables = 2 + dice.below(4);
    let hyphen = 1 + dice.below(syllables - 1);
    let mut text = String::new();
    for syllable in 0..syllables {
        if syllable == hyphen {
            text.push('-');
        }
        text.push(char::from(FIRST[dice.below(FIRST.len())]));
        text.push(char::from(SECOND[dice.below(SECOND.len())]));
    }
    text.push('.');
    text.push_str(dice.one_of(&SUFFIXES));
    text.into()
}

/// Makes the table from which a weighted place is drawn in constant time.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 2^32 is between 0 and 2^32")]
fn alias(weights: &[f64]) -> Vec<(u64, u32)> {
    let mean = weights.iter().sum::<f64>() / lossy(weights.len());
    let mut shares: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
    let mut table = vec![(1 << 32, 0); weights.len()];
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|place| shares[*place] < 1.0);
    while let (Some(less), Some(more)) = (small.pop(), large.last().copied()) {
        table[less] = ((shares[less] * 4_294_967_296.0) as u64, u32::try_from(more).unwrap_or(0));
        shares[more] -= 1.0 - shares[less];
        if shares[more] < 1.0 {
            large.pop();
            small.push(more);
        }
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn lossy(count: usize) -> f64 {
    count as f64
}
