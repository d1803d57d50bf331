// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The scheduler of a cluster: Ballista's, with our functions, and on loopback unless somebody says otherwise.

use std::net::SocketAddr;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;

use crate::arguments::Scheduler;
use crate::failure::Failure;
use crate::functions::Known;
use crate::indexes::Indexes;
use crate::session;

/// Seconds between two looks for dead executors.
const LOOKS: u64 = 2;

/// Runs until it is killed.
///
/// # Errors
///
/// The port cannot be had.
pub(crate) async fn run(asked: &Scheduler) -> Result<(), Failure> {
    let address = SocketAddr::new(asked.bind, asked.port);
    // Without indexes: it plans, and the executors look names up.
    let known = Known::new(Indexes::default(), None);
    let config = SchedulerConfig {
        bind_host: asked.bind.to_string(),
        bind_port: asked.port,
        external_host: asked.bind.to_string(),
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: asked.executor_timeout,
        no_executors_grace_period_seconds: asked.executor_timeout,
        expire_dead_executor_interval_seconds: LOOKS,
        override_config_producer: Some(Arc::new(session::settled_on_cluster)),
        override_session_builder: Some(Arc::new(move |config| session::state_on_cluster(config, &known))),
        ..SchedulerConfig::default()
    };
    let failed = |error: ballista_core::error::BallistaError| {
        Failure::Environment(format!("the scheduler at {address} cannot run: {error}"))
    };
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(failed)?;
    start_server(cluster, address, Arc::new(config)).await.map_err(failed)
}
