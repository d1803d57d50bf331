// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An executor of a cluster: Ballista's, with our functions and indexes, and on loopback unless somebody says otherwise.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::SessionConfigExt as _;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::prelude::SessionConfig;

use crate::arguments::Executor;
use crate::failure::Failure;
use crate::session;

/// Seconds after which results between stages are deleted, where the scheduler did not say so before: they are rows of the lake.
const RESULTS: u64 = 3_600;
/// Seconds between two looks for such results.
const LOOKS: u64 = 60;
/// What has it wait at the start until the scheduler is there, and say so; the library counts these seconds wrongly, and never ends the wait.
const PATIENCE: u16 = 30;

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
///
/// An index, the keys or the work folder cannot be used, the port cannot be had.
pub(crate) async fn run(asked: &Executor) -> Result<(), Failure> {
    let known = session::known(&asked.index, asked.keys.as_deref())?;
    let state = session::state_on_cluster(session::settled(SessionConfig::new_with_ballista()), &known);
    let registry = BallistaFunctionRegistry::from(&state.map_err(|error| Failure::of_run(&error))?);
    let place = asked.work.clone().unwrap_or_else(std::env::temp_dir);
    let work = tempfile::Builder::new().prefix("forestall-query-").tempdir_in(&place);
    let work = work.map_err(|error| Failure::Environment(format!("no work folder in {}: {error}", place.display())))?;
    let folder = work.path().to_str().map(str::to_owned);
    let folder = folder.ok_or_else(|| Failure::Environment(format!("{} is not UTF-8", place.display())))?;
    let defaults = ExecutorProcessConfig::default();
    let spill = folder.clone();
    let config = ExecutorProcessConfig {
        bind_host: in_url(asked.bind),
        // Where it listens at every address, the scheduler takes the one that it sees.
        external_host: (!asked.bind.is_unspecified()).then(|| in_url(asked.bind)),
        port: asked.port,
        scheduler_host: asked.scheduler.host.clone(),
        scheduler_port: asked.scheduler.port,
        scheduler_connect_timeout_seconds: PATIENCE,
        vcores: asked.tasks.map_or(defaults.vcores, usize::from),
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(folder),
        job_data_ttl_seconds: RESULTS,
        job_data_clean_up_interval_seconds: LOOKS,
        memory_pool_size: Some(u64::from(asked.memory) << 20),
        override_function_registry: Some(Arc::new(registry)),
        override_config_producer: Some(Arc::new(|| session::settled(SessionConfig::new_with_ballista()))),
        override_runtime_producer: Some(Arc::new(move |_: &SessionConfig| {
            session::surroundings().with_temp_file_path(spill.clone()).build_arc()
        })),
        ..defaults
    };
    let address = SocketAddr::new(asked.bind, asked.port);
    let ended = start_executor_process(Arc::new(config)).await;
    ended.map_err(|error| Failure::Environment(format!("the executor at {address} cannot run: {error}")))
}

/// Returns an address as it stands in a URL.
fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
