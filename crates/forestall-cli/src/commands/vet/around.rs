// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a verdict needs besides the dossier of its name: as it was stored, or made of what was asked for and of all names together. It is made for one
//! name at a time, since that of millions is larger than all that is known of them.

use std::borrow::Cow;
use std::collections::HashMap;

use forestall_dga::info::Scheme;
use forestall_model::directory::{Directory, Registrability};
use forestall_model::{DomainName, Dossier, FamilySlug, Instant, UtcDay};
use forestall_vet::cohort::Cohorts;
use forestall_vet::{Circumstances, Unit};

use super::Files;
use super::names::{Asked, What};
use crate::world::Globals;

/// The circumstances of all names.
pub(super) enum Around {
    /// Those of a file, in the order of the dossiers.
    Stored(Vec<Circumstances>),
    /// Made when they are wanted.
    Made(Box<Made>),
}

/// Of what they are made.
pub(super) struct Made {
    now: Instant,
    directory: Directory,
    /// The family that the arguments name.
    family: Told,
    /// The families of rows.
    told: HashMap<FamilySlug, Told>,
    cohorts: Cohorts,
}

impl Around {
    /// Prepares those of names of which everything is known by now.
    pub(super) fn made(
        now: Instant,
        directory: Directory,
        family: Told,
        told: HashMap<FamilySlug, Told>,
        dossiers: &[Dossier],
    ) -> Self {
        Self::Made(Box::new(Made { now, directory, family, told, cohorts: Cohorts::of(dossiers) }))
    }

    /// Returns those of the name at a place.
    pub(super) fn of(&self, place: usize, asked: &Asked, files: &Files) -> Cow<'_, Circumstances> {
        match self {
            Self::Stored(all) => Cow::Borrowed(&all[place]),
            Self::Made(made) => Cow::Owned(made.of(&files.dossiers[place], &asked.rows[files.rows[place]], asked)),
        }
    }
}

impl Made {
    fn of(&self, dossier: &Dossier, (text, what): &(String, What), asked: &Asked) -> Circumstances {
        let unit = if let What::Name(unit) = what { Some(unit) } else { None };
        let predicted = asked.predicted.get(&dossier.name);
        let row_family = predicted.and_then(|predicted| predicted.family.as_ref());
        let told = match &self.family.slug {
            None => row_family.and_then(|slug| self.told.get(slug)).unwrap_or(&self.family),
            Some(_) => &self.family,
        };
        let is_deeper = matches!(unit, Some(Unit::Below { .. } | Unit::AtProvider { .. }));
        let deeper = if is_deeper { text.parse().ok().filter(|name| *name != dossier.name) } else { None };
        Circumstances {
            family: told.slug.clone(),
            first_seen: told.first_seen,
            made_of_words: told.made_of_words,
            windows: predicted.map(|predicted| predicted.windows.clone()).unwrap_or_default(),
            cohort: self.cohorts.others(dossier),
            not_registrable: not_registrable(&self.directory, &dossier.name, unit),
            asked: deeper,
            providers_zone: unit.and_then(|unit| match unit {
                Unit::AtProvider { zone, .. } => Some(zone.clone()),
                _ => None,
            }),
            ..Circumstances::at(self.now)
        }
    }
}

/// What is told of a family.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) slug: Option<FamilySlug>,
    pub(super) first_seen: Option<UtcDay>,
    pub(super) made_of_words: bool,
}

impl Told {
    pub(super) fn of(catalogue: &forestall_dga::Catalogue, info: &forestall_dga::FamilyInfo) -> Self {
        let campaigns = catalogue.campaigns_of(&info.slug).filter_map(|campaign| campaign.first_seen);
        Self {
            slug: info.slug.parse().ok(),
            first_seen: campaigns.chain(info.first_day).min(),
            made_of_words: info.scheme == Scheme::Wordlist,
        }
    }

    /// Returns what is told of the families of rows; of none where the arguments name one.
    pub(super) fn of_rows(
        globals: &Globals,
        asked: &Asked,
        family: &Self,
        first_seen: Option<UtcDay>,
    ) -> HashMap<FamilySlug, Self> {
        let mut told = HashMap::new();
        if family.slug.is_some() {
            return told;
        }
        for slug in asked.predicted.values().filter_map(|predicted| predicted.family.as_ref()) {
            if !told.contains_key(slug) {
                told.insert(slug.clone(), Self::of_slug(globals, slug).or_first_seen(first_seen));
            }
        }
        told
    }

    fn of_slug(globals: &Globals, slug: &FamilySlug) -> Self {
        let catalogue = globals.catalogue();
        let known = catalogue.family(slug.as_str()).map(|family| Self::of(&catalogue, family.info()));
        known.unwrap_or(Self { slug: Some(slug.clone()), ..Self::default() })
    }

    /// Returns the same with the day that the operator said, where they did.
    pub(super) fn or_first_seen(&self, first_seen: Option<UtcDay>) -> Self {
        Self { first_seen: first_seen.or(self.first_seen), ..self.clone() }
    }
}

fn not_registrable(directory: &Directory, name: &DomainName, unit: Option<&Unit>) -> Option<String> {
    // What a provider gives below its zone is no matter of the registry's rules.
    if matches!(unit, Some(Unit::AtProvider { .. })) {
        return None;
    }
    match directory.registrability(name) {
        Registrability::NotRegistrable { reason, source, .. } => Some(format!("{reason} ({source})")),
        Registrability::Registrable | Registrability::Unknown => None,
    }
}
