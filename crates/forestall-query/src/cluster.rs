// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A session whose queries run on a cluster. Plans are made here and by the scheduler; the executors read files and compute.

use std::time::Duration;

use ballista::prelude::{SessionConfigExt as _, SessionContextExt as _};
use datafusion::common::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::arguments::HostPort;
use crate::failure::Failure;
use crate::functions::Known;
use crate::functions::options::Options;
use crate::session;

/// How long the scheduler may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Begins a session on the cluster of a scheduler. What `known` has of indexes is what the executors must have.
///
/// # Errors
///
/// [`Failure::Environment`] where the scheduler cannot be reached.
pub(crate) async fn context(known: &Known, scheduler: &HostPort, adaptive: bool) -> Result<SessionContext, Failure> {
    reach(scheduler).await?;
    let failed = |error: DataFusionError| Failure::of_run(&error);
    let mut config = session::settled(SessionConfig::new_with_ballista());
    if let Some(options) = config.options_mut().extensions.get_mut::<Options>() {
        options.index = known.indexes.digest().to_owned();
    }
    let config = config.with_ballista_adaptive_query_planner(adaptive);
    let state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .with_runtime_env(session::surroundings().build_arc().map_err(failed)?)
        .build();
    let context = SessionContext::remote_with_state(&format!("df://{scheduler}"), state).await.map_err(failed)?;
    // The functions of the state before were replaced by those of the engine.
    let state = session::with_functions(context.state(), known).map_err(failed)?;
    Ok(SessionContext::new_with_state(state))
}

/// Says early and by name that a scheduler is not there.
async fn reach(scheduler: &HostPort) -> Result<(), Failure> {
    let host = scheduler.host.trim_start_matches('[').trim_end_matches(']');
    let attempt = tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect((host, scheduler.port))).await;
    let why = match attempt {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
    };
    Err(Failure::Environment(format!("the scheduler {scheduler} cannot be reached: {why}")))
}
