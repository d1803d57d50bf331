// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! GnuPG, with keys in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::skip;

/// What time the program believes it is, so that no test hangs on the day on which it runs; the last of several given holds.
const TIME: [&str; 2] = ["--faked-system-time", "20261126T090000!"];

/// A folder of keys; its helpers end when it is dropped.
#[derive(Debug)]
pub struct Gnupg {
    program: PathBuf,
    folder: tempfile::TempDir,
}

/// What the program gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GnupgSaid {
    /// Whether it ended well.
    pub is_well: bool,
    /// What it wrote.
    pub output: Vec<u8>,
    /// What it says to programs: lines such as `GOODSIG`, without their beginning.
    pub status: Vec<String>,
    /// What it says to people.
    pub messages: String,
}

impl GnupgSaid {
    /// Says whether it says a word to programs, such as `GOODSIG`.
    #[must_use]
    pub fn says(&self, word: &str) -> bool {
        self.status.iter().any(|line| line.split(' ').next() == Some(word))
    }
}

impl Gnupg {
    /// Makes an empty folder of keys; `None` where the program is not installed (Debian package `gnupg`), after saying so by the name of the
    /// test.
    ///
    /// # Panics
    ///
    /// Where no folder can be made.
    #[must_use]
    pub fn start(test: &str) -> Option<Self> {
        let program = skip::needs(test, "gpg")?;
        let folder = tempfile::tempdir().expect("a folder for scratch files");
        Some(Self { program, folder })
    }

    /// Returns the folder of keys.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it with `arguments` and `input`, at 09:00 on 26 November 2026 where the arguments say no other time.
    ///
    /// # Panics
    ///
    /// Where it cannot be run.
    #[must_use]
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> GnupgSaid {
        let status = self.folder.path().join("status");
        let mut child = Command::new(&self.program)
            .args(["--batch", "--no-tty", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
            .arg("--status-file")
            .arg(&status)
            .args(TIME)
            .args(arguments)
            .env("GNUPGHOME", self.folder.path())
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A thread of its own, since it may write before it has read all.
        let output = std::thread::scope(|scope| {
            scope.spawn(move || {
                // It may end without reading all.
                let _ = stdin.write_all(input);
            });
            child.wait_with_output().expect("gpg ends")
        });
        let lines = std::fs::read_to_string(&status).unwrap_or_default();
        let status = lines.lines().filter_map(|line| line.strip_prefix("[GNUPG:] ")).map(str::to_owned).collect();
        GnupgSaid {
            is_well: output.status.success(),
            output: output.stdout,
            status,
            messages: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs it and returns what it wrote, as text.
    ///
    /// # Panics
    ///
    /// Where it does not end well; with what it says.
    #[must_use]
    pub fn text(&self, arguments: &[&str], input: &[u8]) -> String {
        let said = self.run(arguments, input);
        assert!(said.is_well, "gpg {arguments:?}: {}", said.messages);
        String::from_utf8(said.output).expect("gpg writes text")
    }

    /// Puts a file into the folder of keys and returns its path, for signatures beside what they sign.
    ///
    /// # Panics
    ///
    /// Where it cannot be written.
    #[must_use]
    pub fn file(&self, name: &str, octets: &[u8]) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, octets).expect("a folder for scratch files");
        file.to_str().expect("a path in UTF-8").to_owned()
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        // Its agent lives on else.
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.folder.path()).args(["--kill", "all"]).output();
    }
}
