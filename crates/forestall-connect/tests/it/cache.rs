// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of looks: what a crash, another process, or a damaged disk leaves of it.

use std::fs;
use std::path::PathBuf;

use forestall_connect::cache::MAX_LINE;
use forestall_connect::{Cache, CacheError, LookKey};
use forestall_model::dossier::{Existence, FailedLook, Presence, Sourced};
use forestall_model::{DomainName, Instant, Method};
use tempfile::TempDir;

use crate::zones::{at, name};

type Outcome = Result<Sourced<Presence>, FailedLook>;

const SERVER: &str = "127.0.0.1:53";

struct Room {
    _folder: TempDir,
    path: PathBuf,
}

fn room() -> Room {
    let folder = TempDir::new().unwrap();
    Room { path: folder.path().join("looks"), _folder: folder }
}

fn key(name: &DomainName) -> LookKey<'_> {
    LookKey { method: Method::Dns, source: SERVER, name }
}

fn absent(at: Instant) -> Outcome {
    Ok(Sourced { method: Method::Dns, source: SERVER.to_owned(), at, fact: Presence::bare(Existence::Absent) })
}

fn get(cache: &mut Cache, text: &str) -> Option<Outcome> {
    cache.get(&key(&name(text)), Instant::from_seconds(0)).unwrap().map(|(_, outcome)| outcome)
}

#[test]
fn keeps_facts_and_failures_over_an_end_without_farewell() {
    let room = room();
    let mut cache = Cache::open(&room.path).unwrap();
    let reason = "SERVFAIL\nwith a second line".to_owned();
    let failed: Outcome = Err(FailedLook { method: Method::Dns, source: SERVER.to_owned(), at: at(), reason });
    cache.put(&key(&name("a.be")), at(), &absent(at())).unwrap();
    cache.put(&key(&name("b.be")), at(), &failed).unwrap();
    // Nothing is written at the end: the file is whole after each put.
    let left = fs::read(&room.path).unwrap();
    drop(cache);
    assert_eq!(fs::read(&room.path).unwrap(), left);
    let mut cache = Cache::open(&room.path).unwrap();
    assert_eq!((cache.len(), cache.unreadable()), (2, 0));
    assert_eq!(get(&mut cache, "a.be"), Some(absent(at())));
    assert_eq!(get(&mut cache, "b.be"), Some(failed));
    assert_eq!(get(&mut cache, "c.be"), None);
}

#[test]
fn tells_methods_sources_and_ages_apart() {
    let room = room();
    let mut cache = Cache::open(&room.path).unwrap();
    let name = name("a.be");
    cache.put(&key(&name), at(), &1).unwrap();
    for other in [LookKey { method: Method::Rdap, ..key(&name) }, LookKey { source: "127.0.0.2:53", ..key(&name) }] {
        assert_eq!(cache.get::<i32>(&other, at()).unwrap(), None);
    }
    assert_eq!(cache.get(&key(&name), at()).unwrap(), Some((at(), 1)));
    assert_eq!(cache.get::<i32>(&key(&name), at().plus_seconds(1)).unwrap(), None);
    assert_eq!(cache.get::<String>(&key(&name), at()).unwrap(), None, "a value of another form");
    cache.put(&key(&name), at().plus_seconds(9), &2).unwrap();
    assert_eq!(cache.get(&key(&name), at()).unwrap(), Some((at().plus_seconds(9), 2)));
    assert_eq!(cache.len(), 1);
}

#[test]
fn loses_only_the_look_whose_write_was_cut() {
    let room = room();
    let mut cache = Cache::open(&room.path).unwrap();
    for text in ["a.be", "b.be"] {
        cache.put(&key(&name(text)), at(), &absent(at())).unwrap();
    }
    drop(cache);
    let whole = fs::read(&room.path).unwrap();
    let lines: Vec<usize> = whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1).collect();
    for cut in 0..whole.len() {
        fs::write(&room.path, &whole[..cut]).unwrap();
        let mut cache = Cache::open(&room.path).unwrap();
        let expected = lines.iter().skip(1).filter(|end| **end <= cut).count();
        assert_eq!((cache.len(), cache.unreadable()), (expected, 0), "cut at {cut}");
        cache.put(&key(&name("c.be")), at(), &absent(at())).unwrap();
        drop(cache);
        let mut cache = Cache::open(&room.path).unwrap();
        assert_eq!((cache.len(), cache.unreadable()), (expected + 1, 0), "cut at {cut}");
        assert_eq!(get(&mut cache, "c.be"), Some(absent(at())));
    }
}

