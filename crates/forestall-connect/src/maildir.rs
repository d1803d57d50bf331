// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters that came into a folder in the form Maildir: one file a letter, new ones in `new`, seen ones in `cur`.
//!
//! Whoever delivers writes a file elsewhere and moves it into `new`, so that what lies there is whole. A letter that was handled is moved into
//! `cur` with the mark of a seen one; nothing is ever deleted. Links, files of another kind and letters that are too large are left where they
//! are, and told.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Most octets of a letter that is read.
pub const MOST_OCTETS: u64 = 32 * 1_024 * 1_024;
/// Most letters of one listing; the others are in the next, after these were moved.
pub const MOST_LETTERS: usize = 1_000;
/// Most files of the folder that are looked at for one listing.
const MOST_FILES: usize = 100_000;
/// Longest name of a file.
const LONGEST_NAME: usize = 240;

/// A folder of letters.
#[derive(Clone, Debug)]
pub struct Maildir {
    folder: PathBuf,
    most_octets: u64,
}

/// What lies in `new`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The letters, by their names, which usually begin with the second of delivery; at most [`MOST_LETTERS`].
    pub letters: Vec<NewLetter>,
    /// What is left there, by its name.
    pub left: Vec<LeftFile>,
    /// Whether there is more than was listed.
    pub is_cut: bool,
}

/// A letter that nobody handled yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewLetter {
    name: String,
    octets: u64,
}

impl NewLetter {
    /// Returns the name of its file, which no other letter of the folder has.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its size when it was listed.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }
}

/// A file that is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftFile {
    /// Its name; what is no UTF-8 is replaced.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Why a folder or a letter cannot be read or moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaildirError {
    /// The folder is none.
    #[error("{path} is no folder in the form Maildir: {reason}")]
    NotAMaildir {
        /// Which part of it.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The system refuses.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The letter is no ordinary file any more, or another than was listed.
    #[error("the letter {0} is another file than the one that was listed")]
    Changed(String),
    /// The letter grew.
    #[error("the letter {name} has more than {most} octets")]
    TooLarge {
        /// Which.
        name: String,
        /// The limit.
        most: u64,
    },
    /// A letter of its name was handled before, and is another.
    #[error("another letter with the name {0} lies among the seen ones")]
    Taken(String),
}

