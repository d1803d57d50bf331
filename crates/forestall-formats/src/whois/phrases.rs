// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sentences by which registries say that a name is not there, is kept back, or that they answer no more for now.

use forestall_model::DomainName;
use forestall_model::dossier::RegistrationState;

/// Whole lines that say that there is no such name, normalised; `{}` stands for the name. Each was seen at the registries beside it.
const ABSENCES: [&str; 37] = [
    "not found",              // org, io and others of Public Interest Registry and Afilias
    "not found: {}",          // co, us, travel, ca
    "{} not found",           // several
    "domain not found",       // Donuts, ee, sg
    "domain {} not found",    // se, nu
    "domain name not found",  // several
    "no match",               // jp, no
    "no match for {}",        // com, net, uk, br, ve
    "no match for domain {}", // com of older times, br
    "no match found for {}",  // tr
    "{} no match",            // pt
    "no data found",          // au, CentralNic of older times
    "no data was found to match the request criteria", // il
    "no found",               // tw
    "no entries found",       // dk, cz
    "no entries found for the selected source(s)", // ru, su, at of older times, ua
    "no entries found for {}", // several
    "no entries found in the afnic database", // fr
    "error:101: no entries found", // cz
    "error: no entries found", // several that run FRED
    "no object found",        // af, and others that run CoCCA
    "no such domain",         // lu
    "no matching record",     // cn
    "no record found",        // several
    "nothing found",          // at
    "nincs találat / no match", // hu
    "{} is free",             // nl
    "{}: no existe",          // cl
    "{} not registered",      // several
    "not registered",         // je, gg
    "we do not have an entry in our database matching your query", // ch, li
    "this domain name has not been registered", // uk
    "the domain has not been registered", // hk
    "above domain name is not registered to krnic", // kr
    "domain name {} does not exist in database", // bg
    "no information available about domain name {} in the registry nask database", // pl
    "no_se_encontro_el_objeto/object_not_found", // mx
];

/// Parts of lines by which servers say that they answer no more for now, or not to this client.
const LIMITS: [&str; 18] = [
    "limit exceeded",
    "limit reached",
    "whois-limit exceeded",
    "has been exceeded",
    "exceeded your quota",
    "quota exceeded",
    "too many connections",
    "too many requests",
    "too many queries",
    "too busy",
    "try again later",
    "try again after",
    "slow down",
    "please go away",
    "request per second",
    "temporarily unavailable",
    "connection refused",
    "access denied",
];

/// Lines are longer than this only in terms of use, which speak of limits as well.
const LONGEST_LIMIT: usize = 160;

/// Returns a line without the marks of comments, quotes and stops around it, in lower case, with `{}` for the asked name.
pub(super) fn normalised(line: &str, asked: &DomainName) -> String {
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '%' | '#' | '>' | '<' | '*' | '&' | ';'));
    let line: String = line.chars().filter(|c| !matches!(c, '"' | '\'' | '`') && !c.is_control()).take(300).collect();
    let line = line.to_lowercase();
    let line = line.trim_end_matches(['.', '!', ' ']).split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace(asked.as_str(), "{}")
}

/// Says whether a normalised line is a known sentence that there is no such name.
pub(super) fn is_absence(line: &str) -> bool {
    ABSENCES.contains(&line)
}

/// Says whether a normalised line says that the server answers no more for now.
pub(super) fn is_limit(line: &str) -> bool {
    line.len() <= LONGEST_LIMIT && LIMITS.iter().any(|part| line.contains(part))
}

/// Returns what a normalised line says of a name that nobody can have.
pub(super) fn kept_back(line: &str) -> Option<RegistrationState> {
    let reserved = (line.len() <= 60 && line.starts_with("reserved by "))
        || (line.len() <= 60 && line.starts_with("name is reserved by "))
        || line.starts_with("this name is registry reserved")
        || matches!(
            line,
            "reserved"
                | "sorry, the domain you requested is in the reserved list"
                | "this name is reserved by the registry"
        );
    if reserved {
        return Some(RegistrationState::Reserved);
    }
    let unavailable = matches!(
        line,
        "domain not available"
            | "this name is not available for registration"
            | "name is restricted from registration"
            | "the domain you requested is prohibited"
            | "restricted - restricted domain name"
            | "restricted"
            | "domain is not available or is reserved by the registry"
    );
    unavailable.then_some(RegistrationState::Unavailable)
}
