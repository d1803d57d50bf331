// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests: the names of a case for those who are asked to act on them, with what kept evidence says of registrars.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use forestall_formats::request::{Asked, Request};
use forestall_model::directory::Kind;
use forestall_model::dossier::Registrar;
use forestall_model::marking::release;
use forestall_model::{DomainName, Released, Tld};

use super::feed::told;
use super::publish::{Picked, unsayable};
use super::{CaseFile, Desk, DeskError, FeedAsk, Publish, Published};

impl Desk {
    /// Puts together the names of a case for a form of requests. Names with a legitimate holder are left out; those that somebody else holds
    /// and nobody ruled on are there without an action.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Refused`] for an unknown slice;
    /// [`DeskError::Store`] and [`DeskError::Folder`] where evidence cannot be read.
    pub async fn requested(&self, file: &CaseFile, ask: &Publish) -> Result<Released<Request>, DeskError> {
        let (desk, computed, asked) = (self.clone(), file.clone(), ask.clone());
        let picked = super::lists::computed(move || desk.picked(&computed, &asked)).await?;
        let lines: Vec<Asked> = picked.into_iter().map(|picked| asked_of(file, picked)).collect();
        let tlds: BTreeSet<Tld> = lines.iter().map(|asked| asked.line.name.tld()).collect();
        let request = Request {
            case: file.case.id.clone(),
            title: file.case.title.clone(),
            marking: file.marking(),
            span: FeedAsk::of(file, ask).span,
            changed: file.case.changed,
            campaigns: file.prepared.iter().zip(&file.case.campaigns).map(|(p, held)| told(p, held.verified)).collect(),
            registrars: self.registrars(file, &lines).await?,
            servers: file.case.name_servers.clone(),
            contracted: tlds.into_iter().filter(|tld| self.is_contracted(tld)).collect(),
            lines,
        };
        Ok(release(request, ask.audience, ask.now)?)
    }

    /// Writes a request in a form of requests.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the form is none of requests, and where it needs something that was not given; [`DeskError::Output`] where the
    /// writer fails.
    pub fn write_requested(
        &self,
        request: &Released<Request>,
        ask: &Publish,
        out: &mut dyn Write,
    ) -> Result<Published, DeskError> {
        let form = ask.form;
        let write = form.request_writer().ok_or_else(|| DeskError::Input(format!("{form} is no form of requests")))?;
        let mut settings = ask.settings.clone();
        if settings.account.name_servers.is_empty() {
            settings.account.name_servers.clone_from(&request.object().servers);
        }
        let lines = write(request, &settings, out).map_err(unsayable)?;
        Ok(Published { lines, unverified: request.object().has_unverified() })
    }

    /// Returns what the evidence says of the registrars of some names, by their keys. Where several dossiers name one, the first with an address
    /// for abuse counts.
    async fn registrars(&self, file: &CaseFile, lines: &[Asked]) -> Result<BTreeMap<String, Registrar>, DeskError> {
        let mut known: BTreeMap<String, Registrar> = BTreeMap::new();
        let mut before: Option<&DomainName> = None;
        for asked in lines {
            let name = &asked.line.name;
            let Some(key) = asked.registrar.as_ref().filter(|_| before != Some(name)) else { continue };
            before = Some(name);
            if known.get(key).is_some_and(|registrar| registrar.abuse_mail.is_some()) {
                continue;
            }
            let Some(evidence) = self.evidence_of(file, name).await? else { continue };
            // What the last look did not see is still what was seen before.
            let named =
                evidence.dossier.registration.iter().rev().filter_map(|sourced| sourced.fact.registrar.as_ref());
            for registrar in named.filter(|registrar| registrar.key() == *key) {
                let held = known.entry(key.clone()).or_insert_with(|| registrar.clone());
                if held.abuse_mail.is_none() && registrar.abuse_mail.is_some() {
                    *held = registrar.clone();
                }
            }
        }
        Ok(known)
    }

    /// Says whether the registry of a top-level domain has an agreement with ICANN.
    fn is_contracted(&self, tld: &Tld) -> bool {
        let kind = self.directory().entry(tld).map(|entry| entry.kind.value);
        matches!(kind, Some(Kind::Generic | Kind::Sponsored | Kind::GenericRestricted))
    }
}

fn asked_of(file: &CaseFile, picked: Picked) -> Asked {
    let Picked { campaign, line } = picked;
    let holding = file.case.holdings.get(&line.name);
    let tenure = holding.and_then(|holding| holding.verdict.as_ref()).map(|verdict| &verdict.tenure);
    Asked {
        guard: line.window.map(|window| file.case.guard(campaign, window)),
        registrar: tenure.and_then(|tenure| tenure.registrar.clone()),
        name_servers: tenure.and_then(|tenure| tenure.name_servers.clone()),
        line,
    }
}
