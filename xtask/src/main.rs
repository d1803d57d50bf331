// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Chores of the project, run as `cargo xtask COMMAND`.
//!
//! `test` is the one command that a contributor and the build machine run; `tidy` checks what the compiler cannot: the
//! arrows between crates, file headers, links, licences. xtask depends on no crate of the project, so that it works
//! while they do not compile.

use std::process::ExitCode;

mod acceptance;
mod advisories;
mod arguments;
mod bench;
mod book;
mod cargo;
mod console;
mod epoch;
mod family_docs;
mod fuzz;
mod linked;
mod markdown;
mod metadata;
mod package;
mod problem;
mod reference;
mod release;
mod renew;
mod sbom;
mod screenshots;
mod test;
mod tidy;
mod train;
mod tree;

/// One chore: the word that calls it, what it does, and the function, which gets the arguments after the word.
type Command = (&'static str, &'static str, fn(&[String]) -> anyhow::Result<()>);

/// Every chore. A new one is one line here and one `mod` line above.
const COMMANDS: &[Command] = &[
    (
        "test",
        "format, lint, tidy, pages on families, real counterparts, all tests, documentation; --no-install installs nothing; --cluster: those of forestall-query",
        test::run,
    ),
    ("bench", "every figure that was promised, into docs/performance.md; --only, --quick, --table, --list", bench::run),
    ("acceptance", "the long trials of the release programs; --only, --minutes N, --list", acceptance::run),
    (
        "book",
        "the pages of docs as static HTML in target/book, with every link checked; --check writes nothing",
        book::run,
    ),
    (
        "family-docs",
        "writes docs/families from what the families say of themselves; --check compares",
        family_docs::run,
    ),
    ("fuzz", "hostile octets against every reader, 10 minutes each; --seconds N, and names of targets", fuzz::run),
    ("reference", "writes the pages on the API and on events in docs/reference; --check compares", reference::run),
    (
        "package",
        "packages of Debian; --static archives without libraries, tried in an empty root; --container images; --programs FOLDER takes built ones",
        package::run,
    ),
    ("sbom", "a bill of materials of each program, as CycloneDX 1.6", sbom::run),
    (
        "advisories",
        "known weaknesses of what we depend on, by cargo-deny; --required fails where nothing can be checked",
        advisories::run,
    ),
    ("renew", "writes the committed data files anew from public packages; --help says which", renew::run),
    (
        "train",
        "trains the name classifier from the files of names in --data DIR, and writes model and figures",
        train::run,
    ),
    ("screenshots", "takes the pictures in docs/images of a console on loopback, with Chromium", screenshots::run),
    ("tidy", "crate arrows, file headers, links, licences, duplicates, lint switches", tidy::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let chosen = arguments
        .split_first()
        .and_then(|(word, rest)| COMMANDS.iter().find(|(name, _, _)| name == word).map(|(_, _, action)| action(rest)));
    match chosen {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            console::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
        None => {
            console::complain("usage: cargo xtask COMMAND\n");
            for (name, what, _) in COMMANDS {
                console::complain(&format!("  {name:<12} {what}"));
            }
            ExitCode::from(2)
        }
    }
}
