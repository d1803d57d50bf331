// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stored format: a file of version 2 that was committed, read by a second reader that knows `docs/index-format.md` alone.

use forestall_index::{Computed, Index, IndexCampaign};
use forestall_model::{Digest, Instant, Margin, Window, WindowSet};

use crate::damage::xxh64;
use crate::support::{MemoryBuilder, builder};

const GOLDEN: &[u8] = include_bytes!("golden/version-2.index");
/// The same names as a writer puts them down that has eight names to a bucket, so that there is one.
const WIDE: &[u8] = include_bytes!("golden/version-2-of-eight.index");
const DOCUMENT: &str = include_str!("../../../../docs/index-format.md");

/// Returns what stands in the golden file.
fn made() -> Vec<u8> {
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let day = |from: &str, until: &str| Window { from: at(from), until: at(until) };
    let mut builder: MemoryBuilder = builder();
    let campaign = |family: &str, id: &str, computed| IndexCampaign {
        family: family.parse().unwrap(),
        id: id.parse().unwrap(),
        margin: Margin { before_seconds: 86_400, after_seconds: 43_200 },
        computed,
        unverified: family == "second",
    };
    let computed = Some(Computed { generator_version: 3, digest: Digest::of(b"parameters") });
    let first = builder.campaign(campaign("first", "one", computed)).unwrap();
    let second = builder.campaign(campaign("second", "two", None)).unwrap();
    let march = day("2009-03-31T00:00:00Z", "2009-04-01T00:00:00Z");
    let april = day("2009-04-02T00:00:00Z", "2009-04-03T00:00:00Z");
    let days = builder.reference(first, &WindowSet::Spans(vec![march, april])).unwrap();
    let always = builder.reference(second, &WindowSet::Always).unwrap();
    let since = builder.reference(second, &WindowSet::From(march.from)).unwrap();
    for (name, reference) in [
        ("praat.org", days),
        ("abcdefghijklmnop.org", days),
        ("a1-2_b.org", since),
        ("praat.org", always),
        ("home.ddns.net", since),
        ("\\000x.org", days),
    ] {
        builder.add(name.as_bytes(), reference).unwrap();
    }
    builder.exclude(b"praat.org").unwrap();
    let mut octets = Vec::new();
    let span = Window { from: march.from, until: april.until };
    builder.finish(at("2026-11-23T12:00:00Z"), Some(span), 1, &mut octets).unwrap();
    octets
}

#[test]
fn what_is_written_is_the_golden_file() {
    assert!(made() == GOLDEN, "the format changed: give it a new version and a new golden file, and document it");
    Index::open(GOLDEN).unwrap().verify().unwrap();
}

/// How many buckets there are is the writer's to say: a file of a writer that put eight names to a bucket is read like one of ours.
#[test]
fn fewer_buckets_are_read_as_well() {
    let [wide, ours] = [WIDE, GOLDEN].map(|octets| Index::open(octets).unwrap());
    wide.verify().unwrap();
    assert_ne!(WIDE, GOLDEN);
    for name in [
        "praat.org",
        "www.Praat.org",
        "abcdefghijklmnop.org",
        "a1-2_b.org",
        "x.home.ddns.net",
        "\\000x.org",
        "praat.net",
        "org",
    ] {
        let told = |index: &Index<&[u8]>| {
            let hit = index.look_up(name.as_bytes())?;
            let postings = hit.postings().map(|posting| (posting.number, posting.windows.clone())).collect::<Vec<_>>();
            Some((hit.start(), hit.is_collision(), postings))
        };
        assert_eq!(told(&wide), told(&ours), "{name}");
    }
}

#[test]
fn the_document_says_where_things_stand() {
    assert!(DOCUMENT.contains("version 2"));
    let field = |at: usize, octets: usize| {
        let row = format!("| {at} | {octets} | ");
        let row = DOCUMENT.lines().find(|line| line.starts_with(&row));
        assert!(row.is_some(), "no row for {octets} octets at {at}");
        &GOLDEN[at..at + octets]
    };
    assert_eq!(field(0, 16), b"forestall index\n");
    assert_eq!(field(16, 4), 2u32.to_le_bytes());
    assert_eq!(field(20, 44), [0; 44]);
    let end = GOLDEN.len() - 64;
    let field = |at: usize, octets: usize| {
        let row = format!("| end - {} | {octets} | ", 64 - at);
        assert!(DOCUMENT.lines().any(|line| line.starts_with(&row)), "no row that begins {row:?}");
        &GOLDEN[end + at..end + at + octets]
    };
    let number = |octets: &[u8]| usize::try_from(u64::from_le_bytes(octets.try_into().unwrap())).unwrap();
    let (tables_at, tables) = (number(field(0, 8)), number(field(8, 8)));
    assert_eq!(tables_at + tables, end);
    assert_eq!(number(field(16, 8)), GOLDEN.len());
    assert_eq!(field(24, 8), b"endindex");
    let digest = Digest::of_parts(&[&GOLDEN[..64], &GOLDEN[tables_at..end], &GOLDEN[end..end + 32]]);
    assert_eq!(field(32, 32), digest.0);
    // One block, whose checksum ends the tables.
    assert_eq!(xxh64(&GOLDEN[64..tables_at]).to_le_bytes(), GOLDEN[end - 8..end]);
}

