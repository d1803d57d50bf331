// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Word lists, which are no part of the project: read from the folder that `FORESTALL_DICTIONARIES` names.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use forestall_dga::WordLists;
use forestall_model::Digest;

/// The lists of a folder by the digest of their text.
pub(crate) struct Folder {
    folder: PathBuf,
    lists: HashMap<Digest, Arc<str>>,
}

impl Folder {
    /// Reads the folder; `None` where the variable is not set.
    pub(crate) fn read() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("FORESTALL_DICTIONARIES")?);
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let texts = files.filter(|path| path.is_file()).filter_map(|path| std::fs::read_to_string(path).ok());
        let lists = texts.map(|text| (Digest::of(text.as_bytes()), text.into())).collect();
        Some(Self { folder, lists })
    }

    /// Reads one file of the folder.
    pub(crate) fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap()
    }
}

impl WordLists for Folder {
    fn word_list(&self, digest: Digest) -> Option<Arc<str>> {
        self.lists.get(&digest).cloned()
    }
}
