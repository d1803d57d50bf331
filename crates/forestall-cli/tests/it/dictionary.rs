// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall dictionary`: lists are filed under their digest, and what is missing is named.

use forestall_model::Digest;

use crate::support::{Home, ran};

#[test]
fn files_lists_under_their_digest() {
    let home = Home::new();
    let digest = Digest::of(b"alpha\nbeta\n");
    home.write("one.txt", "alpha\nbeta\n");
    home.write("two.txt", "gamma\n");
    let ran = home.run("dictionary add one.txt two.txt");
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains(&format!("filed one.txt as {digest}, which no family")), "{}", ran.err);
    assert_eq!(home.read(&format!("data/dictionaries/{digest}.txt")), "alpha\nbeta\n");
    assert_eq!(std::fs::read_dir(home.data().join("dictionaries")).unwrap().count(), 2);
}

#[test]
fn refuses_what_is_no_list() {
    let home = Home::new();
    home.write("empty.txt", "");
    home.write("bytes.txt", b"ab\xff");
    home.fails(1, "dictionary add empty.txt", &["empty.txt was not filed", "the list is empty"]);
    home.fails(1, "dictionary add bytes.txt", &["not UTF-8 at octet 2"]);
    home.fails(3, "dictionary add nothing.txt", &["nothing.txt could not be opened"]);
    home.fails(2, "dictionary add", &["<FILE>"]);
}

#[test]
fn names_every_list_that_is_missing() {
    let home = Home::new();
    let lists: serde_json::Value = serde_json::from_str(&home.ok("dictionary list --format json")).unwrap();
    let lists = lists.as_array().unwrap();
    assert_eq!(home.ok("dictionary list").lines().count(), lists.len() + 1);
    for list in lists {
        assert_eq!(list["present"], false, "{list}");
        let campaign = list["campaigns"][0].as_str().unwrap();
        let line = format!("predict {} --campaign {campaign}", list["family"].as_str().unwrap());
        assert_eq!(home.run(&line).err.matches("is missing").count(), 1, "{line}");
        home.fails(3, &line, &["is missing; it is the file with SHA-256", "forestall dictionary add FILE"]);
    }
}

#[test]
fn all_campaigns_follow_one_another_where_none_is_named() {
    let home = Home::new();
    let families: serde_json::Value = serde_json::from_str(&home.ok("family list --format json")).unwrap();
    let several = families.as_array().unwrap().iter().filter(|family| {
        family["campaigns"].as_array().unwrap().len() > 1 && family["predictability"] == "deterministic"
    });
    for family in several.take(3) {
        let slug = family["slug"].as_str().unwrap();
        let all = ran(home.program().args(["predict", slug, "--limit", "2"]).args(["--now", crate::support::NOW]));
        if all.err.contains("the word list") {
            continue;
        }
        let each: String = family["campaigns"].as_array().unwrap().iter().fold(String::new(), |text, id| {
            text + &home.ok(&format!("predict {slug} --limit 2 --campaign {}", id.as_str().unwrap()))
        });
        assert_eq!(all.out, each, "{slug}");
    }
    let named = home.ok("predict conficker-a --campaign conficker-a --limit 2");
    assert_eq!(home.ok("predict conficker-a --limit 2"), named);
    home.fails(2, "predict conficker-a --campaign conficker-b", &["is of the family conficker-b, not of conficker-a"]);
}

/// The lists of the folder that `FORESTALL_DICTIONARIES` names, by the family's word for them; `None` where they are not there.
fn lists(home: &Home, wanted: &[&str]) -> Option<Vec<String>> {
    let folder = std::env::var_os("FORESTALL_DICTIONARIES")?;
    let needed: serde_json::Value = serde_json::from_str(&home.ok("dictionary list --format json")).unwrap();
    let files =
        std::fs::read_dir(folder).unwrap().filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok());
    let texts: Vec<String> = files.collect();
    let of = |name: &&str| {
        let list = needed.as_array().unwrap().iter().find(|list| list["name"] == **name).unwrap();
        texts.iter().find(|text| Digest::of(text.as_bytes()).to_string() == list["sha256"].as_str().unwrap()).cloned()
    };
    wanted.iter().map(of).collect()
}

#[test]
fn published_files_are_taken_as_they_are() {
    let home = Home::new();
    let needed: serde_json::Value = serde_json::from_str(&home.ok("dictionary list --format json")).unwrap();
    let names: Vec<&str> = needed.as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap()).collect();
    let of = |family: &str| -> Vec<&str> { names.iter().copied().filter(|name| name.contains(family)).collect() };
    let Some(tables) = lists(&home, &of("nymaim2")) else {
        return forestall_testkit::skip::skipped(
            "published_files_are_taken_as_they_are",
            "needs the lists in FORESTALL_DICTIONARIES",
        );
    };
    let words: serde_json::Map<String, serde_json::Value> = tables
        .iter()
        .enumerate()
        .map(|(number, table)| (number.to_string(), table.lines().collect::<Vec<_>>().into()))
        .collect();
    home.write("words.json", serde_json::to_string_pretty(&words).unwrap());
    let ran = home.run("dictionary add words.json");
    assert_eq!((ran.status, ran.err.matches("filed a list out of words.json").count()), (0, 4), "{}", ran.err);
    assert_eq!(home.run("predict nymaim2 --on 2021-01-01 --limit 1").status, 0);
    let gozi = lists(&home, &of("gozi")[..1]).unwrap();
    home.write("text", gozi[0].replace('\n', "  \r\n\r\n"));
    let ran = home.run("dictionary add text");
    assert!(ran.err.contains("filed a list out of text"), "{}", ran.err);
    // With one list of four, what can be printed is printed, and the rest is told.
    let some = home.run("predict gozi --on 2021-01-01");
    assert_eq!((some.status, some.out.lines().count()), (3, 12), "{}", some.err);
    assert!(some.err.contains("only 1 of 4 campaigns") && some.err.matches("is missing").count() == 3, "{}", some.err);
    home.fails(3, "predict gozi --campaign gozi-nasa --on 2021-01-01", &["is missing"]);
}

#[test]
fn a_file_that_holds_no_needed_list_is_filed_as_it_stands() {
    let home = Home::new();
    home.write("words.json", r#"{"one": ["alpha", "beta"], "two": ["gamma"]}"#);
    home.write("blanks.txt", "alpha\n\n beta\n");
    let ran = home.run("dictionary add words.json blanks.txt");
    assert_eq!((ran.status, ran.err.matches("which no family of the catalogue needs").count()), (0, 2), "{}", ran.err);
    let digest = Digest::of(b"alpha\n\n beta\n");
    assert_eq!(home.read(&format!("data/dictionaries/{digest}.txt")), "alpha\n\n beta\n");
}
