// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parquet files with the columns of four programs, written by pyarrow 26 (`tables/README.md`), and the same files damaged.

use std::io::Cursor;

use forestall_detect::readers::{Block, Counts, LogClock, Table};

use crate::read::line;

const ENTRADA: &[u8] = include_bytes!("tables/entrada.parquet");
const ENTRADA2: &[u8] = include_bytes!("tables/entrada2.parquet");
const DNS_COLLECTOR: &[u8] = include_bytes!("tables/dns-collector.parquet");
const IMPALA: &[u8] = include_bytes!("tables/impala.parquet");

/// Reads a file to its end, or to where it is damaged.
fn read(octets: &[u8]) -> Result<(Vec<String>, Counts), String> {
    let mut table =
        Table::open(Cursor::new(octets.to_vec()), LogClock::default()).map_err(|error| error.to_string())?;
    let (mut block, mut counts, mut lines) = (Block::default(), Counts::default(), Vec::new());
    while table.next_block(&mut block).map_err(|error| error.to_string())? {
        block.read(&mut counts, |record| lines.push(line(&record)));
    }
    assert!(!table.next_block(&mut block).unwrap(), "the end stays the end");
    Ok((lines, counts))
}

#[track_caller]
fn check(octets: &[u8], expected: &[&str], passed: u64) {
    let (lines, counts) = read(octets).unwrap();
    assert_eq!(lines, expected);
    assert_eq!((counts.records, counts.passed, counts.broken()), (expected.len() as u64, passed, 0));
}

#[test]
fn entrada() {
    let expected = [
        "2024-04-01T10:00:00Z 192.0.2.1 0 Whole www.example.com 1 0",
        "2024-04-01T10:00:01Z 192.0.2.2 0 Whole qwkxjvmz.info 28 3",
        "2024-04-01T10:00:02Z 2001:db8::1 0 Whole a.b.example.org 1 -",
    ];
    // A row without a name, and one of another class than IN.
    check(ENTRADA, &expected, 2);
}

#[test]
fn entrada2_keeps_names_in_parts() {
    let expected = [
        "2024-04-01T10:00:00.000007Z 192.0.2.1 0 Whole www.example.com 1 0",
        "2024-04-01T10:00:01.000007Z 192.0.2.2 0 Whole qwkxjvmz.info 28 3",
        "2024-04-01T10:00:02.000007Z 2001:db8::1 0 Whole printer.localnet 1 3",
        "2024-04-01T10:00:03.000007Z 192.0.2.9 0 Whole www.example.net 1 -",
    ];
    check(ENTRADA2, &expected, 0);
}

#[test]
fn dns_collector_has_questions_and_answers_apart() {
    let expected = [
        "2024-04-01T10:00:00.123456Z 192.0.2.1 0 Question qwkxjvmz.info 1 -",
        "2024-04-01T10:00:01Z 192.0.2.1 0 Answer qwkxjvmz.info 1 3",
    ];
    check(DNS_COLLECTOR, &expected, 0);
}

#[test]
fn times_as_impala_writes_them() {
    check(IMPALA, &["2024-04-01T10:00:00.5Z 192.0.2.1 0 Whole a.example - -"], 0);
}

#[test]
fn what_is_no_table_of_traffic() {
    for octets in [&b""[..], b"PAR1", b"PAR1PAR1PAR1", &ENTRADA[..ENTRADA.len() - 1]] {
        let error = read(octets).unwrap_err();
        assert!(error.starts_with("the Parquet file cannot be read: "), "{error}");
    }
    // The name of the column `src` becomes another of the same length.
    let place = |octets: &[u8], from: usize| octets[from..].windows(3).position(|w| w == b"src").map(|at| from + at);
    let (mut other, mut from) = (IMPALA.to_vec(), 0);
    while let Some(at) = place(&other, from) {
        other[at..at + 3].copy_from_slice(b"srx");
        from = at + 3;
    }
    let error = read(&other).unwrap_err();
    assert!(error.contains("no columns for a time, a client and a name; it has time, srx, qname"), "{error}");
}

#[test]
fn damaged_files_are_an_error_or_other_rows_and_nothing_worse() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let (mut refused, rounds) = (0, 500);
    for file in [ENTRADA, ENTRADA2, DNS_COLLECTOR, IMPALA] {
        for round in 0..rounds {
            let mut octets = file.to_vec();
            for _ in 0..=round % 3 {
                let at = random(octets.len());
                octets[at] = u8::try_from(random(256)).unwrap();
            }
            if round % 5 == 0 {
                octets.remove(random(octets.len()));
            }
            match read(&octets) {
                Ok((lines, _)) => assert!(lines.len() <= 5),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > rounds, "damage is found: {refused}");
}
