// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families whose bots try the lists of several periods, as a caller of the catalogue sees them.

use forestall_dga::{Ask, NameBuf};
use forestall_model::{DayRange, WindowSet};

use crate::support::{METADATA, Parts, alone, day, prepared};

#[test]
fn names_are_live_while_bots_try_them() {
    let parts = Parts {
        metadata: METADATA.replace("calendar = \"days\"", "calendar = \"days\"\ntries = [0, -1]"),
        ..Parts::default()
    };
    let plugin = parts.read().unwrap();
    plugin.check().unwrap();
    assert_eq!(plugin.info().period, "day; a bot tries the lists of 2 periods");
    let made = prepared(&alone(&plugin), "counter");
    let attempts = made.generator.attempts(day("2026-11-23").start());
    let days: Vec<_> = attempts.iter().map(|attempt| attempt.period.window.unwrap().from.day()).collect();
    assert_eq!(days, [day("2026-11-23"), day("2026-11-22")]);
    let span = day("2026-11-23").window();
    let periods: Vec<_> = made.generator.periods(span).collect();
    assert_eq!(
        periods.iter().map(|p| p.window.unwrap().from.day()).collect::<Vec<_>>(),
        [day("2026-11-22"), day("2026-11-23")]
    );
    let mut names = NameBuf::new();
    made.generator.generate(&periods[0], &Ask { span: Some(span), limit: None }, &mut names).unwrap();
    let window = DayRange { from: day("2026-11-22"), until: day("2026-11-24") }.window();
    assert!(names.iter().all(|name| *name.windows == WindowSet::Spans(vec![window])));
}
