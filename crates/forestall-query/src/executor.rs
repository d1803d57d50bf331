// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An executor of a cluster: Ballista's, with our functions and indexes, and on loopback unless somebody says otherwise.

use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::prelude::SessionConfig;

use crate::arguments::{Executor, HostPort};
use crate::failure::Failure;
use crate::folder::{self, told_to_end};
use crate::{cluster, session};

/// Seconds after which results between stages are deleted, where the scheduler did not say so before: they are rows of the lake.
const RESULTS: u64 = 3_600;
/// Seconds between two looks for such results.
const LOOKS: u64 = 60;
/// Between two attempts to reach the scheduler.
const PAUSE: Duration = Duration::from_millis(500);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
///
/// An index, the keys or the work folder cannot be used, the port cannot be had, the scheduler is not there within the time that it has; or it ends by itself.
pub(crate) async fn run(asked: &Executor) -> Result<(), Failure> {
    let known = session::known(&asked.index, asked.keys.as_deref())?;
    let state = session::state_on_cluster(session::settled_on_cluster(), &known);
    let registry = BallistaFunctionRegistry::from(&state.map_err(|error| Failure::of_run(&error))?);
    let address = SocketAddr::new(asked.bind, asked.port);
    let failed = |why: String| Failure::Environment(format!("the executor at {address} cannot run: {why}"));
    // The library would go on without the port and then end as if all were well.
    TcpListener::bind(address).map(drop).map_err(|error| failed(error.to_string()))?;
    let work = folder::of_its_own(asked.work.as_deref())?;
    let folder = work.rows().to_str().map(str::to_owned);
    let folder = folder.ok_or_else(|| failed(format!("{} is not UTF-8", work.rows().display())))?;
    tokio::select! {
        there = wait_for(&asked.scheduler, Duration::from_secs(asked.wait)) => there?,
        () = told_to_end() => return Ok(()),
    }
    let defaults = ExecutorProcessConfig::default();
    let spill = folder.clone();
    let config = ExecutorProcessConfig {
        bind_host: in_url(asked.bind),
        // Where it listens at every address, the scheduler takes the one that it sees.
        external_host: (!asked.bind.is_unspecified()).then(|| in_url(asked.bind)),
        port: asked.port,
        // It has no such port; where the scheduler gives it up, it knocks here and not at that of somebody else.
        grpc_port: asked.port,
        scheduler_host: asked.scheduler.host.clone(),
        scheduler_port: asked.scheduler.port,
        // The library counts these seconds wrongly and would never end its wait; ours is over.
        scheduler_connect_timeout_seconds: 0,
        vcores: asked.tasks.map_or(defaults.vcores, usize::from),
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(folder),
        job_data_ttl_seconds: RESULTS,
        job_data_clean_up_interval_seconds: LOOKS,
        memory_pool_size: Some(u64::from(asked.memory) << 20),
        override_function_registry: Some(Arc::new(registry)),
        override_config_producer: Some(Arc::new(session::settled_on_cluster)),
        override_runtime_producer: Some(Arc::new(move |_: &SessionConfig| {
            session::surroundings().with_temp_file_path(spill.clone()).build_arc()
        })),
        ..defaults
    };
    let was_told = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&was_told);
    tokio::spawn(async move {
        told_to_end().await;
        noted.store(true, Ordering::Release);
    });
    start_executor_process(Arc::new(config)).await.map_err(|error| failed(error.to_string()))?;
    // That it could not go on, the library says in its log alone.
    if was_told.load(Ordering::Acquire) {
        return Ok(());
    }
    Err(failed("it ended by itself; why stands above".to_owned()))
}

/// Waits until a scheduler accepts connections, and says that it waits.
async fn wait_for(scheduler: &HostPort, limit: Duration) -> Result<(), Failure> {
    let begin = Instant::now();
    let mut is_told = false;
    loop {
        let why = match tokio::time::timeout(ATTEMPT, cluster::connected(scheduler)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", ATTEMPT.as_secs()),
        };
        let seconds = limit.as_secs();
        if begin.elapsed() + PAUSE > limit {
            return Err(Failure::Environment(format!(
                "the scheduler {scheduler} cannot be reached, after {seconds} s of waiting: {why}"
            )));
        }
        if !is_told {
            let told = format!("note: waits {seconds} s at most for the scheduler {scheduler}: {why}");
            let _ = writeln!(io::stderr(), "{told}");
            is_told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Returns an address as it stands in a URL.
fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
