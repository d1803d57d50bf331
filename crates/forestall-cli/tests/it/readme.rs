// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The three commands of the read-me: the same that `quickstart` prints, and they do what is said of them.

use crate::support::Home;

const README: &str = include_str!("../../../../README.md");
const PROGRAM: &str = "cargo run --release -- ";

/// Returns the commands of the read-me after the name of the program.
fn commands() -> Vec<&'static str> {
    let (_, rest) = README.split_once("<!-- three-commands: begin -->").unwrap();
    let (block, _) = rest.split_once("<!-- three-commands: end -->").unwrap();
    block.lines().filter_map(|line| line.strip_prefix(PROGRAM)).collect()
}

#[test]
fn the_three_commands_work_and_show_a_change() {
    let home = Home::new();
    let commands = commands();
    let [open, export, answer] = commands[..] else { panic!("three commands, not {commands:?}") };
    home.ok(open);
    home.ok(export);
    let file = export.split_whitespace().last().unwrap();
    assert!(home.read(file).starts_with("name,name_unicode,tld,"));
    let ran = home.run(answer);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for what in ["coverage of ", "reach left by ", "coverage of the case"] {
        let row = ran.err.lines().find(|line| line.starts_with(what)).unwrap();
        assert!(row.contains(" / ") && !row.contains("unchanged"), "{row}");
    }
}

#[test]
fn quickstart_prints_the_same_three() {
    let home = Home::new();
    let printed = home.ok("quickstart --no-serve");
    let printed: Vec<&str> = printed.lines().filter(|line| line.starts_with("  forestall ")).collect();
    let data = format!(" --data {}", home.data().display());
    let expected: Vec<String> = commands().iter().map(|command| format!("  forestall {command}{data}")).collect();
    assert_eq!(printed, expected);
}
