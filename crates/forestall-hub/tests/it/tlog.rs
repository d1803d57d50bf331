// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The transparency log of a case: at the desk, over HTTP before and after an embargo, and handed over to another installation.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use forestall_coord::archive;
use forestall_coord::event::CaseKind;
use forestall_coord::tlog::{
    InclusionProof, SignedCheckpoint, Tree, VerifierKey, leaf_hash, verify_consistency, verify_inclusion,
};
use forestall_dga::Catalogue;
use forestall_formats::evidence::EvidenceLine;
use forestall_hub::desk::{Desk, DeskError, OpenCase};
use forestall_model::{Audience, CaseId, DayRange, Digest, Dossier, Instant, Marking, Method, NameClass, Sight, Tlp};
use forestall_testkit::parsed;
use forestall_vet::Rules;

use crate::console::{Served, act, now};

/// Opens a case with a marking and puts some events into it: an exclusion, a comment, and a vetting with evidence.
async fn filled(desk: &Desk, id: &str, marking: Marking) -> CaseId {
    let case = OpenCase {
        id: parsed(id),
        title: "Operation Silence".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec![parsed("conficker-b")],
        horizon: DayRange { from: parsed("2009-03-15"), until: parsed("2009-03-17") },
        board_day: None,
        marking,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    let file = desk.open_case(&act(), case).await.expect("the case opens");
    let case = file.case.id.clone();
    let period = file.counts[0].periods[0].key;
    let names = desk.listing(&file, &parsed("com"), 0, period).expect("a list").names.clone();
    let mut commented = act();
    commented.comment = Some("told by telephone".to_owned());
    let class = NameClass::RegisteredBenign;
    desk.exclude(&case, &commented, names[0].clone(), class, "a shop".to_owned()).await.expect("excluded");
    let dossiers = vec![crate::flood::dossier(&names[1], &["ns1.holder.example"])];
    desk.vet(&case, &act(), dossiers, now(), Rules::built_in()).await.expect("vetted");
    case
}

/// Notes facts until a case has so many events.
async fn grow(desk: &Desk, case: &CaseId, size: u64) {
    while desk.store().case_view(case).await.expect("the store").expect("the case").version < size {
        desk.note(case, &act(), None, "a fact".to_owned()).await.expect("recorded");
    }
}

async fn elsewhere() -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path(), Catalogue::built_in()).await.expect("a store");
    (folder, desk)
}

/// Opens the store of a desk anew, after its file was changed past it.
async fn tampered(folder: &tempfile::TempDir, desk: Desk, statement: &'static str) -> Desk {
    use sqlx::Connection as _;
    let path = desk.store().place().path().expect("a file").to_owned();
    desk.store().close().await;
    let mut connection =
        sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("the file");
    sqlx::raw_sql(statement).execute(&mut connection).await.expect("a statement");
    connection.close().await.expect("closed");
    Desk::open(folder.path(), Catalogue::built_in()).await.expect("a store")
}

#[tokio::test]
async fn heads_are_signed_and_hang_together() {
    let (_folder, desk) = elsewhere().await;
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    let key = desk.log_verifier(Some(&case), now()).await.unwrap();
    let first = desk.checkpoint(&case, now()).await.unwrap();
    assert_eq!(first.verify(&key), Ok(()));
    let installation = desk.log_verifier(None, now()).await.unwrap();
    assert_eq!(installation.of_log(&first.checkpoint().origin), Some(key.clone()));
    assert_eq!(first.checkpoint().size, 3);
    assert_eq!(desk.checkpoint(&case, now()).await.unwrap(), first, "without a new event nothing is signed anew");

    grow(&desk, &case, 9).await;
    let later = desk.checkpoint(&case, now()).await.unwrap();
    let (old, new) = (first.checkpoint(), later.checkpoint());
    let hashes = desk.consistency(&case, old.size, new.size).await.unwrap();
    assert_eq!(verify_consistency((old.size, old.root), (new.size, new.root), &hashes), Ok(()));
    for entry in desk.log(Some(&case), 0, 99).await.unwrap() {
        let version = entry.event.version;
        let found = desk.inclusion(&case, version, now()).await.unwrap();
        assert_eq!(found.leaf, entry.event.leaf());
        assert_eq!(found.proof.verify(leaf_hash(&entry.event.canonical()), &key), Ok(()), "event {version}");
    }
    for missing in [0, 10] {
        assert!(matches!(desk.inclusion(&case, missing, now()).await, Err(DeskError::Input(_))), "{missing}");
    }
    assert!(matches!(desk.consistency(&case, 3, 10).await, Err(DeskError::Input(_))));
    assert!(matches!(desk.checkpoint(&parsed("nobody"), now()).await, Err(DeskError::NoSuchCase(_))));
}

