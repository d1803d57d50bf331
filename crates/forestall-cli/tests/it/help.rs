// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The help that people read first, word by word.

use crate::support::{Home, ran};

fn help(words: &[&str]) -> String {
    let ran = ran(Home::new().program().args(words).arg("--help"));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    ran.out
}

#[test]
fn of_the_program() {
    insta::assert_snapshot!(help(&[]));
}

#[test]
fn of_predict() {
    insta::assert_snapshot!(help(&["predict"]));
}

#[test]
fn of_hunt() {
    insta::assert_snapshot!(help(&["hunt"]));
}

#[test]
fn of_case() {
    insta::assert_snapshot!(help(&["case"]));
}

#[test]
fn nothing_typed_is_an_error_of_usage() {
    let ran = ran(&mut Home::new().program());
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("Usage: forestall"), "{}", ran.err);
}

#[test]
fn tells_its_version() {
    let ran = ran(Home::new().program().arg("--version"));
    assert_eq!(ran.out, format!("forestall {}\n", env!("CARGO_PKG_VERSION")));
}
