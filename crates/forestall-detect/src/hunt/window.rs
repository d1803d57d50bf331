// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The client window: a sequential probability ratio test over the names of one client, which forgets.
//!
//! The sum of what the names say never falls below 0, where the test begins anew, and halves in [`HALF_LIFE`] seconds: a machine that meets one odd name a day
//! never gets far, however long it is watched.

use forestall_model::Instant;

/// Seconds in which half of the evidence is forgotten. Bots try their list within minutes to hours; one that asks for a name an hour still
/// gets to nine times what a name says.
const HALF_LIFE: f32 = 6.0 * 3_600.0;

/// One name: when it was first asked for, and what it says in nats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    pub(super) at: Instant,
    pub(super) weight: f32,
}

/// The highest point that the test reached, and the sights between which it stood above 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Peak {
    /// The sum there, in nats.
    pub(super) score: f32,
    /// The first sight of the run that holds the peak.
    pub(super) from: usize,
    /// The end of that run, itself not included.
    pub(super) until: usize,
}

/// Runs the test over sights in the order of their time.
pub(super) fn peak(sights: &[Sight]) -> Peak {
    let (mut sum, mut from, mut best) = (0.0_f32, 0, Peak::default());
    let mut last = sights.first().map_or(Instant::from_micros(0), |sight| sight.at);
    let mut in_best = false;
    for (index, sight) in sights.iter().enumerate() {
        sum = sum * kept(sight.at.seconds_since(last)) + sight.weight;
        last = sight.at;
        if sum <= 0.0 {
            (sum, from, in_best) = (0.0, index + 1, false);
            continue;
        }
        if sum > best.score {
            best = Peak { score: sum, from, until: index + 1 };
            in_best = true;
        } else if in_best {
            best.until = index + 1;
        }
    }
    best
}

/// Returns the share of evidence that is left after some seconds.
fn kept(seconds: i64) -> f32 {
    // Beyond some days nothing is left, whatever the exact number.
    let seconds = i32::try_from(seconds.clamp(0, 1 << 24)).unwrap_or(0);
    let seconds = seconds as f32;
    (-seconds / HALF_LIFE).exp2()
}

#[cfg(test)]
mod tests {
    use super::{Peak, Sight, peak};
    use forestall_model::Instant;

    fn check(sights: &[(i64, f32)], expected: Peak) {
        let sights: Vec<Sight> = sights
            .iter()
            .map(|(hours, weight)| Sight { at: Instant::from_seconds(hours * 3_600), weight: *weight })
            .collect();
        assert_eq!(peak(&sights), expected, "{sights:?}");
    }

    #[test]
    fn sums_forgets_and_begins_anew() {
        check(&[], Peak::default());
        check(&[(0, -1.0), (0, -1.0)], Peak::default());
        check(&[(0, 2.0), (0, -1.0), (0, 3.0)], Peak { score: 4.0, from: 0, until: 3 });
        check(&[(0, 1.0), (0, -2.0), (0, 3.0), (0, -1.0)], Peak { score: 3.0, from: 2, until: 4 });
        check(&[(0, 2.0), (6, 1.0)], Peak { score: 2.0, from: 0, until: 2 });
        check(&[(0, 2.0), (6, 2.0)], Peak { score: 3.0, from: 0, until: 2 });
        check(&[(0, 8.0), (600_000, 2.0)], Peak { score: 8.0, from: 0, until: 2 });
    }
}