impl Maildir {
    /// Opens a folder that has `new` and `cur` in it.
    ///
    /// # Errors
    ///
    /// [`MaildirError::NotAMaildir`] where one of them is missing or a link.
    pub fn open(folder: &Path) -> Result<Self, MaildirError> {
        for part in ["new", "cur"] {
            let path = folder.join(part);
            let reason = match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() => continue,
                Ok(_) => "it is a link or a file".to_owned(),
                Err(error) => error.to_string(),
            };
            return Err(MaildirError::NotAMaildir { path, reason });
        }
        Ok(Self { folder: folder.to_owned(), most_octets: MOST_OCTETS })
    }

    /// Reads letters of at most so many octets; without this, [`MOST_OCTETS`].
    #[must_use]
    pub fn with_most_octets(self, most_octets: u64) -> Self {
        Self { most_octets, ..self }
    }

    /// Lists what lies in `new`.
    ///
    /// # Errors
    ///
    /// [`MaildirError::Io`] where the folder cannot be read.
    pub fn list(&self) -> Result<Listing, MaildirError> {
        let path = self.folder.join("new");
        let wrong = |error| MaildirError::Io { path: path.clone(), error };
        let mut listing = Listing::default();
        for (count, entry) in fs::read_dir(&path).map_err(wrong)?.enumerate() {
            if count == MOST_FILES {
                listing.is_cut = true;
                break;
            }
            let file = entry.map_err(wrong)?.file_name();
            let Some(name) = file.to_str() else {
                let name = file.to_string_lossy().into_owned();
                listing.left.push(LeftFile { name, reason: "its name is no UTF-8".to_owned() });
                continue;
            };
            // By the rules of the form; programs that deliver write such for themselves.
            if name.starts_with('.') {
                continue;
            }
            match self.look(name) {
                Ok(Some(octets)) => listing.letters.push(NewLetter { name: name.to_owned(), octets }),
                // Moved or deleted meanwhile.
                Ok(None) => {}
                Err(reason) => listing.left.push(LeftFile { name: name.to_owned(), reason }),
            }
        }
        listing.letters.sort();
        listing.left.sort();
        if listing.letters.len() > MOST_LETTERS {
            listing.letters.truncate(MOST_LETTERS);
            listing.is_cut = true;
        }
        Ok(listing)
    }

    /// Reads a letter of the listing.
    ///
    /// # Errors
    ///
    /// [`MaildirError::Changed`] where something else lies in its place, [`MaildirError::TooLarge`] where it grew, and [`MaildirError::Io`].
    pub fn read(&self, letter: &NewLetter) -> Result<Vec<u8>, MaildirError> {
        let path = self.new_path(letter);
        let wrong = |error| MaildirError::Io { path: path.clone(), error };
        let before = fs::symlink_metadata(&path).map_err(wrong)?;
        if !before.is_file() {
            return Err(MaildirError::Changed(letter.name.clone()));
        }
        let file = File::open(&path).map_err(wrong)?;
        // Between the look and the opening somebody could have put a link there.
        if !is_same(&before, &file.metadata().map_err(wrong)?) {
            return Err(MaildirError::Changed(letter.name.clone()));
        }
        let mut octets = Vec::new();
        file.take(self.most_octets + 1).read_to_end(&mut octets).map_err(wrong)?;
        if u64::try_from(octets.len()).unwrap_or(u64::MAX) > self.most_octets {
            return Err(MaildirError::TooLarge { name: letter.name.clone(), most: self.most_octets });
        }
        Ok(octets)
    }

    /// Moves a letter that was handled into `cur`, with the mark of a seen one. One that is there already is no error: the last run came as
    /// far as that.
    ///
    /// # Errors
    ///
    /// [`MaildirError::Taken`] where another letter of the name lies there, and [`MaildirError::Io`].
    pub fn done(&self, letter: &NewLetter) -> Result<(), MaildirError> {
        let from = self.new_path(letter);
        let bare = letter.name.split(":2,").next().unwrap_or(&letter.name);
        let to = self.folder.join("cur").join(format!("{bare}:2,S"));
        let wrong = |path: &Path, error| MaildirError::Io { path: path.to_owned(), error };
        let is_new = match fs::symlink_metadata(&from) {
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(wrong(&from, error)),
        };
        match (is_new, fs::symlink_metadata(&to)) {
            (true, Ok(_)) => Err(MaildirError::Taken(letter.name.clone())),
            (false, Ok(_)) => Ok(()),
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                fs::rename(&from, &to).map_err(|error| wrong(&from, error))
            }
            (_, Err(error)) => Err(wrong(&to, error)),
        }
    }

    fn new_path(&self, letter: &NewLetter) -> PathBuf {
        self.folder.join("new").join(&letter.name)
    }

    /// Returns the size of a letter; `None` where it is gone, and why it is not read.
    fn look(&self, name: &str) -> Result<Option<u64>, String> {
        if name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(format!("its name is longer than {LONGEST_NAME} octets, or holds control characters"));
        }
        match fs::symlink_metadata(self.folder.join("new").join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
            Ok(found) if found.is_symlink() => Err("it is a link".to_owned()),
            Ok(found) if !found.is_file() => Err("it is no file".to_owned()),
            Ok(found) if found.len() > self.most_octets => {
                Err(format!("it has {} octets; at most {} are read", found.len(), self.most_octets))
            }
            Ok(found) => Ok(Some(found.len())),
        }
    }
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    one.is_file() && other.is_file() && one.created().ok() == other.created().ok()
}
