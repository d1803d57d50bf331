// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The text of a batch: one form, one digest, and what is refused before anybody is asked.

use forestall_coord::epp::{Batch, BatchError, Entry, Ground};
use forestall_model::epp::{Change, Operation};
use forestall_model::{Action, Digest};

use super::{batch, create, entry, set, sinkhole};
use forestall_model::epp::Guarded;

#[test]
fn a_batch_has_one_text_and_its_digest_is_that_of_the_text() {
    let batch = sinkhole();
    let text = batch.text();
    assert_eq!(
        text,
        "{\"forestall-epp-batch\":1,\"account\":\"be\",\"case\":\"conficker\",\"tld\":\"be\",\"planned\":\"2009-04-01T12:00:00Z\",\"commands\":2}\n\
         {\"name\":\"abcd.be\",\"action\":\"register-sinkhole\",\"operation\":{\"command\":\"create\",\"servers\":[\"ns1.sink.example\"],\"years\":1},\
         \"ground\":\"free\",\"needed_until\":\"2009-05-02T00:00:00Z\"}\n\
         {\"name\":\"abcd.be\",\"action\":\"register-sinkhole\",\"operation\":{\"command\":\"update\",\"add_statuses\":[\"clientDeleteProhibited\"]},\
         \"ground\":\"own\",\"needed_until\":\"2009-05-02T00:00:00Z\"}\n"
    );
    assert_eq!(Batch::read(&text).unwrap(), batch);
    assert_eq!(batch.digest(), Digest::of(text.as_bytes()), "what sha256sum says");
}

#[test]
fn a_text_that_was_changed_by_hand_is_refused() {
    let text = sinkhole().text();
    for (what, other) in [
        ("a blank", text.replacen("\"name\":", "\"name\": ", 1)),
        ("no line feed at the end", text.trim_end().to_owned()),
        ("a line less", text.lines().take(2).map(|line| format!("{line}\n")).collect()),
        ("a line more", format!("{text}{}\n", text.lines().last().unwrap())),
        ("another count", text.replace("\"commands\":2", "\"commands\":3")),
        ("another version", text.replace("batch\":1", "batch\":2")),
        ("an unknown key", text.replacen("\"ground\":", "\"force\":true,\"ground\":", 1)),
        ("nothing", String::new()),
    ] {
        assert!(Batch::read(&other).is_err(), "{what}");
    }
    assert_eq!(Batch::read(&text.replace("batch\":1", "batch\":2")), Err(BatchError::Version(2)));
}

#[test]
fn what_no_rule_could_let_pass_is_no_batch() {
    let one = |entry: Entry| batch(vec![entry]).check();
    let (sinkhole, act) = (Action::RegisterSinkhole, Action::Suspend);
    assert_eq!(one(entry("abcd.be", sinkhole, create(), Ground::Free)), Ok(()));
    assert_eq!(one(entry("abcd.be", act, set(Guarded::Hold), Ground::Order(7))), Ok(()));
    for (what, refused) in [
        ("another slice", entry("abcd.nl", sinkhole, create(), Ground::Free)),
        ("below a name", entry("www.abcd.be", sinkhole, create(), Ground::Free)),
        ("a public suffix", entry("ac.be", sinkhole, create(), Ground::Free)),
        ("created under an order", entry("abcd.be", sinkhole, create(), Ground::Order(1))),
        ("changed without ground", entry("abcd.be", act, set(Guarded::Hold), Ground::Free)),
        ("deleted under an order", entry("abcd.be", act, Operation::Delete {}, Ground::Order(1))),
        ("deleted without ground", entry("abcd.be", act, Operation::Delete {}, Ground::Free)),
        ("changed by nothing", entry("abcd.be", act, Operation::Update(Change::default()), Ground::Own)),
    ] {
        assert!(one(refused).is_err(), "{what}");
    }
    let long = Operation::Create { servers: Vec::new(), registrant: None, contacts: Vec::new(), years: 11 };
    assert!(one(entry("abcd.be", sinkhole, long, Ground::Free)).is_err());
    for server in [
        "",
        "ns1 .example",
        "ns1.example\n",
        "ns1.\u{1b}[2K.example",
        "NS1.example",
        "n\u{e4}s.example",
        "\u{202e}ns1.example",
    ] {
        let servers = || vec!["ns1.example".to_owned(), server.to_owned()];
        let create = Operation::Create { servers: servers(), registrant: None, contacts: Vec::new(), years: 1 };
        assert!(one(entry("abcd.be", sinkhole, create, Ground::Free)).is_err(), "{server:?}");
        let add = Change { add_servers: servers(), ..Change::default() };
        let remove = Change { remove_servers: servers(), ..Change::default() };
        for change in [add, remove] {
            assert!(one(entry("abcd.be", act, Operation::Update(change), Ground::Order(7))).is_err(), "{server:?}");
        }
    }
    assert!(batch(Vec::new()).check().is_err());
    assert!(Batch { account: "../x".to_owned(), ..super::sinkhole() }.check().is_err());
}
