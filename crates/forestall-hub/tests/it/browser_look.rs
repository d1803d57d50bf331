// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The pages that people look at most, with data in them, on a desk and on a phone: nothing stands beside the screen, and the tables that are read row by
//! row need no scrolling on a desk.

use forestall_coord::event::Purpose;
use forestall_hub::desk::Invite;
use forestall_model::Standing;
use forestall_store::{JobState, NewJob};
use forestall_testkit::parsed;
use forestall_testkit::webdriver::Browser;
use serde_json::json;

use crate::accessible::served;
use crate::accounts::{PASSWORD, code};
use crate::browser_epp::picture;
use crate::browser_home::fits;
use crate::console::{Served, now};

/// Fails where something of the page stands beside a window with a bar to scroll down by.
#[track_caller]
fn fits_window(browser: &Browser) {
    let beside = browser.run(
        "const root = document.documentElement; const beside = [...document.querySelectorAll('main *')]
         .filter((e) => !e.closest('.scroll') && e.getBoundingClientRect().right > root.clientWidth + 1).map((e) => e.outerHTML.slice(0, 120));
         return [root.scrollWidth > root.clientWidth, beside];",
    );
    assert_eq!(beside, json!([false, []]), "at {}", browser.url());
}

/// Fails where a table reaches beyond its region, so that it would have to be scrolled.
#[track_caller]
fn tables_fit(browser: &Browser) {
    let beyond = browser.run(
        "return [...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1)
         .map((e) => [e.getAttribute('aria-label'), e.scrollWidth, e.clientWidth]);",
    );
    assert_eq!(beyond, json!([]), "at {}", browser.url());
}

/// Ends jobs of several kinds.
async fn work(served: &Served) {
    let store = served.desk.store();
    for (kind, case, key, state, outcome) in [
        ("inbox", "", "1", JobState::Done, "nothing new"),
        ("inbox", "", "2", JobState::Done, "1 answer proposed, 0 mails that nobody could place"),
        (
            "verify",
            "a",
            "com",
            JobState::Done,
            "250 names in 1 list looked at, 2 servers asked, 0 names differ from the rest of its list",
        ),
        (
            "deliver",
            "a",
            "com 1 0 0 2009-03-12",
            JobState::Failed,
            "it was not taken by anybody: 550 5.1.1 no such user",
        ),
        ("roll", "a", "2009-03-12", JobState::Done, "the horizon reaches until 2009-05-01; 7 lists were cut"),
    ] {
        let job = NewJob {
            kind: kind.to_owned(),
            case: case.to_owned(),
            key: key.to_owned(),
            created: now(),
            not_before: now(),
        };
        store.create_job(job).await.expect("a job");
        let taken = store.claim_job(now(), now().plus_seconds(60)).await.expect("a store").expect("a job");
        store.end_job(&taken, state, now(), outcome.to_owned()).await.expect("its end");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_that_are_read_most_fit_a_desk() {
    const NAME: &str = "the_pages_that_are_read_most_fit_a_desk";
    let (served, _, _, _, _lake) = served().await;
    work(&served).await;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start(NAME, true) else { return };
        browser.open(served.link());
        browser.type_into("input[name=name]", "Night shift");
        browser.click("button.primary");
        for scheme in ["light", "dark"] {
            browser.as_wide(1280);
            browser.emulate_media("prefers-color-scheme", scheme);
            for (name, page) in [
                ("board", "/"),
                ("case", "/case/a"),
                ("gaps", "/case/a/gaps?within=30"),
                ("lists", "/case/a/lists"),
                ("slice", "/case/a/slice/com"),
                ("jobs", "/jobs"),
                ("census", "/census"),
                ("census-family", "/census/conficker?since=2009-02-27"),
            ] {
                browser.open(&format!("http://{}{page}", served.address));
                picture(&browser, &format!("{name}-{scheme}"));
                fits_window(&browser);
                if !["slice", "census-family"].contains(&name) {
                    tables_fit(&browser);
                }
            }
        }
    })
    .await
    .expect("the browser did its work");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_fits_a_phone() {
    const NAME: &str = "what_is_due_fits_a_phone";
    let (served, _, _, _, _lake) = served().await;
    let invite =
        Invite { party: Some(parsed("reg-com")), mail: parsed("desk@com.example"), standing: Standing::Member };
    let token = served.desk.invite(invite, &parsed("test"), now()).await.expect("an invitation").token;
    let file = served.desk.file(&parsed("a")).await.expect("the case");
    assert!(file.case.slices.values().any(|slice| slice.last_cut(Purpose::Protect).is_some()));
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start(NAME, true) else { return };
        browser.as_phone(390);
        browser.open(&format!("http://{}/invitation?token={token}", served.address));
        browser.type_into("input[name=name]", "Night desk");
        browser.type_into("input[name=password]", PASSWORD);
        browser.type_into("input[name=again]", PASSWORD);
        browser.click("#form-invitation button.primary");
        let secret = browser.text("#totp-secret").replace(' ', "");
        browser.type_into("#form-codes input[name=password]", PASSWORD);
        browser.type_into("#form-codes input[name=code]", &code(&secret, now()));
        browser.click("#form-codes button.primary");
        browser.shows("#shown-once h2", "Codes that work once where your app is lost");
        for scheme in ["light", "dark"] {
            browser.emulate_media("prefers-color-scheme", scheme);
            browser.open(&format!("http://{}/home", served.address));
            browser.shows("h1", "What is due");
            picture(&browser, &format!("home-{scheme}"));
            fits(&browser, 390);
        }
    })
    .await
    .expect("the browser did its work");
}
