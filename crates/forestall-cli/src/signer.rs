// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Public keys of minisign that an option names: by themselves, or by a file that holds one.

use std::path::Path;

use forestall_formats::signature;

use crate::failure::usage;
use crate::input;

/// Most octets of a file with a key.
const MAX_KEY: u64 = 1 << 16;

/// Returns the public key that `given` is, or that the file of this name holds: one line of Base64. `option` is where it was given.
///
/// # Errors
///
/// Usage for what is neither, and where the file cannot be read.
pub(crate) fn public_key(option: &str, given: &str) -> anyhow::Result<String> {
    if signature::check_public_key(given).is_ok() {
        return Ok(line(given));
    }
    let path = Path::new(given);
    if !path.is_file() {
        return Err(usage(format!("{option} {given}: neither a public key of minisign nor a file with one")));
    }
    let text = String::from_utf8_lossy(&input::whole(path, MAX_KEY)?).into_owned();
    signature::check_public_key(&text).map_err(|error| usage(format!("{option} {given}: {error}")))?;
    Ok(line(&text))
}

/// Returns the key without the comment that stands above it in a file.
fn line(key: &str) -> String {
    key.trim().lines().last().unwrap_or_default().trim().to_owned()
}
