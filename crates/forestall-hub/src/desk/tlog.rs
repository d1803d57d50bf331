// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The transparency log of a case: signing its head, proving what is in it, looking whether it is what it was.

use forestall_coord::tlog::{
    Audit, Audited, InclusionProof, LogFault, MAX_BUNDLED, SignedCheckpoint, TilePath, VerifierKey, bundle,
};
use forestall_dga::Family;
use forestall_model::marking::{Marked, release};
use forestall_model::{Audience, CaseId, Digest, Instant, Marking, Released};
use forestall_store::Document;

use super::{Desk, DeskError};

/// The last checkpoint that was signed of each case.
const CHECKPOINTS: &str = "log-checkpoint";
/// How often another process may be faster with a checkpoint.
const ATTEMPTS: u32 = 16;
/// Events that are read at once; each may have many megabytes.
const PAGE: u32 = 32;

/// What somebody who looked through a log has found.
#[derive(Debug)]
pub struct LogReport {
    /// Events.
    pub events: u64,
    /// The root over them as they are.
    pub root: Digest,
    /// What is wrong with events and withheld fields, in order; at most 1,000.
    pub faults: Vec<LogFault>,
    /// Withheld fields that fit their events.
    pub fields: u64,
    /// Withheld fields that were erased: the number of the event and the name of the field.
    pub erased: Vec<(u64, String)>,
    /// The checkpoint that this installation signed last, where it signed one.
    pub last: Option<CheckpointReport>,
    /// The checkpoint that was brought along, where one was.
    pub brought: Option<CheckpointReport>,
}

/// What came of a checkpoint that a log was held against.
#[derive(Debug)]
pub struct CheckpointReport {
    /// The log that it names.
    pub origin: String,
    /// The events that it is over.
    pub size: u64,
    /// The root that it names.
    pub root: Digest,
    /// Why the log does not continue it, in words; `None` where all is well.
    pub problem: Option<String>,
}

impl LogReport {
    /// Says whether everything is as it must be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let differs = |report: &Option<CheckpointReport>| report.as_ref().is_some_and(|r| r.problem.is_some());
        self.faults.is_empty() && !differs(&self.last) && !differs(&self.brought)
    }
}

/// A leaf of the tree as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLeaf {
    /// The hash of the leaf.
    pub leaf: Digest,
    /// Its proof.
    pub proof: InclusionProof,
}

/// A case whose log is asked for.
struct Asked {
    case: CaseId,
    marking: Marking,
}

impl Marked for Asked {
    fn marking(&self) -> Marking {
        self.marking
    }
}

impl Desk {
    /// Returns the signed head of the log of a case. It is signed anew where the case has events that the last one is not over.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`]; [`DeskError::Forked`] where the log does not continue what was signed last, and nothing is signed then;
    /// [`DeskError::Store`] where the store fails.
    pub async fn checkpoint(&self, case: &CaseId, now: Instant) -> Result<SignedCheckpoint, DeskError> {
        for _ in 0..ATTEMPTS {
            let key = self.log_key(now).await?.of(case)?;
            // Before the tree: what another process signs in between must not look like events that are gone.
            let last = self.store().document(CHECKPOINTS, case.as_str()).await?;
            let tree = self.tree(case).await?;
            if let Some(last) = &last {
                let fork = |error: &dyn std::fmt::Display| {
                    tracing::error!(%case, %error, "the log does not continue what was signed; nothing is signed");
                    DeskError::Forked { case: case.clone(), reason: error.to_string() }
                };
                let signed = SignedCheckpoint::parse(last.body.as_bytes()).map_err(|error| fork(&error))?;
                signed.is_continued_by(&tree, &key.verifier()).map_err(|error| fork(&error))?;
                if signed.checkpoint().size == tree.size() {
                    return Ok(signed);
                }
            }
            let broken = |error| DeskError::Folder(format!("a checkpoint cannot be written: {error}"));
            let signed = SignedCheckpoint::sign(tree.size(), tree.root(), &key).map_err(broken)?;
            let document = Document { kind: CHECKPOINTS, id: case.to_string(), changed: now, body: signed.to_string() };
            if self.store().swap_document(document, last.map(|last| last.body)).await? {
                return Ok(signed);
            }
        }
        Err(DeskError::Contended(format!("other processes sign the log of the case {case} all the time; try again")))
    }

    /// Returns the proof that an event, counted from 1, is in the log of its case.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the case has no such event, and as [`Desk::checkpoint`].
    pub async fn inclusion(&self, case: &CaseId, version: u64, now: Instant) -> Result<LogLeaf, DeskError> {
        let checkpoint = self.checkpoint(case, now).await?;
        let (tree, size) = (self.tree(case).await?, checkpoint.checkpoint().size);
        let missing = || DeskError::Input(format!("the case {case} has no event {version}; it has 1 to {size}"));
        let index = version.checked_sub(1).ok_or_else(missing)?;
        let hashes = tree.inclusion(index, size).ok_or_else(missing)?;
        let leaf = tree.leaf(index).ok_or_else(missing)?;
        Ok(LogLeaf { leaf, proof: InclusionProof { index, hashes, checkpoint } })
    }

    /// Returns the hashes that show that the first `new` events of a case begin with the first `old` ones.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there are not so many events, [`DeskError::NoSuchCase`], [`DeskError::Store`].
    pub async fn consistency(&self, case: &CaseId, old: u64, new: u64) -> Result<Vec<Digest>, DeskError> {
        let tree = self.tree(case).await?;
        let missing = || {
            let size = tree.size();
            DeskError::Input(format!("there is no proof from {old} to {new} events: the case {case} has {size}"))
        };
        tree.consistency(old, new).ok_or_else(missing)
    }

