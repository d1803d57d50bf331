// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The metadata of a plug-in: what its custom section says, checked.

// WIRE FORMAT, version 1: TOML, the keys below. A later version has another number in `abi`, which is read before all else.

mod file;

use forestall_dga::FamilyInfo;
use forestall_dga::families::calendar::Calendar;
use forestall_dga::info::{ParamKey, Party, Predictability, Responsible, Seeding, Verification};
use forestall_model::{CampaignId, FamilySlug, Margin, Marking, Pap, Tlp};
use toml::{Table, Value};

pub(crate) use self::file::VectorTable;
use self::file::{CalendarWord, FamilyTable, File};
use crate::module::{cut, short, steers};
use crate::{PluginError, abi, limits};

/// What a plug-in says of itself.
#[derive(Debug)]
pub(crate) struct Metadata {
    /// Who may see it.
    pub(crate) marking: Marking,
    /// The family.
    pub(crate) info: FamilyInfo,
    /// How time is cut into origin periods.
    pub(crate) calendar: Calendar,
    /// Which lists a bot tries in a period, in its order: 0 is the period's own, -1 the one before.
    pub(crate) tries: Vec<i32>,
    /// The campaigns, in the form of a file of the catalogue.
    pub(crate) campaigns: String,
    /// Their ids.
    pub(crate) ids: Vec<CampaignId>,
    /// Names that the module must reproduce.
    pub(crate) vectors: Vec<VectorTable>,
}

/// Reads and checks the metadata.
pub(crate) fn read(text: &str) -> Result<Metadata, PluginError> {
    let table: Table = text.parse().map_err(|e: toml::de::Error| syntax(&e))?;
    match table.get("abi").map(Value::as_integer) {
        Some(Some(version)) if version == i64::from(abi::VERSION) => {}
        Some(Some(found)) => return Err(PluginError::Version { found }),
        _ => return Err(PluginError::Syntax(format!("expected `abi = {}`", abi::VERSION))),
    }
    table.iter().try_for_each(|(key, value)| check_texts(key, value))?;
    let file: File = toml::from_str(text).map_err(|e| syntax(&e))?;
    let info = info(&file)?;
    let (calendar, tries) = (calendar(&file.family.calendar)?, tries(&file.family)?);
    let ids = ids(&file, info.names_per_period.is_none())?;
    let campaigns = Table::from_iter([
        ("family".to_owned(), Value::String(file.family.slug)),
        ("campaign".to_owned(), Value::Array(file.campaign.into_iter().map(Value::Table).collect())),
    ]);
    let marking = Marking { tlp: file.tlp, pap: file.pap.unwrap_or(of_tlp(file.tlp)), embargo_until: None };
    Ok(Metadata { marking, info, calendar, tries, campaigns: campaigns.to_string(), ids, vectors: file.vector })
}

/// What may be done with a family of this TLP where its metadata do not say: anything with a public one, else what the program's own
/// default allows.
const fn of_tlp(tlp: Tlp) -> Pap {
    match tlp {
        Tlp::Clear => Pap::Clear,
        _ => Marking::DEFAULT.pap,
    }
}

fn syntax(error: &toml::de::Error) -> PluginError {
    PluginError::Syntax(short(&error.to_string()))
}

fn wrong(place: impl Into<String>, found: &str, expected: impl Into<String>) -> PluginError {
    PluginError::Value { place: place.into(), found: cut(found, 80), expected: expected.into() }
}

/// Checks every text, keys included: they are shown on terminals and pages, and stand on one line there.
fn check_texts(place: &str, value: &Value) -> Result<(), PluginError> {
    match value {
        Value::String(text) if text.chars().count() > limits::MAX_TEXT => {
            Err(wrong(place, text, format!("at most {} characters", limits::MAX_TEXT)))
        }
        Value::String(text) if text.chars().any(steers) => {
            Err(wrong(place, text, "one line without characters that steer a terminal"))
        }
        Value::Array(values) => values.iter().try_for_each(|value| check_texts(place, value)),
        Value::Table(table) => table.iter().try_for_each(|(key, value)| {
            if key.len() > 64 || key.chars().any(steers) {
                return Err(wrong(place, key, "keys of at most 64 octets"));
            }
            check_texts(&format!("{place}.{key}"), value)
        }),
        _ => Ok(()),
    }
}

