// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looking through the log of a case that a hub holds, with what it tells: head, leaves, proofs. Nothing of it is believed that can be computed.

use std::io::Write;

use anyhow::Context as _;
use forestall_connect::hub::Hub;
use forestall_coord::tlog::{
    InclusionProof, SignedCheckpoint, Tree, VerifierKey, verify_consistency, verify_inclusion,
};
use forestall_model::{CaseId, Digest};

use crate::failure::Outcome;
use crate::output;
use crate::table::counted;

/// What was found.
struct Report {
    head: SignedCheckpoint,
    brought: Option<SignedCheckpoint>,
    faults: Vec<String>,
}

/// Holds the log of a hub against the head that it signs and a head that was kept, and ends with status 1 where something differs.
///
/// Every leaf goes into a tree whose root must be the signed one; the hub's own proofs are checked besides. A `key` that was told in another way
/// says who must have signed; without it the key is the hub's own word.
pub(super) async fn run(
    hub: &Hub,
    case: &CaseId,
    brought: Option<SignedCheckpoint>,
    key: Option<&VerifierKey>,
) -> anyhow::Result<Outcome> {
    let told = hub.checkpoint(case).await?;
    let head = SignedCheckpoint::parse(told.note.as_bytes()).context("the signed head of the hub cannot be read")?;
    let of_hub: VerifierKey = told.key.parse().context("the key of the hub cannot be read")?;
    let is_own_word = key.is_none();
    // A key that was told and is of another log stays what it is, so that the head is not signed by it.
    let of_this = |key: &VerifierKey| key.of_log(&head.checkpoint().origin).unwrap_or_else(|| key.clone());
    let key_of_head = key.map_or(of_hub, of_this);
    let mut report = Report { head, brought, faults: Vec::new() };
    report.head_is_signed(case, &key_of_head);
    let tree = report.leaves(hub, case).await?;
    report.proofs(hub, case, &tree, &key_of_head).await?;
    report.continues(hub, case, &tree, key.unwrap_or(&key_of_head)).await?;
    output::to_stdout(|out| Ok(report.print(out)?))?;
    if !report.faults.is_empty() {
        output::note(format_args!("THE LOG IS NOT WHAT IT WAS: the lines `fault` say where"));
        return Ok(Outcome::Found);
    }
    let events = counted(report.head.checkpoint().size, "event");
    output::note(format_args!("the log is what the hub signed: {events} checked by their hashes"));
    if is_own_word {
        output::note(format_args!(
            "note: the key {key_of_head} is the hub's own word; compare it with the key that you were told, or give that with --key"
        ));
    }
    Ok(Outcome::Done)
}

impl Report {
    fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    fn head_is_signed(&mut self, case: &CaseId, key: &VerifierKey) {
        if let Err(error) = self.head.verify(key) {
            self.fault(format!("the signed head: {error}"));
        }
        let origin = self.head.checkpoint().origin.clone();
        if origin.rsplit('/').next() != Some(case.as_str()) {
            self.fault(format!("the signed head is of the log {origin:?}, which is none of the case {case}"));
        }
    }

    /// Fetches the leaf of every event up to the head, and makes their tree.
    async fn leaves(&mut self, hub: &Hub, case: &CaseId) -> anyhow::Result<Tree> {
        let size = self.head.checkpoint().size;
        let mut leaves: Vec<Digest> = Vec::new();
        let mut next = size;
        let mut pages = hub.events(case);
        // The newest come first; what was recorded since the head was signed is not looked at.
        while next > 0
            && let Some(event) = pages.next().await?
        {
            if event.version > size {
                continue;
            }
            if event.version != next {
                self.fault(format!("event {next} is missing: after it comes event {}", event.version));
                break;
            }
            leaves.push(event.leaf);
            next -= 1;
        }
        if next > 0 && self.faults.is_empty() {
            self.fault(format!("events 1 to {next} are missing"));
        }
        let mut tree = Tree::default();
        leaves.iter().rev().for_each(|leaf| tree.push(*leaf));
        let signed = self.head.checkpoint().root;
        if next == 0 && tree.root() != signed {
            let found = tree.root();
            self.fault(format!(
                "the {} give the root {found}, and signed is {signed}: one of them was changed, left out or put in",
                counted(size, "event")
            ));
        }
        Ok(tree)
    }

    /// Asks for the proofs of the first and the last event, and checks them against their leaves.
    async fn proofs(&mut self, hub: &Hub, case: &CaseId, tree: &Tree, key: &VerifierKey) -> anyhow::Result<()> {
        let size = self.head.checkpoint().size;
        let mut versions = vec![1, size];
        versions.dedup();
        for version in versions {
            let Some(leaf) = version.checked_sub(1).and_then(|index| tree.leaf(index)) else { continue };
            let told = hub.proof(case, version).await?;
            let check = |proof: InclusionProof| -> Result<(), String> {
                if proof.index != version - 1 {
                    return Err(format!("it is of event {}", proof.index.saturating_add(1)));
                }
                proof.verify(leaf, key).map_err(|error| error.to_string())?;
                // Both forms of the same proof, where the log has not grown in the meantime.
                if proof.checkpoint.checkpoint().size != size {
                    return Ok(());
                }
                verify_inclusion(leaf, version - 1, size, &told.hashes, self.head.checkpoint().root)
                    .map_err(|error| error.to_string())
            };
            let proved = InclusionProof::parse(told.proof.as_bytes()).map_err(|error| error.to_string());
            if let Err(error) = proved.and_then(check) {
                self.fault(format!("the proof of event {version}: {error}"));
            }
        }
        Ok(())
    }

    /// Checks that the log continues a head that was kept: by the hub's proof, and by the tree.
    async fn continues(&mut self, hub: &Hub, case: &CaseId, tree: &Tree, key: &VerifierKey) -> anyhow::Result<()> {
        let Some(brought) = self.brought.take() else { return Ok(()) };
        let (old, new) = (brought.checkpoint(), self.head.checkpoint());
        let mut faults = Vec::new();
        match key.of_log(&old.origin) {
            Some(key) => faults.extend(brought.is_continued_by(tree, &key).err().map(|error| error.to_string())),
            None => faults.push(format!(
                "it is of the log {:?}, for which the key {} does not sign",
                old.origin,
                key.name()
            )),
        }
        if (1..=new.size).contains(&old.size) {
            let told = hub.consistency(case, old.size, Some(new.size)).await?;
            let proved = verify_consistency((old.size, old.root), (new.size, new.root), &told.hashes);
            faults.extend(proved.err().map(|error| format!("the proof of the hub does not hold: {error}")));
        }
        let events = counted(old.size, "event");
        for fault in faults {
            self.fault(format!("the checkpoint over {events}: {fault}"));
        }
        self.brought = Some(brought);
        Ok(())
    }

    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let head = self.head.checkpoint();
        writeln!(out, "events\t{}", head.size)?;
        writeln!(out, "root\t{}", head.root)?;
        let heads = [("signed", Some(&self.head)), ("checkpoint", self.brought.as_ref())];
        for (word, signed) in heads {
            let Some(head) = signed.map(SignedCheckpoint::checkpoint) else { continue };
            writeln!(out, "{word}\t{}\t{}\t{}", head.size, head.root, head.origin)?;
        }
        self.faults.iter().try_for_each(|fault| writeln!(out, "fault\t{fault}"))
    }
}
