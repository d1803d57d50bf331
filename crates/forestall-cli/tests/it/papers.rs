// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What packages bring along besides the program: manual pages, completions, and examples of the files that an operator writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use forestall_testkit::skip;

use crate::support::{Home, ran};

/// The line with which our source files begin, and configurations among them.
const HEADER: &str = "# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.\n\n";

fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/examples").join(file)
}

/// Returns the commands below some words, as the help lists them.
fn listed(home: &Home, words: &[String]) -> Vec<String> {
    let help = ran(home.program().args(words).arg("--help")).out;
    let Some((_, rest)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let (commands, _) = rest.split_once("\n\n").unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn there_is_a_manual_page_of_each_command_that_the_help_lists() {
    let home = Home::new();
    home.ok("man --dir pages");
    let pages: BTreeSet<String> = std::fs::read_dir(home.folder().join("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut expected = BTreeSet::from(["forestall.1".to_owned()]);
    // The help of the program and of each noun; a noun has verbs, and few verbs have more below them.
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(words) = open.pop() {
        for name in listed(&home, &words) {
            let words: Vec<String> = words.iter().cloned().chain([name]).collect();
            expected.insert(format!("forestall-{}.1", words.join("-")));
            if words.len() < 4 {
                open.push(words);
            }
        }
    }
    assert!(expected.len() > 100, "{expected:?}");
    assert_eq!(pages, expected);
    assert_eq!(home.read("pages/forestall-case-open.1"), home.ok("man case open"));
    let page = home.ok("man lake ship");
    for text in [
        ".TH \"FORESTALL-LAKE-SHIP\" \"1\" \"\" ",
        "\\-\\-spool",
        "\\fBFORESTALL_LAKE\\fR",
        "\\fBforestall\\-lake\\fR(1)",
    ] {
        assert!(page.contains(text), "{text}:\n{page}");
    }
    assert!(!page.contains("\\-\\-now"), "what the help hides is hidden here as well");
    home.fails(2, "man case opn", &["\"opn\" is no command of forestall case.", "Did you mean open?"]);
}

#[test]
fn mandoc_finds_no_error_in_a_manual_page() {
    let Some(mandoc) = skip::needs("manual pages by mandoc", "mandoc") else { return };
    let home = Home::new();
    home.ok("man --dir pages");
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(home.folder().join("pages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let said = Command::new(mandoc).args(["-T", "lint", "-W", "error"]).args(&pages).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

/// Has bash complete the last of some words and returns what it offers.
fn completed(bash: &Path, script: &Path, words: &[&str]) -> Vec<String> {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let line = format!(
        "source '{}'\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_forestall forestall \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        words.join(" "),
        words.len() - 1
    );
    let ran = ran(Command::new(bash).args(["--norc", "-c", &line]));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{words:?}");
    ran.out.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let Some(bash) = skip::needs("completions in bash", "bash") else { return };
    let home = Home::new();
    let script = home.write("forestall.bash", home.ok("completions bash"));
    let check = |words: &[&str], expected: &[&str]| assert_eq!(completed(&bash, &script, words), expected, "{words:?}");
    check(&["forestall", "pre"], &["predict"]);
    check(&["forestall", "case", "op"], &["open"]);
    check(&["forestall", "lake", "ship", "--sp"], &["--spool"]);
    check(&["forestall", "predict", "--format", "cs"], &["csv"]);
    check(&["forestall", "zone", "subscriber", "ad"], &["add"]);
}

#[test]
fn other_shells_take_their_scripts() {
    let home = Home::new();
    for (shell, check) in [("zsh", "-n"), ("fish", "--no-execute")] {
        let text = home.ok(&format!("completions {shell}"));
        assert!(text.contains("quickstart"), "{shell}");
        let script = home.write(&format!("script.{shell}"), text);
        let Some(program) = skip::needs(&format!("completions in {shell}"), shell) else { continue };
        let ran = ran(Command::new(program).arg(check).arg(script));
        assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{shell}");
    }
    home.fails(2, "completions cmd", &["[possible values: bash"]);
}

#[test]
fn the_examples_of_settings_are_in_step_and_load() {
    let home = Home::new();
    for of in ["hub", "lake", "epp"] {
        let (path, text) =
            (example(&format!("{of}.toml")), format!("{HEADER}{}", home.ok(&format!("example-config {of}"))));
        if std::env::var_os("FORESTALL_WRITE_GOLDEN").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == text, "{of}.toml is not what the program says: write it with FORESTALL_WRITE_GOLDEN=1");
    }
    assert_eq!(home.ok("serve --example-config"), home.ok("example-config hub"));
    let hub = home.run(&format!("serve --config '{}' --check-config", example("hub.toml").display()));
    assert_eq!((hub.status, hub.err.as_str()), (0, "the settings are in order\n"));
    home.ok(&format!("lake keep --lake lake --config '{}'", example("lake.toml").display()));
    // An account has a certificate, which is looked for when all else is understood.
    let epp = home.run(&format!("epp check --accounts '{}' example.ws", example("epp.toml").display()));
    assert!(epp.status != 0 && epp.err.contains("account.ws.certificate_file: "), "{}", epp.err);
}
