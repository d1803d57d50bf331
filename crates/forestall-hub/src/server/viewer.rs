// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who looks, and what follows from it: which cases, which slices, to act or to read.
//!
//! Everything that a page shows of a case comes from the [`App`](super::App), which asks here. What somebody may not see is *not there*:
//! the answer is the one that a case gets which does not exist.

use std::collections::BTreeMap;

use forestall_model::party::PartyKind;
use forestall_model::{Audience, CaseId, CaseRole, Party, PersonId, Scope, Scopes, Standing, Tld};
use forestall_store::{Store, StoreError};

/// Somebody who is signed in, with everything from which follows what they may see.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    /// The person; none for whoever came by a link of the program itself.
    pub(crate) person: Option<PersonId>,
    /// Their party.
    pub(crate) party: Option<Party>,
    standing: Standing,
    roles: BTreeMap<CaseId, CaseRole>,
    scopes: Scopes,
}

impl Viewer {
    /// The people who run the installation, by a link that the program printed for them.
    pub(super) const fn by_link() -> Self {
        Self { person: None, party: None, standing: Standing::Operator, roles: BTreeMap::new(), scopes: Scopes::ALL }
    }

    /// A person with their party and roles, as far as `scopes` reach.
    fn of(
        person: &forestall_store::Person,
        party: Option<Party>,
        roles: impl IntoIterator<Item = (CaseId, CaseRole)>,
        scopes: Scopes,
    ) -> Self {
        let (standing, roles) = (person.standing, roles.into_iter().collect());
        Self { person: Some(person.id.clone()), party, standing, roles, scopes }
    }

    /// Returns what a token of theirs may be used for; everything for somebody who signed in by hand.
    pub(crate) const fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Returns what they are to the installation.
    pub(crate) const fn standing(&self) -> Standing {
        self.standing
    }

    /// Returns their roles in cases.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&CaseId, CaseRole)> {
        self.roles.iter().map(|(case, role)| (case, *role))
    }

    /// A person with what the store knows of them, as far as `scopes` reach.
    pub(crate) async fn load(
        store: &Store,
        person: &forestall_store::Person,
        scopes: Scopes,
    ) -> Result<Self, StoreError> {
        let party = match &person.party {
            Some(party) => store.party(party).await?.map(|kept| kept.party),
            None => None,
        };
        Ok(Self::of(person, party, store.roles_of(&person.id).await?, scopes))
    }

    /// Returns what they may see and do, as a text that is equal for people with equal rights: everything that is asked here, but for which
    /// person it is.
    pub(crate) fn rights(&self) -> String {
        let party = self.party.as_ref().map(|party| party.id.as_str()).unwrap_or_default();
        let mut rights =
            format!("{:?} {:?} account {} party {party}", self.standing, self.scopes, self.person.is_some());
        for (case, role) in &self.roles {
            rights += &format!(" {case} {role:?}");
        }
        rights
    }

    /// Says whether they may read at all.
    pub(crate) const fn reads(&self) -> bool {
        self.scopes.has(Scope::Read)
    }

    /// Says whether they run the installation and may do here what only those may.
    pub(crate) const fn runs_it(&self) -> bool {
        self.is_operator() && self.scopes.has(Scope::Admin)
    }

    /// Says whether they belong to the people who run the installation, whatever a token of theirs may be used for.
    pub(crate) const fn is_operator(&self) -> bool {
        matches!(self.standing, Standing::Operator)
    }

    /// Says whether they may change their own account.
    pub(crate) const fn keeps_account(&self) -> bool {
        self.person.is_some() && self.scopes.has(Scope::Admin)
    }

    /// Says whether they see what every member of the installation sees: the families, and cases that are for the community.
    pub(crate) fn is_of_the_community(&self) -> bool {
        self.reads() && (self.is_operator() || !self.is_registry())
    }

    /// Returns as what they may see the whole of a case; `None` where they may not at all. What a case is marked with is still for the gate to
    /// judge.
    pub(crate) fn whole(&self, case: &CaseId) -> Option<Audience> {
        if !self.reads() {
            None
        } else if self.is_operator() || self.roles.contains_key(case) {
            Some(Audience::Recipient)
        } else if self.is_registry() {
            None
        } else {
            Some(Audience::Community)
        }
    }

    /// Returns as what they may see one slice of a case that has it; `None` where they may not.
    pub(crate) fn slice(&self, case: &CaseId, tld: &Tld) -> Option<Audience> {
        if self.reads() && self.runs(tld) { Some(Audience::Recipient) } else { self.whole(case) }
    }

    /// Says whether they may act on a case.
    pub(crate) fn leads(&self, case: &CaseId) -> bool {
        let leads = self.is_operator() || self.roles.get(case) == Some(&CaseRole::Coordinator);
        leads && self.scopes.has(Scope::Coordinate)
    }

    /// Says whether there is a case on which they may act, or would be if there were any.
    pub(crate) fn leads_any(&self) -> bool {
        let leads = self.is_operator() || self.roles.values().any(|role| *role == CaseRole::Coordinator);
        leads && self.scopes.has(Scope::Coordinate)
    }

    /// Says whether they may answer for a slice of a case.
    pub(crate) fn answers(&self, case: &CaseId, tld: &Tld) -> bool {
        self.leads(case) || (self.runs(tld) && self.scopes.has(Scope::Answer))
    }

    /// Returns the top-level domains of their registry; none where it is none.
    pub(crate) fn tlds(&self) -> &[Tld] {
        match &self.party {
            Some(party) if party.kind == PartyKind::Registry => &party.tlds,
            _ => &[],
        }
    }

    /// Says whether they belong to a registry and do not run the installation.
    pub(crate) fn is_registry(&self) -> bool {
        let registry = self.party.as_ref().is_some_and(|party| party.kind == PartyKind::Registry);
        registry && !self.is_operator()
    }

    /// Returns the audience of what belongs to no case.
    pub(crate) fn audience(&self) -> Audience {
        if self.is_operator() { Audience::Recipient } else { Audience::Community }
    }

    fn runs(&self, tld: &Tld) -> bool {
        self.tlds().contains(tld)
    }
}
