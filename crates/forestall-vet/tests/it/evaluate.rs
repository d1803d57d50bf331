// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The rules on names whose truth is known: floors that a change of a weight must not break unseen.

use forestall_vet::evaluate::{Evaluation, Label, Labelled};
use forestall_vet::verdict::assess;
use forestall_vet::{Band, Rules};

fn set() -> Vec<Labelled> {
    let lines = include_str!("labelled.jsonl").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_rules_keep_their_floors() {
    let set = set();
    let evaluation = Evaluation::of(&set, Rules::built_in());
    let figures = format!(
        "benign {:?} {:?} malicious {:?} {:?} automatic {:?} sorted {:?}\n{:?}",
        evaluation.precision(Label::Benign),
        evaluation.recall(Label::Benign),
        evaluation.precision(Label::Malicious),
        evaluation.recall(Label::Malicious),
        evaluation.automatic(),
        evaluation.sorted(),
        evaluation.wrong
    );
    assert_eq!(evaluation.total(), u64::try_from(set.len()).unwrap());
    assert!(evaluation.precision(Label::Benign) >= Some(0.9), "{figures}");
    assert!(evaluation.precision(Label::Malicious) >= Some(1.0), "{figures}");
    assert!(evaluation.recall(Label::Benign) >= Some(0.5), "{figures}");
    assert!(evaluation.recall(Label::Malicious) >= Some(0.5), "{figures}");
    assert!(evaluation.sorted() >= Some(0.5), "{figures}");
    // What a history does not show, nobody sees: an old name that was sold.
    assert!(evaluation.wrong.iter().all(|wrong| wrong.label == Label::Malicious), "{figures}");
    assert_eq!(evaluation.wrong.len(), 1, "{figures}");
}

#[test]
fn no_name_that_is_known_to_have_been_hit_is_called_malicious() {
    for labelled in set().iter().take(6) {
        let verdict = assess(&labelled.dossier, &labelled.circumstances, Rules::built_in());
        assert!(matches!(verdict.band, Band::ClearBenign | Band::Human), "{verdict:#?}");
        assert!(verdict.score > 0, "{verdict:#?}");
    }
}

#[test]
fn what_is_made_up_is_marked_so() {
    for labelled in set() {
        let is_public = labelled.source != "made up";
        assert!(!labelled.source.is_empty() && !labelled.synthetic.is_empty());
        assert_eq!(is_public, !labelled.dossier.name.as_str().ends_with(".example"), "{}", labelled.dossier.name);
    }
}

#[test]
fn shares_of_nothing_are_none() {
    let empty = Evaluation::default();
    assert_eq!((empty.precision(Label::Benign), empty.recall(Label::Malicious)), (None, None));
    assert_eq!((empty.automatic(), empty.sorted(), empty.total()), (None, None, 0));
}
