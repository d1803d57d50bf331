// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Building: the same octets whatever the memory and the threads, and names in every number.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use forestall_index::{AddError, BuildError, Builder, Index, Scratch};
use forestall_model::{Instant, WindowSet};

use crate::support::{builder, campaign, days, index, taken, written};

/// Adds names of two campaigns, some twice, some excluded, some odd.
fn fill<S: Scratch>(builder: &mut Builder<S>, names: u32) {
    let handles = ["one", "two"].map(|id| builder.campaign(campaign(id)).unwrap());
    let references = handles.map(|handle| builder.reference(handle, &WindowSet::Always).unwrap());
    for number in 0..names {
        let name = format!("n{}x.{}", number / 2 * 7, ["com", "net", "ddns.net"][number as usize % 3]);
        builder.add(name.as_bytes(), references[number as usize % 2]).unwrap();
        if number % 1_000 == 0 {
            builder.exclude(name.as_bytes()).unwrap();
            builder.add(format!("\\{:03}.{name}", number % 256).as_bytes(), references[0]).unwrap();
        }
    }
}

fn built(names: u32, memory: usize, threads: usize) -> (Vec<u8>, u64) {
    let mut builder = Builder::new(Cursor::new(Vec::new()), memory);
    fill(&mut builder, names);
    let mut octets = Vec::new();
    let built = builder.finish(Instant::from_seconds(1), None, threads, &mut octets).unwrap();
    (octets, built.spilled)
}

#[test]
fn memory_and_threads_leave_no_trace() {
    for names in [10, 1_000, 100_000] {
        let (plain, spilled) = built(names, 1 << 30, 1);
        assert_eq!(spilled, 0);
        Index::open(plain.clone()).unwrap().verify().unwrap();
        for (memory, threads) in [(0, 1), (256, 2), (1 << 30, 3), (512, 0)] {
            let (octets, spilled) = built(names, memory, threads);
            assert!(octets == plain, "{names} names, {memory} octets of memory, {threads} threads");
            assert_eq!(spilled > 0, memory < 1 << 30, "{names} names, {memory} octets of memory");
        }
    }
}

#[test]
fn two_blocks_are_as_good_as_one() {
    // Over 2^20 records, which make two blocks.
    let names = 1_060_000;
    let (plain, _) = built(names, 1 << 30, 1);
    let (octets, spilled) = built(names, 16 << 20, 2);
    assert!(spilled > 0 && octets == plain);
    // Copied by one thread or by several, and altered in either block.
    for (threads, altered) in
        [(1, None), (2, None), (9, None), (2, Some(100)), (2, Some(octets.len() - 1_000_000)), (1, Some(100))]
    {
        let mut wrong = octets.clone();
        if let Some(at) = altered {
            wrong[at] ^= 1;
        }
        let taken = taken(&wrong, threads);
        assert_eq!(taken.is_ok(), altered.is_none(), "{threads} {altered:?} {taken:?}");
        if let Ok(taken) = taken {
            assert!(taken.look_up(b"n0x.com").is_some());
            taken.verify().unwrap();
        }
    }
    let index = Index::open(octets).unwrap();
    index.verify().unwrap();
    let listed =
        (0..names).step_by(1_001).map(|n| format!("n{}x.{}", n / 2 * 7, ["com", "net", "ddns.net"][n as usize % 3]));
    assert!(listed.clone().all(|name| index.look_up(name.as_bytes()).is_some()));
    assert!(listed.clone().all(|name| index.look_up(format!("q{name}").as_bytes()).is_none()));
    let listed: Vec<String> = listed.collect();
    let mut found = 0;
    index.look_up_batch(&listed, |_, _| found += 1);
    assert_eq!(found, listed.len());
}

#[test]
fn the_order_of_campaigns_leaves_no_trace() {
    let made = |swapped: bool| {
        let mut builder = builder();
        for id in if swapped { ["two", "one"] } else { ["one", "two"] } {
            let number = days(&mut builder, id, &[0]);
            for name in ["a.com", "b.net"] {
                builder.add(name.as_bytes(), number).unwrap();
            }
        }
        written(builder)
    };
    assert_eq!(made(false), made(true));
}

