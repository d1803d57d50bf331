// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which names are asked for: those that can be registered, and neither names below them nor public suffixes.

use forestall_model::DomainName;
use forestall_model::directory::Directory;

/// Checks that a name is one that can be registered.
///
/// # Errors
///
/// A sentence that says what the name is, and what was expected.
pub(crate) fn check(directory: &Directory, name: &DomainName) -> Result<(), String> {
    match directory.suffix_of(name).registrable {
        Some(registrable) if registrable == name.as_str() => Ok(()),
        Some(registrable) => Err(format!("it lies below a registrable name; expected {registrable}")),
        None => Err("it is a public suffix; expected a name that can be registered".to_owned()),
    }
}
