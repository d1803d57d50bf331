// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What may happen to a file: every change is refused, and no octets are read with harm.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::sync::LazyLock;

use forestall_index::{Index, OpenError};
use forestall_model::WindowSet;
use proptest::prelude::*;

use crate::support::{builder, campaign, days, taken, written};

/// Returns the octets of a small index, which is made once.
fn small() -> Vec<u8> {
    static SMALL: LazyLock<Vec<u8>> = LazyLock::new(made);
    SMALL.clone()
}

fn made() -> Vec<u8> {
    let mut builder = builder();
    let number = days(&mut builder, "c", &[0, 5]);
    let handle = builder.campaign(campaign("always")).unwrap();
    let always = builder.reference(handle, &WindowSet::Always).unwrap();
    for name in 0..100 {
        builder.add(format!("name{name}.com").as_bytes(), number).unwrap();
        builder.add(format!("name{}.ddns.net", name * 2).as_bytes(), always).unwrap();
        builder.add(format!("name{}.com", name * 3).as_bytes(), always).unwrap();
    }
    builder.exclude(b"name7.com").unwrap();
    written(builder)
}

/// Returns a file of these octets, which a test changes in place: a file for each of thousands of changes takes much longer than to read one.
fn file_of(octets: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(octets).unwrap();
    file
}

#[test]
fn every_octet_is_checked() {
    let whole = small();
    let (mut octets, file) = (whole.clone(), file_of(&whole));
    for at in 0..whole.len() {
        octets[at] ^= 1 << (at % 8);
        file.write_all_at(&octets[at..=at], at as u64).unwrap();
        assert!(Index::open(&octets[..]).is_err(), "octet {at} of {}", whole.len());
        // A second thread sees no octet that the first would not; that it is heard is seen often enough.
        let threads = if at % 16 == 0 { 2 } else { 1 };
        assert!(Index::take(&file, threads).is_err(), "octet {at} of {} of a file", whole.len());
        octets[at] = whole[at];
        file.write_all_at(&octets[at..=at], at as u64).unwrap();
    }
    // What was changed is as it was: all refusals were those of one octet.
    assert_eq!(Index::take(&file, 2).unwrap().digest(), Index::open(whole).unwrap().digest());
}

#[test]
fn every_cut_is_refused() {
    let file = small();
    let cut = file_of(&file);
    for length in (0..file.len()).rev() {
        cut.set_len(length as u64).unwrap();
        let refused = Index::read(&file[..length], Some(length as u64)).unwrap_err();
        assert!(matches!(refused, OpenError::Cut { .. } | OpenError::NotAnIndex { .. }), "{length}: {refused}");
        assert_eq!(Index::take(&cut, 2).unwrap_err().to_string(), refused.to_string(), "{length}");
    }
    for more in 1..200 {
        let longer = [&file[..], &vec![0; more]].concat();
        assert!(matches!(Index::open(longer), Err(OpenError::Cut { .. })), "{more} more");
        let twice = [&file[..], &file[file.len().saturating_sub(more)..]].concat();
        assert!(Index::open(twice).is_err(), "{more} twice");
    }
}

#[test]
fn says_why_a_file_is_refused() {
    let file = small();
    let refused = |octets: &[u8]| {
        let refused = Index::read(octets, None).unwrap_err().to_string();
        assert_eq!(taken(octets, 1).unwrap_err().to_string(), refused);
        refused
    };
    assert_eq!(refused(b""), "it is no index: it begins with \"\"; expected \"forestall index\"");
    assert!(refused(b"name,family\n").starts_with("it is no index: it begins with \"name,family\\n\";"));
    let mut newer = file.clone();
    newer[16] = 3;
    assert!(refused(&newer).starts_with("it has version 3 of the format; expected version 2"));
    assert!(refused(&file[..1_000]).starts_with("it is cut: its 1000 octets"));
    let mut altered = file.clone();
    altered[100] ^= 1;
    assert!(
        refused(&altered).starts_with("it was altered: the checksum of block 0, octets 64 to "),
        "{}",
        refused(&altered)
    );
    let mut altered = file.clone();
    let tables = file.len() - 100;
    altered[tables] ^= 1;
    assert_eq!(refused(&altered), "it was altered: the checksum of the tables does not fit");
    assert!(refused(&[&file[..64], &file[64 + 64..]].concat()).contains(" octets and says that it has "));
}

#[test]
fn a_file_that_changes_while_it_is_read_or_in_use_does_no_harm() {
    let octets = small();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&octets).unwrap();
    // Cut between the look at its length and the end of reading, and grown likewise.
    for (changed, found) in [(octets.len() / 2, "it is cut"), (octets.len() + 100, "it is cut")] {
        file.set_len(octets.len() as u64).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut changing = ChangesAtFirstRead { file: file.try_clone().unwrap(), length: changed as u64, read: 0 };
        let refused = Index::read(&mut changing, Some(octets.len() as u64)).unwrap_err();
        assert!(refused.to_string().starts_with(found), "{refused}");
    }
    // In use, it is independent of the file.
    file.set_len(0).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&octets).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let index = Index::read(&file, None).unwrap();
    file.set_len(10).unwrap();
    assert!(index.look_up(b"name7.com").unwrap().is_collision());
    index.verify().unwrap();
    // So it is where its copy is mapped, whatever is written over the file, and even where nothing is left of it.
    file.set_len(0).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&octets).unwrap();
    let index = Index::take(&file, 2).unwrap();
    assert_eq!(index.is_mapped(), cfg!(target_os = "linux"));
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&vec![0xFF; octets.len()]).unwrap();
    assert!(index.look_up(b"name7.com").unwrap().is_collision());
    file.set_len(0).unwrap();
    assert!(index.look_up(b"name9.com").is_some_and(|hit| hit.postings().count() == 2));
    index.verify().unwrap();
    assert_eq!(index.digest(), Index::open(octets).unwrap().digest());
}