#[test]
fn passes_over_lines_that_are_none() {
    let room = room();
    drop(Cache::open(&room.path).unwrap());
    let mut text = fs::read(&room.path).unwrap();
    let good = br#"{"method":"dns","source":"127.0.0.1:53","name":"a.be","at":"2009-04-01T12:00:00Z","outcome":7}"#;
    text.extend_from_slice(b"\0\0\0\0\n\xff\n{}\n");
    text.extend_from_slice(&vec![b'x'; 2 * MAX_LINE]);
    text.push(b'\n');
    text.extend_from_slice(good);
    text.push(b'\n');
    fs::write(&room.path, &text).unwrap();
    let mut cache = Cache::open(&room.path).unwrap();
    assert_eq!((cache.len(), cache.unreadable()), (1, 4));
    assert_eq!(cache.get(&key(&name("a.be")), at()).unwrap(), Some((at(), 7)));
    assert!(fs::metadata(&room.path).unwrap().len() < 1_000, "a file of dead octets is written anew");
}

#[test]
fn refuses_an_outcome_that_no_line_holds_and_goes_on() {
    let room = room();
    let mut cache = Cache::open(&room.path).unwrap();
    let error = cache.put(&key(&name("a.be")), at(), &"x".repeat(MAX_LINE)).unwrap_err();
    assert!(error.to_string().starts_with("the outcome for a.be cannot be kept: it takes 1048"), "{error}");
    cache.put(&key(&name("b.be")), at(), &absent(at())).unwrap();
    assert_eq!(get(&mut cache, "b.be"), Some(absent(at())));
}

#[test]
fn writes_the_file_anew_where_most_of_it_is_dead() {
    let room = room();
    let mut cache = Cache::open(&room.path).unwrap();
    let names: Vec<DomainName> = (0..200).map(|i| name(&format!("n{i}.be"))).collect();
    for turn in 0..5 {
        for name in &names {
            cache.put(&key(name), at().plus_seconds(turn), &absent(at())).unwrap();
        }
    }
    let before = fs::metadata(&room.path).unwrap().len();
    drop(cache);
    let mut cache = Cache::open(&room.path).unwrap();
    let after = fs::metadata(&room.path).unwrap().len();
    assert!(after < before / 4, "{before} octets, then {after}");
    cache.put(&key(&name("late.be")), at(), &absent(at())).unwrap();
    for _ in 0..2 {
        assert_eq!(cache.len(), 201);
        for name in &names {
            let (made, _) = cache.get::<Outcome>(&key(name), at()).unwrap().unwrap();
            assert_eq!(made, at().plus_seconds(4));
        }
        assert_eq!(get(&mut cache, "late.be"), Some(absent(at())));
        drop(cache);
        cache = Cache::open(&room.path).unwrap();
    }
    assert_eq!(fs::read_dir(room.path.parent().unwrap()).unwrap().count(), 2, "the cache and its lock");
}

#[test]
fn keeps_the_second_user_out_until_the_first_is_gone() {
    let room = room();
    let first = Cache::open(&room.path).unwrap();
    assert!(matches!(Cache::open(&room.path), Err(CacheError::InUse { .. })));
    drop(first);
    Cache::open(&room.path).unwrap();
}

#[test]
fn touches_no_file_of_another_kind_or_of_a_newer_version() {
    let room = room();
    let check = |text: &str, expected: &str| {
        fs::write(&room.path, text).unwrap();
        let error = Cache::open(&room.path).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
        assert_eq!(fs::read_to_string(&room.path).unwrap(), text);
    };
    check("name,class\n", r#"is no cache of looks; expected a first line like {"forestall-looks":1}"#);
    check(&"x".repeat(100_000), r#"{"forestall-looks":1}"#);
    check("{\"forestall-looks\":2}\nwhatever\n", "is a cache of version 2; this program reads version 1");
    assert!(matches!(Cache::open(room.path.parent().unwrap()), Err(CacheError::Io { .. })));
}