fn info(file: &File) -> Result<FamilyInfo, PluginError> {
    let family = &file.family;
    let slug: FamilySlug = family
        .slug
        .parse()
        .map_err(|_| wrong("family.slug", &family.slug, "lower-case letters, digits and hyphens"))?;
    for alias in &family.aliases {
        alias
            .parse::<CampaignId>()
            .map_err(|_| wrong("family.aliases", alias, "lower-case letters, digits, hyphens and dots"))?;
    }
    for (key, text) in [("summary", &family.summary), ("clock", &family.clock), ("treatment", &family.treatment)] {
        need_text(&format!("family.{key}"), text)?;
    }
    need_text("family.verification", &family.verification)?;
    if family.references.is_empty() {
        return Err(wrong("family.references", "[]", "at least one"));
    }
    family.references.iter().try_for_each(|text| need_text("family.references", text))?;
    if family.predictability == Predictability::Decoder {
        return Err(wrong("family.predictability", "decoder", "another: a plug-in computes names and decodes none"));
    }
    check_seeding(family)?;
    check_suffixes(&family.suffixes)?;
    for (zone, who) in &family.providers {
        if !family.suffixes.contains(zone) {
            return Err(wrong("family.providers", zone, "one of family.suffixes"));
        }
        need_text("family.providers", who)?;
    }
    if let Some(names) = family.names_per_period
        && !(1..=limits::MOST_NAMES).contains(&names)
    {
        return Err(wrong("family.names_per_period", &names.to_string(), format!("1 to {}", limits::MOST_NAMES)));
    }
    let margin = family.margin_hours.as_ref().map_or(Ok(Margin::CLOCK), |hours| match (hours.before, hours.after) {
        (before @ 0..=MOST_MARGIN, after @ 0..=MOST_MARGIN) => Ok(Margin::hours(before, after)),
        (before, after) => {
            Err(wrong("family.margin_hours", &format!("{before}, {after}"), format!("0 to {MOST_MARGIN}")))
        }
    })?;
    Ok(FamilyInfo {
        slug: slug.to_string().into(),
        aliases: family.aliases.iter().map(|alias| alias.clone().into()).collect(),
        summary: family.summary.clone().into(),
        scheme: family.scheme,
        seeding: family.seeding,
        predictability: family.predictability,
        period: period(family).into(),
        names_per_period: family.names_per_period,
        suffixes: family.suffixes.iter().map(|suffix| suffix.clone().into()).collect(),
        margin,
        clock_note: family.clock.clone().into(),
        verification: if family.verified { Verification::Verified } else { Verification::Unverified },
        verification_note: family.verification.clone().into(),
        generator_version: family.generator_version,
        keys: keys(file)?,
        first_day: family.first_day,
        responsible: responsible(family),
        treatment: family.treatment.clone().into(),
        references: family.references.iter().map(|text| text.clone().into()).collect(),
    })
}

fn responsible(family: &FamilyTable) -> Responsible {
    let provider = |(zone, who): (&String, &String)| (zone.clone().into(), Party::Provider(who.clone().into()));
    match family.providers.len() {
        0 => Responsible::Registry,
        _ => Responsible::Others(family.providers.iter().map(provider).collect()),
    }
}

/// Hours of a margin of a family: ten days.
const MOST_MARGIN: i64 = 240;

fn need_text(place: &str, text: &str) -> Result<(), PluginError> {
    if text.trim().is_empty() { Err(wrong(place, text, "a text")) } else { Ok(()) }
}

/// The seeding must agree with the calendar: who reads one of them must not be misled about the other.
fn check_seeding(family: &FamilyTable) -> Result<(), PluginError> {
    let by_time =
        matches!(family.seeding, Seeding::TimeDependentDeterministic | Seeding::TimeDependentNonDeterministic);
    if by_time == (family.calendar == CalendarWord::Word("none".to_owned())) {
        let expected = if by_time {
            "a calendar, since the seeding depends on time"
        } else {
            "none, since the seeding does not depend on time"
        };
        return Err(wrong("family.calendar", &format!("with the seeding {}", family.seeding), expected));
    }
    Ok(())
}

fn check_suffixes(suffixes: &[String]) -> Result<(), PluginError> {
    if suffixes.is_empty() || suffixes.len() > limits::MOST_SUFFIXES {
        return Err(wrong(
            "family.suffixes",
            &format!("{} of them", suffixes.len()),
            format!("1 to {}", limits::MOST_SUFFIXES),
        ));
    }
    let mut sorted: Vec<&String> = suffixes.iter().collect();
    sorted.sort();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(wrong("family.suffixes", twice[0], "each once"));
    }
    let below = |suffix: &str| {
        format!("a.{suffix}").parse::<forestall_model::DomainName>().is_ok_and(|name| &name.as_str()[2..] == suffix)
    };
    match suffixes.iter().find(|suffix| !below(suffix)) {
        None => Ok(()),
        Some(suffix) => {
            Err(wrong("family.suffixes", suffix, "a suffix in lower case without leading dot, such as com or co.uk"))
        }
    }
}

