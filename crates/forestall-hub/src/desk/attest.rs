// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Attested answers: a list that a registry signed, held against ours.
//!
//! The signature is minisign's (Ed25519), over the file as the registry sent it. Both lists are put into one form before
//! they are compared: distinct names in lower case, sorted, each followed by a line feed.

use std::collections::BTreeSet;

use forestall_coord::case::names_campaign;
use forestall_coord::command::{Answer, Attested, Command};
use forestall_coord::event::AnswerScope;
use forestall_formats::plain;
use forestall_model::digest::Hasher;
use forestall_model::{CaseId, Digest, DomainName};
use forestall_store::Stored;
use minisign_verify::{PublicKey, Signature};

use super::lists::computed;
use super::{Act, DaysAnswer, Desk, DeskError};

/// A list that a registry signed.
#[derive(Clone, Debug)]
pub struct SignedList {
    /// The list as it was signed: one name a line.
    pub list: Vec<u8>,
    /// The signature, the text of a `.minisig` file.
    pub signature: String,
    /// The registry's public key, in minisign's one-line form.
    pub key: String,
}

impl Desk {
    /// Records a registry's answer for whole days as *attested*: the list that it signed holds exactly our names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a signature that does not verify and a list that cannot be read; [`DeskError::Refused`] where
    /// the signed list is not ours; nothing is recorded then.
    pub async fn answer_signed(
        &self,
        case: &CaseId,
        act: &Act,
        answer: DaysAnswer,
        signed: &SignedList,
    ) -> Result<Stored, DeskError> {
        let theirs = verified(signed)?;
        let file = self.file(case).await?;
        let days = answer.days.unwrap_or(file.case.horizon);
        let (desk, asked) = (self.clone(), answer.clone());
        let ours = computed(move || -> Result<BTreeSet<DomainName>, DeskError> {
            let mut ours = BTreeSet::new();
            let board = file.board();
            for cell in board.slice(&asked.tld).iter().filter(|cell| days.contains(cell.day)) {
                if names_campaign(&asked.campaigns, &file.case.campaigns[cell.campaign].id) {
                    ours.extend(desk.listing(&file, &asked.tld, cell.campaign, cell.period)?.names.iter().cloned());
                }
            }
            ours.retain(|name| !file.case.exclusions.contains_key(name));
            Ok(ours)
        })
        .await?;
        let attested = Attested { ours: digest_of(&ours), theirs: digest_of(&theirs) };
        let command = Command::Answer(Answer {
            tld: answer.tld,
            scope: AnswerScope::Days { days, campaigns: answer.campaigns },
            action: answer.action,
            result: answer.result,
            attested: Some(attested),
        });
        self.execute(case, act, &command).await
    }
}

fn verified(signed: &SignedList) -> Result<BTreeSet<DomainName>, DeskError> {
    let key = PublicKey::from_base64(signed.key.trim())
        .map_err(|error| DeskError::Input(format!("the registry's public key is no minisign key: {error}")))?;
    let signature = Signature::decode(&signed.signature)
        .map_err(|error| DeskError::Input(format!("the signature is no minisign signature: {error}")))?;
    key.verify(&signed.list, &signature, false)
        .map_err(|error| DeskError::Input(format!("the signature is not by this key over this list: {error}")))?;
    let names = plain::read(signed.list.as_slice()).map_err(|error| DeskError::Input(error.to_string()))?;
    Ok(names.into_iter().collect())
}

fn digest_of(names: &BTreeSet<DomainName>) -> Digest {
    let mut hasher = Hasher::default();
    for name in names {
        hasher.update(name.as_str().as_bytes());
        hasher.update(b"\n");
    }
    hasher.finish()
}
