// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The page of a party: its contacts, and somebody else who changes them meanwhile.

use forestall_model::party::{Contact, Party, PartyKind};
use forestall_testkit::parsed;

use crate::console::{Served, now};

fn contact(name: &str) -> Contact {
    Contact {
        name: name.to_owned(),
        role: String::new(),
        mail: Some(format!("{name}@dns.example")),
        phone: None,
        second: None,
        day_and_night: false,
        verified: None,
        tested: None,
        owner: None,
    }
}

#[tokio::test]
async fn a_number_that_became_another_contacts_changes_nothing() {
    let served = Served::start().await;
    let party = Party {
        id: parsed("dns-be"),
        kind: PartyKind::Registry,
        name: "DNS Belgium".to_owned(),
        tlds: vec![parsed("be")],
        terms: None,
        contacts: vec![contact("ada"), contact("bob"), contact("eve")],
        webhook: None,
        openpgp: None,
    };
    let id = party.id.clone();
    served.desk.keep_party(party, None, now()).await.unwrap();
    let client = served.sign_in().await;
    let page = client.get("/party/dns-be").await;
    let over = page.between("name=\"over\" value=\"", "\"").to_owned();
    let fields = |what: &'static str| [("over", over.as_str()), ("number", "2"), ("what", what)];
    // Somebody else takes the first away: the second is another now.
    assert_eq!(
        client.post("/party/dns-be/check", &[("over", &over), ("number", "1"), ("what", "remove")]).await.status,
        303
    );
    for what in ["remove", "verified"] {
        let reply = client.post("/party/dns-be/check", &fields(what)).await;
        assert_eq!(reply.status, 409, "{}", reply.body);
        assert!(
            reply.body.contains("somebody else changed dns-be in the meantime")
                && reply.body.contains("eve@dns.example"),
            "{}",
            reply.body
        );
    }
    let kept = served.desk.party(&id).await.unwrap().party.contacts;
    assert_eq!(kept, [contact("bob"), contact("eve")]);
}