/// A file that somebody cuts or makes longer after the first read.
struct ChangesAtFirstRead {
    file: File,
    length: u64,
    read: u32,
}

impl Read for ChangesAtFirstRead {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buf)?;
        if self.read == 0 {
            self.file.set_len(self.length)?;
        }
        self.read += 1;
        Ok(read)
    }
}

/// Makes the checksums fit again, as a hostile writer would.
fn mended(mut file: Vec<u8>) -> Vec<u8> {
    let end = file.len() - 64;
    let tables_at = usize::try_from(u64::from_le_bytes(file[end..end + 8].try_into().unwrap())).unwrap();
    // One block, whose checksum is the last of the tables.
    let sum = xxh64(&file[64..tables_at]);
    file[end - 8..end].copy_from_slice(&sum.to_le_bytes());
    let digest = forestall_model::Digest::of_parts(&[&file[..64], &file[tables_at..end], &file[end..end + 32]]);
    file[end + 32..].copy_from_slice(&digest.0);
    file
}

/// XXH64 with seed 0, once more and plainly.
pub(crate) fn xxh64(bytes: &[u8]) -> u64 {
    const P: [u64; 5] = [
        11_400_714_785_074_694_791,
        14_029_467_366_897_019_727,
        1_609_587_929_392_839_161,
        9_650_029_242_287_828_579,
        2_870_177_450_012_600_261,
    ];
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let round = |acc: u64, input: u64| acc.wrapping_add(input.wrapping_mul(P[1])).rotate_left(31).wrapping_mul(P[0]);
    let mut acc = [P[0].wrapping_add(P[1]), P[1], 0, P[0].wrapping_neg()];
    assert!(bytes.len() >= 32 && bytes.len().is_multiple_of(32));
    for at in (0..bytes.len()).step_by(32) {
        (0..4).for_each(|lane| acc[lane] = round(acc[lane], word(at + 8 * lane)));
    }
    let mut hash =
        [1, 7, 12, 18].iter().zip(acc).fold(0u64, |sum, (turn, lane)| sum.wrapping_add(lane.rotate_left(*turn)));
    for lane in acc {
        hash = (hash ^ round(0, lane)).wrapping_mul(P[0]).wrapping_add(P[3]);
    }
    hash = hash.wrapping_add(bytes.len() as u64);
    hash = (hash ^ hash >> 33).wrapping_mul(P[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(P[2]);
    hash ^ hash >> 32
}

#[test]
fn mending_nothing_changes_nothing() {
    assert!(mended(small()) == small());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn hostile_files_with_right_checksums_do_no_harm(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        query in "[a-z0-9]{1,8}\\.(com|ddns\\.net|org)",
    ) {
        let mut file = small();
        let length = file.len() - 64;
        for (at, octet) in changes {
            file[at.index(length)] = octet;
        }
        if let Ok(index) = Index::open(mended(file)) {
            let queries: Vec<String> = (0..100).map(|n| format!("name{n}.com")).chain([query]).collect();
            let mut sum = 0;
            index.look_up_batch(&queries, |_, hit| sum += hit.postings().count());
            for query in &queries {
                let _ = (index.look_up(query.as_bytes()), index.look_up_wire(query.as_bytes()));
            }
            let _ = (index.verify(), index.sizes(), index.parents());
        }
    }

    #[test]
    fn octets_changed_cut_moved_or_put_in_are_refused_however_many(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..17u8, 0..4u8), 1..12),
    ) {
        let whole = small();
        let mut file = whole.clone();
        for (at, other, octet, kind) in edits {
            let (at, other) = (at.index(file.len()), other.index(file.len()));
            match kind {
                0 => file[at] = octet,
                1 => file.swap(at, other),
                2 => drop(file.drain(at.min(other)..at.max(other).min(at.min(other) + usize::from(octet)))),
                _ => file.insert(at, octet),
            }
        }
        // Where the edits undid each other, it is the same file; otherwise nothing of it is ever answered from.
        match Index::read(&file[..], Some(file.len() as u64)) {
            Ok(_) => prop_assert!(file == whole),
            Err(refused) => {
                prop_assert!(file != whole);
                prop_assert_eq!(taken(&file, 2).unwrap_err().to_string(), refused.to_string());
            }
        }
    }

    #[test]
    fn any_octets_are_refused(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Index::open([b"forestall index\n\x02\0\0\0".to_vec(), octets].concat()).is_err());
    }
}

#[test]
fn a_wrong_writer_is_found_out_name_by_name() {
    let file = small();
    let whole = Index::open(file.clone()).unwrap();
    whole.verify().unwrap();
    let names = usize::try_from(whole.sizes().filters + whole.sizes().directories).unwrap() + 64;
    // Another letter in a name: it would not be found where it stands.
    let mut wrong = file.clone();
    wrong[names + 2] ^= 1;
    let fault = Index::open(mended(wrong)).unwrap().verify().unwrap_err();
    assert!(usize::try_from(fault.at).unwrap() >= names, "{fault}");
    // An empty filter.
    let mut wrong = file;
    wrong[64..64 + 16].fill(0);
    let fault = Index::open(mended(wrong)).unwrap().verify().unwrap_err();
    assert_eq!(fault.what, "the filter does not let the name through");
}
