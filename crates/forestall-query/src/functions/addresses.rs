// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A column of addresses in any of the forms of the lake and of logs, as what the census counts: an IPv4 address, or a network of 64 bits of IPv6.

use std::net::{IpAddr, Ipv6Addr};

use datafusion::arrow::array::{Array, AsArray as _};
use datafusion::arrow::datatypes::{DataType, UInt32Type};
use datafusion::common::{Result, exec_datafusion_err, plan_err};
use forestall_census::Source;

use super::unasked;

/// Returns the type in which a column of addresses is taken.
pub(super) fn coerced(function: &str, found: &DataType) -> Result<DataType> {
    match found {
        DataType::UInt32 | DataType::FixedSizeBinary(16) => Ok(found.clone()),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(DataType::Utf8),
        _ => plan_err!("the argument of {function} is {found}; expected an address: uint32, 16 octets, or a text"),
    }
}

/// Hands on what is counted of each address of a column; NULL is none.
///
/// # Errors
///
/// A text that is no address, by its row in what the engine works on.
pub(super) fn each(function: &str, column: &dyn Array, mut take: impl FnMut(Source)) -> Result<()> {
    if let Some(numbers) = column.as_primitive_opt::<UInt32Type>() {
        numbers.iter().flatten().for_each(|address| take(Source::V4(address)));
        return Ok(());
    }
    if let Some(octets) = column.as_fixed_size_binary_opt() {
        for octets in octets.iter().flatten() {
            let octets: [u8; 16] = octets.try_into().map_err(|_| unasked(function))?;
            take(Source::of(IpAddr::V6(Ipv6Addr::from(octets))));
        }
        return Ok(());
    }
    let texts = column.as_string_opt::<i32>().ok_or_else(|| unasked(function))?;
    for text in texts.iter().flatten() {
        // The text stays out of the message: it may be an address that is written otherwise.
        let address = text.trim().parse();
        take(Source::of(
            address.map_err(|_| exec_datafusion_err!("{function}: a text of {} octets is no address", text.len()))?,
        ));
    }
    Ok(())
}
