// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The examples of the page on queries print what the page shows.

use std::path::Path;
use std::process::Command;

use crate::support::{ran, world};

const PAGE: &str = include_str!("../../../../docs/query.md");

/// Returns the commands of the page below which their output stands: a block marked `sh`, and then one marked `text`.
fn examples() -> Vec<(String, String)> {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut is_open = false;
    for line in PAGE.lines() {
        match (line.strip_prefix("```"), is_open) {
            (Some(language), false) => blocks.push((language, String::new())),
            (None, true) => blocks.last_mut().unwrap().1.push_str(&format!("{line}\n")),
            (None, false) => continue,
            (Some(_), true) => {}
        }
        is_open = is_open != line.starts_with("```");
    }
    let pairs = blocks.windows(2).filter(|pair| (pair[0].0, pair[1].0) == ("sh", "text"));
    pairs.map(|pair| (pair[0].1.clone(), pair[1].1.clone())).collect()
}

#[test]
fn examples_print_what_the_page_shows() {
    let examples = examples();
    assert!(examples.len() >= 4, "{examples:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_forestall-query")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for (command, expected) in examples {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(&command).current_dir(&world().folder).env("PATH", &path).env_remove("FORESTALL_LAKE");
        let ran = ran(&mut shell);
        assert_eq!((ran.status, ran.out), (0, expected), "{command}\n{}", ran.err);
    }
}