/// Octets that are read one field after another.
struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn number(&mut self, octets: usize) -> u64 {
        self.take(octets).iter().rev().fold(0, |number, octet| number << 8 | u64::from(*octet))
    }

    fn text(&mut self) -> &'a [u8] {
        let length = usize::try_from(self.number(1)).unwrap();
        self.take(length)
    }

    fn base128(&mut self) -> u64 {
        let digit = self.number(1);
        if digit < 128 { digit } else { digit - 128 + 128 * self.base128() }
    }
}

#[test]
fn a_reader_made_from_the_document_finds_every_name() {
    let end = WIDE.len() - 64;
    let tables_at = usize::try_from(In(&WIDE[end..]).number(8)).unwrap();
    let mut tables = In(&WIDE[tables_at..end]);
    let micros = |text: &str| text.parse::<Instant>().unwrap().micros().cast_unsigned();
    assert_eq!(tables.number(8), micros("2026-11-23T12:00:00Z"));
    assert_eq!(tables.number(1), 1);
    assert_eq!([tables.number(8), tables.number(8)], ["2009-03-31T00:00:00Z", "2009-04-03T00:00:00Z"].map(micros));
    assert_eq!((tables.number(8), tables.number(8)), (5, 1), "names and collisions");
    assert_eq!(tables.number(4), 2, "campaigns");
    assert_eq!((tables.text(), tables.text()), (&b"first"[..], &b"one"[..]));
    assert_eq!((tables.number(8), tables.number(8), tables.number(1)), (86_400, 43_200, 1));
    assert_eq!((tables.number(4), tables.take(32)), (3, &Digest::of(b"parameters").0[..]));
    assert_eq!(tables.number(8), 3, "names of the first");
    assert_eq!((tables.text(), tables.text()), (&b"second"[..], &b"two"[..]));
    assert_eq!((tables.number(8), tables.number(8), tables.number(1)), (86_400, 43_200, 2));
    assert_eq!(tables.number(8), 3, "names of the second");
    assert_eq!(tables.number(4), 3, "window sets");
    assert_eq!((tables.number(1), tables.number(4)), (2, 2), "that of most names: two spans");
    assert_eq!(tables.take(32).len(), 32);
    assert_eq!((tables.number(1), tables.number(8)), (1, micros("2009-03-31T00:00:00Z")));
    assert_eq!(tables.number(1), 0);
    assert_eq!(tables.number(4), 3, "references");
    let references: Vec<_> = (0..3).map(|_| (tables.number(4), tables.number(4))).collect();
    assert_eq!(references, [(0, 0), (1, 1), (1, 2)]);
    assert_eq!(tables.number(4), 3, "parents");
    let parents: Vec<&[u8]> = (0..3).map(|_| tables.text()).collect();
    assert_eq!(parents, [&b""[..], b"\x03org", b"\x04ddns\x03net"]);
    assert_eq!((tables.number(8), tables.number(8)), (0, 0), "no name has the root for its parent");
    assert_eq!(tables.number(4), 0, "one block");
    let [pairs, buckets, names] = [tables.number(4), tables.number(4), tables.number(4)];
    assert_eq!((pairs, buckets, names), (1, 1, 5));
    assert_eq!(tables.number(8), u64::try_from(tables_at - 64).unwrap());
    assert_eq!((tables.0.len(), tables_at % 64), (8, 0));

    let pair = &WIDE[64..80];
    let mut directory = In(&WIDE[80..88]);
    assert_eq!(directory.number(4), 0);
    let used = usize::try_from(directory.number(4)).unwrap();
    let mut bucket = In(&WIDE[88..88 + used]);
    assert!(WIDE[88 + used..tables_at].iter().all(|octet| *octet == 0));
    let mut found = Vec::new();
    let mut last = 0;
    while !bucket.0.is_empty() {
        let first = bucket.number(1);
        let tag = first & 127;
        let (wire, hash) = if tag == 126 {
            let labels = bucket.text();
            let parent = parents[usize::try_from(bucket.number(2)).unwrap()];
            let wire = [labels, parent].concat();
            let hash = hash(&wire);
            (wire, hash)
        } else {
            let (length, bits) = if tag < 63 { (tag + 1, 5) } else { (tag - 62, 6) };
            let packed = usize::try_from((length * bits).div_ceil(8)).unwrap();
            // One bucket: what is left of the spread is the spread, in four octets.
            let spread = u32::try_from(bucket.number(4)).unwrap();
            let rest = bucket.take(packed.saturating_sub(4));
            let parent = parents[usize::try_from(bucket.number(1)).unwrap()];
            let mut sum = hash_of_parent(parent);
            rest.chunks_exact(8).for_each(|word| sum = mix(sum, In(word).number(8)));
            let ending = In(rest.chunks_exact(8).remainder()).0;
            sum = mix(sum, In(ending).number(ending.len()) | tag << 56);
            let letters = unmixed(spread ^ u32::try_from(sum >> 32).unwrap());
            let octets = [&letters.to_le_bytes()[..], rest].concat();
            let bit = |at: u64| octets[usize::try_from(at / 8).unwrap()] >> (at % 8) & 1;
            let letter = |number: u64| (0..bits).map(|n| bit(number * bits + n) << n).sum::<u8>();
            let alphabet = b".abcdefghijklmnopqrstuvwxyz0123456789-_";
            let mut wire = vec![u8::try_from(length).unwrap()];
            wire.extend((0..length).map(|number| alphabet[usize::from(letter(number))]));
            wire.extend_from_slice(parent);
            assert!(last <= spread, "in order of the spread");
            last = spread;
            let hash = hash(&wire);
            (wire, hash)
        };
        for (word, shifts) in pair.chunks_exact(8).zip([[0, 6, 12], [18, 24, 30]]) {
            assert!(shifts.iter().all(|shift| In(word).number(8) >> (hash >> shift & 63) & 1 == 1));
        }
        let (collision, list) = if first < 128 {
            (false, vec![bucket.number(2)])
        } else {
            let length = usize::try_from(bucket.base128()).unwrap();
            let mut long = In(bucket.take(length));
            let collision = long.number(1) == 1;
            let mut list = Vec::new();
            while !long.0.is_empty() {
                list.push(long.base128());
            }
            (collision, list)
        };
        found.push((wire, collision, list));
    }
    found.sort();
    let expected: [(&[u8], bool, &[u64]); 5] = [
        (b"\x02\0x\x03org", false, &[0]),
        (b"\x04home\x04ddns\x03net", false, &[1]),
        (b"\x05praat\x03org", true, &[0, 2]),
        (b"\x06a1-2_b\x03org", false, &[1]),
        (b"\x10abcdefghijklmnop\x03org", false, &[0]),
    ];
    assert_eq!(found, expected.map(|(wire, collision, list)| (wire.to_vec(), collision, list.to_vec())));
}

