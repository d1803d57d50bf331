// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sketches: they merge into what one sensor would have made of everything, and their count is near.

use forestall_census::{Sketch, SketchKey, Source};
use proptest::prelude::*;

use crate::sets::sources;

pub(crate) fn key() -> SketchKey {
    SketchKey::new(*b"a key of a test.")
}

pub(crate) fn sketch(precision: u8, sources: impl IntoIterator<Item = Source>) -> Sketch {
    let mut sketch = Sketch::new(precision, &key()).unwrap();
    sources.into_iter().for_each(|source| sketch.insert(&key(), source));
    sketch
}

fn merged(sketches: &[&Sketch]) -> Sketch {
    let mut merged = sketches[0].clone();
    sketches.iter().for_each(|sketch| merged.merge(sketch).unwrap());
    merged
}

proptest! {
    #[test]
    fn merging_hangs_on_no_order_and_no_repetition(a in sources(), b in sources(), c in sources()) {
        let of = |sources: &[Source]| sketch(6, sources.iter().copied());
        let (one, two, three) = (of(&a), of(&b), of(&c));
        let all = merged(&[&one, &two, &three]);
        prop_assert_eq!(&all, &merged(&[&three, &one, &two]));
        prop_assert_eq!(&all, &merged(&[&one, &merged(&[&two, &three])]));
        prop_assert_eq!(&all, &merged(&[&all, &two, &all]));
        let whole: Vec<Source> = [a, b, c].concat();
        prop_assert_eq!(&all, &of(&whole));
        // More members never count less.
        prop_assert!(all.count().value() >= one.count().value());
    }

    #[test]
    fn the_interval_holds_the_count(sources in sources()) {
        let count = sketch(10, sources).count();
        prop_assert!(count.low() <= count.value() && count.value() <= count.high());
    }
}

#[test]
fn the_error_is_as_stated_from_nothing_to_a_million() {
    // 40 sketches of each size with members of their own: the mean of 40 errors of 3.25 % is within 4 x 0.5 %.
    for size in [0_u32, 1, 10, 100, 1_000, 10_000] {
        let (mut squares, mut sum, mut held) = (0.0, 0.0, 0);
        for run in 0..40_u32 {
            let count = sketch(10, (0..size).map(|n| Source::V6(u64::from(run) << 32 | u64::from(n)))).count();
            let error = count.value() / f64::from(size.max(1)) - if size == 0 { 0.0 } else { 1.0 };
            sum += error;
            squares += error * error;
            held += u32::from(count.holds(f64::from(size)));
        }
        let (mean, deviation) = (sum / 40.0, (squares / 40.0_f64).sqrt());
        assert!(mean.abs() < 0.021, "{size}: off by {mean} on average");
        assert!(deviation < 0.0325 * 1.35, "{size}: deviation {deviation}");
        assert!(held >= 29 || size <= 10, "{size}: {held} of 40 intervals hold it");
    }
    let million = sketch(12, (0..1_000_000).map(Source::V4)).count();
    assert!((million.value() / 1e6 - 1.0).abs() < 3.0 * 0.01625, "{million}");
}

#[test]
fn unlike_sketches_do_not_merge() {
    let mut one = sketch(10, [Source::V4(1)]);
    let before = one.clone();
    let refused = one.merge(&sketch(11, [])).unwrap_err();
    assert_eq!(refused.to_string(), "sketches of precision 10 and 11 do not merge");
    let other = Sketch::new(10, &SketchKey::new([7; 16])).unwrap();
    assert_eq!(one.merge(&other).unwrap_err().to_string(), "sketches that were made with unlike keys do not merge");
    assert_eq!(one, before);
    assert!(Sketch::new(3, &key()).is_err() && Sketch::new(19, &key()).is_err());
}

#[test]
fn addresses_and_pairs_are_members_of_their_own() {
    let mut sketch = sketch(14, [Source::V4(1), Source::V6(1)]);
    sketch.insert_pair(&key(), Source::V4(1), b"Mozilla/4.0");
    sketch.insert_pair(&key(), Source::V4(1), b"Mozilla/4.0");
    sketch.insert_pair(&key(), Source::V4(1), b"Mozilla/5.0");
    assert!((sketch.count().value() - 4.0).abs() < 0.01, "{sketch:?}");
    assert_eq!(format!("{:?}", key()), "SketchKey(..)");
}
