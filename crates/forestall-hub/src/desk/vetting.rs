// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Vetting the names of a case: from evidence to verdicts that the case keeps.
//!
//! A verdict is computed from a [`Dossier`] and [`Circumstances`]; both are kept under their digest, so that it can be computed again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use forestall_coord::command::{Command, Vet};
use forestall_coord::event::{Occurrence, VettedName};
use forestall_coord::holding::OUR_SINKHOLE;
use forestall_model::directory::{Reason, Registrability};
use forestall_model::dossier::ListingKind;
use forestall_model::{Band, CaseId, Digest, DomainName, Dossier, Instant, OwnerName, UtcDay};
use forestall_store::Stored;
use forestall_vet::cohort::Cohorts;
use forestall_vet::register::Entry;
use forestall_vet::verdict::assess;
use forestall_vet::{Circumstances, Rules, Verdict};
use serde::{Deserialize, Serialize};

use super::{Act, CaseFile, Desk, DeskError};

/// What a verdict was computed from.
///
/// // STORED FORMAT, version 1: the document of evidence that an event names by SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The version of the form.
    pub v: u32,
    /// What was learned of the name.
    pub dossier: Dossier,
    /// What else it follows from.
    pub circumstances: Circumstances,
}

/// What a vetting found.
#[derive(Debug)]
pub struct VetReport {
    /// The event.
    pub stored: Stored,
    /// The verdicts, in the order of the names.
    pub verdicts: Vec<Verdict>,
}

impl VetReport {
    /// Returns how many names stand in each band.
    #[must_use]
    pub fn bands(&self) -> BTreeMap<Band, usize> {
        let mut bands = BTreeMap::new();
        for verdict in &self.verdicts {
            *bands.entry(verdict.band).or_default() += 1;
        }
        bands
    }
}

impl Desk {
    /// Makes verdicts over names of a case from what was learned of them since `at`, and records them: one event.
    ///
    /// Names that somebody holds, and names that the case knows as held, are kept with their evidence; of the others only their
    /// number is.
    ///
    /// # Errors
    ///
    /// [`DeskError::NotInCase`] with the names that the case does not hold; nothing is recorded then.
    pub async fn vet(
        &self,
        case: &CaseId,
        act: &Act,
        mut dossiers: Vec<Dossier>,
        at: Instant,
        rules: &Rules,
    ) -> Result<VetReport, DeskError> {
        let file = self.file(case).await?;
        dossiers.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<DomainName> = dossiers.iter().map(|dossier| dossier.name.clone()).collect();
        if let Some(two) = names.windows(2).find(|two| two[0] == two[1]) {
            return Err(DeskError::Input(format!("there are two dossiers of {}", two[0])));
        }
        let places = self.places_of(&file, &names).await?;
        let missing: Vec<DomainName> = names.iter().filter(|name| !places.contains_key(*name)).cloned().collect();
        if !missing.is_empty() {
            return Err(DeskError::NotInCase(missing));
        }
        let mut register = self.register().await?;
        if !file.case.name_servers.is_empty() {
            register.add(OUR_SINKHOLE, true, our_sinkhole(&file));
        }
        for dossier in &mut dossiers {
            // What a dossier brings of registers is its maker's word on whom to trust.
            dossier.listings = register.listings(dossier);
        }
        let cohorts = Cohorts::of(&dossiers);
        let mut verdicts = Vec::with_capacity(dossiers.len());
        let mut kept = Vec::new();
        let mut documents = Vec::new();
        let looked = u32::try_from(dossiers.len()).unwrap_or(u32::MAX);
        for dossier in dossiers {
            let occurrences = &places[&dossier.name];
            let circumstances = self.circumstances(&file, &dossier, occurrences, &cohorts, act.now);
            let verdict = assess(&dossier, &circumstances, rules);
            if verdict.class.is_held() || file.case.holdings.contains_key(&dossier.name) {
                let tenure = dossier.tenure();
                let expires = dossier.latest_registration().and_then(|sourced| sourced.fact.expires);
                let evidence = Evidence { v: 1, dossier, circumstances };
                documents.push(text(&evidence)?);
                kept.push((verdict.clone(), occurrences.clone(), tenure, expires));
            }
            verdicts.push(verdict);
        }
        let digests: Vec<Digest> = self.store().keep_evidence(documents).await?;
        let unknown = verdicts.iter().filter(|v| v.class == forestall_model::NameClass::Unknown).count();
        let row = |((verdict, occurrences, tenure, expires), evidence): ((Verdict, _, _, _), Digest)| VettedName {
            name: verdict.name,
            occurrences,
            class: verdict.class,
            sinkhole: verdict.sinkhole,
            band: verdict.band,
            score: verdict.score,
            evidence,
            tenure,
            expires,
        };
        let command = Command::Vet(Vet {
            at,
            rules: rules.version(),
            rules_digest: rules.digest(),
            looked,
            unknown: u32::try_from(unknown).unwrap_or(u32::MAX),
            rows: kept.into_iter().zip(digests).map(row).collect(),
        });
        let stored = self.execute_over(&file, act, &command).await?;
        Ok(VetReport { stored, verdicts })
    }

