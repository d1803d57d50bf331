// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several files as one ZIP archive, for a browser that can save one file at a time.
//!
//! The form is that of PKWARE's APPNOTE 6.3. Equal files give equal octets: the archive holds no time and no trace of the machine.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The media type of an archive.
pub const MEDIA_TYPE: &str = "application/zip";

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

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::write;

    #[test]
    fn what_goes_in_comes_out() {
        let files: [(&str, &[u8]); 2] = [("a.be.1.list.csv", b"name\na.be\n"), ("a.be.1.brief.html", b"")];
        let octets = write(files).unwrap();
        assert_eq!(octets, write(files).unwrap(), "equal files give equal octets");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(octets)).unwrap();
        for (name, expected) in files {
            let mut found = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(found, expected);
        }
        assert!(write([("a", &b""[..]), ("a", &b""[..])]).is_err());
    }
}
