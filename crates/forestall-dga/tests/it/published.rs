// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists made or published by others, kept as files: the first line says whose.

use crate::support::{day, list, prepared};

const CONFICKER_A: &[(&str, &str)] = &[
    ("2008-11-25", include_str!("published/conficker-a/2008-11-25.txt")),
    ("2009-01-17", include_str!("published/conficker-a/2009-01-17.txt")),
    ("2009-02-14", include_str!("published/conficker-a/2009-02-14.txt")),
    ("2009-03-08", include_str!("published/conficker-a/2009-03-08.txt")),
    ("2009-04-28", include_str!("published/conficker-a/2009-04-28.txt")),
    ("2016-02-29", include_str!("published/conficker-a/2016-02-29.txt")),
    ("2020-06-30", include_str!("published/conficker-a/2020-06-30.txt")),
];

const CONFICKER_B: &[(&str, &str)] = &[
    ("2008-11-25", include_str!("published/conficker-b/2008-11-25.txt")),
    ("2009-01-16", include_str!("published/conficker-b/2009-01-16.txt")),
    ("2009-01-17", include_str!("published/conficker-b/2009-01-17.txt")),
    ("2009-02-14", include_str!("published/conficker-b/2009-02-14.txt")),
    ("2009-03-08", include_str!("published/conficker-b/2009-03-08.txt")),
    ("2016-02-29", include_str!("published/conficker-b/2016-02-29.txt")),
    ("2020-06-30", include_str!("published/conficker-b/2020-06-30.txt")),
];

fn check(family: &str, files: &[(&str, &str)]) {
    let prepared = prepared(family, &[]);
    for (date, text) in files {
        let (head, names) = text.split_once('\n').unwrap();
        assert!(head.starts_with('#') && head.contains("source:"), "{family} {date} has no source");
        assert_eq!(names.lines().count(), 250, "{family} {date}");
        let made = list(&prepared, day(date));
        assert_eq!(String::from_utf8_lossy(made.text()), names, "{family} {date}");
    }
}

#[test]
fn conficker_a_has_the_published_lists() {
    check("conficker-a", CONFICKER_A);
}

#[test]
fn conficker_b_has_the_published_lists() {
    check("conficker-b", CONFICKER_B);
}
