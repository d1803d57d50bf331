// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Every page of the router before axe-core, in light and dark, on a desk and on a phone; and what the keyboard reaches.
//!
//! The checks of axe-core are a package of their own, found where `cargo xtask test` puts it or by `FORESTALL_AXE`.

use std::path::PathBuf;

use forestall_model::{Action, AnswerResult, CaseRole, Standing};
use forestall_testkit::webdriver::{Browser, TAB};
use forestall_testkit::{parsed, skip};
use serde_json::{Value, json};

use crate::accounts::person;
use crate::console::{Served, act, now};
use crate::docket::{listed, registered, vet};
use crate::papers::{cut, registry, sender};

/// The routes as the program has them.
const ROUTER: &str = include_str!("../../src/server/router.rs");

/// Routes that answer with a file, and so with nothing that a browser shows.
const FILES: [&str; 25] = [
    "/registers/{list}",
    "/census/networks/{file}",
    "/census/countries/{file}",
    "/parties/sheet.txt",
    "/parties/sheet.html",
    "/disclosures.csv",
    "/case/{id}/docket/names.txt",
    "/case/{id}/exclusions.txt",
    "/case/{id}/log/checkpoint",
    "/case/{id}/log/proof/{version}",
    "/case/{id}/archive",
    "/case/{id}/slice/{tld}/names.csv",
    "/case/{id}/slice/{tld}/names.txt",
    "/case/{id}/slice/{tld}/list/{file}",
    "/case/{id}/slice/{tld}/list/{number}/{paper}",
    "/assets/{name}",
    "/epp/batch/{batch}/text",
    "/metrics",
    "/log/key",
    "/log/{case}/key",
    "/log/{case}/checkpoint",
    "/log/{case}/tile/{*path}",
    "/log/{case}/entry/{version}",
    "/log/{case}/proof/{version}",
    "/log/{case}/consistency/{old}/{new}",
];

/// Returns the script of axe-core; `None` where it is not installed, after saying so by the name of the test.
fn axe(test: &str) -> Option<String> {
    let own = std::env::var_os("FORESTALL_AXE").map(PathBuf::from);
    let own = own.into_iter().chain(std::env::var_os("CARGO_TARGET_DIR").map(|target| PathBuf::from(target).join(PUT)));
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target").join(PUT);
    let found =
        own.chain([target]).chain(SYSTEM.map(PathBuf::from)).find_map(|path| std::fs::read_to_string(path).ok());
    if found.is_none() {
        skip::skipped(test, "needs axe-core");
    }
    found
}

/// Where `cargo xtask test` puts the package, below the folder of builds.
const PUT: &str = "counterparts/node_modules/axe-core/axe.min.js";
/// Where packages of a system put it.
const SYSTEM: [&str; 3] = [
    "/usr/share/nodejs/axe-core/axe.min.js",
    "/usr/lib/node_modules/axe-core/axe.min.js",
    "/usr/local/lib/node_modules/axe-core/axe.min.js",
];

/// Returns the pages of the router that somebody looks at, each with a place of the case that is served.
fn pages(name: &str, person: &str, batch: &str) -> Vec<String> {
    let routes = ROUTER.lines().filter_map(|line| {
        let (path, handler) = line.trim().strip_prefix(".route(\"")?.split_once('"')?;
        (handler.contains("get(") && !FILES.contains(&path)).then_some(path)
    });
    let filled = routes.map(|route| {
        let page = route.replace("/name/{name}", &format!("/name/{name}")).replace("{id}", "a").replace("{tld}", "com");
        let page = page.replace("{slug}", "conficker-a").replace("{party}", "reg-com").replace("{person}", person);
        page.replace("{zone}", "forestall.rpz").replace("{batch}", batch)
    });
    let pages: Vec<String> = filled.collect();
    assert!(pages.iter().all(|page| !page.contains('{')), "a part of an address is not known: {pages:?}");
    pages
}

/// Fails where axe-core finds something serious or critical on the page that is shown, or where its part `main` stands beside the screen.
fn look(browser: &Browser, axe: &str, findings: &mut Vec<String>, how: &str) {
    let _ = browser.run(axe);
    let begin = "window.forestallAxe = null; axe.run(document, { resultTypes: ['violations'] }).then(
        (found) => { window.forestallAxe = found.violations; }, (error) => { window.forestallAxe = [{ id: String(error), impact: 'critical', nodes: [] }]; });";
    let _ = browser.run(begin);
    let found = (0..600).find_map(|_| match browser.run("return window.forestallAxe;") {
        Value::Null => {
            std::thread::sleep(std::time::Duration::from_millis(50));
            None
        }
        found => Some(found),
    });
    let found = found.unwrap_or_else(|| panic!("axe-core never ended on {}", browser.url()));
    for violation in found.as_array().into_iter().flatten() {
        if !matches!(violation["impact"].as_str(), Some("serious" | "critical")) {
            continue;
        }
        let nodes = violation["nodes"].as_array().into_iter().flatten().take(3);
        let places: Vec<String> =
            nodes.map(|node| format!("{} {}", node["target"], node["any"][0]["message"])).collect();
        findings.push(format!("{how} {}: {} {places:?}", browser.url(), violation["id"]));
    }
}

