// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Frames held against the schemas of the RFCs by `xmllint`.
//!
//! The schemas are no part of the repository: `FORESTALL_EPP_XSD` names the folder that has them. An extension whose schema is not there is
//! taken as it is; [`missing`] names the file.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::space::{CONTACT, DOMAIN, EPP, FEE, GRACE, HOST, SEC_DNS};
use crate::skip;

/// The variable that names the folder.
const FOLDER: &str = "FORESTALL_EPP_XSD";
/// How many frames one run of `xmllint` takes.
const RUN: usize = 5_000;

/// A namespace, the file of its schema, and the elements that frames hold of it where the schema may be missing.
const SCHEMAS: [(&str, &str, &[&str]); 7] = [
    (EPP, "epp-1.0.xsd", &[]),
    (DOMAIN, "domain-1.0.xsd", &[]),
    (HOST, "host-1.0.xsd", &[]),
    (CONTACT, "contact-1.0.xsd", &[]),
    (SEC_DNS, "secDNS-1.1.xsd", &[]),
    (GRACE, "rgp-1.0.xsd", &["update", "infData", "upData"]),
    (
        FEE,
        "fee-1.0.xsd",
        &[
            "check", "chkData", "create", "creData", "renew", "renData", "transfer", "trnData", "update", "updData",
            "delData",
        ],
    ),
];

/// Returns the files of schemas of extensions that the folder lacks; none where there is no folder.
#[must_use]
pub fn missing() -> Vec<&'static str> {
    let Some(schemas) = std::env::var_os(FOLDER).map(PathBuf::from) else { return Vec::new() };
    let lacks = |(_, file, elements): &(&str, &'static str, &[&str])| {
        (!elements.is_empty() && !schemas.join(file).is_file()).then_some(*file)
    };
    SCHEMAS.iter().filter_map(lacks).collect()
}

/// Returns what is wrong with frames by the schemas, each with its frame; `None` where that cannot be found out, after saying so in the name of `test`.
///
/// # Panics
///
/// Where the scratch folder cannot be written, or `xmllint` does not say about each frame whether it is valid.
#[must_use]
pub fn problems(test: &str, frames: &[&[u8]]) -> Option<Vec<String>> {
    let xmllint = skip::needs(test, "xmllint")?;
    let Some(schemas) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        skip::skipped(test, &format!("needs {FOLDER}, the folder with the schemas of RFC 5730 to 5733 and 5910"));
        return None;
    };
    let folder = tempfile::tempdir().expect("there is room for scratch files");
    let driver = driver(&schemas, folder.path());
    let mut problems = Vec::new();
    for (run, frames) in frames.chunks(RUN).enumerate() {
        let names: Vec<String> = (0..frames.len()).map(|number| format!("{run}-{number}.xml")).collect();
        for (name, frame) in names.iter().zip(frames) {
            std::fs::write(folder.path().join(name), frame).expect("there is room for scratch files");
        }
        let mut command = Command::new(&xmllint);
        command.current_dir(folder.path()).args(["--noout", "--nonet", "--schema"]).arg(&driver).args(&names);
        let ran = command.output().expect("xmllint starts");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        for (name, frame) in names.iter().zip(frames) {
            if said.lines().any(|line| line == format!("{name} validates")) {
                continue;
            }
            let lines: Vec<&str> = said.lines().filter(|line| line.starts_with(name.as_str())).collect();
            assert!(!lines.is_empty(), "xmllint says nothing of {name}:\n{said}");
            problems.push(format!("{}\n{}", lines.join("\n"), String::from_utf8_lossy(frame)));
        }
    }
    Some(problems)
}

/// Writes a schema that imports all others.
fn driver(schemas: &Path, folder: &Path) -> PathBuf {
    let mut imports = String::new();
    for (space, file, elements) in SCHEMAS {
        let mut path = schemas.join(file);
        if !path.is_file() && !elements.is_empty() {
            path = folder.join(file);
            std::fs::write(&path, anything(space, elements)).expect("there is room for scratch files");
        }
        let _ = write!(imports, "<import namespace=\"{space}\" schemaLocation=\"{}\"/>", path.display());
    }
    let schema =
        format!("<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:test\">{imports}</schema>");
    let path = folder.join("all.xsd");
    std::fs::write(&path, schema).expect("there is room for scratch files");
    path
}

/// Writes a schema by which the elements of a namespace may hold anything.
fn anything(space: &str, elements: &[&str]) -> String {
    let elements: String = elements.iter().map(|name| format!("<element name=\"{name}\" type=\"anyType\"/>")).collect();
    format!("<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"{space}\">{elements}</schema>")
}
