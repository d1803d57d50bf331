// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Captures of others, read as tshark reads them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use forestall_detect::readers::Options;
use forestall_testkit::skip;

use crate::read::read;
use crate::tshark;

/// Captures with holes or without the start of a stream, from which tshark reads less: it does not look for a message behind a hole, nor for one whose
/// two octets of length are missing.
const TSHARK_READS_LESS: [&str; 2] = ["dnscap-dnso1tcp-bighole", "dnscap-do1t-nosyn-1nolen"];

fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/captures");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut captures: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "pcap")).collect();
    captures.sort();
    assert_eq!(captures.len(), 12);
    captures
}

#[test]
fn every_capture_reads_as_written_beside_it() {
    for capture in captures() {
        let (lines, _) = read(File::open(&capture).unwrap(), &Options::default());
        let expected = fs::read_to_string(capture.with_extension("txt")).unwrap();
        assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{}", capture.display());
    }
}

#[test]
fn every_capture_reads_as_by_tshark() {
    let Some(tshark) = skip::needs("every_capture_reads_as_by_tshark", "tshark") else { return };
    for capture in captures() {
        let (mut ours, _) = read(File::open(&capture).unwrap(), &Options::default());
        let mut theirs = tshark::read(&tshark, &capture, &[]);
        ours.iter_mut().for_each(|line| line.retain(|letter| letter != '\\'));
        ours.sort();
        theirs.sort();
        let name = capture.file_stem().unwrap().to_str().unwrap();
        if TSHARK_READS_LESS.contains(&name) {
            assert!(theirs.len() < ours.len(), "{name}");
            theirs.iter().for_each(|line| assert!(ours.contains(line), "{name}: only tshark reads {line}"));
        } else {
            assert_eq!(ours, theirs, "{name}");
        }
    }
}
