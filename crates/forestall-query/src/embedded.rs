// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A session in this process, within a limit of memory; what is more goes to disk where the engine can do it that way.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::functions::Known;
use crate::session;

/// Consumers of memory that an error names.
const NAMED: NonZeroUsize = NonZeroUsize::MIN;

/// Begins a session with so many octets for rows, and a folder of its own for what does not fit.
///
/// # Errors
///
/// The folder cannot be used.
pub(crate) fn context(known: &Known, octets: usize, spill: &Path) -> Result<SessionContext> {
    let mut config = session::settled(SessionConfig::new());
    // What each sort keeps free for the way back from disk, all of them together a quarter at most: they would have nothing else.
    let share = octets / 4 / config.target_partitions();
    let execution = &mut config.options_mut().execution;
    execution.sort_spill_reservation_bytes = execution.sort_spill_reservation_bytes.min(share);
    let mode = DiskManagerMode::Directories(vec![spill.to_owned()]);
    let surroundings = session::surroundings()
        .with_memory_pool(Arc::new(TrackConsumersPool::new(FairSpillPool::new(octets), NAMED)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(mode))
        .build_arc()?;
    let state =
        SessionStateBuilder::new().with_default_features().with_config(config).with_runtime_env(surroundings).build();
    Ok(SessionContext::new_with_state(session::with_functions(state, known)?))
}
