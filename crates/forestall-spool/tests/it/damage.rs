// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Segments that are cut, altered or no segments: nothing false is read, and what is missing is said.

use std::fs;

use forestall_spool::{Event, ReadError, Reader, list};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{contact, dns, opened};

/// A sealed segment of 30 events.
fn sealed() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path());
    spool.campaign("conficker", "conficker-a").unwrap();
    let mut sender = spool.sender();
    for number in 0..30 {
        if number % 3 == 0 { sender.contact(&contact(number)) } else { sender.dns(&dns(number)) }
    }
    drop(sender);
    spool.close().unwrap();
    fs::read(&list(folder.path()).unwrap()[0].path).unwrap()
}

/// Reads to the end; returns the times of the events.
fn times(reader: &mut Reader<&[u8]>) -> Vec<i64> {
    let mut times = Vec::new();
    while let Some(event) = reader.next().unwrap() {
        match event {
            Event::Dns(hit) => times.push(hit.at.micros()),
            Event::Contact(hit) => times.push(hit.at.micros()),
            _ => {}
        }
    }
    times
}

#[test]
fn a_cut_segment_gives_what_stands_before_the_cut() {
    let whole = sealed();
    let mut most = 0;
    for length in 0..whole.len() {
        let Ok(mut reader) = Reader::new(&whole[..length]) else {
            assert!(length < 96, "{length}");
            continue;
        };
        let times = times(&mut reader);
        let read = i64::try_from(times.len()).unwrap();
        assert!(times.iter().copied().eq(0..read), "{times:?}");
        assert!(read >= most);
        most = read;
        let end = reader.end().unwrap();
        assert!(!end.is_whole());
        if let Some(loss) = end.loss {
            assert_eq!(loss.at + loss.octets, length as u64);
        }
    }
    assert_eq!(most, 30);
}

#[test]
fn every_altered_octet_is_noticed_and_what_it_cost_is_said() {
    let whole = sealed();
    for place in 0..whole.len() {
        for bit in [0, 3, 7] {
            let mut altered = whole.clone();
            altered[place] ^= 1 << bit;
            let Ok(mut reader) = Reader::new(&altered[..]) else {
                assert!(place < 96, "{place}");
                continue;
            };
            let times = times(&mut reader);
            assert!(times.iter().copied().eq(0..i64::try_from(times.len()).unwrap()));
            let end = reader.end().unwrap();
            assert!(!end.is_whole(), "octet {place}, bit {bit}");
            // The end of the segment is there, unless it is what was altered.
            let loss = end.loss.unwrap();
            if let Some(events) = loss.events {
                assert_eq!(events, 30 - times.len() as u64);
                assert!(loss.seen <= events && events - loss.seen <= 1);
            }
        }
    }
}

#[test]
fn records_that_were_left_out_or_swapped_are_noticed() {
    let whole = sealed();
    // Records begin with F5; their lengths stand in the third and fourth octet.
    let mut starts = vec![96];
    while let Some(start) = starts.last().copied().filter(|start| *start < whole.len()) {
        starts.push(start + 8 + usize::from(u16::from_le_bytes([whole[start + 2], whole[start + 3]])));
    }
    let without = [&whole[..starts[4]], &whole[starts[5]..]].concat();
    let swapped =
        [&whole[..starts[4]], &whole[starts[5]..starts[6]], &whole[starts[4]..starts[5]], &whole[starts[6]..]].concat();
    for altered in [without, swapped] {
        let mut reader = Reader::new(&altered[..]).unwrap();
        times(&mut reader);
        assert!(!reader.end().unwrap().is_whole());
    }
}

#[test]
fn other_files_are_refused_by_name() {
    let whole = sealed();
    assert!(matches!(Reader::new(&b"PAR1"[..]), Err(ReadError::NotASegment)));
    assert!(matches!(Reader::new(&b""[..]), Err(ReadError::Head)));
    let mut newer = whole;
    newer[16] = 2;
    assert!(matches!(Reader::new(&newer[..]), Err(ReadError::Version { version: 2 })));
}

proptest! {
    #[test]
    fn octets_of_any_kind_do_no_harm(octets in vec(any::<u8>(), 0..3_000), place in 0..4_000_usize, marks in any::<bool>()) {
        let mut file = sealed();
        let place = 96 + place % (file.len() - 96);
        let octets: Vec<u8> = octets.iter().map(|octet| if marks && octet % 4 == 0 { 0xF5 } else { *octet }).collect();
        file.splice(place..place, octets.iter().copied());
        let mut reader = Reader::new(&file[..]).unwrap();
        let times = times(&mut reader);
        prop_assert!(times.iter().copied().eq(0..i64::try_from(times.len()).unwrap()));
        prop_assert_eq!(reader.end().unwrap().is_whole(), octets.is_empty());
    }
}
