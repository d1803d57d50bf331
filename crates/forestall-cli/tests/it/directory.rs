// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall directory`: out and in as CSV, RDAP services from a bootstrap file, a page on a domain.

use crate::support::Home;

#[test]
fn export_is_imported_without_a_difference() {
    let home = Home::new();
    home.ok("directory export -o all.csv");
    let table = home.read("all.csv");
    assert!(table.starts_with("tld,field,value,source,date\n"));
    assert!(table.lines().any(|row| row.starts_with("uk,level,co.uk,")));
    home.ok("directory import all.csv");
    assert_eq!(home.ok("directory export"), table);
    assert_eq!(home.ok("directory export --own"), "tld,field,value,source,date\n");
}

#[test]
fn keeps_what_an_operator_imports_across_runs() {
    let home = Home::new();
    assert!(!home.ok("directory show be").contains("9 characters"));
    home.write("own.csv", "tld,field,value,source,date\nbe,minimum-length,9,a letter of the registry,2026-11-01\n");
    home.ok("directory import own.csv");
    let page = home.ok("directory show .BE");
    assert!(page.contains("9 characters") && page.contains("[a letter of the registry, 2026-11-01]"), "{page}");
    home.write("more.csv", "tld,field,value,source,date\nbe,reserved,a*.be,a second letter,\n");
    home.ok("directory import more.csv");
    let own = home.ok("directory export --own");
    assert_eq!(own.lines().count(), 3, "{own}");
}

#[test]
fn takes_rdap_services_from_a_bootstrap_file() {
    let home = Home::new();
    let file = r#"{"version": "1.0", "publication": "2026-11-01T00:00:00Z", "description": "",
        "services": [[["be", "nosuchtld"], ["https://rdap.example/be/"]]]}"#;
    home.write("dns.json", file);
    let ran = home.run("directory import dns.json");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains("1 domain") && ran.err.contains("nosuchtld"), "{}", ran.err);
    assert!(home.ok("directory show be").contains("https://rdap.example/be/"));
}

#[test]
fn a_fault_names_its_place_and_changes_nothing() {
    let home = Home::new();
    let before = home.ok("directory export");
    home.write(
        "bad.csv",
        "tld,field,value,source,date\nbe,minimum-length,2,somebody,\nbe,second-level,ajar,somebody,\n",
    );
    home.fails(1, "directory import bad.csv", &["nothing was imported", "line 3, column 17 (value)", "ajar"]);
    home.write("bad.json", "{\"version\": \"7\", \"services\": []}");
    home.fails(1, "directory import bad.json", &["expected 1.0"]);
    home.write("bad.bin", b"tld,\xff");
    home.fails(1, "directory import bad.bin", &["not UTF-8"]);
    home.fails(3, "directory import missing.csv", &["missing.csv could not be opened"]);
    assert_eq!(home.ok("directory export"), before);
}

#[test]
fn names_what_is_near_an_unknown_domain() {
    Home::new().fails(2, "directory show comm", &["does not hold comm", "Did you mean com"]);
}

#[test]
fn a_broken_table_of_the_operator_is_a_matter_of_the_environment() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(
        home.data().join("directory.csv"),
        "tld,field,value,source,date\nbe,minimum-length,many,somebody,\n",
    )
    .unwrap();
    for line in ["directory show be", "directory export", "case list"] {
        home.fails(3, line, &["the operator's table", "directory.csv is broken", "mend it or remove it"]);
    }
}
