// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tables of networks as text, a range a line: that of iptoasn.com, a list of networks, and the one that CAIDA makes of routing tables.
//!
//! Empty lines and those that begin with `#` are passed over.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use super::about::About;
use super::country::Country;
use super::error::{EnrichError, shown};
use super::file::{self, MOST_RANGES};
use super::layer::Gather;
use super::prefix::Prefix;

/// The most octets of a line.
const MOST_IN_LINE: usize = 4_096;
/// The most characters of a network's name that are kept.
const MOST_IN_NAME: usize = 120;

/// Reads the table of iptoasn.com: first address, last address, AS number, country and name, with tabs between them. An AS number 0 stands for addresses that nobody
/// routes; a country of other than two letters (`None`, `Unknown`) for none.
pub(super) fn iptoasn(path: &Path, gather: &mut Gather, names: &mut BTreeMap<u32, String>) -> Result<(), EnrichError> {
    lines(path, |line, text| {
        let mut fields = text.split('\t');
        let mut next = || fields.next().map(str::trim);
        let expected = "first address, last address, AS number, country and name, with tabs between them";
        let wrong = |found: &str, expected| Wrong { found: shown(found), expected };
        let (Some(first), Some(last), Some(asn)) = (next(), next(), next()) else { return Err(wrong(text, expected)) };
        let country = next().unwrap_or("");
        let name = next().unwrap_or("");
        let address = |text: &str| text.parse::<IpAddr>().map_err(|_| wrong(text, "an address such as 192.0.2.1"));
        let range = Prefix::between(address(first)?, address(last)?);
        let range = range.ok_or_else(|| wrong(last, "a last address that does not come before the first one"))?;
        let asn = asn.parse::<u32>().map_err(|_| wrong(asn, "an AS number from 0 to 4294967295"))?;
        if asn == 0 {
            return Ok(());
        }
        let about = About { asn, country: country.parse::<Country>().ok(), left_out: None };
        gather.add(range, about, line);
        if !name.is_empty() {
            names.entry(asn).or_insert_with(|| printable(name));
        }
        few(gather)?;
        Ok(())
    })
}

/// Reads a list of networks: `192.0.2.0/24 AS64500 BE`, with blanks, tabs, commas or semicolons between them, the AS number with or without `AS`, the country or the number left out.
pub(super) fn cidr(path: &Path, gather: &mut Gather) -> Result<(), EnrichError> {
    lines(path, |line, text| {
        let wrong = |found: &str, expected| Wrong { found: shown(found), expected };
        let text = text.split('#').next().unwrap_or("");
        let mut fields = text.split([' ', '\t', ',', ';']).filter(|field| !field.is_empty());
        let range = fields.next().unwrap_or("");
        let range = range.parse::<Prefix>().map_err(|_| wrong(range, "a network such as 192.0.2.0/24"))?;
        let mut about = About::default();
        for field in fields {
            if let Some(asn) = as_number(field).filter(|_| about.asn == 0) {
                about.asn = asn;
            } else if let Ok(country) = field.parse::<Country>()
                && about.country.is_none()
            {
                about.country = Some(country);
            } else {
                return Err(wrong(field, "an AS number such as AS64500 or a country such as BE, each once"));
            }
        }
        if about == About::default() {
            return Err(wrong(text, "an AS number such as AS64500 or a country such as BE behind the network"));
        }
        gather.add(range, about, line);
        few(gather)?;
        Ok(())
    })
}

/// Reads CAIDA's table of routes: address, length of the prefix and AS numbers, with tabs or blanks between them. Of several origins (`64500_64501`, `64500,64501`) the first is taken.
pub(super) fn pfx2as(path: &Path, gather: &mut Gather) -> Result<(), EnrichError> {
    lines(path, |line, text| {
        let wrong = |found: &str, expected| Wrong { found: shown(found), expected };
        let fields: Vec<&str> = text.split_whitespace().take(4).collect();
        let [address, length, origins] = fields.as_slice() else {
            return Err(wrong(text, "an address, the length of the prefix and an AS number"));
        };
        let range = address.parse().ok().zip(length.parse().ok());
        let range = range.and_then(|(address, length)| Prefix::of_network(address, length));
        let range =
            range.ok_or_else(|| wrong(text, "an address with the length of its prefix, with no bit set behind it"))?;
        let first = origins.split(['_', ',']).next().unwrap_or("").trim_matches(['{', '}']);
        let asn = as_number(first).ok_or_else(|| wrong(origins, "an AS number from 1 to 4294967295"))?;
        gather.add(range, About { asn, ..About::default() }, line);
        few(gather)?;
        Ok(())
    })
}

/// Returns an AS number above 0, with or without `AS`.
pub(super) fn as_number(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
    digits.parse().ok().filter(|asn| *asn > 0 && digits.bytes().all(|octet| octet.is_ascii_digit()))
}

/// Returns a name without characters that steer a terminal, cut to what is kept.
pub(super) fn printable(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(MOST_IN_NAME).collect()
}

/// What is wrong in a line.
pub(super) struct Wrong {
    pub(super) found: String,
    pub(super) expected: &'static str,
}

/// Stops at too many ranges.
fn few(gather: &Gather) -> Result<(), Wrong> {
    if gather.len() <= MOST_RANGES {
        return Ok(());
    }
    Err(Wrong { found: format!("range {}", gather.len()), expected: "at most 16,000,000 ranges" })
}

/// Has `take` take each line with its number, from 1.
pub(super) fn lines(path: &Path, mut take: impl FnMut(u64, &str) -> Result<(), Wrong>) -> Result<(), EnrichError> {
    let octets = file::whole(path)?;
    for (line, octets) in (1..).zip(octets.split(|octet| *octet == b'\n')) {
        let fault = |found: String, expected| EnrichError::Line { path: path.to_owned(), line, found, expected };
        if octets.len() > MOST_IN_LINE {
            return Err(fault(format!("{} octets", octets.len()), "a line of at most 4,096 octets"));
        }
        let text =
            std::str::from_utf8(octets).map_err(|_| fault(shown(&String::from_utf8_lossy(octets)), "text in UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        take(line, text).map_err(|wrong| fault(wrong.found, wrong.expected))?;
    }
    Ok(())
}
