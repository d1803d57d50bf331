// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Unix socket to which name servers send dnstap: made anew, open to whom its mode says, removed at the end.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A socket that listens.
#[derive(Debug)]
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    /// Device and number of what was made, so that only that is removed.
    made: (u64, u64),
}

impl Socket {
    /// Listens at `path`. A socket that a program left behind is replaced; one that is served is not, nor anything else.
    ///
    /// # Errors
    ///
    /// Where something else stands there, or the system refuses.
    pub(super) fn bind(path: &Path, mode: u32) -> anyhow::Result<Self> {
        let called = || format!("the socket {} cannot be made", path.display());
        if let Ok(known) = fs::symlink_metadata(path) {
            anyhow::ensure!(known.file_type().is_socket(), "{}: something that is no socket stands there", called());
            anyhow::ensure!(UnixStream::connect(path).is_err(), "{}: another program serves it", called());
            fs::remove_file(path).with_context(called)?;
        }
        let listener = UnixListener::bind(path).with_context(called)?;
        listener.set_nonblocking(true).with_context(called)?;
        let known = fs::metadata(path).with_context(called)?;
        let socket = Self { listener, path: path.to_owned(), made: (known.dev(), known.ino()) };
        fs::set_permissions(path, Permissions::from_mode(mode)).with_context(called)?;
        Ok(socket)
    }

    /// Returns the next connection that waits; none where none does.
    ///
    /// # Errors
    ///
    /// Where the system refuses, as without a file descriptor left.
    pub(super) fn accept(&self) -> io::Result<Option<UnixStream>> {
        match self.listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                Ok(Some(stream))
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|known| (known.dev(), known.ino()) == self.made) {
            // It is only left behind otherwise, and replaced the next time.
            drop(fs::remove_file(&self.path));
        }
    }
}
