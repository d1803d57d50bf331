// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The world map: every domain once, well-formed, nothing unescaped.

use std::collections::BTreeMap;

use forestall_hub::map::{MapEntry, STYLE, draw, legend};
use forestall_model::Tld;
use forestall_model::directory::{Country, Directory};

/// The top-level domains of Conficker A, B and C.
const CONFICKER: &str = "com net org info biz cc cn ws ac ae ag ai am ar as at be bo br bs bz ca cd ch cl co cr cx cz dj dk dm \
    do ec es fj fm fr gd gh gl gr gs gt gy hk hn ht hu id ie il im in ir is jm ke ki kn kr kz la lc li lu lv ly md me mn \
    ms mt mu mw mx my nf ng ni nl no nz pa pe pk pl pr ps pt py ro ru sc sg sh sk su sv tc tj tl tn to tr tt tw ua ug uk us \
    uy vc ve vi vn za";

fn entry(label: &str) -> MapEntry {
    let tld: Tld = label.parse().expect("a top-level domain");
    let country = Directory::built_in().entry(&tld).and_then(|entry| entry.country.as_ref()).map(|fact| fact.value);
    MapEntry {
        country,
        class: "lvl-2",
        label: "50 % of 431 names a day observed".to_owned(),
        href: format!("/cases/x/slices/{tld}"),
        tld,
    }
}

/// Returns how often each domain is drawn, and as what: (tld, shapes in order).
fn drawn(html: &str) -> BTreeMap<String, Vec<String>> {
    let document = roxmltree::Document::parse(html).expect("well-formed");
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for link in document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "a"))) {
        let shapes = link.children().filter(|node| matches!(node.tag_name().name(), "path" | "rect"));
        let shapes = shapes.map(|node| node.tag_name().name().to_owned());
        found.entry(link.attribute("data-tld").expect("a domain").to_owned()).or_default().extend(shapes);
    }
    found
}

#[test]
fn draws_each_domain_of_conficker_once() {
    let entries: Vec<MapEntry> = CONFICKER.split_whitespace().map(entry).collect();
    assert_eq!(entries.len(), 117);
    let found = drawn(&draw("Conficker", &entries));
    assert_eq!(found.len(), 117);
    for (tld, shapes) in &found {
        assert_eq!(shapes.len(), 1, "{tld}: {shapes:?}");
    }
    for tld in ["com", "ac", "ag", "as", "su", "hk", "mt"] {
        assert_eq!(found[tld], ["rect"], "{tld}");
    }
    for tld in ["cn", "be", "br", "ru", "us", "fr", "no"] {
        assert_eq!(found[tld], ["path"], "{tld}");
    }
}

#[test]
fn draws_each_domain_of_the_root_once() {
    let entries: Vec<MapEntry> =
        Directory::built_in().iter().filter(|known| known.icann()).map(|known| entry(known.tld.as_str())).collect();
    let found = drawn(&draw("Root", &entries));
    assert_eq!(found.len(), entries.len());
    assert!(found.values().all(|shapes| shapes.len() == 1));
    let outlines = found.values().filter(|shapes| shapes[0] == "path").count();
    assert!(outlines > 140, "{outlines}");
    assert_eq!([&found["uk"], &found["gb"], &found["ru"], &found["su"]], [&["path"], &["rect"], &["path"], &["rect"]]);
    assert_eq!([&found["xn--p1ai"], &found["eu"], &found["aq"]], [&["rect"], &["rect"], &["rect"]]);
}

#[test]
fn gives_the_outline_to_another_domain_where_the_usual_one_is_not_in_the_case() {
    let found = drawn(&draw("x", &[entry("xn--p1ai"), entry("gb"), entry("com")]));
    assert_eq!([&found["xn--p1ai"], &found["gb"], &found["com"]], [&["path"], &["path"], &["rect"]]);
}

#[test]
fn does_not_depend_on_order_or_repetition() {
    let mut entries: Vec<MapEntry> = CONFICKER.split_whitespace().map(entry).collect();
    let map = draw("x", &entries);
    entries.reverse();
    entries.push(entry("be"));
    assert_eq!(draw("x", &entries), map);
}

#[test]
fn escapes_every_text() {
    let evil = "<script>alert('x')</script> & \"q\" \u{1}";
    let mut be = entry("be");
    (be.label, be.href) = (evil.to_owned(), format!("/x?{evil}"));
    let map = draw(evil, &[be]);
    assert!(!map.contains("<script") && !map.contains("\"q\""));
    let document = roxmltree::Document::parse(&map).unwrap();
    let title = document.descendants().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title")));
    let expected = evil.replace('\u{1}', "\u{fffd}");
    assert_eq!(title.and_then(|node| node.text()), Some(format!(".be, Belgium: {expected}").as_str()));
    assert!(!legend(&[("lvl-0", evil)]).contains("<script"));
}

#[test]
fn says_country_and_both_labels_of_an_internationalised_domain() {
    let map = draw("x", &[entry("xn--p1ai")]);
    assert!(map.contains("<title>.рф (xn--p1ai), Russian Federation: 50 % of 431 names a day observed</title>"));
}

#[test]
fn carries_no_style_of_its_own() {
    let entries: Vec<MapEntry> = CONFICKER.split_whitespace().map(entry).collect();
    let html = draw("x", &entries) + &legend(&[("lvl-0", "nothing")]);
    for forbidden in [" style=", "<style", "<script", " on", " fill=", "javascript:"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for class in ["map-frame", "map-sea", "map-land", "map-tld", "map-caption", "map-legend", ".lvl-4", ".none"] {
        assert!(STYLE.contains(class), "{class}");
    }
}

#[test]
fn an_empty_case_is_a_map_without_tiles() {
    let map = draw("nothing yet", &[]);
    assert!(drawn(&map).is_empty());
    assert!(!map.contains("map-caption") && map.contains("map-land"));
}

#[test]
fn stays_small_enough_for_a_page() {
    let entries: Vec<MapEntry> = CONFICKER.split_whitespace().map(entry).collect();
    let size = draw("x", &entries).len();
    assert!(size < 90_000, "{size} octets");
    assert!(Country::all().len() > 240);
}
