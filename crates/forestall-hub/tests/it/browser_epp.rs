// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zones and batches in a real browser: by keyboard, on a phone, and by somebody with an account.

use forestall_hub::desk::Invite;
use forestall_model::Standing;
use forestall_testkit::parsed;
use forestall_testkit::webdriver::{Browser, ENTER};

use crate::accounts::{PASSWORD, code};
use crate::browser::tab_to;
use crate::browser_home::fits;
use crate::console::{Served, act, now};
use crate::epp_pages::{batch, rehearse};

/// Keeps a picture of the page where `FORESTALL_TEST_PICTURES` names a folder.
pub(crate) fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("FORESTALL_TEST_PICTURES") {
        std::fs::write(std::path::PathBuf::from(folder).join(format!("{name}.png")), browser.screenshot())
            .expect("a file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_stopped_by_keyboard_and_a_zone_handed_out_on_a_phone() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let desk = served.desk.clone();
    tokio::task::spawn_blocking(move || {
        let test = "everything_is_stopped_by_keyboard_and_a_zone_handed_out_on_a_phone";
        let Some(browser) = Browser::start(test, true) else { return };
        browser.open(served.link());
        browser.type_into("input[name=name]", "Night shift");
        browser.click("button.primary");
        browser.shows("h1", "Cases");
        tab_to(&browser, "nav a[href='/epp']");
        browser.press(ENTER);
        browser.shows("#switch", "Approved batches may run");
        tab_to(&browser, "#form-stop input[name=reason]");
        browser.press("the wrong list");
        tab_to(&browser, "#form-stop button");
        browser.press(ENTER);
        browser.shows("#switch", "Everything is stopped");
        picture(&browser, "epp-stopped");
        assert!(browser.text("main").contains("the wrong list"));
        tab_to(&browser, "#form-go button");
        browser.press(ENTER);
        browser.shows("#switch", "Approved batches may run");

        browser.as_phone(360);
        browser.open(&format!("http://{}/zones", served.address));
        fits(&browser, 360);
        browser.type_into("#form-add input[name=name]", "forestall.rpz");
        browser.click("#form-add select[name=case] option[value=a]");
        browser.click("#form-add button.primary");
        browser.shows("h1", "forestall.rpz");
        fits(&browser, 360);
        browser.open(&format!("http://{}/subscribers", served.address));
        browser.type_into("#form-add input[name=id]", "resolver1");
        browser.click("#form-add select[name=audience] option:nth-child(2)");
        browser.click("#form-add input[name=zone]");
        browser.click("#form-add button.primary");
        assert!(browser.text("#key code.digest").starts_with("hmac-sha256:resolver1:"));
        fits(&browser, 360);
        picture(&browser, "subscriber-phone");
        assert_eq!(browser.console(), Vec::<String>::new(), "the browser refused or complained of nothing");
    })
    .await
    .expect("the browser did its work");
    assert_eq!(desk.store().epp_stop().await.expect("the store"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_with_an_account_approves_what_they_see() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let batch = batch(&served).await;
    let digest = batch.digest();
    served.desk.epp_propose(&batch, Default::default(), &act().actor, now()).await.expect("it is kept");
    rehearse(&served, &batch).await;
    let invite = Invite { party: None, mail: parsed("ada@hub.example"), standing: Standing::Operator };
    let token = served.desk.invite(invite, &parsed("test"), now()).await.expect("a link").token;
    let desk = served.desk.clone();
    let ran = tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("somebody_with_an_account_approves_what_they_see", true) else {
            return false;
        };
        browser.open(&format!("http://{}/invitation?token={token}", served.address));
        browser.type_into("input[name=name]", "Ada");
        browser.type_into("input[name=password]", PASSWORD);
        browser.type_into("input[name=again]", PASSWORD);
        browser.click("#form-invitation button.primary");
        browser.shows("h1", "My account");
        let secret = browser.text("#totp-secret").replace(' ', "");
        browser.type_into("#form-codes input[name=password]", PASSWORD);
        browser.type_into("#form-codes input[name=code]", &code(&secret, now()));
        browser.click("#form-codes button.primary");
        browser.shows("#shown-once h2", "Codes that work once where your app is lost");
        browser.open(&format!("http://{}/epp", served.address));
        picture(&browser, "epp");
        browser.click("#batches ~ .scroll a[href^='/epp/batch/']");
        browser.shows("#digest", &digest.to_string());
        browser.shows(".change dd ins", "registered for 1 y");
        picture(&browser, "epp-batch");
        browser.emulate_media("prefers-color-scheme", "dark");
        picture(&browser, "epp-batch-dark");
        browser.click("#form-approve input[name=seen]");
        browser.click("#form-approve button.primary");
        browser.shows("#recorded [role=status]", "Your approval is kept.");
        browser.shows("#approvals .state", "signed in");
        browser.as_phone(360);
        browser.open(&format!("http://{}/epp/batch/{digest}", served.address));
        fits(&browser, 360);
        picture(&browser, "epp-batch-phone");
        browser.open(&format!("http://{}/epp", served.address));
        fits(&browser, 360);
        assert_eq!(browser.console(), Vec::<String>::new(), "the browser refused or complained of nothing");
        true
    })
    .await
    .expect("the browser did its work");
    if ran {
        let approvals = desk.store().epp_approvals(digest).await.expect("the store");
        assert!(approvals.len() == 1 && approvals[0].account.is_some() && approvals[0].by.as_str() == "Ada");
    }
}
