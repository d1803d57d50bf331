// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Another index under the same name is taken into use without losing a query; one that is broken is not.

use std::fs;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::{Sinkhole, query, rcode, write_index};

#[test]
fn another_index_is_used_soon_and_no_query_is_lost() {
    let sinkhole = Sinkhole::start();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asks = scope.spawn(|| {
            let mut asked = 0;
            while !done.load(Ordering::Relaxed) {
                let answer = sinkhole.udp(&query("opentoday.ws", 1)).expect("no query is lost");
                assert_eq!((rcode(&answer), answer[7]), (0, 1));
                asked += 1;
            }
            asked
        });
        for turn in 0..5 {
            let name = format!("fresh{turn}.net");
            assert_eq!(rcode(&sinkhole.udp(&query(&name, 1)).unwrap()), 5);
            write_index(&sinkhole.index(), &[&name]);
            while rcode(&sinkhole.udp(&query(&name, 1)).unwrap()) != 0 {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(asks.join().unwrap() > 5);
    });
    // Over TCP as well.
    let octets = query("fresh4.net", 1);
    let framed = [&u16::try_from(octets.len()).unwrap().to_be_bytes()[..], &octets].concat();
    let mut stream = sinkhole.connect("dns");
    std::io::Write::write_all(&mut stream, &framed).unwrap();
    let mut answer = [0; 14];
    std::io::Read::read_exact(&mut stream, &mut answer).unwrap();
    assert_eq!(rcode(&answer[2..]), 0);
    drop(stream);
    let seen = sinkhole.stop();
    assert!(seen.dns.iter().all(|hit| !hit.campaigns.is_empty()));
}

#[test]
fn a_broken_index_changes_nothing() {
    let sinkhole = Sinkhole::start();
    let whole = fs::read(sinkhole.index()).unwrap();
    let broken = sinkhole.folder.path().join("broken");
    for octets in [&b"nothing"[..], &whole[..whole.len() - 1], &[]] {
        fs::write(&broken, octets).unwrap();
        fs::rename(&broken, sinkhole.index()).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        assert_eq!(rcode(&sinkhole.udp(&query("opentoday.ws", 1)).unwrap()), 0);
    }
    fs::remove_file(sinkhole.index()).unwrap();
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(rcode(&sinkhole.udp(&query("opentoday.ws", 1)).unwrap()), 0);
    write_index(&sinkhole.index(), &["fresh.net"]);
    while rcode(&sinkhole.udp(&query("fresh.net", 1)).unwrap()) != 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_that_is_altered_where_it_lies_changes_no_answer() {
    let sinkhole = Sinkhole::start();
    let whole = fs::read(sinkhole.index()).unwrap();
    let file = fs::File::options().write(true).open(sinkhole.index()).unwrap();
    let is_as_before = || {
        for _ in 0..20 {
            let answers = ["opentoday.ws", "forever.example.org", "example.com"].map(|name| {
                let answer = sinkhole.udp(&query(name, 1)).unwrap();
                (rcode(&answer), answer[7])
            });
            assert_eq!(answers, [(0, 1), (0, 1), (5, 0)]);
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    // Zeros over the names, then all of it gone, then longer than it was: the sinkhole's own copy is sealed.
    file.write_all_at(&vec![0; whole.len() - 128], 64).unwrap();
    is_as_before();
    file.set_len(0).unwrap();
    is_as_before();
    file.write_all_at(&[&whole[..], &whole].concat(), 0).unwrap();
    is_as_before();
    // One octet of one name.
    file.set_len(whole.len() as u64).unwrap();
    file.write_all_at(&[whole[200] ^ 1], 200).unwrap();
    is_as_before();
    let maps = fs::read_to_string(format!("/proc/{}/maps", sinkhole.process())).unwrap();
    // The one mapping of memory, not of a file, that can only be read.
    let mapped: Vec<_> =
        maps.lines().filter(|line| line.contains(" r--p 00000000 00:00 0") && !line.contains('[')).collect();
    assert_eq!(mapped.len(), 1, "{maps}");
    write_index(&sinkhole.index(), &["fresh.net"]);
    while rcode(&sinkhole.udp(&query("fresh.net", 1)).unwrap()) != 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(rcode(&sinkhole.udp(&query("opentoday.ws", 1)).unwrap()), 0);
}
