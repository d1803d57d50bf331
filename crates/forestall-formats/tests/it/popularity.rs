// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of popular names.

use forestall_formats::popularity::{self, Fault, Form, MAX_LINE, PopularityError, Summary};
use proptest::prelude::*;

fn read(text: impl AsRef<[u8]>) -> Result<(Summary, Vec<(u32, String)>), PopularityError> {
    let mut entries = Vec::new();
    let summary = popularity::read(text.as_ref(), |entry| entries.push((entry.place, entry.name.to_owned())))?;
    Ok((summary, entries))
}

#[test]
fn reads_tranco_and_umbrella() {
    let (summary, entries) = read("\u{feff}1,Google.com\r\n2,www.example.co.uk.\r\n\r\n3,com\r\n").unwrap();
    assert_eq!((summary.form, summary.lines, summary.entries, summary.bad), (Form::Ranked, 4, 3, 0));
    assert_eq!(entries, [(1, "google.com".to_owned()), (2, "www.example.co.uk".to_owned()), (3, "com".to_owned())]);
}

#[test]
fn reads_majestic_by_its_header() {
    let text = "GlobalRank,TldRank,Domain,TLD,RefSubNets,RefIPs,IDN_Domain,IDN_TLD,PrevGlobalRank,PrevTldRank,PrevRefSubNets,PrevRefIPs\n\
        1,1,google.com,com,489010,2437060,google.com,com,1,1,488972,2437124\n\
        10,2,\"en.wikipedia.org\",org,313121,1163423,en.wikipedia.org,org,10,2,313053,1163316";
    let (summary, entries) = read(text).unwrap();
    assert_eq!((summary.form, summary.lines, summary.entries), (Form::Majestic, 3, 2));
    assert_eq!(entries[1], (10, "en.wikipedia.org".to_owned()));
}

#[test]
fn counts_what_is_not_understood_with_its_place() {
    let mut text = String::new();
    for i in 1..=100 {
        text.push_str(&format!("{i},n{i}.com\n"));
    }
    text.push_str("0,zero.com\n101,bad name.com\n102\n103,a..b\n104,a.com,x\n");
    text.push_str(&format!("105,{}\n106,good.com\n", "a".repeat(MAX_LINE)));
    let mut octets = text.into_bytes();
    octets.extend_from_slice(b"107,\xFF.com\n");
    let (summary, entries) = read(octets).unwrap();
    assert_eq!((summary.entries, summary.bad, entries.last().unwrap().0), (101, 7, 106));
    let faults: Vec<_> = summary.faults.iter().map(|bad| (bad.line, bad.fault)).collect();
    assert_eq!(
        faults,
        [
            (101, Fault::Rank),
            (102, Fault::Name),
            (103, Fault::Columns),
            (104, Fault::Name),
            (105, Fault::Columns),
            (106, Fault::TooLong),
            (108, Fault::Name),
        ]
    );
}

#[test]
fn refuses_what_is_no_such_list() {
    let check = |text: &[u8], says: &str| {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    };
    check(b"", "the file is empty");
    check(b"\n\n", "the file is empty");
    check(b"\x1f\x8b\x08\0", "compressed (gzip)");
    check(b"PK\x03\x04", "compressed (zip)");
    check(b"google.com\nexample.com\n", "of 2 lines 2 are not understood, the first is line 1: expected a rank");
    check(b"name,rank\na.com,1\n", "the first is line 1: the rank is no whole number");
    check(&[b'x'; 100_000], "the line is longer than 4096 octets");
    // Not read to the end where nothing is understood.
    check(&b"x\n".repeat(1_000_000), "of 1001 lines 1001 are not understood");
}

#[test]
fn reads_a_million_lines_quickly() {
    let mut text = String::with_capacity(30 << 20);
    for i in 1..=1_000_000 {
        text.push_str(&format!("{i},name-number-{i}.example\n"));
    }
    let start = std::time::Instant::now();
    let mut octets = 0;
    let summary = popularity::read(text.as_bytes(), |entry| octets += entry.name.len()).unwrap();
    assert_eq!(summary.entries, 1_000_000);
    assert!(octets > 20_000_000);
    // A quarter of a second; the limit is for a loaded machine.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn nothing_breaks_it(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        drop(read(octets));
    }

    #[test]
    fn every_name_comes_back(names in prop::collection::vec("[a-z0-9_]{1,20}(\\.[a-z]{2,8}){1,3}", 1..50)) {
        let text: String = names.iter().enumerate().map(|(i, name)| format!("{},{name}\n", i + 1)).collect();
        let (summary, entries) = read(text).unwrap();
        prop_assert_eq!(summary.bad, 0);
        prop_assert_eq!(entries.into_iter().map(|(_, name)| name).collect::<Vec<_>>(), names);
    }
}
