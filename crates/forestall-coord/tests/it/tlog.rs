// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Merkle tree, its proofs, tiles, notes and checkpoints, beside three implementations that are not ours.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof as CtInclusion};
use forestall_coord::tlog::{
    Checkpoint, CheckpointError, InclusionProof, KeyError, MAX_NOTE, Note, NoteError, ProofError, SignedCheckpoint,
    SignerKey, TILE_WIDTH, TilePath, Tree, VerifierKey, bundle, empty_root, leaf_hash, verify_consistency,
    verify_inclusion,
};
use forestall_model::Digest;
use forestall_testkit::parsed;
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::{Signer as _, Verifier as _};
use tlog_tiles::{Hash, HashReader, Tile};

/// The data of leaf `number`.
fn data(number: u64) -> Vec<u8> {
    format!("leaf {number}").into_bytes()
}

fn tree(size: u64) -> Tree {
    let mut tree = Tree::default();
    (0..size).for_each(|number| tree.push(leaf_hash(&data(number))));
    tree
}

fn ct_tree(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|number| tree.push(data(number)));
    tree
}

/// Every hash that Cloudflare's implementation keeps of a tree.
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indices: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indices.iter().map(|index| self.0[usize::try_from(*index).expect("a small tree")]).collect())
    }
}

fn stored(size: u64) -> Stored {
    let mut stored = Stored(Vec::new());
    for number in 0..size {
        let new = tlog_tiles::stored_hashes(number, &data(number), &stored).expect("hashes of the tree so far");
        stored.0.extend(new);
    }
    stored
}

