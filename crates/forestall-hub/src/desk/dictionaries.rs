// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Word lists of families, filed in the data folder under the SHA-256 of their text.
//!
//! Their licences do not let the project carry them. A list is taken for what its text says, never for what its file is called.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use forestall_dga::WordLists;
use forestall_model::Digest;

use super::{DeskError, filing};

/// The folder of word lists in the data folder.
pub const DICTIONARIES: &str = "dictionaries";

/// Names a folder of further lists that is only read, whatever its files are called.
pub const DICTIONARIES_VARIABLE: &str = "FORESTALL_DICTIONARIES";

/// Most octets of a list; the longest that a published family needs has 36 kB.
pub const MAX_DICTIONARY: u64 = 64 << 20;

/// Most files of a further folder that are looked at.
const MOST_FILES: usize = 1_000;

/// The word lists that are there. Lists that were asked for stay in memory.
#[derive(Debug, Default)]
pub struct Dictionaries {
    folder: Option<PathBuf>,
    extra: Option<PathBuf>,
    extra_files: OnceLock<BTreeMap<Digest, PathBuf>>,
    read: Mutex<BTreeMap<Digest, Arc<str>>>,
}

impl Dictionaries {
    /// Knows the lists in the data folder `data`, where there is one, and in the folder that `FORESTALL_DICTIONARIES` names.
    #[must_use]
    pub fn of(data: Option<&Path>) -> Self {
        let extra = std::env::var_os(DICTIONARIES_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Self { extra, ..Self::within(data, None) }
    }

    /// Knows the lists in the data folder `data` and in the folder `extra`, each where there is one.
    #[must_use]
    pub fn within(data: Option<&Path>, extra: Option<&Path>) -> Self {
        let folder = data.map(|data| data.join(DICTIONARIES));
        Self { folder, extra: extra.map(Path::to_owned), ..Self::default() }
    }

    /// Files a list under its digest, and returns that. A list that is there is written again, which mends it.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a text that is empty, too long, not UTF-8 or no text, and where there is no data folder;
    /// [`DeskError::Output`] where it cannot be written.
    pub fn add(&self, bytes: &[u8]) -> Result<Digest, DeskError> {
        let refuse = |what: String| Err(DeskError::Input(what));
        if bytes.len() as u64 > MAX_DICTIONARY {
            return refuse(format!("the list has {} octets; expected at most {MAX_DICTIONARY}", bytes.len()));
        }
        if bytes.is_empty() {
            return refuse("the list is empty; expected one word a line".to_owned());
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            return refuse(format!("the list is not UTF-8 at octet {}; expected one word a line", error.valid_up_to()));
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return refuse(format!("the list has a zero octet at {at}; expected one word a line"));
        }
        let Some(folder) = &self.folder else {
            return refuse("there is no data folder to file the list in".to_owned());
        };
        let digest = Digest::of(bytes);
        filing::file(folder, &file_name(digest), bytes)?;
        Ok(digest)
    }

    /// Returns where a list stands whose text has this digest.
    fn find(&self, digest: Digest) -> Option<Arc<str>> {
        let own = self.folder.as_ref().and_then(|folder| read_list(&folder.join(file_name(digest)), digest));
        own.or_else(|| read_list(self.extra_files().get(&digest)?, digest))
    }

    /// Returns the files of the further folder by the digests of their texts; looked at once.
    fn extra_files(&self) -> &BTreeMap<Digest, PathBuf> {
        self.extra_files.get_or_init(|| {
            let entries = self.extra.as_ref().and_then(|folder| fs::read_dir(folder).ok());
            let mut paths: Vec<PathBuf> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            paths.sort();
            paths.truncate(MOST_FILES);
            paths.into_iter().filter_map(|path| Some((Digest::of(&read(&path)?), path))).collect()
        })
    }
}

impl WordLists for Dictionaries {
    fn word_list(&self, digest: Digest) -> Option<Arc<str>> {
        let lists = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lists().get(&digest).cloned();
        known.or_else(|| {
            let list = self.find(digest)?;
            lists().insert(digest, Arc::clone(&list));
            Some(list)
        })
    }
}

fn file_name(digest: Digest) -> String {
    format!("{digest}.txt")
}

/// Reads a list that must have this digest; a file that was changed is not the list.
fn read_list(path: &Path, digest: Digest) -> Option<Arc<str>> {
    let bytes = read(path)?;
    (Digest::of(&bytes) == digest).then(|| String::from_utf8(bytes).ok().map(Arc::from)).flatten()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    filing::read(path, MAX_DICTIONARY).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_a_list_under_its_digest_and_finds_it_again() {
        let data = tempfile::tempdir().unwrap();
        let lists = Dictionaries::within(Some(data.path()), None);
        let digest = Digest::of(b"alpha\nbeta\n");
        assert_eq!(lists.word_list(digest), None);
        assert_eq!(lists.add(b"alpha\nbeta\n").unwrap(), digest);
        assert_eq!(lists.word_list(digest).as_deref(), Some("alpha\nbeta\n"));
        let folder = data.path().join(DICTIONARIES);
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, [format!("{digest}.txt").as_str()]);
        fs::write(folder.join(format!("{digest}.txt")), "gamma\n").unwrap();
        assert_eq!(Dictionaries::within(Some(data.path()), None).word_list(digest), None, "a changed file is no list");
    }

    #[test]
    fn finds_lists_of_a_further_folder_by_their_text() {
        let extra = tempfile::tempdir().unwrap();
        fs::write(extra.path().join("any name"), "alpha\n").unwrap();
        fs::create_dir(extra.path().join("a folder")).unwrap();
        let lists = Dictionaries::within(None, Some(extra.path()));
        assert_eq!(lists.word_list(Digest::of(b"alpha\n")).as_deref(), Some("alpha\n"));
        assert_eq!(lists.word_list(Digest::of(b"beta\n")), None);
        assert!(lists.add(b"alpha\n").unwrap_err().to_string().contains("no data folder"));
    }

    #[test]
    fn refuses_what_is_no_list() {
        let data = tempfile::tempdir().unwrap();
        let lists = Dictionaries::within(Some(data.path()), None);
        for (bytes, says) in [(&b""[..], "empty"), (b"ab\xff", "octet 2"), (b"a\0", "zero octet at 1")] {
            assert!(lists.add(bytes).unwrap_err().to_string().contains(says), "{says}");
        }
        let long = vec![b'a'; usize::try_from(MAX_DICTIONARY).unwrap() + 1];
        assert!(lists.add(&long).unwrap_err().to_string().contains("at most 67108864"));
    }
}
