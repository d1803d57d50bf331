// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case in a file, and the events of a log: what is read has this one form, is audited without a fault, and can be folded or is refused.

#![no_main]

use forestall_coord::tlog::{Audit, StoredEvent};
use forestall_coord::{Case, Event, archive};

/// Events that are taken of one input.
const MOST: usize = 64;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    if let Ok(read) = archive::read(octets, None) {
        let again = archive::read(octets, Some(&read.key)).expect("it is signed by its own key");
        assert_eq!((again.events, again.evidence), (read.events, read.evidence));
    }
    let events = octets.split(|octet| *octet == b'\n').take(MOST);
    let events: Vec<Event> = events.filter_map(|line| of(line)).collect();
    let Some(first) = events.first() else { return };
    let mut audit = Audit::of(first.case.clone());
    let in_order = events.iter().zip(1..).take_while(|(event, version)| event.version == *version);
    for (event, version) in in_order.filter(|(event, _)| event.case == first.case) {
        let stored = StoredEvent { version, encoding: event.canonical(), leaf: event.leaf(), withheld: Vec::new() };
        if let Some(read) = audit.event(&stored) {
            assert_eq!(read, *event);
        }
    }
    let Ok(Some(mut case)) = Case::replay([first]) else { return };
    for event in &events[1..] {
        // One that does not follow is refused, and those after it are tried.
        let _ = case.apply(event);
    }
});

/// Reads an event, which has one form alone.
fn of(line: &[u8]) -> Option<Event> {
    let event = Event::from_canonical(line).ok()?;
    assert_eq!(event.canonical(), line);
    Some(event)
}