#[tokio::test]
async fn all_processes_on_a_store_sign_with_one_key() {
    let (folder, desk) = elsewhere().await;
    let other = Desk::open(folder.path(), Catalogue::built_in()).await.unwrap();
    let (one, two) = tokio::join!(desk.log_verifier(None, now()), other.log_verifier(None, now()));
    assert_eq!(one.unwrap(), two.unwrap());
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    let head = desk.checkpoint(&case, now()).await.unwrap();
    assert_eq!(other.checkpoint(&case, now()).await.unwrap(), head);
    // Both sign while both record.
    let write = async |desk: &Desk| {
        for _ in 0..20 {
            desk.note(&case, &act(), None, "a fact".to_owned()).await.unwrap();
            desk.checkpoint(&case, now()).await.unwrap();
        }
    };
    tokio::join!(write(&desk), write(&other));
    assert_eq!(desk.checkpoint(&case, now()).await.unwrap().checkpoint().size, 43);
    assert!(desk.verify_log(&case, None).await.unwrap().is_good());
}

#[tokio::test]
async fn an_erased_field_changes_no_root_and_no_proof() {
    let (_folder, desk) = elsewhere().await;
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    let before = (desk.checkpoint(&case, now()).await.unwrap(), desk.inclusion(&case, 2, now()).await.unwrap());
    let whole = desk.verify_log(&case, None).await.unwrap();
    assert!(whole.is_good() && whole.erased.is_empty());
    assert!(desk.store().erase(2, "comment").await.unwrap());
    let after = (desk.checkpoint(&case, now()).await.unwrap(), desk.inclusion(&case, 2, now()).await.unwrap());
    assert_eq!(before, after);
    let report = desk.verify_log(&case, Some((&before.0, None))).await.unwrap();
    assert!(report.is_good(), "{report:?}");
    assert_eq!(report.erased, [(2, "comment".to_owned())]);
    assert_eq!((report.fields, report.root), (whole.fields - 1, before.0.checkpoint().root));
    assert!(report.brought.is_some_and(|brought| brought.problem.is_none()));
}

#[tokio::test]
async fn no_fork_is_signed() {
    for (statement, says) in [
        ("UPDATE event SET leaf = zeroblob(32) WHERE case_version = 2", "the first 3 events give the root"),
        ("DELETE FROM event WHERE case_version = 3", "the log has 2 events, and 3 were signed"),
        ("DELETE FROM event WHERE case_version = 2", "event 3 stands where event 2 was expected"),
        ("DELETE FROM document WHERE kind = 'log-key'", "the key is that of"),
        ("UPDATE document SET body = replace(body, 'mine', 'yours') WHERE kind = 'log-checkpoint'", "is of the log"),
    ] {
        let (folder, desk) = elsewhere().await;
        let case = filled(&desk, "mine", Marking::DEFAULT).await;
        let signed = desk.checkpoint(&case, now()).await.unwrap();
        let key = desk.log_verifier(Some(&case), now()).await.unwrap();
        let desk = tampered(&folder, desk, statement).await;
        match desk.checkpoint(&case, now()).await {
            Err(DeskError::Forked { reason, .. }) => assert!(reason.contains(says), "{statement}: {reason}"),
            other => panic!("{statement}: {other:?}"),
        }
        assert!(desk.inclusion(&case, 1, now()).await.is_err(), "{statement}");
        let report = desk.verify_log(&case, Some((&signed, Some(&key)))).await.unwrap();
        assert!(!report.is_good(), "{statement}: {report:?}");
    }
}

#[tokio::test]
async fn what_was_changed_before_anything_was_signed_is_found_by_who_kept_a_head() {
    let (folder, desk) = elsewhere().await;
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    let kept = desk.checkpoint(&case, now()).await.unwrap();
    let key = desk.log_verifier(Some(&case), now()).await.unwrap();
    // The operator of the store writes history anew, hashes and all, and forgets what was signed.
    let event = desk.log(Some(&case), 1, 1).await.unwrap().remove(0);
    let text = String::from_utf8(event.event.canonical()).unwrap().replace("a shop", "a shed");
    let leaf = leaf_hash(text.as_bytes());
    let statement = format!(
        "UPDATE event SET encoding = '{text}', leaf = x'{leaf}' WHERE case_version = 2; DELETE FROM document WHERE kind = 'log-checkpoint'"
    );
    let desk = tampered(&folder, desk, statement.leak()).await;
    assert!(desk.verify_log(&case, None).await.unwrap().is_good(), "by itself the new history is sound");
    let report = desk.verify_log(&case, Some((&kept, Some(&key)))).await.unwrap();
    let problem = report.brought.and_then(|brought| brought.problem).expect("a problem");
    assert!(problem.contains("the first 3 events give the root"), "{problem}");
}

