// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The console in a real browser: with its scripts, and without any.

use std::path::Path;
use std::time::Duration;

use forestall_model::{DomainName, Ruling};
use forestall_testkit::parsed;
use forestall_testkit::webdriver::{Browser, DOWN, ENTER, TAB};
use serde_json::json;

use crate::console::{Served, now};
use crate::docket::{listed, registered, vet};

/// Waits until the browser has written a file whose name ends so, and returns its text.
fn downloaded(folder: &Path, ending: &str) -> String {
    for _ in 0..200 {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        if let Some(file) = files.into_iter().find(|path| path.to_string_lossy().ends_with(ending)) {
            return std::fs::read_to_string(file).expect("the file is text");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no file *{ending} in {}", folder.display());
}

/// Signs in by the link and opens the case.
fn open_case(browser: &Browser, served: &Served) {
    browser.open(served.link());
    browser.type_into("input[name=name]", "Night shift");
    browser.click("button.primary");
    browser.shows("h1", "Cases");
    browser.click("a[href='/case/a']");
    browser.shows("h1", "Spring 2009");
}

/// Reads the numbers, records an answer, sees them change, downloads the list.
fn work_on_a_case(browser: &Browser, served: &Served) {
    open_case(browser, served);
    browser.shows("#headline-reach", "100 %");
    browser.shows(".k1-claimed", "0 %");
    let strip = "table.heat tbody tr:has(a[href$='/slice/com']) .strip svg";
    assert_eq!(browser.attribute(strip, "aria-label"), "all days: observed none");
    assert_eq!(browser.text("#map a[data-tld=com] text"), "com");

    browser.click("table.heat a[href='/case/a/slice/com']");
    assert!(browser.url().ends_with("/case/a/slice/com"));
    browser.click("#form-answer select[name=action] option[value=register-sinkhole]");
    browser.click("#form-answer select[name=result] option[value=done]");
    browser.type_into("#form-answer input[name=source]", "call of the night");
    browser.click("#form-answer button.primary");
    browser.shows("#recorded [role=status]", "Recorded as event 2 of the case.");
    browser.shows(".k1-claimed", "100 %");
    browser.shows(".k1-observed", "0 %");

    browser.click("#download-day-csv");
    let csv = downloaded(&browser.downloads(), ".csv");
    assert!(csv.starts_with("name,name_unicode,tld,") && csv.lines().count() > 50, "{csv:.200}");

    browser.click(".crumbs a[href='/case/a']");
    assert_eq!(browser.attribute(strip, "aria-label"), "all days: observed none, claimed all");
    assert_eq!(browser.attribute(&format!("{strip} path.c5"), "d"), "M0 15h10");
    assert_ne!(browser.text(".k1-claimed"), "0 %");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_works_on_a_case() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("a_coordinator_works_on_a_case", true) else { return };
        work_on_a_case(&browser, &served);
        // The scripts run under the policy: the heat map tells the day under the keys and leads to it.
        let say = "const link = document.querySelector(\"table.heat a[href$='/slice/com']\"); link.focus();
                   link.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
                   return document.querySelector('.heat-tip').textContent;";
        assert_eq!(browser.run(say), json!(".com 2009-03-15: observed none, claimed all"));
        let refused: Vec<String> = browser.console();
        assert_eq!(refused, Vec::<String>::new(), "the browser refused or complained of nothing");
        // Nothing but this host was asked for anything.
        let hosts = browser.run("return performance.getEntriesByType('resource').map((e) => new URL(e.name).host);");
        let own = served.address.to_string();
        assert!(hosts.as_array().unwrap().iter().all(|host| host.as_str() == Some(own.as_str())), "{hosts}");
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_work_needs_no_script() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("the_same_work_needs_no_script", false) else { return };
        work_on_a_case(&browser, &served);
    })
    .await
    .unwrap();
}