    /// Returns the file in which looks at the names of a case are kept for some hours, so that a gathering goes on after a crash; its folder is
    /// made.
    ///
    /// # Errors
    ///
    /// [`DeskError::Folder`] where the folder cannot be made.
    pub fn looks(&self, case: &CaseId) -> Result<PathBuf, DeskError> {
        let folder = self.inner.folder.join("looks");
        std::fs::create_dir_all(&folder)
            .map_err(|error| DeskError::Folder(format!("the folder {} cannot be made: {error}", folder.display())))?;
        Ok(folder.join(format!("{case}.jsonl")))
    }

    /// Returns what the last verdict over a name was computed from; `None` where the case has no verdict over it.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails, [`DeskError::Folder`] where the evidence is gone or broken.
    pub async fn evidence_of(&self, file: &CaseFile, name: &DomainName) -> Result<Option<Evidence>, DeskError> {
        let Some(verdict) = file.case.holdings.get(name).and_then(|holding| holding.verdict.as_ref()) else {
            return Ok(None);
        };
        let gone = || DeskError::Folder(format!("the evidence {} on {name} is not in the store", verdict.evidence));
        let document = self.store().evidence(verdict.evidence).await?.ok_or_else(gone)?;
        let broken = |error: serde_json::Error| DeskError::Folder(format!("the evidence on {name} is broken: {error}"));
        serde_json::from_str(&document).map(Some).map_err(broken)
    }

    fn circumstances(
        &self,
        file: &CaseFile,
        dossier: &Dossier,
        occurrences: &[Occurrence],
        cohorts: &Cohorts,
        now: Instant,
    ) -> Circumstances {
        let mut circumstances = Circumstances::at(now);
        for occurrence in occurrences {
            let Some(index) = file.case.campaign_index(&occurrence.campaign) else { continue };
            let counted = file.counts.get(index).and_then(|counts| counts.of_period(occurrence.period));
            circumstances.windows.extend(counted.map(|counted| counted.window));
            if circumstances.family.is_none() {
                circumstances.family = Some(file.case.campaigns[index].family.clone());
                circumstances.first_seen = file.prepared.get(index).and_then(first_seen);
            }
        }
        circumstances.windows.sort_unstable();
        circumstances.windows.dedup();
        circumstances.cohort = cohorts.others(dossier);
        circumstances.not_registrable = match self.directory().registrability(&dossier.name) {
            Registrability::NotRegistrable { reason, .. } => Some(words(&reason)),
            _ => None,
        };
        circumstances
    }
}

/// Returns the day on which the campaign, else the family, was first seen.
fn first_seen(prepared: &forestall_dga::Prepared) -> Option<UtcDay> {
    prepared.campaign.first_seen.or(prepared.family.info().first_day)
}

fn words(reason: &Reason) -> String {
    reason.to_string()
}

/// Returns the case's own name servers as an entry of a register, so that no verdict takes a name that we protect for somebody else's.
fn our_sinkhole(file: &CaseFile) -> Entry {
    Entry {
        holder: OUR_SINKHOLE.to_owned(),
        kind: ListingKind::Sinkhole,
        names: Vec::new(),
        name_servers: file.case.name_servers.iter().map(OwnerName::from).collect(),
        addresses: Vec::new(),
        since: None,
        contact: String::new(),
        proof: String::new(),
    }
}

fn text(evidence: &Evidence) -> Result<String, DeskError> {
    serde_json::to_string(evidence).map_err(|error| DeskError::Input(error.to_string()))
}