/// A clock that a test moves.
#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

async fn served() -> (Served, Hands) {
    let hands = Hands(Arc::new(AtomicI64::new(now().micros())));
    let own = Arc::clone(&hands.0);
    let served = Served::start_with(|settings| {
        settings.clock = Arc::new(move || Instant::from_micros(own.load(Ordering::SeqCst)));
    })
    .await;
    (served, hands)
}

/// The addresses of a log.
fn addresses(case: &str) -> Vec<String> {
    let ends =
        ["key", "checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3", "tile/9", "entry/1", "entry/0", "proof/1"];
    let more = ["proof/99", "consistency/1/3", "consistency/a/b"];
    ends.iter().chain(&more).map(|end| format!("/log/{case}/{end}")).collect()
}

#[tokio::test]
async fn a_confidential_log_is_not_there_until_its_embargo_has_ended() {
    let (served, hands) = served().await;
    let end = now().plus_seconds(3_600);
    let embargoed = Marking { tlp: Tlp::AmberStrict, embargo_until: Some(end), ..Marking::DEFAULT };
    filled(&served.desk, "embargoed", embargoed).await;
    filled(&served.desk, "secret", Marking::DEFAULT).await;
    let said = async |address: &str, case: &str| {
        let reply = served.get(address, &[]).await;
        let headers: Vec<_> = reply.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
        (reply.status, headers, reply.body.replace(case, "CASE"))
    };
    for (index, address) in addresses("nobody").iter().enumerate() {
        let nobody = said(address, "nobody").await;
        assert_eq!(nobody.0, 404, "{address}");
        for case in ["embargoed", "secret"] {
            assert_eq!(said(&addresses(case)[index], case).await, nobody, "{address} of {case}");
        }
    }
    let client = served.sign_in().await;
    assert_eq!(client.get("/case/secret/log/checkpoint").await.status, 200);

    hands.0.store(end.micros(), Ordering::SeqCst);
    assert_eq!(served.get("/log/embargoed/checkpoint", &[]).await.status, 200);
    assert_eq!(served.get("/log/secret/checkpoint", &[]).await.status, 404);
}

