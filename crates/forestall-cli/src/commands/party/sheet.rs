// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sheet of parties and how each is reached, from a store or from a hub.

use forestall_connect::hub::Hub;
use forestall_formats::party_sheet::{self, PartySheet};
use forestall_hub::desk::{DeskError, SheetForm};
use forestall_model::marking::release;
use forestall_model::{Audience, PartyId};

use crate::cases::Cases;
use crate::world::{ActArgs, Globals};

/// Writes the sheet of some parties, or of all, and returns it with the number of its contacts. That it left goes into the record of
/// disclosures: here, or by the hub that handed the contacts over.
///
/// # Errors
///
/// What the desk or the hub report.
pub(super) async fn sheet(
    only: &[PartyId],
    form: SheetForm,
    act: &ActArgs,
    globals: &Globals,
) -> anyhow::Result<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    let contacts = match globals.cases().await? {
        Cases::Here(desk) => {
            let act = act.act(globals)?;
            desk.party_sheet(only, form, Audience::Recipient, &act, &mut bytes).await?
        }
        Cases::At(hub) => {
            let (parties, made) = (fetch(&hub, only).await?, globals.now());
            let sheet = release(PartySheet { parties, made }, Audience::Recipient, made).map_err(DeskError::from)?;
            match form {
                SheetForm::Text => party_sheet::write_text(&sheet, &mut bytes)?,
                SheetForm::Html => party_sheet::write_html(&sheet, &mut bytes)?,
            }
            sheet.object().contacts()
        }
    };
    Ok((bytes, contacts))
}

async fn fetch(hub: &Hub, only: &[PartyId]) -> anyhow::Result<Vec<forestall_model::Party>> {
    let mut ids: Vec<PartyId> =
        if only.is_empty() { hub.parties().await?.into_iter().map(|entry| entry.id).collect() } else { only.to_vec() };
    ids.sort_unstable();
    ids.dedup();
    let mut parties = Vec::new();
    for id in ids {
        parties.push(hub.party(&id).await?.value.party.into());
    }
    Ok(parties)
}
