// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The program `forestall-query`: SQL over the lake and over Parquet logs, in this process or on a cluster, and the parts of that cluster.
//!
//! Apache DataFusion plans and runs queries, Apache DataFusion Ballista brings them to several machines. Ours are the tables, the functions, and that everything
//! only reads. Data go to standard output, everything else to standard error. Exit status: 0 done, 2 what was asked is wrong, 3 what it needs is not to be had.

mod arguments;
mod cluster;
mod damage;
mod embedded;
mod executor;
mod failure;
mod folder;
mod functions;
mod indexes;
mod logs;
mod output;
mod run;
mod scan;
mod scheduler;
mod session;
mod stores;
mod tables;

use std::io::Write as _;
use std::process::ExitCode;

use arguments::Command;
use clap::Parser as _;
use failure::Failure;

/// Octets of a thread's stack: statements that are nested deeply are planned by recursion.
const STACK: usize = 16 << 20;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    logs::start(matches!(arguments.command, Some(Command::Scheduler(_) | Command::Executor(_))));
    match on_threads(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            failure.status()
        }
    }
}

/// Runs on threads whose stacks are large enough, the first one too.
fn on_threads(arguments: arguments::Arguments) -> Result<(), Failure> {
    let none = |error| Failure::Environment(format!("no threads can be had: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    let runtime = runtime.map_err(none)?;
    let first = std::thread::Builder::new().stack_size(STACK).spawn(move || runtime.block_on(run::run(arguments)));
    let ended = first.map_err(none)?.join();
    ended.unwrap_or_else(|_| Err(Failure::Environment("the program failed; its last words stand above".to_owned())))
}
