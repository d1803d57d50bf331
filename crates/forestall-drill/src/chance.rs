// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Chance that is the same each time: a draw follows from a seed and from what it is about, and from nothing else.
//!
//! No state runs on from draw to draw, so that a party that acts more, or earlier, changes nothing for the others.

use forestall_model::Digest;
use serde::{Deserialize, Serialize};

/// The seed of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chance(pub u64);

impl Chance {
    /// Returns a share, from 0 on and below 1, that follows from the seed and these words.
    #[must_use]
    pub fn share(self, about: &[&str]) -> f64 {
        let seed = self.0.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![b"forestall drill 1\0", &seed];
        // A length before each word: "ab", "c" is not "a", "bc".
        let lengths: Vec<[u8; 8]> = about.iter().map(|word| (word.len() as u64).to_be_bytes()).collect();
        for (word, length) in about.iter().zip(&lengths) {
            parts.push(length);
            parts.push(word.as_bytes());
        }
        let digest = Digest::of_parts(&parts);
        let bits = digest.0.first_chunk::<4>().map_or(0, |octets| u32::from_be_bytes(*octets));
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    /// Draws minutes from a delay: a triangle over its least, usual and most.
    #[must_use]
    pub fn minutes(self, delay: Delay, about: &[&str]) -> u32 {
        let (least, usual, most) = (f64::from(delay.least), f64::from(delay.usual), f64::from(delay.most));
        if delay.least >= delay.most {
            return delay.least;
        }
        let share = self.share(about);
        let turn = (usual - least) / (most - least);
        let drawn = if share < turn {
            least + (share * (most - least) * (usual - least)).sqrt()
        } else {
            most - ((1.0 - share) * (most - least) * (most - usual)).sqrt()
        };
        rounded(drawn.clamp(least, most))
    }
}

/// Rounds a number that lies within the range of minutes.
fn rounded(value: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped between two u32 by the caller"
    )]
    let whole = value.round() as u32;
    whole
}

/// A delay of working time, in minutes: a triangular distribution, written `[least, usual, most]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u32; 3]", into = "[u32; 3]")]
pub struct Delay {
    least: u32,
    usual: u32,
    most: u32,
}

/// Three numbers that are no delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no delay; expected [least, usual, most] minutes in this order, at most {MOST_MINUTES}")]
pub struct DelayError([u32; 3]);

/// The longest delay, in minutes of working time: half a year of eight hours a day, beyond which a drill sees nothing more.
const MOST_MINUTES: u32 = 130 * 8 * 60;

impl Delay {
    /// No delay.
    pub const NONE: Self = Self { least: 0, usual: 0, most: 0 };

    /// Makes a delay of these minutes.
    ///
    /// # Errors
    ///
    /// [`DelayError`] where they are not in order, or too long.
    pub const fn new(least: u32, usual: u32, most: u32) -> Result<Self, DelayError> {
        if least <= usual && usual <= most && most <= MOST_MINUTES {
            Ok(Self { least, usual, most })
        } else {
            Err(DelayError([least, usual, most]))
        }
    }
}

impl TryFrom<[u32; 3]> for Delay {
    type Error = DelayError;

    fn try_from([least, usual, most]: [u32; 3]) -> Result<Self, DelayError> {
        Self::new(least, usual, most)
    }
}

impl From<Delay> for [u32; 3] {
    fn from(delay: Delay) -> Self {
        [delay.least, delay.usual, delay.most]
    }
}

#[cfg(test)]
mod tests {
    use super::{Chance, Delay};

    #[test]
    fn draws_the_same_for_the_same_and_another_for_another() {
        let chance = Chance(7);
        assert!((chance.share(&["ws", "1"]) - chance.share(&["ws", "1"])).abs() < f64::EPSILON);
        assert!((chance.share(&["ws", "1"]) - chance.share(&["ws1", ""])).abs() > f64::EPSILON);
        assert!((chance.share(&["ws", "1"]) - Chance(8).share(&["ws", "1"])).abs() > f64::EPSILON);
    }

    #[test]
    fn a_triangle_keeps_its_corners_and_its_mean() {
        let delay = Delay::new(10, 40, 100).unwrap();
        let drawn: Vec<u32> = (0..4_000_u32).map(|i| Chance(1).minutes(delay, &[&i.to_string()])).collect();
        assert!(drawn.iter().all(|minutes| (10..=100).contains(minutes)));
        // The mean of a triangle is that of its corners: 50. Its deviation is 19, so the mean of 4,000 is within 1.
        let mean = f64::from(drawn.iter().sum::<u32>()) / 4_000.0;
        assert!((mean - 50.0).abs() < 1.0, "{mean}");
        assert_eq!(Chance(1).minutes(Delay::NONE, &[]), 0);
        assert!(Delay::new(5, 4, 6).is_err() && Delay::new(0, 0, u32::MAX).is_err());
    }
}
