// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A session whose queries run on a cluster. Plans are made here and by the scheduler; the executors read files and compute.

use std::io;
use std::time::Duration;

use ballista::prelude::SessionContextExt as _;
use datafusion::common::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use crate::arguments::HostPort;
use crate::failure::Failure;
use crate::functions::Known;
use crate::functions::options::Options;
use crate::session;

/// How long it may take until the scheduler says that it has an executor.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(250);
/// Octets of an answer that say how it was.
const BEGIN: usize = b"HTTP/1.1 200".len();

/// Begins a session on the cluster of a scheduler. What `known` has of indexes is what the executors must have.
///
/// # Errors
///
/// [`Failure::Environment`] where the scheduler cannot be reached, or has no executor.
pub(crate) async fn context(known: &Known, scheduler: &HostPort) -> Result<SessionContext, Failure> {
    reach(scheduler).await?;
    let failed = |error: DataFusionError| Failure::of_run(&error);
    let mut config = session::settled_on_cluster();
    if let Some(options) = config.options_mut().extensions.get_mut::<Options>() {
        options.index = known.indexes.digest().to_owned();
    }
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

/// Says early and by name that a scheduler is not there, or that it has nobody who would run a query: that one would wait without end.
async fn reach(scheduler: &HostPort) -> Result<(), Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let asked = timeout_at(until, has_executors(scheduler)).await;
        let why = match asked {
            Ok(Ok(true)) => return Ok(()),
            // One that was just started has not spoken yet.
            Ok(Ok(false)) if Instant::now() + PAUSE < until => {
                sleep(PAUSE).await;
                continue;
            }
            Ok(Ok(false)) => {
                return Err(Failure::Environment(format!(
                    "the scheduler {scheduler} has no executor: start one by `forestall-query executor --scheduler {scheduler}`"
                )));
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
        };
        return Err(Failure::Environment(format!("the scheduler {scheduler} cannot be reached: {why}")));
    }
}

/// Asks a scheduler, which answers at the port of its queries, whether it has an executor.
async fn has_executors(scheduler: &HostPort) -> io::Result<bool> {
    let mut stream = connected(scheduler).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {scheduler}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut begin = [0; BEGIN];
    let none = |_| io::Error::other("what listens there is no scheduler");
    stream.read_exact(&mut begin).await.map_err(none)?;
    match &begin {
        b"HTTP/1.1 200" => Ok(true),
        b"HTTP/1.1 503" => Ok(false),
        _ => Err(none(io::ErrorKind::InvalidData.into())),
    }
}

/// Connects to a scheduler.
///
/// # Errors
///
/// There is none.
pub(crate) async fn connected(scheduler: &HostPort) -> io::Result<TcpStream> {
    let host = scheduler.host.trim_start_matches('[').trim_end_matches(']');
    TcpStream::connect((host, scheduler.port)).await
}