/// Moves the focus on until it is on an element that a selector means.
pub(crate) fn tab_to(browser: &Browser, selector: &str) {
    let is_there = format!("return document.activeElement.matches({});", json!(selector));
    for _ in 0..100 {
        browser.press(TAB);
        if browser.run(&is_there) == json!(true) {
            return;
        }
    }
    panic!("the focus never comes to {selector}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_decided_by_keyboard_alone() {
    let served = Served::start().await;
    let file = served.open_case("a", "Spring 2009").await;
    let names: Vec<_> = listed(&served, &file, "com", 0, "2009-03-21").into_iter().take(3).collect();
    let dossier = |name| registered(name, "2009-03-18T00:00:00Z", "Beta Names", now());
    vet(&served, names.iter().map(dossier).collect()).await;
    let served = tokio::task::spawn_blocking(move || {
        let browser = Browser::start("a_name_is_decided_by_keyboard_alone", true)?;
        browser.open(served.link());
        tab_to(&browser, "input[name=name]");
        browser.press("Night shift");
        browser.press(ENTER);
        browser.shows("h1", "Cases");
        tab_to(&browser, "a[href='/case/a']");
        browser.press(ENTER);
        browser.shows("h1", "Spring 2009");
        tab_to(&browser, ".waits a[href='/case/a/docket']");
        browser.press(ENTER);
        browser.shows("#matched", "3 of 3 names");
        // The box of the second name, then round to the button, which stands before the table.
        tab_to(&browser, "tbody tr:nth-child(2) input[type=checkbox]");
        browser.press(" ");
        browser.shows("#ticked", "1 ticked");
        let name = browser.attribute("tbody tr:nth-child(2) input[type=checkbox]", "value");
        tab_to(&browser, "button[value=ticked]");
        browser.press(ENTER);
        browser.shows("h1", "Decide about 1 name");
        browser.shows("tbody th a", &name);
        tab_to(&browser, "input[name=ruling]");
        browser.press(DOWN);
        tab_to(&browser, "textarea[name=reason]");
        browser.press("a shop");
        tab_to(&browser, "textarea[name=evidence]");
        browser.press("its site");
        tab_to(&browser, "#form-decide button.primary");
        browser.press(ENTER);
        browser.shows("#recorded [role=status]", "Recorded as event 3 of the case.");
        browser.shows("#matched", "2 of 2 names");
        assert_eq!(browser.console(), Vec::<String>::new(), "the browser refused or complained of nothing");
        Some((served, name))
    })
    .await
    .unwrap();
    let Some((served, name)) = served else { return };
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let ruled = file.case.holdings[&parsed::<DomainName>(&name)].ruled.clone().unwrap();
    assert_eq!((ruled.ruling, ruled.reason.as_str(), ruled.evidence.as_str()), (Ruling::Watch, "a shop", "its site"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_without_a_link_looks_a_name_up_and_appeals() {
    let served = Served::start().await;
    let file = served.open_case("a", "Spring 2009").await;
    let name = crate::flood::names(&served, &file, "com", "2009-03-22", 1).remove(0);
    let desk = served.desk.clone();
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start("somebody_without_a_link_looks_a_name_up_and_appeals", false) else {
            return;
        };
        browser.open(&format!("http://{}/", served.address));
        browser.shows("h1", "Sign in");
        browser.click("a[href='/public/look-up']");
        browser.type_into("form[action='/public/look-up'] input[name=name]", name.as_str());
        browser.click("button.primary");
        browser.shows("h1", &format!("Is {name} on a list?"));
        assert!(browser.text("pre").starts_with(&format!("_forestall-challenge.{name}. TXT")));
        browser.click("button.primary");
        browser.shows("h1", &format!("Control of {name} is not proved"));
        browser.type_into("input[name=contact]", "Eve, eve@example.org");
        browser.type_into("textarea[name=reason]", "it is my shop");
        browser.click("form[action='/public/appeal'] button");
        browser.shows("h1", "Your appeal was taken in");
        assert_eq!(browser.console(), Vec::<String>::new(), "the browser refused or complained of nothing");
    })
    .await
    .unwrap();
    for _ in 0..500 {
        if desk.log(None, 0, 10).await.unwrap().len() == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the appeal was not recorded");
}
