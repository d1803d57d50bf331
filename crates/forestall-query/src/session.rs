// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a session is like wherever it runs: settings, stores that only read, our functions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ballista_core::extension::SessionConfigExt as _;
use ballista_core::utils::default_session_builder;
use datafusion::common::Result;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::execution::{FunctionRegistry as _, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use forestall_lake::Keys;

use crate::failure::Failure;
use crate::functions::options::Options;
use crate::functions::{Known, aggregate, scalar};
use crate::indexes::Indexes;
use crate::stores::Stores;

/// Opens index files and the file of keys.
///
/// # Errors
///
/// [`Failure::Environment`] for what cannot be used, by name.
pub(crate) fn known(indexes: &[PathBuf], keys: Option<&Path>) -> Result<Known, Failure> {
    let indexes = Indexes::open(indexes).map_err(|error| Failure::Environment(error.to_string()))?;
    let key = keys.map(key).transpose()?;
    Ok(Known::new(indexes, key))
}

fn key(path: &Path) -> Result<forestall_census::SketchKey, Failure> {
    // Keys are made where there are none, which is the shipper's to do.
    if !path.exists() {
        return Err(Failure::Environment(format!("the keys in {} are not there", path.display())));
    }
    let keys = Keys::open(path).map_err(|error| Failure::Environment(error.to_string()))?;
    Ok(keys.sketch())
}

/// Adds the settings that hold everywhere.
pub(crate) fn settled(config: SessionConfig) -> SessionConfig {
    let mut config = config.with_information_schema(true).with_option_extension(Options::default());
    let options = config.options_mut();
    // Where in the statement a fault is.
    options.sql_parser.collect_spans = true;
    // Without views: Arrow Flight sends them with all that they are views of.
    options.execution.parquet.schema_force_view_types = false;
    options.sql_parser.map_string_types_to_utf8view = false;
    config
}

/// Returns the settings of a session on a cluster. A query is planned once: planning again after each stage, which the library would do unasked, gives up some
/// statements without a word, such as a sort over a union of counts, and whoever asked would wait without end.
pub(crate) fn settled_on_cluster() -> SessionConfig {
    settled(SessionConfig::new_with_ballista()).with_ballista_adaptive_query_planner(false)
}

/// Begins the surroundings of a session.
pub(crate) fn surroundings() -> RuntimeEnvBuilder {
    RuntimeEnvBuilder::new().with_object_store_registry(Arc::new(Stores::default()))
}

/// Begins a state as the scheduler has one for each query: the engine's functions and rules for a cluster, and ours.
///
/// # Errors
///
/// None of which we know.
pub(crate) fn state_on_cluster(config: SessionConfig, known: &Known) -> Result<SessionState> {
    let state = default_session_builder(config)?;
    let id = state.session_id().to_owned();
    let builder = SessionStateBuilder::new_from_existing(state).with_session_id(id);
    with_functions(builder.with_runtime_env(surroundings().build_arc()?).build(), known)
}

/// Adds our functions.
///
/// # Errors
///
/// None: a function of the engine that has the name of ours gives way.
pub(crate) fn with_functions(mut state: SessionState, known: &Known) -> Result<SessionState> {
    for function in scalar(known) {
        state.register_udf(function)?;
    }
    for function in aggregate(known) {
        state.register_udaf(function)?;
    }
    Ok(state)
}
