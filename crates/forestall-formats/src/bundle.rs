// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several files as one ZIP archive, for a browser that can save one file at a time.
//!
//! The form is that of PKWARE's APPNOTE 6.3. Equal files give equal octets: the archive holds no time and no trace of the machine.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The media type of an archive.
pub const MEDIA_TYPE: &str = "application/zip";
/// Most files of an archive that is read: the parts of a list and the evidence of its campaigns.
const MOST_FILES: usize = 10_000;
/// Longest name of a file that is read, in octets: what file systems take.
const LONGEST_NAME: usize = 255;

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Two files have one name, or there are more than an archive can hold.
    #[error("the file {name:?} cannot be added to the archive: {error}")]
    File {
        /// The file.
        name: String,
        /// What the archive's writer reports.
        error: zip::result::ZipError,
    },
    /// The archive cannot be ended.
    #[error("the archive cannot be ended: {0}")]
    End(zip::result::ZipError),
}

/// Returns the archive of some files, each a name and its octets, in their order.
///
/// # Errors
///
/// [`BundleError`] where two files have one name.
pub fn write<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>, BundleError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, octets) in files {
        let wrong = |error| BundleError::File { name: name.to_owned(), error };
        archive.start_file(name, options).map_err(wrong)?;
        archive.write_all(octets).map_err(|error| wrong(error.into()))?;
    }
    Ok(archive.finish().map_err(BundleError::End)?.into_inner())
}

/// Why an archive could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnbundleError {
    /// It is no archive, or a damaged one.
    #[error("the archive cannot be read: {0}")]
    Damaged(String),
    /// It has too many files.
    #[error("the archive has {found} files; at most {MOST_FILES} are read")]
    TooManyFiles {
        /// How many it has.
        found: usize,
    },
    /// A name is none that a file of a package has.
    #[error(
        "{0:?} is no name of a file of a package: expected letters, digits, hyphens, underscores and dots, none of them first"
    )]
    Name(String),
    /// A file has the name of another one.
    #[error("the archive has two files {0:?}")]
    Twice(String),
    /// It unpacks to more than may be.
    #[error("the files of the archive are together longer than {most} octets")]
    TooLarge {
        /// How much may be.
        most: usize,
    },
}

/// Reads an archive of others: its files, each a name without folder and its octets, in their order. All of them or none.
///
/// # Errors
///
/// [`UnbundleError`] where it is damaged, has a name that could lead out of a folder, or unpacks to more than `most` octets.
pub fn read(octets: &[u8], most: usize) -> Result<Vec<(String, Vec<u8>)>, UnbundleError> {
    let damaged = |error: &dyn std::fmt::Display| {
        UnbundleError::Damaged(error.to_string().chars().filter(|c| !c.is_control()).take(200).collect())
    };
    let mut archive = ZipArchive::new(Cursor::new(octets)).map_err(|error| damaged(&error))?;
    // Of files with one name the reader of archives gives one, and another program may take the other.
    if archive.has_duplicate_names() {
        return Err(UnbundleError::Damaged("two files have one name".to_owned()));
    }
    if archive.len() > MOST_FILES {
        return Err(UnbundleError::TooManyFiles { found: archive.len() });
    }
    let (mut files, mut names, mut left) = (Vec::new(), BTreeSet::new(), most);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| damaged(&error))?;
        let name = part.name().map_err(|error| damaged(&error))?.into_owned();
        if !is_plain(&name) {
            return Err(UnbundleError::Name(name.chars().take(80).collect()));
        }
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(UnbundleError::Twice(name));
        }
        let mut found = Vec::new();
        let bound = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        part.take(bound).read_to_end(&mut found).map_err(|error| damaged(&error))?;
        left = left.checked_sub(found.len()).ok_or(UnbundleError::TooLarge { most })?;
        files.push((name, found));
    }
    Ok(files)
}

/// Says whether a name is one that a file of a package can have, and leads nowhere but into its folder.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    let known = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(known) && !name.starts_with(['.', '-', '_'])
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _, Write as _};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::{UnbundleError, read, write};

    fn of_others(names: &[&str], octets: &[u8]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(octets).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn an_archive_of_others_is_read_within_its_folder_and_limits() {
        let files = [("a.be.1.list.csv".to_owned(), b"name\na.be\n".to_vec()), ("b".to_owned(), Vec::new())];
        let octets = write(files.iter().map(|(name, octets)| (name.as_str(), octets.as_slice()))).unwrap();
        assert_eq!(read(&octets, 10).unwrap(), files);
        assert_eq!(read(&octets, 9), Err(UnbundleError::TooLarge { most: 9 }));
        for name in ["../a", "/a", "a/b", "a\\b", ".a", "", "C:a", "a b", "\u{e9}", &"a".repeat(256)] {
            let error = read(&of_others(&[name], b"x"), 100).unwrap_err();
            assert!(matches!(error, UnbundleError::Name(_)), "{name}: {error}");
        }
        assert_eq!(read(&of_others(&["a", "A"], b"x"), 100), Err(UnbundleError::Twice("A".to_owned())));
        let bomb = of_others(&["a"], &vec![0; 1 << 20]);
        assert_eq!(read(&bomb, 1 << 10), Err(UnbundleError::TooLarge { most: 1 << 10 }));
        for broken in [&b""[..], b"PK", &octets[..octets.len() - 5]] {
            assert!(matches!(read(broken, 100), Err(UnbundleError::Damaged(_))));
        }
    }

    #[test]
    fn two_files_of_one_name_are_no_archive() {
        let mut octets = of_others(&["name-a", "name-b"], b"x");
        let heads = octets.windows(6).enumerate().filter(|(_, octets)| *octets == b"name-b");
        let heads: Vec<usize> = heads.map(|(at, _)| at).collect();
        assert_eq!(heads.len(), 2, "a name stands before its file and in the list of all files");
        for at in heads {
            octets[at..at + 6].copy_from_slice(b"name-a");
        }
        assert_eq!(read(&octets, 100), Err(UnbundleError::Damaged("two files have one name".to_owned())));
    }

    #[test]
    fn what_goes_in_comes_out() {
        let files: [(&str, &[u8]); 2] = [("a.be.1.list.csv", b"name\na.be\n"), ("a.be.1.brief.html", b"")];
        let octets = write(files).unwrap();
        assert_eq!(octets, write(files).unwrap(), "equal files give equal octets");
        let mut archive = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
        for (name, expected) in files {
            let mut found = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(found, expected);
        }
        assert!(write([("a", &b""[..]), ("a", &b""[..])]).is_err());
    }
}
