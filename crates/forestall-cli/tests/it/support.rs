// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A home for each test: a folder, a clock, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The time that commands are told.
pub(crate) const NOW: &str = "2026-11-23T12:00:00Z";

/// A folder with a data folder in it; gone when dropped.
pub(crate) struct Home {
    folder: TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Returns the working folder of commands.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// Writes a file into the working folder.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Reads a file of the working folder.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder().join(name)).unwrap()
    }

    /// Returns the program with the environment of a test, without arguments.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("forestall"));
        command.current_dir(self.folder()).env_clear().env("FORESTALL_DATA", self.data()).env("FORESTALL_BY", "tester");
        command
    }

    /// Runs a command line at [`NOW`]; blanks part its words, single quotes keep them together.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_at(NOW, line)
    }

    /// Runs a command line at some time.
    pub(crate) fn run_at(&self, now: &str, line: &str) -> Ran {
        let mut command = self.program();
        command.args(words(line)).args(["--now", now]);
        ran(&mut command)
    }

    /// Runs a command line that must end well and returns what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status, 0, "{line}\n{}", ran.err);
        ran.out
    }

    /// Runs a command line that must end with a status and a message that holds each of some texts, and print no data.
    #[track_caller]
    pub(crate) fn fails(&self, status: i32, line: &str, says: &[&str]) {
        let ran = self.run(line);
        assert_eq!(ran.status, status, "{line}\n{}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{line}");
        for text in says {
            assert!(ran.err.contains(text), "{line}\nexpected {text:?} in:\n{}", ran.err);
        }
    }
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let done = command.output().unwrap();
    Ran {
        status: done.status.code().unwrap_or(-1),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

/// Parts a command line into words.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