#[tokio::test]
async fn anybody_computes_the_root_of_a_public_log_from_its_entries() {
    let (served, _) = served().await;
    let case = filled(&served.desk, "open", Marking::PUBLIC).await;
    grow(&served.desk, &case, 300).await;
    let get = async |end: &str| {
        let reply = served.get(&format!("/log/open/{end}"), &[]).await;
        assert_eq!(reply.status, 200, "{end}: {}", reply.body);
        reply
    };
    let head = get("checkpoint").await;
    assert_eq!(head.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(head.header("cache-control"), "public, max-age=5");
    let key: VerifierKey = parsed(get("key").await.body.trim());
    let installation: VerifierKey = parsed(served.get("/log/key", &[]).await.body.trim());
    let signed = SignedCheckpoint::parse(head.body.as_bytes()).unwrap();
    assert_eq!(signed.verify(&key), Ok(()));
    let head = signed.checkpoint();
    assert_eq!(installation.of_log(&head.origin), Some(key.clone()));
    assert_eq!(head.size, 300);

    let mut tree = Tree::default();
    for bundle in ["tile/entries/000", "tile/entries/001.p/44"] {
        let reply = get(bundle).await;
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(reply.header("content-type"), "application/octet-stream");
        let mut rest = reply.octets.as_slice();
        while let Some((length, tail)) = rest.split_first_chunk::<2>() {
            let (entry, tail) = tail.split_at(u16::from_be_bytes(*length).into());
            tree.push(leaf_hash(entry));
            rest = tail;
        }
    }
    assert_eq!((tree.size(), tree.root()), (300, head.root));
    let entry = get("entry/2").await;
    assert_eq!(Some(leaf_hash(&entry.octets)), tree.leaf(1));
    assert!(!entry.body.contains("told by telephone") && !entry.body.contains("\"test\""), "{}", entry.body);
    for tile in ["0/000", "0/001.p/44", "1/000.p/1"] {
        assert_eq!(get(&format!("tile/{tile}")).await.octets, tree.tile(&parsed(tile)).unwrap(), "{tile}");
    }
    let proof = InclusionProof::parse(get("proof/2").await.body.as_bytes()).unwrap();
    assert_eq!(proof.verify(leaf_hash(&entry.octets), &key), Ok(()));
    assert_eq!(verify_inclusion(tree.leaf(1).unwrap(), 1, 300, &proof.hashes, head.root), Ok(()));
    let consistency: serde_json::Value = serde_json::from_str(&get("consistency/7/300").await.body).unwrap();
    let hashes = consistency["hashes"].as_array().unwrap();
    assert_eq!(hashes.len(), tree.consistency(7, 300).unwrap().len());
    for missing in ["tile/0/001", "tile/0/002", "tile/2/000", "tile/x", "entry/301", "proof/301", "consistency/9/301"] {
        assert_eq!(served.get(&format!("/log/open/{missing}"), &[]).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn an_entry_that_no_bundle_holds_is_got_by_itself() {
    let (served, _) = served().await;
    let case = filled(&served.desk, "open", Marking::PUBLIC).await;
    let file = served.desk.file(&case).await.unwrap();
    let names = served.desk.listing(&file, &parsed("com"), 0, file.counts[0].periods[0].key).unwrap().names.clone();
    let row = EvidenceLine {
        line: 1,
        name: names[2].clone(),
        method: Method::Dns,
        sight: Sight::Nxdomain,
        at: now(),
        name_servers: Vec::new(),
        source: "a source ".repeat(8_000),
    };
    served.desk.import_evidence(&case, &act(), vec![row]).await.unwrap();
    served.desk.note(&case, &act(), None, "short".to_owned()).await.unwrap();
    assert_eq!(served.get("/log/open/tile/entries/000.p/3", &[]).await.status, 200);
    for cut in ["000.p/4", "000.p/5"] {
        let reply = served.get(&format!("/log/open/tile/entries/{cut}"), &[]).await;
        assert_eq!(reply.status, 404, "{cut}");
        assert!(reply.body.contains("65,535 octets"), "{}", reply.body);
    }
    let entry = served.get("/log/open/entry/4", &[]).await;
    let leaf = served.desk.inclusion(&case, 4, now()).await.unwrap().leaf;
    assert!(entry.octets.len() > 65_535);
    assert_eq!(leaf_hash(&entry.octets), leaf);
}

#[tokio::test]
async fn the_log_page_shows_what_is_signed_and_leads_to_proofs() {
    let (served, _) = served().await;
    let case = filled(&served.desk, "mine", Marking::DEFAULT).await;
    let client = served.sign_in().await;
    let page = client.get("/case/mine/log").await;
    assert_eq!(page.status, 200);
    let head = served.desk.checkpoint(&case, now()).await.unwrap();
    assert_eq!(page.between("id=\"log-root\">", "<"), head.checkpoint().root.to_string());
    assert_eq!(page.between("id=\"log-size\">", "<"), "3");
    assert!(page.body.contains("/case/mine/log/proof/3\""), "{}", page.body);
    let key = served.desk.log_verifier(Some(&case), now()).await.unwrap();
    let proof = client.get("/case/mine/log/proof/3").await;
    let read = InclusionProof::parse(proof.body.as_bytes()).unwrap();
    let leaf = served.desk.log(Some(&case), 2, 1).await.unwrap()[0].leaf;
    assert_eq!(read.verify(leaf, &key), Ok(()));
    assert!(proof.header("content-disposition").contains("mine-3.tlog-proof"));
    assert_eq!(client.get("/case/mine/log/proof/4").await.status, 422);
    assert_eq!(client.get("/case/mine/log/proof/x").await.status, 404);
    let archive = client.get("/case/mine/archive").await;
    assert_eq!(archive::read(archive.octets.as_slice(), Some(&key)).unwrap().events.len(), 3);
    for closed in ["/case/mine/log/checkpoint", "/case/mine/log/proof/3", "/case/mine/archive"] {
        let reply = served.get(closed, &[]).await;
        assert!(reply.status == 303 || reply.status == 401, "{closed}: {}", reply.status);
    }
}

#[tokio::test]
async fn a_case_that_is_handed_over_is_the_same_case() {
    let ((_here, desk), (_there, other)) = (elsewhere().await, elsewhere().await);
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    filled(&other, "theirs", Marking::DEFAULT).await;
    desk.store().erase(2, "comment").await.unwrap();
    let octets = desk.export(&case, Audience::Recipient, now()).await.unwrap();
    let key = desk.log_verifier(None, now()).await.unwrap();
    let read = || archive::read(octets.as_slice(), Some(&key)).unwrap();
    assert_eq!((read().erased, read().missing, read().evidence.len()), (1, 0, 1));
    let imported = other.import(read()).await.unwrap();
    assert_eq!((imported.before, imported.taken), (0, 3));

    let (ours, theirs) = (desk.file(&case).await.unwrap(), other.file(&case).await.unwrap());
    assert_eq!(format!("{:?}", ours.case), format!("{:?}", theirs.case));
    assert_eq!(ours.counts, theirs.counts);
    let heads = (desk.checkpoint(&case, now()).await.unwrap(), other.checkpoint(&case, now()).await.unwrap());
    assert_eq!(heads.0.checkpoint().root, heads.1.checkpoint().root);
    assert_ne!(heads.0.checkpoint().origin, heads.1.checkpoint().origin, "each installation signs its own log");
    let report = other.verify_log(&case, Some((&heads.0, Some(&key)))).await.unwrap();
    assert!(report.is_good(), "{report:?}");
    assert_eq!(other.store().verify().await.unwrap(), []);
    let log = async |desk: &Desk| -> Vec<_> {
        let entries = desk.log(Some(&case), 0, 99).await.unwrap();
        entries.into_iter().map(|entry| (entry.event, entry.leaf, entry.withheld)).collect()
    };
    assert_eq!(log(&desk).await, log(&other).await);
    let name = ours.case.holdings.keys().next().expect("a held name");
    let evidence = other.evidence_of(&theirs, name).await.unwrap().expect("the evidence came along");
    let own: Option<Dossier> = desk.evidence_of(&ours, name).await.unwrap().map(|evidence| evidence.dossier);
    assert_eq!(own, Some(evidence.dossier));
    // What the other exports is the same log.
    let again = other.export(&case, Audience::Recipient, now()).await.unwrap();
    let lines = |octets: &[u8]| {
        String::from_utf8(octets.to_vec()).unwrap().lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&again), lines(&octets));
}

#[tokio::test]
async fn a_case_that_is_here_takes_only_what_continues_it() {
    let ((_here, desk), (_there, other)) = (elsewhere().await, elsewhere().await);
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    let export = async |desk: &Desk| {
        let octets = desk.export(&case, Audience::Recipient, now()).await.unwrap();
        archive::read(octets.as_slice(), None).unwrap()
    };
    other.import(export(&desk).await).await.unwrap();
    let same = other.import(export(&desk).await).await.unwrap_err();
    assert!(same.to_string().contains("it is here with 3 events"), "{same}");
    grow(&desk, &case, 6).await;
    let more = other.import(export(&desk).await).await.unwrap();
    assert_eq!((more.before, more.taken), (3, 3));
    let (ours, theirs) = (desk.file(&case).await.unwrap(), other.file(&case).await.unwrap());
    assert_eq!(format!("{:?}", ours.case), format!("{:?}", theirs.case));
    let shorter = desk.import(export(&other).await).await.unwrap_err();
    assert!(shorter.to_string().contains("6 events"), "{shorter}");
    // Both go on by themselves: now they are two cases of one name.
    desk.note(&case, &act(), None, "here".to_owned()).await.unwrap();
    other.note(&case, &act(), None, "there".to_owned()).await.unwrap();
    let fork = other.import(export(&desk).await).await.unwrap_err();
    assert!(fork.to_string().contains("its event 7 is another one"), "{fork}");
    assert_eq!(other.log(Some(&case), 0, 99).await.unwrap().len(), 7);
}

#[tokio::test]
async fn an_export_passes_the_gate() {
    let (_folder, desk) = elsewhere().await;
    let case = filled(&desk, "mine", Marking::DEFAULT).await;
    for audience in [Audience::Client, Audience::Community, Audience::Public] {
        assert!(matches!(desk.export(&case, audience, now()).await, Err(DeskError::Withheld(_))), "{audience}");
    }
    let open = filled(&desk, "open", Marking::PUBLIC).await;
    let octets = desk.export(&open, Audience::Public, now()).await.unwrap();
    let text = String::from_utf8(octets.clone()).unwrap();
    assert!(!text.contains("told by telephone") && !text.contains("\"withheld\":["), "{text}");
    let read = archive::read(octets.as_slice(), None).unwrap();
    assert_eq!((read.missing, read.evidence.len()), (1, 0));
    assert_eq!(read.checkpoint.checkpoint().root, desk.checkpoint(&open, now()).await.unwrap().checkpoint().root);
    assert_ne!(read.checkpoint.checkpoint().root, Digest::of(&[]));
}
