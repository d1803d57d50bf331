// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The manual page and the example of the configuration that packages bring along: written from the program, and in step with it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use forestall_sinkhole::arguments::Arguments;
use forestall_testkit::skip;

/// The line with which our source files begin, and configurations among them.
const HEADER: &str = "# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.\n\n";

fn packaging(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging").join(file)
}

/// Compares a file with what the program says, or writes it where somebody asks for that.
fn is_in_step(file: &str, text: &str) {
    let path = packaging(file);
    if std::env::var_os("FORESTALL_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "packaging/{file} is not what the program says: write it with FORESTALL_WRITE_GOLDEN=1");
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_forestall-sinkhole"))
}

/// What roff's writer begins with: an apostrophe that stays one.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Returns the manual page; it has no version, so that a release does not change it.
fn page() -> String {
    let mut command = Arguments::command();
    let usage = command.render_usage().to_string().replace("Usage: ", "");
    let man = clap_mangen::Man::new(command.override_usage(usage)).section("8");
    let mut page = Vec::new();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    man.render_options_section(&mut page).unwrap();
    man.render_extra_section(&mut page).unwrap();
    let sections = String::from_utf8(page).unwrap().replace(APOSTROPHE, "").replace(".SH EXTRA\n", ".SH NOTES\n");
    format!(
        "{APOSTROPHE}.TH \"FORESTALL-SINKHOLE\" \"8\" \"\" \"Forestall\" \"Forestall\"\n{sections}.SH FILES\n\
         \\fI/etc/forestall/sinkhole.toml\\fR, \\fI/var/lib/forestall\\-sinkhole\\fR: where the package has its configuration, index and spool.\n\
         .SH SEE ALSO\n\\fBforestall\\fR(1), \\fBforestall\\-index\\fR(1), \\fBforestall\\-lake\\fR(1)\n"
    )
}

#[test]
fn the_manual_page_is_in_step_and_well_formed() {
    let page = page();
    for option in ["index", "config", "dns", "http", "spool", "check\\-config", "example\\-config"] {
        assert!(page.contains(&format!("\\-\\-{option}")), "{option}:\n{page}");
    }
    is_in_step("man/forestall-sinkhole.8", &page);
    let Some(mandoc) = skip::needs("the manual page of the sinkhole by mandoc", "mandoc") else { return };
    let said =
        Command::new(mandoc).args(["-T", "lint", "-W", "error"]).arg(packaging("man/forestall-sinkhole.8")).output();
    let said = said.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

#[test]
fn the_example_of_the_configuration_is_in_step_and_loads() {
    let said = program().arg("--example-config").stdin(Stdio::null()).output().unwrap();
    assert!(said.status.success() && said.stderr.is_empty());
    let text = String::from_utf8(said.stdout).unwrap();
    is_in_step("examples/sinkhole.toml", &format!("{HEADER}{text}"));
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("names.index");
    crate::support::write_index(&index, &[]);
    let check = |more: &[&str]| {
        let mut command = program();
        command.arg("--index").arg(&index).arg("--config").arg(packaging("examples/sinkhole.toml"));
        let output = command.args(more).arg("--check-config").output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (status, said) = check(&[]);
    assert!(status == Some(2) && said.contains("there is nothing to listen on"), "{said}");
    let (status, said) = check(&["--http", "127.0.0.1:8080"]);
    assert!(status == Some(0) && said.contains("are good"), "{said}");
}
