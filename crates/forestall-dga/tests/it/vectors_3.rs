// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of others for families from Qakbot to the unnamed downloader, kept as files: the first line has the parameters.

use std::path::Path;

use forestall_dga::GenerateError;
use forestall_dga::predict::{Lists, Query, plain};
use forestall_model::{Instant, UtcDay};

use crate::families_3::FAMILIES;
use crate::support::prepared;

/// Computes what a bot tries with the parameters of the first line of a file, as far as the file goes.
fn made(family: &str, head: &str) -> String {
    let mut set = Vec::new();
    let mut at = Instant::from_seconds(0);
    let mut limit = None;
    for (key, value) in head.split_whitespace().map(|pair| pair.split_once('=').unwrap()) {
        match key {
            "date" => at = value.parse::<UtcDay>().unwrap().start(),
            "datetime" => at = format!("{value}Z").parse().unwrap(),
            "n" => limit = Some(value.parse().unwrap()),
            _ => set.push((key, value)),
        }
    }
    let query = Query { limit, raw: true, ..Query::all(Lists::At(at)) };
    let mut text = Vec::new();
    plain(&prepared(family, &set), &query, 1, |piece| {
        text.extend_from_slice(piece);
        Ok::<_, GenerateError>(())
    })
    .unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn families_from_qakbot_on_have_the_published_lists() {
    for family in FAMILIES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/published").join(family);
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 3, "{family}");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let (head, names) = text.split_once('\n').unwrap();
            let head = head.strip_prefix('#').unwrap();
            assert!(names.lines().count() >= 7, "{}", file.display());
            assert_eq!(made(family, head), names, "{}", file.display());
        }
    }
}
