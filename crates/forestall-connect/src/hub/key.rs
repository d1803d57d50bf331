// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names a call that changes something, so that the hub does it once however often it is sent.

use super::HubError;

/// Makes a key: 128 random bits as 32 hexadecimal digits.
pub(super) fn fresh() -> Result<String, HubError> {
    let mut octets = [0_u8; 16];
    getrandom::fill(&mut octets).map_err(|error| HubError::Randomness(error.to_string()))?;
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}