    /// Returns a tile of the tree, or a bundle of its entries; `None` where there is none of this path.
    ///
    /// An entry is the canonical encoding of an event. A bundle that would hold one of more than 65,535 octets cannot be written; its
    /// entries are got one by one.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], [`DeskError::Store`].
    pub async fn tile(&self, case: &CaseId, path: &TilePath) -> Result<Option<Vec<u8>>, DeskError> {
        let first = path.first_entry();
        {
            let tree = self.tree(case).await?;
            if path.level.is_some() {
                return Ok(tree.tile(path));
            }
            if first.saturating_add(path.width.into()) > tree.size() {
                return Ok(None);
            }
        }
        let entries = self.store().short_encodings(case, first, path.width, MAX_BUNDLED).await?;
        if entries.len() < usize::from(path.width) {
            return Ok(None);
        }
        Ok(bundle(entries.iter().map(String::as_bytes)).ok())
    }

    /// Returns the entry of one event, counted from 1: its canonical encoding; `None` where there is no such event.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub async fn log_entry(&self, case: &CaseId, version: u64) -> Result<Option<Vec<u8>>, DeskError> {
        let Some(before) = version.checked_sub(1) else { return Ok(None) };
        let mut found = self.store().stored_events(case, before, 1).await?;
        Ok(found.pop().filter(|event| event.version == version).map(|event| event.encoding))
    }

    /// Lets the log of a case pass to everybody, where the marking of the case and of its families allows it; `None` where it does not, and
    /// where there is no such case. A case that is confidential is asked for by the same one look at the store as one that is not there.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`].
    pub async fn public_log(&self, case: &CaseId, now: Instant) -> Result<Option<Released<CaseId>>, DeskError> {
        let Some(view) = self.store().case_view(case).await? else { return Ok(None) };
        if release(view, Audience::Public, now).is_err() {
            return Ok(None);
        }
        let Some(state) = self.store().load(case).await? else { return Ok(None) };
        let mut marking = state.marking;
        for campaign in &state.campaigns {
            // A family that this program does not have may have become stricter where nobody here sees it.
            let Some(family) = self.catalogue().family(campaign.family.as_str()) else { return Ok(None) };
            marking = marking.strictest(Family::marking(family.as_ref()));
        }
        let released = release(Asked { case: case.clone(), marking }, Audience::Public, now);
        Ok(released.ok().map(|released| released.map(|asked| asked.case)))
    }

    /// Looks through the whole log of a case: every event against its hash and its place, every withheld field against the commitment, and
    /// the log against the checkpoint that was signed last and one that somebody brought along.
    ///
    /// The checkpoint that was brought is held against `key`, where one is given, else against the key of this installation.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], [`DeskError::Store`]; [`DeskError::Input`] for a checkpoint without a key to hold it against.
    pub async fn verify_log(
        &self,
        case: &CaseId,
        brought: Option<(&SignedCheckpoint, Option<&VerifierKey>)>,
    ) -> Result<LogReport, DeskError> {
        let own = self.known_log_key().await?.map(|key| key.verifier()).transpose()?;
        let last = self.store().document(CHECKPOINTS, case.as_str()).await?;
        let audited = self.audited(case).await?;
        let last = last.map(|last| {
            let signed = SignedCheckpoint::parse(last.body.as_bytes());
            match (signed, &own) {
                (Ok(signed), Some(own)) => CheckpointReport::of(&signed, &audited, own),
                (Ok(signed), None) => CheckpointReport::failed(&signed, "the key that signed it is gone"),
                (Err(error), _) => CheckpointReport {
                    origin: String::new(),
                    size: 0,
                    root: Digest::of(&[]),
                    problem: Some(format!("it cannot be read: {error}")),
                },
            }
        });
        let brought = brought.map(|(signed, key)| {
            let key = key.or(own.as_ref()).ok_or_else(|| {
                DeskError::Input("this installation never signed a log; say which key signed the checkpoint".to_owned())
            })?;
            Ok::<_, DeskError>(CheckpointReport::of(signed, &audited, key))
        });
        Ok(LogReport {
            events: audited.tree.size(),
            root: audited.tree.root(),
            brought: brought.transpose()?,
            last,
            faults: audited.faults,
            fields: audited.fields,
            erased: audited.erased,
        })
    }

    async fn audited(&self, case: &CaseId) -> Result<Audited, DeskError> {
        let mut audit = Audit::of(case.clone());
        let mut after = 0;
        loop {
            let page = self.store().stored_events(case, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.version;
            for event in &page {
                audit.event(event);
            }
        }
        if after == 0 { Err(DeskError::NoSuchCase(case.clone())) } else { Ok(audit.finish()) }
    }
}

impl CheckpointReport {
    /// Holds a log against a checkpoint. The key is that of the log or of the installation that the log belongs to.
    fn of(signed: &SignedCheckpoint, audited: &Audited, key: &VerifierKey) -> Self {
        let origin = &signed.checkpoint().origin;
        match key.of_log(origin) {
            Some(key) => match signed.is_continued_by(&audited.tree, &key) {
                Ok(()) => Self { problem: None, ..Self::failed(signed, "") },
                Err(error) => Self::failed(signed, &error.to_string()),
            },
            None => Self::failed(
                signed,
                &format!("it is of the log {origin:?}, for which the key {} does not sign", key.name()),
            ),
        }
    }

    fn failed(signed: &SignedCheckpoint, problem: &str) -> Self {
        let head = signed.checkpoint();
        Self { origin: head.origin.clone(), size: head.size, root: head.root, problem: Some(problem.to_owned()) }
    }
}