#[test]
fn more_references_than_two_octets_hold() {
    let mut builder = builder();
    let handle = builder.campaign(campaign("c")).unwrap();
    for second in 0..70_000 {
        let reference = builder.reference(handle, &WindowSet::From(Instant::from_seconds(second))).unwrap();
        builder.add(format!("a{second}.com").as_bytes(), reference).unwrap();
        builder.add(b"all.com", reference).unwrap();
    }
    let index = index(builder);
    for second in [0, 1, 65_535, 65_536, 69_999] {
        let hit = index.look_up(format!("a{second}.com").as_bytes()).unwrap();
        let windows: Vec<_> = hit.postings().map(|posting| posting.windows.clone()).collect();
        assert_eq!(windows, [WindowSet::From(Instant::from_seconds(second))]);
    }
    let all: Vec<_> = index.look_up(b"all.com").unwrap().postings().map(|p| p.windows.clone()).collect();
    assert_eq!(all, (0..70_000).map(|s| WindowSet::From(Instant::from_seconds(s))).collect::<Vec<_>>());
}

#[test]
fn more_parents_than_have_numbers() {
    let mut builder = builder();
    let number = days(&mut builder, "c", &[0]);
    let name = |n: u32| format!("a.b{n}.c.com");
    (0..70_000).for_each(|n| builder.add(name(n).as_bytes(), number).unwrap());
    builder.add(b"deep.x.y.z.com", number).unwrap();
    let index = index(builder);
    assert_eq!(index.names(), 70_001);
    for n in [0, 65_533, 65_534, 65_535, 69_999] {
        assert_eq!(index.look_up(format!("www.{}", name(n)).as_bytes()).map(|hit| hit.start()), Some(4), "{n}");
        assert!(index.look_up(&name(n).as_bytes()[2..]).is_none());
    }
    assert_eq!(index.look_up(b"deep.x.y.z.com").map(|hit| hit.start()), Some(0));
}

#[test]
fn a_long_list_of_windows_is_walked_over() {
    let mut builder = builder();
    let numbers: Vec<_> = (0..300).map(|day| days(&mut builder, "c", &[day])).collect();
    for name in 0..200 {
        numbers.iter().for_each(|number| builder.add(format!("a{name}.com").as_bytes(), *number).unwrap());
    }
    let index = index(builder);
    for name in 0..200 {
        assert_eq!(index.look_up(format!("a{name}.com").as_bytes()).unwrap().postings().count(), 300);
    }
}

#[test]
fn windows_open_by_the_margin_of_their_campaign() {
    let mut builder = builder();
    let number = days(&mut builder, "c", &[0]);
    builder.add(b"a.com", number).unwrap();
    let index = index(builder);
    let posting = index.look_up(b"a.com").unwrap().postings().next().unwrap();
    let open = |text: &str| posting.is_open(text.parse().unwrap());
    assert!(!open("2009-03-31T09:59:59Z") && open("2009-03-31T10:00:00Z"));
    assert!(open("2009-04-02T11:59:59Z") && !open("2009-04-02T12:00:00Z"));
}

/// A disk that is full after some octets.
struct Full(Cursor<Vec<u8>>, usize);

impl Read for Full {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Full {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.1 = self.1.checked_sub(buf.len()).ok_or(io::ErrorKind::StorageFull)?;
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Full {
    fn seek(&mut self, pos: SeekFrom) -> io::Result<u64> {
        self.0.seek(pos)
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let mut builder = Builder::new(Full(Cursor::new(Vec::new()), 10_000), 0);
    let handle = builder.campaign(campaign("c")).unwrap();
    let reference = builder.reference(handle, &WindowSet::Always).unwrap();
    let failed = (0..10_000).find_map(|n| builder.add(format!("a{n}.com").as_bytes(), reference).err());
    assert!(matches!(failed, Some(AddError::Scratch(_))));
    let mut builder = builder_with_one_name();
    fill(&mut builder, 10);
    let out = Full(Cursor::new(Vec::new()), 100);
    assert!(matches!(builder.finish(Instant::from_seconds(0), None, 1, out), Err(BuildError::Write(_))));
}

fn builder_with_one_name() -> crate::support::MemoryBuilder {
    let mut builder = builder();
    let number = days(&mut builder, "c", &[0]);
    builder.add(b"a.com", number).unwrap();
    builder
}
