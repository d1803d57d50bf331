// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who asks, and what follows for them.

use forestall_model::party::PartyKind;
use forestall_model::{Actor, CaseId, CaseRole, PartyId, PersonId, Scope, Standing, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{
    ActorText, CaseIdText, PartyIdText, PartyKindWord, PersonIdText, RoleWord, ScopeWord, StandingOfPersonWord, TldText,
};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The name under which they act.
    #[schema(value_type = ActorText)]
    pub actor: Actor,
    /// The person; none for whoever came by a link of the program itself.
    #[schema(value_type = Option<PersonIdText>)]
    pub person: Option<PersonId>,
    /// Their party; none for people who run the installation and belong to none.
    pub party: Option<OwnParty>,
    /// What they are to the installation.
    #[schema(value_type = StandingOfPersonWord)]
    pub standing: Standing,
    /// What the token may be used for; all for a session in a browser.
    #[schema(value_type = Vec<ScopeWord>)]
    pub scopes: Vec<Scope>,
    /// Their roles in cases, by case.
    pub roles: Vec<OwnRole>,
}

/// The party of whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnParty {
    /// The party.
    #[schema(value_type = PartyIdText)]
    pub id: PartyId,
    /// What it does.
    #[schema(value_type = PartyKindWord)]
    pub kind: PartyKind,
    /// What people call it.
    pub name: String,
    /// The top-level domains that it runs.
    #[schema(value_type = Vec<TldText>)]
    pub tlds: Vec<Tld>,
}

/// A role in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnRole {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The role.
    #[schema(value_type = RoleWord)]
    pub role: CaseRole,
}