/// What the browser is told of how the reader likes pages.
fn prefers(browser: &Browser, scheme: &str) {
    browser.emulate_media("prefers-color-scheme", scheme);
}

pub(crate) async fn served() -> (Served, String, String, String, tempfile::TempDir) {
    let lake = tempfile::tempdir().expect("a folder");
    let path = lake.path().to_owned();
    tokio::task::spawn_blocking(move || crate::census::make(&path)).await.expect("a lake");
    let census = crate::census::settings(lake.path());
    let served = Served::start_with(|settings| {
        settings.sender = Some(sender());
        settings.census = Some(census);
    })
    .await;
    let file = served.open_case("a", "Spring 2009").await;
    let names: Vec<_> = listed(&served, &file, "com", 0, "2009-03-21").into_iter().take(3).collect();
    let name = names[0].to_string();
    vet(&served, names.iter().map(|name| registered(name, "2009-03-18T00:00:00Z", "Beta Names", now())).collect())
        .await;
    registry(&served, forestall_model::party::ListForm::Csv).await;
    cut(&served, Action::Reserve, Some(Action::Monitor)).await;
    let answer = forestall_hub::desk::DaysAnswer {
        tld: parsed("com"),
        days: None,
        campaigns: Vec::new(),
        action: Action::Reserve,
        result: AnswerResult::Refused,
    };
    served.desk.answer_days(&parsed("a"), &act(), answer).await.expect("an answer");
    let who = person(&served, "reader@com.example", Some("reg-com"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &who.id, Some(CaseRole::Reader)).await.expect("a role");
    let batch = hand_out(&served).await;
    (served, name, who.id.to_string(), batch, lake)
}

/// Makes a zone with a subscriber and lays a batch before people, and returns its digest.
async fn hand_out(served: &Served) -> String {
    let zone = forestall_api::zones::AddZone {
        name: "forestall.rpz".to_owned(),
        case: parsed("a"),
        campaigns: Vec::new(),
        slice: None,
        policy: None,
        ahead_days: None,
        with_unverified: false,
    };
    let zone = forestall_hub::desk::NewZone::read(zone).expect("a zone");
    served.desk.add_zone(zone, now()).await.expect("a zone");
    let subscriber = forestall_hub::desk::NewSubscriber {
        id: parsed("resolver1"),
        party: None,
        audience: forestall_model::Audience::Community,
        key: None,
        addresses: vec![parsed("192.0.2.53")],
        told: Vec::new(),
        zones: vec![parsed("forestall.rpz")],
    };
    served.desk.add_subscriber(subscriber, now()).await.expect("a subscriber");
    let batch = crate::epp_pages::batch(served).await;
    served
        .desk
        .epp_propose(&batch, forestall_coord::epp::Terms::default(), &act().actor, now())
        .await
        .expect("a batch");
    crate::epp_pages::rehearse(served, &batch).await;
    batch.digest().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_in_light_and_dark_on_a_desk_and_on_a_phone() {
    const NAME: &str = "every_page_is_accessible_in_light_and_dark_on_a_desk_and_on_a_phone";
    let Some(axe) = axe(NAME) else { return };
    let (served, name, who, batch, _lake) = served().await;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start(NAME, true) else { return };
        browser.open(served.link());
        let mut findings = Vec::new();
        look(&browser, &axe, &mut findings, "sign-in by a link");
        browser.type_into("input[name=name]", "Night shift");
        browser.click("button.primary");
        let mut pages = pages(&name, &who, &batch);
        pages.push("/census/conficker?since=2009-02-27".to_owned());
        assert!(pages.len() > 35, "{pages:?}");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")] {
            browser.as_wide(width);
            prefers(&browser, scheme);
            for page in &pages {
                browser.open(&format!("http://{}{page}", served.address));
                look(&browser, &axe, &mut findings, &format!("{width} {scheme}"));
            }
        }
        assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    })
    .await
    .expect("the browser did its work");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_follows_the_page_and_is_seen() {
    let (served, name, _, _, _lake) = served().await;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("the_keyboard_follows_the_page_and_is_seen", true) else { return };
        browser.open(served.link());
        browser.type_into("input[name=name]", "Night shift");
        browser.click("button.primary");
        for page in ["/", "/case/a", "/case/a/gaps", "/case/a/lists", "/case/a/slice/com", &format!("/case/a/name/{name}")] {
            browser.open(&format!("http://{}{page}", served.address));
            let _ = browser.run("window.forestallSeen = []; document.activeElement.blur();");
            for step in 0..25 {
                browser.press(TAB);
                let state = browser.run(
                    "const at = document.activeElement; if (at === document.body) return null;
                     const before = window.forestallSeen.at(-1); window.forestallSeen.push(at);
                     const style = getComputedStyle(at); const box = at.getBoundingClientRect();
                     const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
                     const forward = !before || before === at || Boolean(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
                     return [ring, forward, box.width > 0 && box.height > 0, at.outerHTML.slice(0, 120)];",
                );
                if state.is_null() {
                    break;
                }
                let good = [&state[0], &state[1], &state[2]].map(|fact| fact == &json!(true));
                assert_eq!(good, [true; 3], "{page}, step {step}: ring, order and size of {}", state[3]);
            }
        }
    })
    .await
    .expect("the browser did its work");
}
