// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The ICANN section of the public suffix list, one line a top-level domain.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::DataFile;
use super::packages::Packages;

/// What the ICANN section of the public suffix list says.
pub(super) struct List {
    /// When the list was made: `YYYY-MM-DD`.
    pub(super) date: String,
    /// Rules as A-labels, by top-level domain.
    pub(super) rules: BTreeMap<String, BTreeSet<String>>,
    /// Countries of internationalised country-code domains, from the list's comments.
    pub(super) countries: BTreeMap<String, String>,
    /// Domains of the section that is imported from ICANN's register of generic domains.
    pub(super) generic: BTreeSet<String>,
}

impl List {
    /// Reads the published form of the list.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let (head, rest) = text.split_once("===BEGIN ICANN DOMAINS===").context("the list has an ICANN section")?;
        let (section, _) = rest.split_once("===END ICANN DOMAINS===").context("the ICANN section ends")?;
        let date = head
            .lines()
            .find_map(|line| line.strip_prefix("// VERSION: "))
            .and_then(|version| version.get(..10))
            .context("the list names its version")?;
        let mut list = Self {
            date: date.to_owned(),
            rules: BTreeMap::new(),
            countries: BTreeMap::new(),
            generic: BTreeSet::new(),
        };
        let mut from_icann = false;
        for line in section.lines() {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix("//") {
                from_icann |= comment.contains("List of new gTLDs imported from");
                if let Some((tld, country)) = country(comment) {
                    list.countries.insert(tld.to_owned(), country.to_owned());
                }
            } else if !line.is_empty() {
                let rule = to_a_labels(line)?;
                let tld = rule.rsplit('.').next().unwrap_or(&rule).to_owned();
                if from_icann && tld == rule {
                    list.generic.insert(tld.clone());
                }
                list.rules.entry(tld).or_default().insert(rule);
            }
        }
        if list.generic.is_empty() || list.countries.is_empty() {
            bail!("the list's comments have another form than expected");
        }
        Ok(list)
    }
}

/// Makes the compact form: a line a top-level domain, then one for all domains whose only rule is themselves.
pub(super) fn suffixes(packages: &Packages) -> anyhow::Result<DataFile> {
    let list = List::read(&packages.read("publicsuffixlist", "publicsuffixlist/public_suffix_list.dat")?)?;
    let mut body = String::new();
    let mut plain = Vec::new();
    for (tld, rules) in &list.rules {
        let country = list.countries.get(tld);
        if country.is_none() && rules.len() == 1 && rules.contains(tld) {
            plain.push(tld.as_str());
            continue;
        }
        write!(body, "{tld}")?;
        if let Some(country) = country {
            write!(body, "={country}")?;
        }
        body.push(':');
        for rule in rules {
            let relative = rule.strip_suffix(tld.as_str()).unwrap_or(rule).trim_end_matches('.');
            write!(body, " {}", if relative.is_empty() { "@" } else { relative })?;
        }
        body.push('\n');
    }
    writeln!(body, "@: {}", plain.join(" "))?;
    let version = packages.version("publicsuffixlist");
    Ok(DataFile {
        header: vec![
            "This Source Code Form is subject to the terms of the Mozilla Public".to_owned(),
            "License, v. 2.0. If a copy of the MPL was not distributed with this".to_owned(),
            "file, You can obtain one at https://mozilla.org/MPL/2.0/.".to_owned(),
            String::new(),
            "ICANN section of the public suffix list in a compact form, its comments left out.".to_owned(),
            "Renewed by `cargo xtask renew suffixes`; not edited by hand.".to_owned(),
            format!("source: public suffix list, https://publicsuffix.org/list/ (by way of PyPI publicsuffixlist {version})"),
            format!("date: {}", list.date),
            "licence: MPL-2.0".to_owned(),
            "form: `tld[=country]: rules`, each rule without the domain it ends in; @ is the domain itself, * any label,".to_owned(),
            "! an exception to *. The last line lists the domains whose only rule is themselves.".to_owned(),
        ],
        body,
    })
}

/// Reads ` xn--90ae ("bg", Bulgarian) : BG`.
fn country(comment: &str) -> Option<(&str, &str)> {
    let (head, country) = comment.trim().rsplit_once(':')?;
    let (tld, described) = head.trim().split_once(' ')?;
    let country = country.trim();
    let is_code = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
    (tld.starts_with("xn--") && !tld.contains('.') && described.ends_with(')') && is_code).then_some((tld, country))
}

fn to_a_labels(rule: &str) -> anyhow::Result<String> {
    let (mark, name) = match rule.as_bytes().first() {
        Some(b'!') => ("!", &rule[1..]),
        _ if rule.starts_with("*.") => ("*.", &rule[2..]),
        _ => ("", rule),
    };
    let name = idna::domain_to_ascii(name).with_context(|| format!("rule {rule} has no A-label form"))?;
    Ok(format!("{mark}{name}"))
}

#[cfg(test)]
mod tests {
    use super::List;

    const SAMPLE: &str = "\
// VERSION: 2026-10-22_08-36-41_UTC
// ===BEGIN ICANN DOMAINS===
// ck : https://www.iana.org/domains/root/db/ck.html
*.ck
!www.ck
// xn--fiqs8s (\"Zhongguo/China\", Chinese, Simplified) : CN
中国
公司.cn
// newGTLDs
// List of new gTLDs imported from https://www.icann.org/ on 2026
// web : VeriSign, Inc.
web
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
github.io
";

    #[test]
    fn reads_rules_countries_and_generic_domains() {
        let list = List::read(SAMPLE).unwrap();
        assert_eq!(list.date, "2026-10-22");
        assert_eq!(list.rules["ck"].iter().collect::<Vec<_>>(), ["!www.ck", "*.ck"]);
        assert_eq!(list.rules["cn"].iter().collect::<Vec<_>>(), ["xn--55qx5d.cn"]);
        assert_eq!(list.countries["xn--fiqs8s"], "CN");
        assert_eq!(list.generic.iter().collect::<Vec<_>>(), ["web"]);
        assert!(!list.rules.contains_key("io"), "the private section is left out");
    }
}
