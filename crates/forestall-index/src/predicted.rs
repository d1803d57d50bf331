// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of campaigns, computed into a builder: those whose widened window meets a span.

use std::collections::HashMap;

use forestall_dga::info::Verification;
use forestall_dga::predict::{self, List, Lists, Query};
use forestall_dga::{Family, GenerateError, Prepared};
use forestall_model::{Margin, Window, WindowSet};

use crate::build::{BuildError, CampaignHandle, Reference};
use crate::{AddError, Builder, Computed, IndexCampaign, Scratch};

/// Why the names of a campaign could not be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredictError {
    /// A list could not be computed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The builder takes no more.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// How many names a campaign brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Names, repeated ones counted in each list.
    pub names: u64,
    /// Generated octets that are no name below a top-level domain.
    pub refused: u64,
}

/// Returns what an index says of a campaign.
#[must_use]
pub fn campaign(prepared: &Prepared) -> IndexCampaign {
    let info = prepared.family.info();
    IndexCampaign {
        family: prepared.campaign.family.clone(),
        id: prepared.campaign.id.clone(),
        margin: margin(prepared.family.as_ref()),
        computed: Some(Computed { generator_version: info.generator_version, digest: prepared.digest }),
        unverified: info.verification == Verification::Unverified,
    }
}

/// Returns by how much the windows of a family are widened.
#[must_use]
pub fn margin(family: &dyn Family) -> Margin {
    family.info().margin.guard()
}

/// Adds every name of a campaign that has a widened window which meets `span`, from all origin periods.
///
/// Lists are computed on up to `threads` threads. `progress` is told the names of each list as they come.
///
/// # Errors
///
/// [`PredictError`] where a list cannot be computed or the builder takes no more.
pub fn add<S: Scratch>(
    builder: &mut Builder<S>,
    prepared: &Prepared,
    span: Window,
    threads: usize,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Added, PredictError> {
    let campaign = campaign(prepared);
    let margin = campaign.margin;
    // A widened window meets the span where the nominal one meets this.
    let reach = span.widened(Margin { before_seconds: margin.after_seconds, after_seconds: margin.before_seconds });
    let handle = builder.campaign(campaign)?;
    let mut taker = Taker { builder, handle, span, margin, added: Added::default() };
    predict::visit(prepared, &Query::all(Lists::Span(reach)), threads, |list| {
        progress(list.len() as u64);
        taker.take(list)
    })?;
    Ok(taker.added)
}

struct Taker<'b, S> {
    builder: &'b mut Builder<S>,
    handle: CampaignHandle,
    span: Window,
    margin: Margin,
    added: Added,
}

impl<S: Scratch> Taker<'_, S> {
    /// Adds one list. Its names share few window sets, each of which is looked at once.
    fn take(&mut self, list: &List<'_>) -> Result<(), PredictError> {
        let mut known: HashMap<*const WindowSet, Option<Reference>> = HashMap::new();
        let mut last: Option<(&WindowSet, Option<Reference>)> = None;
        for name in list.names() {
            let reference = match last {
                Some((windows, reference)) if std::ptr::eq(windows, name.windows) => reference,
                _ => match known.get(&std::ptr::from_ref(name.windows)) {
                    Some(reference) => *reference,
                    None => {
                        let open = name.windows.meets(self.span, self.margin);
                        let reference =
                            if open { Some(self.builder.reference(self.handle, name.windows)?) } else { None };
                        known.insert(std::ptr::from_ref(name.windows), reference);
                        reference
                    }
                },
            };
            last = Some((name.windows, reference));
            let Some(reference) = reference else { continue };
            match self.builder.add(name.bytes, reference) {
                Ok(()) => self.added.names += 1,
                Err(AddError::Name(_)) => self.added.refused += 1,
                Err(AddError::Scratch(error)) => return Err(BuildError::Scratch(error).into()),
            }
        }
        Ok(())
    }
}
