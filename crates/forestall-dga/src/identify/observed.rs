// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names that were observed, checked and each once.

use std::collections::HashSet;

use forestall_model::DomainName;

/// Observed names: valid, in lower case, without final dot, each once, in the order of their first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    names: Vec<String>,
}

impl Observed {
    /// Names that are taken at most.
    pub const MOST: usize = 100_000;

    /// Reads one name a line. Blank lines and lines that begin with `#` are passed over; one final dot is taken off.
    ///
    /// # Errors
    ///
    /// [`ObservedError`] for a line that is no name, for no name at all and for more than [`Self::MOST`].
    pub fn read(text: &[u8]) -> Result<Self, ObservedError> {
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        for (line, bytes) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            let bytes = bytes.trim_ascii();
            if bytes.is_empty() || bytes.starts_with(b"#") {
                continue;
            }
            let bad = |reason: String| ObservedError::BadName {
                line,
                found: String::from_utf8_lossy(bytes).chars().take(80).collect(),
                reason,
            };
            let name = std::str::from_utf8(bytes).map_err(|_| bad("is not UTF-8".to_owned()))?;
            let name = name.strip_suffix('.').unwrap_or(name);
            let name: DomainName =
                name.parse().map_err(|error: forestall_model::name::NameError| bad(error.reason.to_owned()))?;
            let name = name.as_str().to_owned();
            if seen.insert(name.clone()) {
                if names.len() == Self::MOST {
                    return Err(ObservedError::TooMany { line, most: Self::MOST });
                }
                names.push(name);
            }
        }
        if names.is_empty() { Err(ObservedError::None) } else { Ok(Self { names }) }
    }

    /// Returns the names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// A text that holds no observed names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObservedError {
    /// A line that is no domain name.
    #[error("line {line}: {found:?} is no domain name: {reason}; expected one name a line, as A-labels or U-labels")]
    BadName {
        /// The line, from 1.
        line: u64,
        /// The line's text, at most 80 characters of it.
        found: String,
        /// What is wrong.
        reason: String,
    },
    /// Too many names.
    #[error(
        "line {line}: more than {most} distinct names; expected a handful, for example the failed look-ups of one machine"
    )]
    TooMany {
        /// The line, from 1.
        line: u64,
        /// The limit.
        most: usize,
    },
    /// No name.
    #[error("there is no name; expected one name a line")]
    None,
}
