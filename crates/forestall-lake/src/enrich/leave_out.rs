// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of addresses that are left out of every count: one address, network or range a line, or in the settings themselves.

use std::path::Path;

use super::about::About;
use super::delimited::{self, Wrong};
use super::error::{EnrichError, shown};
use super::layer::Gather;
use super::prefix::Prefix;
use super::settings::AddressList;

/// Reads a list. In a file, what stands behind `#` is a remark.
pub(super) fn read(list: &AddressList, base: &Path, gather: &mut Gather) -> Result<(), EnrichError> {
    let about = About::left_out(list.kind);
    for text in &list.addresses {
        let prefix: Prefix = text.parse().map_err(|error: super::PrefixError| EnrichError::List {
            label: list.label.clone(),
            what: error.to_string(),
        })?;
        gather.add(prefix, about, 0);
    }
    if list.file.is_none() && list.addresses.is_empty() {
        let what = "it has neither a file nor addresses".to_owned();
        return Err(EnrichError::List { label: list.label.clone(), what });
    }
    let Some(file) = &list.file else { return Ok(()) };
    delimited::lines(&base.join(file), |line, text| {
        let text = text.split('#').next().unwrap_or("").trim();
        let wrong =
            |_| Wrong { found: shown(text), expected: "192.0.2.1, 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1-192.0.2.9" };
        gather.add(text.parse().map_err(wrong)?, about, line);
        Ok(())
    })
}
