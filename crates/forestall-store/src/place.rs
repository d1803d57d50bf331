// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a store lies: in a file, or in a database under an address.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

use crate::error::StoreError;
use crate::postgres;

/// Where a store lies. Its text and its debug form never hold a password.
#[derive(Clone)]
pub struct Place(Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL database, with everything that it takes to reach it.
    Postgres { options: Box<PgConnectOptions>, shown: String },
}

impl Place {
    /// Returns the place of a store in an SQLite file.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self(Kind::File(path.to_path_buf()))
    }

    /// Returns the place of a store in a PostgreSQL database, by its address: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`,
    /// with parameters such as `sslmode` and `sslrootcert` behind a question mark. What the address does not say comes from the
    /// variables and the password file of PostgreSQL's own programs.
    ///
    /// # Errors
    ///
    /// [`StoreError::Address`] where it is no such address. The message does not repeat the address, which may hold a password.
    pub fn database(url: &str) -> Result<Self, StoreError> {
        let options = postgres::address(url)?;
        let shown = postgres::shown(&options);
        Ok(Self(Kind::Postgres { options: Box::new(options), shown }))
    }

    /// Returns the file; `None` for a store in a database.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::File(path) => Some(path),
            Kind::Postgres { .. } => None,
        }
    }

    pub(crate) const fn kind(&self) -> &Kind {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::File(path) => path.display().fmt(f),
            Kind::Postgres { shown, .. } => f.write_str(shown),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}