fn keys(file: &File) -> Result<Vec<ParamKey>, PluginError> {
    if file.parameter.len() > limits::MOST_PARAMETERS {
        return Err(wrong(
            "parameter",
            &format!("{} of them", file.parameter.len()),
            format!("at most {}", limits::MOST_PARAMETERS),
        ));
    }
    let mut keys: Vec<ParamKey> = Vec::new();
    for parameter in &file.parameter {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if !(1..=32).contains(&parameter.key.len()) || !parameter.key.chars().all(fits) {
            return Err(wrong(
                "parameter.key",
                &parameter.key,
                "1 to 32 lower-case letters, digits, hyphens and underscores",
            ));
        }
        if keys.iter().any(|known| known.key == parameter.key) {
            return Err(wrong("parameter.key", &parameter.key, "each once"));
        }
        need_text("parameter.meaning", &parameter.meaning)?;
        keys.push(ParamKey {
            key: parameter.key.clone().into(),
            default: parameter.default.clone().map(Into::into),
            meaning: parameter.meaning.clone().into(),
        });
    }
    Ok(keys)
}

/// Checks what the catalogue does not: that ids belong to the family, and that endless lists have a count.
fn ids(file: &File, endless: bool) -> Result<Vec<CampaignId>, PluginError> {
    if file.campaign.is_empty() || file.campaign.len() > limits::MOST_CAMPAIGNS {
        return Err(wrong(
            "campaign",
            &format!("{} of them", file.campaign.len()),
            format!("1 to {}", limits::MOST_CAMPAIGNS),
        ));
    }
    let mut ids = Vec::new();
    for campaign in &file.campaign {
        let id = campaign.get("id").and_then(Value::as_str).unwrap_or_default();
        let expected = "an id that begins with the slug of the family";
        let own = id
            .strip_prefix(file.family.slug.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', '_']));
        let id: CampaignId = id.parse().ok().filter(|_| own).ok_or_else(|| wrong("campaign.id", id, expected))?;
        let count = campaign.get("count").and_then(Value::as_integer).map(u64::try_from);
        match count {
            None if !endless => {}
            Some(Ok(count)) if (1..=limits::MOST_NAMES).contains(&count) => {}
            _ => {
                let expected = format!(
                    "1 to {} names, since the lists of the family have no end of their own",
                    limits::MOST_NAMES
                );
                return Err(wrong(
                    format!("campaign {id}, count"),
                    &format!("{:?}", campaign.get("count").map(ToString::to_string)),
                    expected,
                ));
            }
        }
        ids.push(id);
    }
    Ok(ids)
}

fn calendar(word: &CalendarWord) -> Result<Calendar, PluginError> {
    match word {
        CalendarWord::Word(word) if word == "none" => Ok(Calendar::None),
        CalendarWord::Word(word) if word == "days" => Ok(Calendar::Days),
        CalendarWord::Word(word) if word == "months" => Ok(Calendar::Months),
        CalendarWord::Word(word) => {
            Err(wrong("family.calendar", word, "none, days, months, or a number of seconds from an instant"))
        }
        CalendarWord::Steps(steps) if !(limits::MIN_PERIOD..=limits::MAX_PERIOD).contains(&steps.seconds) => {
            let expected = format!("{} to {}", limits::MIN_PERIOD, limits::MAX_PERIOD);
            Err(wrong("family.calendar.seconds", &steps.seconds.to_string(), expected))
        }
        CalendarWord::Steps(steps) => Ok(Calendar::Steps { base: steps.from.seconds(), seconds: steps.seconds }),
    }
}

/// Returns the period in words.
fn period(family: &FamilyTable) -> String {
    let own = match &family.calendar {
        CalendarWord::Word(word) if word == "days" => "day".to_owned(),
        CalendarWord::Word(word) if word == "months" => "month".to_owned(),
        CalendarWord::Word(word) => word.clone(),
        CalendarWord::Steps(steps) => {
            let (number, unit) = match steps.seconds {
                seconds if seconds % 86_400 == 0 => (seconds / 86_400, "days"),
                seconds if seconds % 3_600 == 0 => (seconds / 3_600, "hours"),
                seconds => (seconds, "seconds"),
            };
            format!("{number} {unit}, counted from {}", steps.from)
        }
    };
    match family.tries.as_deref() {
        None | Some([0]) => own,
        Some(tries) => format!("{own}; a bot tries the lists of {} periods", tries.len()),
    }
}

fn tries(family: &FamilyTable) -> Result<Vec<i32>, PluginError> {
    let Some(tries) = &family.tries else { return Ok(vec![0]) };
    let place = "family.tries";
    if family.calendar == CalendarWord::Word("none".to_owned()) {
        return Err(wrong(place, &format!("{tries:?}"), "no such key, since the family has one list"));
    }
    let mut sorted = tries.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let away = -limits::MAX_TRIES_AWAY..=limits::MAX_TRIES_AWAY;
    if tries.is_empty()
        || tries.len() > limits::MOST_TRIES
        || sorted.len() != tries.len()
        || !tries.iter().all(|n| away.contains(n))
    {
        let expected = format!(
            "1 to {} different numbers of periods, at most {} away",
            limits::MOST_TRIES,
            limits::MAX_TRIES_AWAY
        );
        return Err(wrong(place, &format!("{tries:?}"), expected));
    }
    Ok(tries.clone())
}
