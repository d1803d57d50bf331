// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry in a real browser on a phone: from the invitation to the answer.

use forestall_hub::desk::{AskRegistry, Invite};
use forestall_model::{Action, Standing};
use forestall_testkit::parsed;
use forestall_testkit::webdriver::Browser;
use serde_json::json;

use crate::accounts::{PASSWORD, code};
use crate::console::{Served, act, now};

const PARTIES: &str = "id,kind,name,tlds\nreg-com,registry,The registry of com,com net\n";

/// Fails where something of the page stands beside the screen.
#[track_caller]
pub(crate) fn fits(browser: &Browser, width: u32) {
    let wide = browser.run(
        "const wide = document.documentElement.scrollWidth; const beside = [...document.querySelectorAll('main *')]
         .filter((e) => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120));
         return [wide, beside];",
    );
    assert_eq!(wide, json!([width, []]), "at {}", browser.url());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_answers_from_a_phone() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    served.desk.import_parties(PARTIES, now()).await.unwrap();
    let ask = AskRegistry {
        tld: parsed("com"),
        days: None,
        campaigns: Vec::new(),
        action: Action::Reserve,
        fallback: None,
        legal_basis: None,
        override_by: None,
    };
    served.desk.request(&parsed("a"), &act(), ask).await.unwrap();
    let invite =
        Invite { party: Some(parsed("reg-com")), mail: parsed("desk@com.example"), standing: Standing::Member };
    let token = served.desk.invite(invite, &parsed("test"), now()).await.unwrap().token;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("a_registry_answers_from_a_phone", true) else { return };
        browser.as_phone(360);
        browser.open(&format!("http://{}/invitation?token={token}", served.address));
        fits(&browser, 360);
        browser.type_into("input[name=name]", "Night desk");
        browser.type_into("input[name=password]", PASSWORD);
        browser.type_into("input[name=again]", PASSWORD);
        browser.click("#form-invitation button.primary");
        browser.shows("h1", "My account");
        fits(&browser, 360);
        let secret = browser.text("#totp-secret").replace(' ', "");
        browser.type_into("#form-codes input[name=password]", PASSWORD);
        browser.type_into("#form-codes input[name=code]", &code(&secret, now()));
        browser.click("#form-codes button.primary");
        browser.shows("#shown-once h2", "Codes that work once where your app is lost");
        fits(&browser, 360);

        browser.open(&format!("http://{}/", served.address));
        browser.shows("h1", "What is due");
        fits(&browser, 360);
        assert!(browser.text("#slice-a-com").contains(".com"));
        assert!(browser.text("main").contains("You are asked to reserve"));
        browser.click("form[action='/case/a/slice/com/answer'] button.primary");
        browser.shows("#recorded [role=status]", "Your answer is recorded.");
        fits(&browser, 360);
        browser.open(&format!("http://{}/home", served.address));
        assert!(browser.text("main").contains("Nothing is left to do."));
        let refused: Vec<String> = browser.console();
        assert_eq!(refused, Vec::<String>::new(), "the browser refused or complained of nothing");
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_runs_it_keeps_a_party_and_invites_its_desk() {
    let served = Served::start().await;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("somebody_who_runs_it_keeps_a_party_and_invites_its_desk", true) else {
            return;
        };
        browser.open(served.link());
        browser.type_into("input[name=name]", "Night shift");
        browser.click("button.primary");
        browser.click("nav a[href='/parties']");
        browser.click("details:has(#form-add) summary");
        browser.type_into("#form-add input[name=id]", "dns-be");
        browser.type_into("#form-add input[name=name]", "DNS Belgium");
        browser.click("#form-add select[name=kind] option[value=registry]");
        browser.type_into("#form-add textarea[name=tlds]", "be");
        browser.click("#form-add button.primary");
        browser.shows("#recorded [role=status]", "The party is kept. Add its contacts next.");
        browser.click("details:has(#form-contact) summary");
        browser.type_into("#form-contact input[name=name]", "Desk");
        browser.type_into("#form-contact input[name=second]", "fax +32 2 555 01 01");
        browser.click("#form-contact button.primary");
        browser.shows("#recorded [role=status]", "The contact is kept.");
        browser.click("button[value=tested]");
        browser.shows("#recorded [role=status]", "What was found out is kept.");
        browser.click("a[href='/people?party=dns-be#invite']");
        browser.type_into("#form-invite input[name=mail]", "desk@dns.example");
        browser.click("#form-invite button.primary");
        let link = browser.text("#link code");
        assert!(link.starts_with(&format!("http://{}/invitation?token=", served.address)), "{link}");
        let refused: Vec<String> = browser.console();
        assert_eq!(refused, Vec::<String>::new(), "the browser refused or complained of nothing");
    })
    .await
    .unwrap();
}