fn labels(wire: &[u8]) -> Vec<&[u8]> {
    let mut wire = In(wire);
    std::iter::from_fn(|| (!wire.0.is_empty()).then(|| wire.text())).collect()
}

fn hash(wire: &[u8]) -> u64 {
    labels(wire).iter().rev().fold(0x9E37_79B9_7F4A_7C15, |hash, label| with_label(hash, label))
}

fn hash_of_parent(wire: &[u8]) -> u64 {
    hash(wire)
}

fn with_label(hash: u64, label: &[u8]) -> u64 {
    let words: Vec<_> = label.rchunks(8).collect();
    let whole = label.len() / 8;
    let hash = words[..whole].iter().fold(hash, |hash, word| mix(hash, In(word).number(8)));
    let rest = words.get(whole).map_or(0, |rest| In(rest).number(rest.len()));
    mix(hash, rest | u64::try_from(label.len()).unwrap() << 56)
}

fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0x6A09_E667_F3BC_C909;
    u64::try_from(product >> 64).unwrap() ^ u64::try_from(product & u128::from(u64::MAX)).unwrap()
}

fn unmixed(mut number: u32) -> u32 {
    number ^= number >> 16;
    number = number.wrapping_mul(0x7ED1_B41D);
    number ^= number >> 13 ^ number >> 26;
    number = number.wrapping_mul(0xA5CB_9243);
    number ^ number >> 16
}
