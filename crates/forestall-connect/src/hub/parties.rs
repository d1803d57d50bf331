// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parties, how they are reached, and what left with names or contacts in it.

use forestall_api::disclosures::Disclosure;
use forestall_api::party::{CheckContact, Contact, ImportedParties, KeptParty, MAX_PARTIES, Party, PartyEntry};
use forestall_api::{Items, header, route};
use forestall_model::PartyId;

use super::exchange::Call;
use super::{ETag, Hub, HubError, Pages, Tagged};

impl Hub {
    /// Returns the parties without their contacts.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn parties(&self) -> Result<Vec<PartyEntry>, HubError> {
        self.value::<Items<PartyEntry>>(Call::new(route::PARTIES, route::parties())).await.map(|of| of.items)
    }

    /// Adds a party.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_party(&self, party: &Party) -> Result<KeptParty, HubError> {
        self.value(Call::new(route::ADD_PARTY, route::parties()).json(party)?).await
    }

    /// Has the parties of a file taken over, all or none: a table in CSV, or a document in JSON or TOML.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn import_parties(&self, text: String) -> Result<ImportedParties, HubError> {
        let call = Call::new(route::IMPORT_PARTIES, route::import_parties());
        self.value(call.octets(header::PLAIN, text.into_bytes(), MAX_PARTIES)?).await
    }

    /// Returns a party with its contacts.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn party(&self, id: &PartyId) -> Result<Tagged<KeptParty>, HubError> {
        self.tagged(Call::new(route::PARTY, route::party(id))).await
    }

    /// Replaces a party.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn change_party(&self, party: &Party, over: Option<&ETag>) -> Result<KeptParty, HubError> {
        self.value(Call::new(route::CHANGE_PARTY, route::party(&party.id)).json(party)?.over(over)).await
    }

    /// Removes a party.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn remove_party(&self, id: &PartyId, over: Option<&ETag>) -> Result<(), HubError> {
        self.call(Call::new(route::REMOVE_PARTY, route::party(id)).over(over)).await.map(drop)
    }

    /// Adds a contact to a party, at the end of those that are tried.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_contact(
        &self,
        id: &PartyId,
        contact: &Contact,
        over: Option<&ETag>,
    ) -> Result<KeptParty, HubError> {
        self.value(Call::new(route::ADD_CONTACT, route::contacts(id)).json(contact)?.over(over)).await
    }

    /// Records what somebody found out about a contact; the first one has the number 1.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn check_contact(
        &self,
        id: &PartyId,
        number: u32,
        check: &CheckContact,
        over: Option<&ETag>,
    ) -> Result<KeptParty, HubError> {
        let call = Call::new(route::CHECK_CONTACT, route::check_contact(id, number));
        self.value(call.json(check)?.over(over)).await
    }

    /// Returns the record of disclosures, the newest first.
    #[must_use]
    pub fn disclosures(&self) -> Pages<'_, Disclosure> {
        Pages::new(self, || Call::new(route::DISCLOSURES, route::disclosures()))
    }
}