fn octets(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn theirs(hashes: &[Digest]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

#[test]
fn roots_are_the_published_ones() {
    // RFC 6962 states the root of nothing; the others are the test vectors of Certificate Transparency's own tree
    // (certificate-transparency, merkletree tests), leaves "", 00, 10, 2021, 3031, 40414243, 5051525354555657, 60..6f.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Tree::default();
    assert_eq!(tree.root(), empty_root());
    assert_eq!(empty_root(), parsed("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.push(leaf_hash(leaf));
        assert_eq!(tree.root(), parsed(root), "{} leaves", tree.size());
    }
    assert_eq!(tree.root_at(3), Some(parsed(roots[2])));
    assert_eq!(tree.root_at(9), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_two_other_implementations(size in 1_u64..700, of in any::<prop::sample::Index>(), old in any::<prop::sample::Index>()) {
        let (tree, ct, cloudflare) = (tree(size), ct_tree(size), stored(size));
        let root = tree.root();
        let ct_root = ct.root();
        prop_assert_eq!(&ct_root.as_bytes()[..], &root.0[..]);
        prop_assert_eq!(tlog_tiles::tree_hash(size, &cloudflare).unwrap(), Hash(root.0));

        let index = of.index(usize::try_from(size).unwrap());
        let number = index as u64;
        let ours = tree.inclusion(number, size).unwrap();
        prop_assert_eq!(octets(&ours), ct.prove_inclusion(index).as_bytes().to_vec());
        let proof = CtInclusion::try_from_bytes(octets(&ours)).unwrap();
        ct_root.verify_inclusion(&data(number), number, &proof).unwrap();
        let leaf = leaf_hash(&data(number));
        prop_assert_eq!(tlog_tiles::prove_record(size, number, &cloudflare).unwrap(), theirs(&ours));
        tlog_tiles::check_record(&theirs(&ours), size, Hash(root.0), number, Hash(leaf.0)).unwrap();
        prop_assert_eq!(verify_inclusion(leaf, number, size, &ours, root), Ok(()));

        let old = 1 + old.index(usize::try_from(size).unwrap());
        let (before, small) = (old as u64, tree.root_at(old as u64).unwrap());
        let ours = tree.consistency(before, size).unwrap();
        let proof = ct.prove_consistency(usize::try_from(size).unwrap() - old);
        prop_assert_eq!(octets(&ours), proof.as_bytes().to_vec());
        let proof = ConsistencyProof::try_from_bytes(octets(&ours)).unwrap();
        ct_root.verify_consistency(&ct_tree(before).root(), &proof).unwrap();
        prop_assert_eq!(tlog_tiles::prove_tree(size, before, &cloudflare).unwrap(), theirs(&ours));
        tlog_tiles::check_tree(&theirs(&ours), size, Hash(root.0), before, Hash(small.0)).unwrap();
        prop_assert_eq!(verify_consistency((before, small), (size, root), &ours), Ok(()));
    }

    #[test]
    fn a_proof_that_was_touched_proves_nothing(size in 2_u64..300, of in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), how in 0..4) {
        let tree = tree(size);
        let touch = |hashes: &mut Vec<Digest>| {
            if hashes.is_empty() || how == 0 {
                hashes.push(leaf_hash(b"more"));
                return;
            }
            let place = at.index(hashes.len());
            match how {
                1 => hashes[place].0[31] ^= 1,
                2 => drop(hashes.remove(place)),
                _ => hashes.insert(place, hashes[place]),
            }
        };
        let number = of.index(usize::try_from(size).unwrap()) as u64;
        let (leaf, root) = (leaf_hash(&data(number)), tree.root());
        let mut hashes = tree.inclusion(number, size).unwrap();
        touch(&mut hashes);
        prop_assert!(verify_inclusion(leaf, number, size, &hashes, root).is_err());
        let before = number + 1;
        let mut hashes = tree.consistency(before, size).unwrap();
        touch(&mut hashes);
        let old = tree.root_at(before).unwrap();
        prop_assert!(verify_consistency((before, old), (size, root), &hashes).is_err());
    }

    #[test]
    fn nothing_that_is_read_panics(octets in prop::collection::vec(any::<u8>(), 0..300), index in any::<u64>(), size in any::<u64>(), count in 0_usize..70) {
        let _ = Note::parse(&octets);
        let _ = SignedCheckpoint::parse(&octets);
        let _ = InclusionProof::parse(&octets);
        let text = String::from_utf8_lossy(&octets);
        let _ = text.parse::<VerifierKey>();
        let _ = text.parse::<TilePath>();
        let hashes = vec![empty_root(); count];
        let _ = verify_inclusion(empty_root(), index, size, &hashes, empty_root());
        let _ = verify_consistency((index, empty_root()), (size, empty_root()), &hashes);
    }
}

#[test]
fn proofs_of_the_ends_of_a_tree() {
    let tree = tree(7);
    let root = |size| tree.root_at(size).unwrap();
    assert_eq!(tree.inclusion(7, 7), None);
    assert_eq!(tree.inclusion(0, 8), None);
    assert_eq!(tree.consistency(5, 8), None);
    assert_eq!(tree.consistency(6, 5), None);
    assert_eq!((tree.consistency(0, 7), tree.consistency(7, 7)), (Some(vec![]), Some(vec![])));
    assert_eq!(verify_consistency((0, empty_root()), (7, root(7)), &[]), Ok(()));
    assert_eq!(verify_consistency((0, empty_root()), (0, empty_root()), &[]), Ok(()));
    assert_eq!(verify_consistency((7, root(7)), (7, root(7)), &[]), Ok(()));
    let other = verify_consistency((7, root(6)), (7, root(7)), &[]);
    assert!(matches!(other, Err(ProofError::Root { .. })), "{other:?}");
    let rooted = verify_consistency((0, root(1)), (7, root(7)), &[]);
    assert!(matches!(rooted, Err(ProofError::OldRoot { .. })), "{rooted:?}");
    assert_eq!(verify_consistency((8, root(7)), (7, root(7)), &[]), Err(ProofError::Shrunk { old: 8, new: 7 }));
    assert_eq!(verify_inclusion(empty_root(), 7, 7, &[], root(7)), Err(ProofError::NoSuchLeaf { index: 7, size: 7 }));
    assert_eq!(verify_inclusion(leaf_hash(&data(0)), 0, 1, &[], root(1)), Ok(()));
}

#[test]
fn tiles_have_the_paths_and_octets_of_another_implementation() {
    // The largest has a second level with a full tile and a third level.
    for size in [1_u64, 255, 256, 257, 70_000] {
        let (tree, stored) = (tree(size), stored(size));
        let all = Tile::new_tiles(8, 0, size);
        assert!(!all.is_empty());
        for tile in all {
            // Theirs names the height of the tiles, which the specification of tiles fixes at 8.
            let path = tile.path();
            let own: TilePath = parsed(path.strip_prefix("tile/8/").unwrap());
            assert_eq!(format!("tile/8/{own}"), path);
            assert_eq!(own.level, Some(tile.level()));
            assert_eq!(tree.tile(&own).unwrap(), tile.read_data(&stored).unwrap(), "{path} of {size}");
            if own.width < TILE_WIDTH {
                let wider = TilePath { width: own.width + 1, ..own };
                assert_eq!(tree.tile(&wider), None, "{wider} of {size}");
            }
        }
    }
    let tree = tree(70_000);
    assert_eq!(tree.tile(&parsed("0/273.p/112")).unwrap().len(), 112 * 32);
    assert_eq!(tree.tile(&parsed("1/001.p/17")).unwrap().len(), 17 * 32);
    assert_eq!(tree.tile(&parsed("2/000.p/1")).unwrap().len(), 32);
    for none in ["2/000.p/2", "3/000", "8/000", "63/000", "0/274", "0/x999/x999/x999/x999/x999/999", "entries/000"] {
        assert_eq!(tree.tile(&parsed(none)), None, "{none}");
    }
}

#[test]
fn paths_of_tiles_are_written_in_one_way_only() {
    for good in ["0/000", "0/x001/067", "1/x001/x234/067.p/255", "63/999", "entries/000.p/1", "entries/x001/000"] {
        assert_eq!(parsed::<TilePath>(good).to_string(), good);
    }
    assert_eq!(parsed::<TilePath>("entries/x001/067").first_entry(), 1_067 * 256);
    for bad in [
        "",
        "0",
        "0/",
        "0/0",
        "0/00",
        "00/000",
        "64/000",
        "-1/000",
        "0/x000/001",
        "0/001/067",
        "0/x001/x067",
        "0/x001",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p",
        "data/000",
        "entries",
        "0/000/",
        "0/+01",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
        "0/000.p/1.p/1",
        "0/00\u{0661}",
    ] {
        assert!(bad.parse::<TilePath>().is_err(), "{bad}");
    }
}

#[test]
fn a_bundle_holds_lengths_and_entries() {
    assert_eq!(bundle([b"ab".as_slice(), b""]).unwrap(), b"\x00\x02ab\x00\x00");
    let long = vec![7_u8; 65_535];
    assert_eq!(bundle([long.as_slice()]).unwrap().len(), 65_537);
    let longer = vec![7_u8; 65_536];
    let error = bundle([b"ab".as_slice(), &longer]).unwrap_err();
    assert_eq!((error.index, error.octets), (1, 65_536));
}

const ORIGIN: &str = "forestall-0123/mine";

fn signer() -> SignerKey {
    SignerKey::new(ORIGIN, &[7; 32]).expect("a name of a key")
}

#[test]
fn reads_the_notes_of_the_specification() {
    let key: VerifierKey = parsed("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    let text = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let note = Note::parse(text.as_bytes()).unwrap();
    assert_eq!((note.text(), note.verify(&key)), ("This is an example message.\n", Ok(())));
    assert_eq!(note.to_string(), text);
    let changed = Note::parse(text.replace("example message", "example massage").as_bytes()).unwrap();
    assert_eq!(changed.verify(&key), Err(NoteError::BadSignature("example.com/foo".to_owned())));
    assert_eq!(note.verify(&signer().verifier()), Err(NoteError::NotSigned(ORIGIN.to_owned())));
}

#[test]
fn another_implementation_verifies_our_checkpoints_and_we_its_own() {
    let tree = tree(5);
    let signed = SignedCheckpoint::sign(5, tree.root(), &signer()).unwrap();
    let verifier = signed_note::StandardVerifier::new(&signer().verifier().to_string()).unwrap();
    assert_eq!(verifier.name(), ORIGIN);
    let their = signed_note::Note::from_bytes(signed.to_string().as_bytes()).unwrap();
    let (verified, unknown) = their.verify(&signed_note::VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    let head = tlog_tiles::Checkpoint::from_bytes(their.text()).unwrap();
    assert_eq!((head.origin(), head.size(), *head.hash()), (ORIGIN, 5, Hash(tree.root().0)));

    // Their secret keys are written so; 7 is ours, 8 another one under the same name.
    let skey = |octet: u8| {
        let key = SignerKey::new(ORIGIN, &[octet; 32]).unwrap().verifier().to_string();
        let id = key.split('+').nth(1).unwrap().to_owned();
        let secret = [&[1_u8], [octet; 32].as_slice()].concat();
        signed_note::StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{id}+{}", base64(&secret))).unwrap()
    };
    let text = tlog_tiles::Checkpoint::new(ORIGIN, 5, Hash(tree.root().0), "").unwrap().to_bytes();
    let mut note = signed_note::Note::new(&text, &[]).unwrap();
    let (own, other) = (skey(7), skey(8));
    assert_eq!(own.name(), ORIGIN);
    note.add_sigs(&[&own, &other]).unwrap();
    let read = SignedCheckpoint::parse(&note.to_bytes()).unwrap();
    assert_eq!(read.verify(&signer().verifier()), Ok(()));
    assert_eq!(read.checkpoint(), signed.checkpoint());
    assert_eq!(read.to_string().as_bytes(), note.to_bytes());
}

/// Base64 of a few octets, by hand.
fn base64(octets: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for block in octets.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, i| bits << 8 | usize::from(block.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            text.push(if i <= block.len() { char::from(DIGITS[bits >> (18 - 6 * i) & 63]) } else { '=' });
        }
    }
    text
}

#[test]
fn a_checkpoint_is_of_one_log_only() {
    let signed = SignedCheckpoint::sign(5, tree(5).root(), &signer()).unwrap();
    assert_eq!(signed.verify(&signer().verifier()), Ok(()));
    let other = signer().verifier().named("forestall-0123/other").unwrap();
    assert!(matches!(signed.verify(&other), Err(CheckpointError::Origin { .. })));
    let stranger = SignerKey::new(ORIGIN, &[8; 32]).unwrap().verifier();
    assert!(matches!(signed.verify(&stranger), Err(CheckpointError::Note(NoteError::NotSigned(_)))));

    let installation = signer().verifier().named("forestall-0123").unwrap();
    assert_eq!(installation.of_log(ORIGIN), Some(signer().verifier()));
    assert_eq!(signer().verifier().of_log(ORIGIN), Some(signer().verifier()));
    for foreign in ["forestall-0123x/mine", "forestall-012", "other/forestall-0123/mine", "forestall-0123/mi ne"] {
        assert_eq!(installation.of_log(foreign), None, "{foreign}");
    }
}

#[test]
fn refuses_what_is_no_checkpoint() {
    let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(Checkpoint::parse(&format!("a b\n0\n{root}\nmore\n")).unwrap().origin, "a b");
    let check = |text: &str, expected: usize| match Checkpoint::parse(text) {
        Err(CheckpointError::Line { line, .. }) => assert_eq!(line, expected, "{text:?}"),
        other => panic!("{text:?}: {other:?}"),
    };
    check("", 1);
    check(&format!("\n0\n{root}\n"), 1);
    check(&format!("o\n01\n{root}\n"), 2);
    check(&format!("o\n+1\n{root}\n"), 2);
    check(&format!("o\n18446744073709551616\n{root}\n"), 2);
    check("o\n1\n", 3);
    check("o\n1\nAAAA\n", 3);
    check(&format!("o\n1\n{}\n", root.replace("AAA=", "AAB=")), 3);
    check(&format!("o\n1\n{}\n", root.trim_end_matches('=')), 3);
    check(&format!("o\n1\n{root}\n\n"), 4);
    check(&format!("o\n1\n{root}"), 3);
}

#[test]
fn refuses_what_is_no_note() {
    let good = SignedCheckpoint::sign(1, tree(1).root(), &signer()).unwrap().to_string();
    let line = good.lines().last().unwrap();
    let check = |text: &str, expected: &dyn Fn(&NoteError) -> bool| {
        let error = Note::parse(text.as_bytes()).unwrap_err();
        assert!(expected(&error), "{text:?}: {error:?}");
    };
    check("", &|e| *e == NoteError::NoSignatures);
    check("text\n", &|e| *e == NoteError::NoSignatures);
    check(&format!("text\n\n{line}"), &|e| *e == NoteError::NoSignatures);
    check("text\n\n", &|e| *e == NoteError::NoSignatures);
    check("text\n\nno signature\n", &|e| *e == NoteError::Line(1));
    check(&format!("text\n\n{line}\n- {ORIGIN} AAAA\n"), &|e| *e == NoteError::Line(2));
    check(&format!("text\n\n\u{2014} {ORIGIN} AAAA\n"), &|e| *e == NoteError::Line(1));
    check(&format!("text\n\n\u{2014} a+b {}\n", "A".repeat(92)), &|e| *e == NoteError::Line(1));
    check(&format!("te\rxt\n\n{line}\n"), &|e| *e == NoteError::NotText);
    check(&format!("text\n\n{}", format!("{line}\n").repeat(65)), &|e| *e == NoteError::TooMany);
    assert!(Note::parse(format!("text\n\n{}", format!("{line}\n").repeat(64)).as_bytes()).is_ok());
    assert_eq!(Note::parse(&vec![b'a'; MAX_NOTE + 1]), Err(NoteError::TooLong(MAX_NOTE + 1)));
    assert_eq!(Note::parse(b"t\xff\n\n"), Err(NoteError::NotText));
    assert!(matches!(signer().sign("no line feed"), Err(NoteError::NotText)));
    assert!(matches!(SignerKey::new("a b", &[0; 32]), Err(KeyError::Name(_))));
}

#[test]
fn refuses_what_is_no_verifier_key() {
    let good = signer().verifier().to_string();
    assert_eq!(parsed::<VerifierKey>(&good), signer().verifier());
    let check = |text: &str, expected: &dyn Fn(&KeyError) -> bool| {
        let error = text.parse::<VerifierKey>().unwrap_err();
        assert!(expected(&error), "{text:?}: {error:?}");
    };
    check("", &|e| matches!(e, KeyError::Form(_)));
    check("name+00000000", &|e| matches!(e, KeyError::Form(_)));
    check("name+00000000+?", &|e| matches!(e, KeyError::Form(_)));
    check(&good.replace("mine", "yours"), &|e| matches!(e, KeyError::Id { .. }));
    check(&good.replace("forestall", "fore stall"), &|e| matches!(e, KeyError::Name(_)));
    check(&format!("n+00000000+{}", base64(&[&[4_u8], [7; 32].as_slice()].concat())), &|e| *e == KeyError::Type(4));
    check(&format!("n+00000000+{}", base64(&[1, 7, 7])), &|e| *e == KeyError::Octets);
}

#[test]
fn a_proof_is_a_file_that_stands_by_itself() {
    let tree = tree(6);
    let checkpoint = SignedCheckpoint::sign(6, tree.root(), &signer()).unwrap();
    let proof = InclusionProof { index: 2, hashes: tree.inclusion(2, 6).unwrap(), checkpoint };
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 2\n"), "{text}");
    let read = InclusionProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, proof);
    let key = signer().verifier();
    assert_eq!(read.verify(leaf_hash(&data(2)), &key), Ok(()));
    assert!(read.verify(leaf_hash(&data(3)), &key).is_err());
    let with_extra = text.replace("index 2", "extra AAAA\nindex 2");
    assert_eq!(InclusionProof::parse(with_extra.as_bytes()).unwrap(), proof);
    for (from, to) in [("index 2", "index 02"), ("index 2", "number 2"), ("@v1", "@v2"), ("\n\n", "\n"), ("=\n", "\n")]
    {
        assert!(InclusionProof::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{from:?}");
    }
    let one = self::tree(1);
    let checkpoint = SignedCheckpoint::sign(1, one.root(), &signer()).unwrap();
    let proof = InclusionProof { index: 0, hashes: Vec::new(), checkpoint };
    assert_eq!(InclusionProof::parse(proof.to_string().as_bytes()).unwrap(), proof);
    assert_eq!(proof.verify(leaf_hash(&data(0)), &key), Ok(()));
}
