// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! More than the disk takes: events are left out by sampling, and every one of them is counted in the segments.

use std::time::Duration;

use forestall_spool::Spool;

use crate::support::{contact, dns, options, read};

#[test]
fn what_is_left_out_stands_in_the_segments() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.queue_octets = 100_000;
    let (spool, _) = Spool::open(options).unwrap();
    let mut threads = Vec::new();
    for thread in 0..2 {
        let mut sender = spool.sender();
        threads.push(std::thread::spawn(move || {
            for number in 0..60_000 {
                if thread == 0 { sender.dns(&dns(number)) } else { sender.contact(&contact(number)) }
            }
        }));
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let counts = spool.close().unwrap();
    let read = read(folder.path());
    assert_eq!((counts.offered_dns, counts.offered_contacts), (60_000, 60_000));
    assert_eq!((read.dns + counts.shed_dns, read.contacts + counts.shed_contacts), (60_000, 60_000));
    assert_eq!(read.shed, counts.shed_dns + counts.shed_contacts);
    assert!(read.shed > 0, "the queue is small beside what was offered");
    assert!(read.dns + read.contacts > 0 && read.shed <= read.offered_while_shedding);
    let summary = read.ends.iter().map(|end| end.summary.as_ref().unwrap());
    assert_eq!(summary.map(|summary| summary.shed_dns + summary.shed_contacts).sum::<u64>(), read.shed);
}

#[test]
fn a_folder_that_holds_all_it_may_takes_no_more_until_somebody_fetches() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    (options.most_octets, options.queue_octets) = (50_000, 20_000);
    let (spool, _) = Spool::open(options).unwrap();
    let mut sender = spool.sender();
    let mut number = 0;
    while spool.counts().shed_dns == 0 {
        (0..100).for_each(|_| {
            sender.dns(&dns(number));
            number += 1;
        });
        sender.flush();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(spool.counts().failing);
    // Whoever fetches takes sealed segments away; here the one that is written is sealed first.
    while forestall_spool::list(folder.path())
        .unwrap()
        .iter()
        .all(|named| named.state != forestall_spool::State::Sealed)
    {
        spool.rotate();
        std::thread::sleep(Duration::from_millis(20));
    }
    let fetched = tempfile::tempdir().unwrap();
    for named in forestall_spool::list(folder.path()).unwrap() {
        std::fs::rename(&named.path, fetched.path().join(named.path.file_name().unwrap())).unwrap();
    }
    drop(sender);
    let counts = spool.close().unwrap();
    let (first, second) = (read(fetched.path()), read(folder.path()));
    assert_eq!(first.dns + second.dns + counts.shed_dns, counts.offered_dns);
    assert_eq!(first.shed + second.shed, counts.shed_dns);
}
